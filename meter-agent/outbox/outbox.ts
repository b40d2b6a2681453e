import { Data, type Effect } from 'effect'
import type { SignedSession, SignedStatement } from '#protocol/envelope.ts'
import type { Hex } from '#protocol/ids.ts'
import type { Reading } from '#protocol/reading.ts'
import type { Session } from '#protocol/session.ts'
import type { Statement } from '#protocol/statement.ts'
import type { RecorderState } from '../reading/recorder.ts'

/** The home's own memory cannot be used: disk full, file of another agent or a newer version, damaged. */
export class OutboxFailure extends Data.TaggedError('OutboxFailure')<{
  readonly file: string
  readonly detail: string
}> {
  override get message(): string {
    return `outbox ${this.file}: ${this.detail}`
  }
}

/** What a stream key has signed a reading with, and the sequence of the session that lets it. */
export interface StreamSignature {
  readonly session: number
  readonly signature: Hex
}

/** A reading that waits; without `signed` the device's own key signs it when it is sent. */
export interface PendingReading {
  readonly reading: Reading
  readonly signed: StreamSignature | null
}

/** A session, and whether the market has it. */
export interface KeptSession {
  readonly session: Session
  readonly isAcknowledged: boolean
}

/**
 * What a home has to say and has not been heard saying yet, and what it must not forget. Everything is on disk before
 * it leaves; bodies are kept as they will be signed, and a slot has one statement for ever, so that no crash makes a
 * home sign two.
 */
export interface Outbox {
  /** counts the starts of this agent, from 1 */
  readonly bootId: number
  readonly recorder: Effect.Effect<RecorderState, OutboxFailure>
  /**
   * A reading, the registers that it was read from, the state that follows from it, and the statements it completes:
   * all or nothing.
   */
  readonly record: (entry: {
    readonly state: RecorderState
    readonly reading: Reading
    readonly signed: StreamSignature | null
    /** canonical text, kept as long as the reading */
    readonly registers: string
    readonly statements: readonly Statement[]
  }) => Effect.Effect<void, OutboxFailure>
  /** Makes everything recorded so far survive a power cut; before anything is published. */
  readonly sync: Effect.Effect<void, OutboxFailure>
  /** Unacknowledged readings, oldest first. Acknowledged ones are kept for days. */
  readonly pendingReadings: (most: number) => Effect.Effect<readonly PendingReading[], OutboxFailure>
  readonly acknowledgeReadings: (sequences: readonly number[]) => Effect.Effect<void, OutboxFailure>
  /** Statements that the market has neither accepted nor finally refused, oldest first. */
  readonly pendingStatements: (most: number) => Effect.Effect<readonly Statement[], OutboxFailure>
  /** As they were sent: the envelopes are kept. */
  readonly acknowledgeStatements: (letters: readonly SignedStatement[]) => Effect.Effect<void, OutboxFailure>
  /** A session before it is signed; its sequence is above all before. */
  readonly keepSession: (session: Session) => Effect.Effect<void, OutboxFailure>
  readonly session: (sequence: number) => Effect.Effect<KeptSession | null, OutboxFailure>
  readonly lastSession: Effect.Effect<Session | null, OutboxFailure>
  /** The market has the session, in this envelope. */
  readonly acknowledgeSession: (letter: SignedSession) => Effect.Effect<void, OutboxFailure>
  /** The market does not know the session any more. */
  readonly forgetSession: (sequence: number) => Effect.Effect<void, OutboxFailure>
  /** The home's own statements from a slot on, in order. */
  readonly statementsFrom: (slot: number) => Effect.Effect<readonly Statement[], OutboxFailure>
  /** A number that this account has never signed with before, also not in an earlier run. */
  readonly takeNonce: Effect.Effect<number, OutboxFailure>
  /** A note kept across restarts, or null. */
  readonly recall: (note: string) => Effect.Effect<string | null, OutboxFailure>
  readonly remember: (note: string, text: string) => Effect.Effect<void, OutboxFailure>
}
