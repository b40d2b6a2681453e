import type { Effect } from 'effect'
import type { BadTelegram } from '../p1/bad-telegram.ts'
import type { P1Error } from './p1-error.ts'

/** A P1 port. It is only listened to: a meter sends its telegrams by itself. */
export interface P1Line {
  /** Opens the port if it is closed; `next` does so by itself. */
  readonly connect: Effect.Effect<void, P1Error>
  /** The next telegram to be complete, as it came. What came while nobody asked is gone. */
  readonly next: Effect.Effect<string, P1Error | BadTelegram>
}

/** How a P1 port is listened to. */
export interface P1LineOptions {
  /** for opening it */
  readonly timeoutMs: number
  /** how long it is waited for a telegram */
  readonly silenceMs: number
}
