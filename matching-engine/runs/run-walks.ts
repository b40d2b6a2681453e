import { Effect, Semaphore, Stream } from 'effect'
import { Checkpoints } from './checkpoints.ts'
import { NoSuchMoment } from './no-such-moment.ts'
import { RunBusy } from './run-busy.ts'
import { goesOn, type RunEntry, timeMsOf } from './run-entry.ts'
import { RunFold } from './run-fold.ts'
import type { RunSource, RunUnreadable } from './run-source.ts'

/**
 * What is told between two checkpoints at first. An event of a log is read and folded in about 20 µs, a slot of 10,000
 * recorded homes (20,000 told) in about 15 ms, so that what lies between is folded again in some 45 ms at most; a
 * checkpoint of 16 homes takes 2 ms and 9 kB, one of 10,000 some 10 ms and 270 kB.
 */
const LOGGED_A_CHECKPOINT = 2_000
const RECORDED_A_CHECKPOINT = 60_000
/** Walks that go on at the same time, and folds that stay where a walk has ended for the next one to go on from. */
const WALKS_AT_ONCE = 2
const FOLDS_PARKED = 4
/** Who asks for more while so many wait is sent away. */
const WAITING_MAX = 64

/** Which moment of a run is meant: after a sequence, or at the end of a time (Unix ms). */
export type Moment = { readonly sequence: number } | { readonly timeMs: number }

/** Why there is no answer about the past. */
export type WalkFailure = NoSuchMoment | RunBusy | RunUnreadable

/** Walks through a run's past: from the nearest place where it has been kept, a few at a time, in pieces. */
export class RunWalks {
  readonly #source: RunSource
  readonly #checkpointEvery: number | undefined
  readonly #checkpoints = new Checkpoints()
  readonly #turns = Semaphore.makeUnsafe(WALKS_AT_ONCE)
  #parked: RunFold[] = []
  #toldSince = 0
  #waiting = 0

  constructor(options: { readonly source: RunSource; readonly checkpointEvery?: number }) {
    this.#source = options.source
    this.#checkpointEvery = options.checkpointEvery
  }

  /** Keeps a place to go on from where one is due: where the last fold stands before an entry that begins something. */
  pass(last: RunFold, entry: RunEntry): void {
    const distance = this.#checkpointEvery ?? ('event' in entry ? LOGGED_A_CHECKPOINT : RECORDED_A_CHECKPOINT)
    // Packing takes the longer the more orders are open: so much rarer it is done.
    if (this.#toldSince < (distance + last.orders.size) * this.#checkpoints.stride || goesOn(entry)) return
    const { sequence, timeMs } = last.picture
    this.#checkpoints.add({ sequence, timeMs, packed: last.pack() })
    this.#toldSince = 0
  }

  /** So much was told since. */
  told(count: number): void {
    this.#toldSince += count
  }

  /** Makes something of a fold at a moment. */
  walking<A>(make: (fold: RunFold) => A, moment: Moment): Effect.Effect<A, WalkFailure> {
    return this.inTurn(
      Effect.map(this.foldAt(moment), (fold) => {
        const made = make(fold)
        this.park(fold)
        return made
      }),
    )
  }

  /** A walk at a time, or two; others wait, as long as they are not too many. */
  inTurn<A, E>(walk: Effect.Effect<A, E>): Effect.Effect<A, E | RunBusy> {
    return Effect.suspend((): Effect.Effect<A, E | RunBusy> => {
      if (this.#waiting >= WAITING_MAX) return Effect.fail(new RunBusy())
      this.#waiting++
      return Effect.ensuring(
        this.#turns.withPermits(1)(walk),
        Effect.sync(() => this.#waiting--),
      )
    })
  }

  /** A fold of its own at a moment. */
  readonly foldAt = Effect.fnUntraced(
    { self: this },
    function* (moment: Moment, field: 'sequence' | 'from' = 'sequence') {
      const fold = this.#takeParked(moment) ?? this.fromCheckpoint(moment)
      const isUpTo = (entry: RunEntry) =>
        'sequence' in moment ? entry.sequence <= moment.sequence : timeMsOf(entry) <= moment.timeMs
      yield* this.foldWhile(fold, isUpTo)
      if (!('sequence' in moment) || fold.sequence === moment.sequence) return fold
      const detail = `the run ends at event ${fold.sequence}: there is no ${moment.sequence}`
      return yield* new NoSuchMoment({ field, detail })
    },
  )

  /** A fold of its own at the last checkpoint that is not after a moment. */
  fromCheckpoint(moment: Moment): RunFold {
    return new RunFold(this.#source, this.#checkpoints.before(moment)?.packed)
  }

  /** Folds on until an entry is not wanted, or the run is over; which of them. */
  foldWhile(fold: RunFold, isWanted: (entry: RunEntry) => boolean): Effect.Effect<'entry' | 'run', RunUnreadable> {
    const walk = this.entriesWhile(fold.sequence, (entry) => {
      if (!isWanted(entry)) return false
      fold.next(entry)
      return true
    })
    // Who asked may be gone: what comes next is often not far from there.
    return Effect.onInterrupt(walk, () => Effect.sync(() => this.park(fold)))
  }

  /** Shows entries after a sequence until one is not taken; others of this process get their turns. */
  entriesWhile(
    afterSequence: number,
    take: (entry: RunEntry) => boolean,
  ): Effect.Effect<'entry' | 'run', RunUnreadable> {
    return Effect.suspend(() => {
      let end: 'entry' | 'run' = 'run'
      return this.#source.read(afterSequence).pipe(
        Stream.takeWhile((entry) => {
          if (take(entry)) return true
          end = 'entry'
          return false
        }),
        Stream.runForEachArray(() => Effect.yieldNow),
        Effect.map(() => end),
      )
    })
  }

  /** The parked fold that is nearest before a moment, if no checkpoint is nearer. */
  #takeParked(moment: Moment): RunFold | null {
    const isBefore = ({ picture }: RunFold) =>
      'sequence' in moment ? picture.sequence <= moment.sequence : picture.timeMs <= moment.timeMs
    const nearest = this.#parked.filter(isBefore).sort((a, b) => b.sequence - a.sequence)[0]
    const checkpoint = this.#checkpoints.before(moment)
    if (nearest === undefined || (checkpoint?.sequence ?? 0) > nearest.sequence) return null
    this.#parked = this.#parked.filter((fold) => fold !== nearest)
    return nearest
  }

  /** Keeps a fold for the next walk to go on from. */
  park(fold: RunFold): void {
    this.#parked = [...this.#parked, fold].slice(-FOLDS_PARKED)
  }
}
