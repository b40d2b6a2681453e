/** What the doors of a gateway have answered since it opened. */
export class DoorCounts {
  readonly #answers = new Map<number, number>()
  readonly #refusals = new Map<string, number>()

  /** How many answers of each HTTP status. */
  get answers(): ReadonlyMap<number, number> {
    return this.#answers
  }

  /** How many refusals of each code, problem documents and outcomes alike. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals
  }

  answered(status: number): void {
    this.#answers.set(status, (this.#answers.get(status) ?? 0) + 1)
  }

  refused(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1)
  }
}
