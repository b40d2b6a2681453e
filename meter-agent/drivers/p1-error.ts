import { Data } from 'effect'

/** The P1 port sent no telegram within the time in which every version sends one. */
export class P1Silent extends Data.TaggedError('P1Silent')<{
  /** `host:port`, or the path of a file or tty */
  readonly line: string
  readonly waitedMs: number
}> {
  override get message(): string {
    return `${this.line} sent no new P1 telegram within ${this.waitedMs} ms`
  }
}

/** The P1 port could not be opened, or was lost. */
export class P1Closed extends Data.TaggedError('P1Closed')<{
  /** `host:port`, or the path of a file or tty */
  readonly line: string
  readonly detail: string
}> {
  override get message(): string {
    return `no connection to ${this.line}: ${this.detail}`
  }
}

/** Everything that can go wrong on the way to a P1 port; what is wrong within a telegram is a BadTelegram. */
export type P1Error = P1Silent | P1Closed
