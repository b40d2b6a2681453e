import type { ValidationCase } from './validation-case.ts'

/** What another program says of a case, and why it is not followed; all as it is shown. */
interface PeerValue {
  readonly name: string
  readonly peer: string
  readonly theirs: string
  readonly ours: string
  readonly why: string
}

/** A known case that nothing here computes, and why. */
interface MissingCase {
  readonly name: string
  readonly expected: string
  readonly why: string
}

/** Cases of one kind, and where they come from. */
export interface ValidationSubject {
  readonly title: string
  readonly about: string
  readonly cases: readonly ValidationCase[]
  readonly missing?: readonly MissingCase[]
  readonly peers?: readonly PeerValue[]
}
