import { Data, type Effect, type Stream } from 'effect'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'

/** Somebody else appended to the partition: this owner has lost it and must stop. */
export class StaleSequence extends Data.TaggedError('StaleSequence')<{
  readonly partition: string
  readonly expectedSequence: number
  readonly actualSequence: number
}> {
  override get message(): string {
    return `partition ${this.partition} is at ${this.actualSequence}, not ${this.expectedSequence}: another owner writes it`
  }
}

/** The store could not write or read: disk full, torn record, closed, written by a newer version. */
export class LogFailure extends Data.TaggedError('LogFailure')<{
  readonly partition: string
  readonly detail: string
}> {
  override get message(): string {
    return `event log of ${this.partition}: ${this.detail}`
  }
}

/** What a partition's events up to and with a sequence have come to, in bytes that whoever kept them can read. */
export interface LogSnapshot {
  readonly sequence: number
  readonly bytes: Uint8Array
}

/**
 * The port behind which every store stands. An append is durable when it succeeds, is taken whole or not at
 * all, and gives the sequence of its last event; sequences count from 1 without gaps. `expectedSequence` is the
 * partition's last sequence as the caller knows it.
 */
export interface EventLog {
  readonly append: (
    partition: string,
    expectedSequence: number,
    events: readonly MarketEvent[],
  ) => Effect.Effect<number, StaleSequence | LogFailure>
  /** The events with a sequence above `afterSequence` that are there now, in order; ends. */
  readonly read: (partition: string, afterSequence: number) => Stream.Stream<LoggedEvent, LogFailure>
  /** The same, and then every later one as it is appended; never ends. */
  readonly subscribe: (partition: string, afterSequence: number) => Stream.Stream<LoggedEvent, LogFailure>
  /** The partition's last sequence, 0 where nothing was ever appended. */
  readonly head: (partition: string) => Effect.Effect<number, LogFailure>
  /**
   * Keeps a snapshot beside the events; the last two stay. Appends may go between its parts. Fails if it is of a
   * sequence that is not there.
   */
  readonly keepSnapshot: (partition: string, snapshot: LogSnapshot) => Effect.Effect<void, LogFailure>
  /**
   * The kept snapshots that are whole and intact, newest first. One of events that the log has lost since is dropped
   * for good: other events will take their place.
   */
  readonly snapshots: (partition: string) => Effect.Effect<readonly LogSnapshot[], LogFailure>
  readonly partitions: Effect.Effect<readonly string[], LogFailure>
}
