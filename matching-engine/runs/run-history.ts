import { Effect, Stream } from 'effect'
import { gini } from '#protocol/gini.ts'
import type { BillTerms, MarketRules } from '#protocol/market-rules.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import type { Fairness, Flows, HomeDetail, PictureStep, PriceStory, Run, Timeline } from '#protocol/picture/run.ts'
import { HomeBills } from './home-bills.ts'
import { homeDetail } from './home-detail.ts'
import type { NetSlotPort } from './net-slot.ts'
import { NoSuchMoment } from './no-such-moment.ts'
import { PriceStoryFold } from './price-story-fold.ts'
import type { RunBusy } from './run-busy.ts'
import { slotsCsv, tradesCsv } from './run-csv.ts'
import { type RunEntry, timeMsOf } from './run-entry.ts'
import { runFlows } from './run-flows.ts'
import { RunFold } from './run-fold.ts'
import { type LedgerRange, RunLedger } from './run-ledger.ts'
import { type RunSource, RunUnreadable } from './run-source.ts'
import { RunTimeline } from './run-timeline.ts'
import { type Moment, RunWalks, type WalkFailure } from './run-walks.ts'

/** Rows of homes in one answer of frames: beyond, it has fewer steps. */
const FRAME_ROWS_MAX = 100_000
/** Of more homes than this not all bills are worked out at once. */
const BILLED_HOMES_MAX = 1_000
/** Steps of a run's time from a sequence on. */
export interface Steps {
  readonly from: number
  /** where the first step begins; the time of `from` if left out */
  readonly fromMs?: number
  readonly stepMs: number
  readonly count: number
  readonly slot?: number
}

/** What a history is made with. */
export interface RunHistoryOptions {
  readonly source: RunSource
  /** left out: nobody can say what homes have paid */
  readonly netSlot?: NetSlotPort
  /** what is told from one checkpoint to the next, at first; as measured if left out */
  readonly checkpointEvery?: number
}

/**
 * A run and its past. It is told all entries in order (`push`) and keeps of them what a time bar shows, the trades,
 * statements and charges, and places to go on from; what it was like in between is folded again from its source. Bounded in memory.
 */
export class RunHistory {
  readonly source: RunSource
  readonly #ledger = new RunLedger()
  readonly #timeline = new RunTimeline()
  readonly #walks: RunWalks
  readonly #last: RunFold
  readonly #bills: HomeBills | null

  constructor(options: RunHistoryOptions) {
    const { source, netSlot } = options
    this.source = source
    this.#walks = new RunWalks(options)
    this.#last = new RunFold(source)
    this.#bills = netSlot === undefined ? null : new HomeBills({ ledger: this.#ledger, netSlot })
  }

  /** Where it has come to; it changes with the next entry. */
  get last(): RunFold {
    return this.#last
  }

  get timeline(): Timeline {
    return this.#timeline.timeline
  }

  /** Which log it is; empty before its first event. */
  get log(): string {
    return this.#last.picture.log
  }

  /** What it is called by. */
  describe(run: number): Run {
    const { name, kind } = this.source
    const { neighbourhood, rules, homes, sequence } = this.#last.picture
    return {
      run,
      log: this.log,
      name,
      kind,
      neighbourhood,
      homes: homes.length,
      slotMinutes: rules?.slotMinutes ?? 15,
      firstMs: this.#timeline.firstMs,
      lastMs: this.#timeline.lastMs,
      lastSequence: sequence,
      books: kind === 'simulated' ? 'not-kept' : 'kept',
    }
  }

  /** Takes the next entries of the source, in order. */
  push(entries: readonly RunEntry[]): void {
    for (const entry of entries) {
      this.#walks.pass(this.#last, entry)
      const told = this.#last.next(entry)
      const moment = { sequence: entry.sequence, timeMs: timeMsOf(entry) }
      this.#timeline.take(moment, told)
      for (const event of told) this.#ledger.take(moment, event)
      this.#walks.told('event' in entry ? 1 : told.length)
    }
  }

  /** Reads all that the source has; others of this process get their turns. */
  readonly readAll: Effect.Effect<void, RunUnreadable> = Effect.suspend(() =>
    this.source.read(this.#last.sequence).pipe(
      Stream.runForEachArray((entries) => {
        try {
          this.push(entries)
        } catch (cause) {
          return Effect.fail(new RunUnreadable({ name: this.source.name, detail: (cause as Error).message }))
        }
        return Effect.yieldNow
      }),
    ),
  )

  /** All of the picture at a moment, and the book of a slot. */
  pictureAt(moment: Moment, slot?: number): Effect.Effect<PictureStep, WalkFailure> {
    return this.#walks.walking((fold) => stepOf(fold, { since: 0, slot }), moment)
  }

