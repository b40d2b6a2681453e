import { Cause, Effect, Option, Stream } from 'effect'
import { applyEvent } from '#protocol/apply-event.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { Statement } from '#protocol/statement.ts'
import { emptyStreet, type Street } from '#protocol/street.ts'
import type { RecordedEvent } from './batch-order.ts'
import { type EventLog, LogFailure, type StaleSequence } from './event-log/event-log.ts'
import { Market } from './market.ts'
import { MarketData } from './market-data/market-data.ts'
import { type MarketState, stateOf } from './market-snapshot.ts'
import { missingStatements } from './missing-statements.ts'
import { differenceFromLog, type NeighbourhoodTerms, termsFault } from './neighbourhood-terms.ts'
import { SnapshotKeeper } from './snapshot-keeper.ts'
import { Turns } from './turns.ts'

/**
 * How many messages are decided before others get a turn, and other work of the process too: a signature costs a
 * millisecond.
 */
const MESSAGES_A_TURN = 8

/**
 * About so many events a start folds at most, a quarter of a second's work. A snapshot holds up the market of 100 homes
 * for about 5 ms each time.
 */
const SNAPSHOT_EVERY_EVENTS = 20_000

type Stopped = LogFailure | StaleSequence

/** One neighbourhood's market: the only writer of its partition. Callers take turns, see `Turns`. */
export interface Neighbourhood {
  readonly partition: string
  /** The live fold of what is in the log; read-only for outsiders. */
  readonly street: Street
  /** Prices and price levels as of the same sequence; read-only for outsiders, too. */
  readonly marketData: MarketData
  /**
   * Moves time, then admits and matches each message in order, appends what happened to the log, and only then
   * answers, one Outcome each: all at once, or while others wait in turns of a few messages. `who` says whose lane it
   * is. If the log cannot take it, this and every later call fails.
   */
  readonly submit: (
    messages: readonly unknown[],
    nowMs: number,
    who?: string,
  ) => Effect.Effect<readonly Outcome[], Stopped>
  /** Moves time: opens slots, expires orders, closes gates, delivering → metering → settling. Idempotent. */
  readonly advance: (nowMs: number, who?: string) => Effect.Effect<void, Stopped>
  /** Unsigned estimates for statements the metering deadline has passed without; the operator signs and submits them. */
  readonly missingStatements: (nowMs: number) => readonly Statement[]
  /** What settlement did or found. What cannot follow is a LogFailure that says why, and changes nothing. */
  readonly record: (event: RecordedEvent) => Effect.Effect<void, Stopped>
  /** Keeps a snapshot of what the log has come to, as it also happens from time to time; see `SnapshotKeeper`. */
  readonly keepSnapshot: Effect.Effect<void>
  /** Everything after a sequence that the log holds now; ends. */
  readonly past: (afterSequence: number) => Stream.Stream<LoggedEvent, LogFailure>
  /** Everything after a sequence, then every later event; never ends. */
  readonly events: (afterSequence: number) => Stream.Stream<LoggedEvent, LogFailure>
}

/** What a neighbourhood is opened with. */
export interface NeighbourhoodOptions extends NeighbourhoodTerms {
  readonly log: EventLog
  /** events from one snapshot to the next; 20,000 if left out */
  readonly snapshotEveryEvents?: number
}

/**
 * Opens a partition: an empty one is begun (NeighbourhoodOpened and its first slots), an existing one is folded
 * again from its last snapshot on, its books and sessions as they stood. Fails if the options are not of their schema,
 * or if rules, domain or operator are not the logged ones.
 */
export const openNeighbourhood: (options: NeighbourhoodOptions) => Effect.Effect<Neighbourhood, Stopped> =
  Effect.fnUntraced(function* (options) {
    const { partition } = options
    const fault = termsFault(options)
    if (fault !== null) return yield* new LogFailure({ partition, detail: fault })
    const engine = yield* foldedAgain(options)
    if (engine.street.sequence === 0) {
      yield* engine.begin(options)
      return engine
    }
    const difference = differenceFromLog(options, engine.street)
    if (difference !== null) return yield* new LogFailure({ partition, detail: difference })
    yield* engine.keepSnapshotIfDue()
    return engine
  })

/** The engine where the log ends: on the newest snapshot that can be gone on from, or else from the beginning. */
const foldedAgain = Effect.fnUntraced(function* (options: NeighbourhoodOptions) {
  const { log, partition } = options
  for (const snapshot of yield* Effect.orElseSucceed(log.snapshots(partition), () => [])) {
    const state = stateOf(snapshot)
    const engine = state === null ? Option.none() : yield* Effect.option(foldedOn(options, state))
    if (Option.isSome(engine)) return engine.value
    yield* Effect.logWarning(
      `${partition}: the snapshot of event ${snapshot.sequence} cannot be used and is passed over`,
    )
  }
  return yield* foldedOn(options, undefined)
})

const foldedOn = Effect.fnUntraced(function* (options: NeighbourhoodOptions, state: MarketState | undefined) {
  const { log, partition } = options
  const engine = yield* Effect.try({
    try: () => new Engine(options, state),
    catch: (cause) => new LogFailure({ partition, detail: String(cause) }),
  })
  const rest = log.read(partition, engine.street.sequence)
  yield* Stream.runForEachArray(rest, (events) => engine.replay(events))
  if (engine.street.sequence > 0) yield* engine.resume()
  return engine
})

class Engine implements Neighbourhood {
  readonly partition: string
  readonly street: Street
  readonly marketData: MarketData
  readonly keepSnapshot: Effect.Effect<void>
  readonly #log: EventLog
  readonly #market: Market
  readonly #turns = new Turns()
  readonly #snapshots: SnapshotKeeper
  #stopped: Stopped | null = null

