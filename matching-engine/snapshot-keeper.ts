import { Effect } from 'effect'
import type { EventLog } from './event-log/event-log.ts'
import { type MarketState, packedSnapshot, serializedState } from './market-snapshot.ts'
import type { Turns } from './turns.ts'

/** Has a snapshot of a market kept beside its log every so many events, so that a start need not fold all of it. */
export class SnapshotKeeper {
  readonly #log: EventLog
  readonly #partition: string
  readonly #turns: Turns
  readonly #everyEvents: number
  readonly #state: () => MarketState | null
  #keptSequence: number
  #dueSequence: number

  constructor(options: {
    readonly log: EventLog
    readonly partition: string
    readonly turns: Turns
    readonly everyEvents: number
    /** what the last snapshot is of; 0 if there is none */
    readonly keptSequence: number
    /** the market's state between two turns; null if it is not what the log says */
    readonly state: () => MarketState | null
  }) {
    this.#log = options.log
    this.#partition = options.partition
    this.#turns = options.turns
    this.#everyEvents = options.everyEvents
    this.#state = options.state
    this.#keptSequence = options.keptSequence
    this.#dueSequence = options.keptSequence + options.everyEvents
  }

  /**
   * Keeps a snapshot, unless the last one is of the same sequence. It needs a turn of the market for as long as the
   * state is copied; compressing and writing go on beside it. A failure is logged: the log has everything, the next
   * start only takes longer.
   */
  readonly keep: Effect.Effect<void> = Effect.suspend(() =>
    this.#turns.inLane('snapshot', Effect.flatMap(this.#turns.inTurn(this.#take), this.#put)),
  ).pipe(Effect.catchCause((cause) => Effect.logWarning(`${this.#partition}: no snapshot is kept`, cause)))

  /** Has one kept in the background if enough has happened since the last. */
  keepIfDue(sequence: number): Effect.Effect<void> {
    if (sequence < this.#dueSequence) return Effect.void
    this.#dueSequence = sequence + this.#everyEvents // also if it fails: not at every turn then
    return Effect.asVoid(Effect.forkDetach(this.keep))
  }

  readonly #take = Effect.sync(() => {
    const state = this.#state()
    if (state === null || state.street.sequence === this.#keptSequence) return null
    const { sequence } = state.street
    const taken = { sequence, serialized: serializedState(state) }
    this.#keptSequence = sequence
    return taken
  })

  readonly #put = (taken: { readonly sequence: number; readonly serialized: Uint8Array } | null) => {
    if (taken === null) return Effect.void
    const { sequence, serialized } = taken
    return Effect.flatMap(packedSnapshot(serialized), (bytes) =>
      this.#log.keepSnapshot(this.#partition, { sequence, bytes }),
    )
  }
}