  /** Steps of time from a sequence on; fewer where that would be too much, none where the run is over. */
  steps(wanted: Steps): Effect.Effect<readonly PictureStep[], WalkFailure> {
    const { from: sequence, stepMs, count, slot } = wanted
    const from = { sequence }
    return this.#walks.inTurn(
      Effect.gen({ self: this }, function* () {
        const fold = yield* this.#walks.foldAt(from, 'from')
        const beginMs = wanted.fromMs ?? fold.picture.timeMs
        const steps: PictureStep[] = []
        let since = sequence
        let rows = 0
        const cut = (timeMs: number) => {
          const step = stepOf(fold, { since, slot, timeMs })
          steps.push(step)
          rows += step.frame.homes.powerW?.length ?? 0
          since = fold.sequence
        }
        const boundaryMs = () => beginMs + (steps.length + 1) * stepMs
        const wants = () => steps.length < count && rows < FRAME_ROWS_MAX
        const end = yield* this.#walks.foldWhile(fold, (entry) => {
          while (wants() && timeMsOf(entry) > boundaryMs()) cut(boundaryMs())
          return wants()
        })
        if (end === 'run' && fold.sequence > since && wants()) cut(fold.picture.timeMs)
        this.#walks.park(fold)
        return steps
      }),
    )
  }

  /** So many events after a sequence, or before it as a whole picture; never beyond the run's ends. */
  step(wanted: {
    readonly from: number
    readonly events: number
    readonly slot?: number
  }): Effect.Effect<PictureStep, WalkFailure> {
    const { from, events, slot } = wanted
    const last = Math.max(from, this.#last.sequence)
    const to = Math.min(last, Math.max(0, from + events))
    if (events < 0) return this.pictureAt({ sequence: to }, slot)
    return this.#walks.inTurn(
      Effect.gen({ self: this }, function* () {
        const fold = yield* this.#walks.foldAt({ sequence: from }, 'from')
        yield* this.#walks.foldWhile(fold, (entry) => entry.sequence <= to)
        const step = stepOf(fold, { since: from, slot })
        this.#walks.park(fold)
        return step
      }),
    )
  }

  /** Why a trade has its price. */
  story(id: string): Effect.Effect<PriceStory, WalkFailure> {
    return Effect.suspend((): Effect.Effect<PriceStory, WalkFailure> => {
      if (this.source.kind === 'simulated') {
        const detail = 'this run keeps no order books, so it cannot tell why a trade has its price'
        return Effect.fail(new NoSuchMoment({ field: 'trade', detail }))
      }
      const trade = this.#ledger.trade(id)
      if (trade === undefined) {
        const detail = `no trade ${id.slice(0, 50)} is kept of this run`
        return Effect.fail(new NoSuchMoment({ field: 'trade', detail }))
      }
      return this.#walks.inTurn(
        Effect.gen({ self: this }, function* () {
          // Not from where another walk has ended: that may be in the middle of the command.
          const fold = this.#walks.fromCheckpoint({ sequence: trade.sequence - 1 })
          const story = new PriceStoryFold(fold, trade)
          yield* this.#walks.entriesWhile(fold.sequence, (entry) => story.next(entry))
          return story.told
        }),
      )
    })
  }

  /** A home as everybody may see it, after a sequence or where the run has come to. */
  homeDetail(home: number, sequence?: number): Effect.Effect<HomeDetail, WalkFailure> {
    return this.#walks.inTurn(
      Effect.gen({ self: this }, function* () {
        const fold = sequence === undefined ? this.#last : yield* this.#walks.foldAt({ sequence })
        const { homes } = fold.picture
        if (home >= homes.length) {
          const detail = `there are ${homes.length} homes at event ${fold.sequence}, numbered from 0: no ${home}`
          return yield* new NoSuchMoment({ field: 'home', detail })
        }
        const bill = this.#billOf(home, fold)
        const detail = yield* homeDetail(home, { fold, ledger: this.#ledger })
        const told = { ...detail, bill: yield* bill }
        if (fold !== this.#last) this.#walks.park(fold)
        return told
      }),
    )
  }

  /** How evenly homes share what final batches of these numbers saved; nothing where one of them is not there. */
  fairness({
    fromBatch,
    toBatch,
  }: {
    readonly fromBatch: number
    readonly toBatch: number
  }): Effect.Effect<Fairness, RunBusy> {
    return this.#walks.inTurn(
      Effect.gen({ self: this }, function* () {
        const { batches, homes, rules } = this.#last.picture
        const asked = [...batches.values()].filter(
          ({ number, finalAtMs }) => number >= fromBatch && number <= toBatch && finalAtMs !== null,
        )
        const isWhole = asked.length === toBatch - fromBatch + 1
        const savings =
          this.#bills === null || rules === null || !isWhole || homes.length > BILLED_HOMES_MAX
            ? null
            : yield* this.#bills.savingsOf(asked, { homes: homes.length, termsOf: this.#termsBy(rules) })
        return {
          fromBatch,
          toBatch,
          giniOfSavings: savings === null ? null : gini(savings),
          homesThatLost: savings === null ? null : savings.filter((savedMicroEur) => savedMicroEur < 0).length,
        }
      }),
    )
  }

  /** Who sold how much to whom. */
  flows(range: LedgerRange): Effect.Effect<Flows, RunBusy> {
    return this.#walks.inTurn(runFlows(this.#ledger, range))
  }

  /** Trades as CSV. */
  tradesCsv(range: LedgerRange): Effect.Effect<string, RunBusy> {
    return this.#walks.inTurn(tradesCsv(this.#ledger, range, this.#last.picture))
  }

  /** What was traded and metered in each slot, as CSV. */
  slotsCsv(range: LedgerRange): Effect.Effect<string, RunBusy> {
    return this.#walks.inTurn(slotsCsv(this.#ledger, range, { slotMinutes: this.describe(0).slotMinutes }))
  }

  #billOf(home: number, { picture }: RunFold): Effect.Effect<HomeDetail['bill']> {
    const { rules } = picture
    if (this.#bills === null || rules === null) return Effect.succeed(null)
    return this.#bills.billOf(home, { picture, termsOf: this.#termsBy(rules) })
  }

  #termsBy(rules: MarketRules): (slot: number) => BillTerms {
    return (slot) => ({ ...rules, tariff: this.source.tariffOf?.(slot) ?? rules.tariff })
  }
}

function stepOf(
  fold: RunFold,
  of: { readonly since: number; readonly slot: number | undefined; readonly timeMs?: number },
): PictureStep {
  const { since, slot, timeMs = fold.picture.timeMs } = of
  return {
    frame: { ...frameSince(fold.picture, since), timeMs },
    depth: slot === undefined ? null : fold.depth(slot),
  }
}