  constructor({ log, partition, snapshotEveryEvents }: NeighbourhoodOptions, state?: MarketState) {
    this.#log = log
    this.partition = partition
    this.street = state?.street ?? emptyStreet()
    this.marketData = new MarketData(state?.marketData)
    // The market runs ahead of the log, so it has a street of its own.
    this.#market = new Market(state && { street: structuredClone(state.street), memory: state.memory })
    this.#snapshots = new SnapshotKeeper({
      log,
      partition,
      turns: this.#turns,
      everyEvents: snapshotEveryEvents ?? SNAPSHOT_EVERY_EVENTS,
      keptSequence: this.street.sequence,
      state: () => (this.#stopped === null ? this.#state : null),
    })
    this.keepSnapshot = this.#snapshots.keep
  }

  readonly submit: Neighbourhood['submit'] = (messages, nowMs, who = 'submit') =>
    this.#turns.inLane(
      who,
      Effect.suspend(() => {
        const outcomes: Outcome[] = []
        return this.#inTurn(this.#decide({ messages, nowMs, outcomes })).pipe(
          Effect.repeat({ while: () => outcomes.length < messages.length }),
          Effect.as(outcomes),
        )
      }),
    )

  readonly advance: Neighbourhood['advance'] = (nowMs, who = 'clock') =>
    this.#turns.inLane(who, this.#inTurn(Effect.sync(() => this.#market.moveTime(nowMs))))

  readonly missingStatements: Neighbourhood['missingStatements'] = (nowMs) =>
    missingStatements({ street: this.street, memory: this.#market.memory, nowMs })

  readonly record: Neighbourhood['record'] = (event) =>
    Effect.flatMap(
      this.#turns.inLane('settlement', this.#inTurn(Effect.sync(() => this.#market.record(event)))),
      (detail) => (detail === null ? Effect.void : Effect.fail(this.#failure(detail))),
    )

  readonly past: Neighbourhood['past'] = (afterSequence) => this.#log.read(this.partition, afterSequence)

  readonly events: Neighbourhood['events'] = (afterSequence) => this.#log.subscribe(this.partition, afterSequence)

  /** Takes logged events as they were. */
  replay(events: readonly LoggedEvent[]): Effect.Effect<void, LogFailure> {
    return this.#fold(() => {
      for (const logged of events) {
        applyEvent(this.street, logged)
        this.#market.replay(logged)
      }
      this.marketData.push(events)
    })
  }

  /** After the last replayed event: ready to trade on. */
  resume(): Effect.Effect<void, LogFailure> {
    return this.#fold(() => this.#market.resume())
  }

  keepSnapshotIfDue(): Effect.Effect<void> {
    return this.#snapshots.keepIfDue(this.street.sequence)
  }

  /** The first events of an empty partition. */
  begin({ partition, rules, domain, operator, nowMs }: NeighbourhoodOptions): Effect.Effect<void, Stopped> {
    return this.#inTurn(
      Effect.sync(() => {
        const timeMs = nowMs
        this.#market.open({ type: 'NeighbourhoodOpened', timeMs, neighbourhood: partition, rules, domain, operator })
        this.#market.moveTime(nowMs)
      }),
    )
  }

  /** Decides about the messages that have no outcome yet, until others want a turn. */
  readonly #decide = Effect.fnUntraced(
    { self: this },
    function* (batch: { readonly messages: readonly unknown[]; readonly nowMs: number; readonly outcomes: Outcome[] }) {
      const { messages, nowMs, outcomes } = batch
      this.#market.moveTime(nowMs)
      const first = outcomes.length
      for (const message of messages.slice(first)) {
        const decided = outcomes.length - first
        if (decided > 0 && decided % MESSAGES_A_TURN === 0) {
          yield* Effect.yieldNow
          if (this.#turns.areWanted) return
        }
        outcomes.push(this.#market.take(message))
      }
    },
  )

  /**
   * One command at a time: runs it on the core, appends what happened, folds it, answers. The core has run ahead
   * of the log until the append is done, so if that fails, or the core throws, the engine stops for good.
   */
  #inTurn<A>(command: Effect.Effect<A>): Effect.Effect<A, Stopped> {
    const run = Effect.gen({ self: this }, function* () {
      const answer = yield* command
      const events = this.#market.takeEvents()
      if (events.length === 0) return answer
      const { sequence } = this.street
      yield* this.#log.append(this.partition, sequence, events)
      const logged = events.map((event, index): LoggedEvent => ({ sequence: sequence + 1 + index, event }))
      for (const event of logged) applyEvent(this.street, event)
      this.marketData.push(logged)
      yield* this.keepSnapshotIfDue()
      return answer
    }).pipe(
      Effect.tapError((error) => Effect.sync(() => this.#stop(error))),
      Effect.onError((cause) => Effect.sync(() => this.#stop(this.#failure(`stopped by ${Cause.pretty(cause)}`)))),
    )
    const unlessStopped = Effect.suspend(() => (this.#stopped === null ? run : Effect.fail(this.#stopped)))
    return this.#turns.inTurn(unlessStopped)
  }

  get #state(): MarketState {
    return { street: this.street, memory: this.#market.memory.state, marketData: this.marketData.state }
  }

  #stop(error: Stopped): void {
    this.#stopped ??= error
  }

  #failure(detail: string): LogFailure {
    return new LogFailure({ partition: this.partition, detail })
  }

  /** A log that cannot be folded was written by another version, or is broken. */
  #fold(fold: () => void): Effect.Effect<void, LogFailure> {
    return Effect.try({
      try: fold,
      catch: (cause) => this.#failure(cause instanceof Error ? cause.message : String(cause)),
    })
  }
}
