import { UNSEEN_MS_MAX } from './page-reader.ts'

/** Clients that all have everything up to one sequence: one frame is made and encoded for all of them. */
export class LiveGroup<Client> {
  readonly clients = new Set<Client>()
  /** the frames of the last two seconds, oldest first */
  readonly #sent: { readonly sequence: number; readonly atMs: number }[] = []
  #sequence = 0
  #dueSequence = 0

  /** What they have been sent up to. */
  get sequence(): number {
    return this.#sequence
  }

  /** What they had been sent up to `UNSEEN_MS_MAX` ago. */
  dueSequence(nowMs: number): number {
    while (this.#sent[0] !== undefined && this.#sent[0].atMs <= nowMs - UNSEEN_MS_MAX) {
      this.#dueSequence = this.#sent.shift()?.sequence ?? 0
    }
    return this.#dueSequence
  }

  /** They are sent everything up to a sequence now. */
  sent(sequence: number, atMs: number): void {
    this.#sequence = sequence
    this.#sent.push({ sequence, atMs })
  }
}
