import { Data } from 'effect'

/** What does not hold: which step, in which file and which record and field of it, what should be there and what is. */
export interface Failure {
  readonly step: string
  readonly place: string
  readonly expected: string
  readonly got: string
}

/** A proof that does not hold; `printed` where a document on stdout says so already. */
export class ProofFailed extends Data.TaggedError('ProofFailed')<Failure & { readonly printed?: boolean }> {
  override get message(): string {
    return `${this.step} does not hold: ${this.place}: expected ${this.expected}, found ${this.got}`
  }

  get facts(): Failure {
    const { step, place, expected, got } = this
    return { step, place, expected, got }
  }
}
