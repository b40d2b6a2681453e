/** How many connections each address has, and a bound to it. Those of this machine (null) are not counted. */
export class AddressCounts {
  readonly #most: number
  readonly #counts = new Map<string, number>()

  constructor(most: number) {
    this.#most = most
  }

  hasRoom(asker: string | null): boolean {
    return asker === null || (this.#counts.get(asker) ?? 0) < this.#most
  }

  enter(asker: string | null): void {
    if (asker !== null) this.#counts.set(asker, (this.#counts.get(asker) ?? 0) + 1)
  }

  leave(asker: string | null): void {
    if (asker === null) return
    const left = (this.#counts.get(asker) ?? 0) - 1
    if (left > 0) this.#counts.set(asker, left)
    else this.#counts.delete(asker)
  }
}
