import { Effect, Result, Semaphore, Stream, Clock as WallClock } from 'effect'
import { type Actor, createActor } from 'xstate'
import type { Clock } from '#protocol/clock.ts'
import type { SignedStatement } from '#protocol/envelope.ts'
import type { ChainPlace, LoggedEvent, MarketEventOf } from '#protocol/market-event.ts'
import type { SetAside } from '#protocol/set-aside.ts'
import type { Statement } from '#protocol/statement.ts'
import type { ChainClient } from '../chain/chain-client.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import type { Confirmed } from '../chain/confirmed.ts'
import { keepArchive } from './archive/keep-archive.ts'
import { type BuiltBatch, buildBatch } from './batch.ts'
import { batchMachine } from './batch-machine.ts'
import type { Delivery } from './delivery.ts'
import { makeDemandAnswers } from './demand-answers.ts'
import { difference, ensureClaimed, ensureFinal, ensureProposed } from './post-batch.ts'
import { isNothing } from './set-aside.ts'
import {
  deliveriesOf,
  emptySettlementBook,
  foldEvent,
  lastAgreed,
  noteFinal,
  noteFinalOnChain,
  noteProposed,
} from './settlement-book.ts'
import { SettlementRefused } from './settlement-refused.ts'
import type { Standings } from './standings.ts'

/** What settlement tells the log. */
export type SettlementEvent = MarketEventOf<'BatchProposed'> | MarketEventOf<'BatchFinalized'>

type SettlementFailure = ChainFailure | SettlementRefused

export interface SettlerOptions {
  readonly chain: ChainClient
  /** what of the chain counts: the log is told of nothing else; all of it if left out */
  readonly confirmed?: Confirmed
  /** what P-256 keys begin with on chain */
  readonly p256Verifier: `0x${string}`
  /** appends to the neighbourhood's log; what it fails with is reported by its message */
  readonly record: (event: SettlementEvent) => Effect.Effect<void, { readonly message: string }>
  /**
   * Judges what would be settled as the courts do, and signs an estimate as the operator. What they would let a batch
   * fall for is set aside and said. Where it is left out, the log is settled as it stands.
   */
  readonly standings?: Standings & { readonly sign: (estimate: Statement) => SignedStatement }
  /** where the records of each batch are kept, sealed by this key (secp256k1), which opens all; nowhere if left out */
  readonly archive?: { readonly directory: string; readonly key: `0x${string}` }
  /**
   * The chain's last final batch when the settler is made (0 if left out). Batches after it are posted again, to the
   * same bytes, even if the log calls them final: a chain may forget. What the log says of them stays said once.
   */
  readonly lastFinalOnChain?: number
}

/** Settles one neighbourhood: reads its log, posts batches in order, tells the log what became of them. */
export interface Settler {
  /** Folds the next logged event in; repeated ones change nothing, a gap throws. */
  readonly step: (event: LoggedEvent) => void
  /**
   * Does all that is due at `nowMs` (clock, Unix ms): proposes what is settling, shows what is demanded of it, finalizes
   * what has waited for its window, tells the log of either once it is deep enough in the chain, claims credits. Only
   * after the log was folded to its end. Failing it changes nothing that the next call does not mend; calls queue up.
   */
  readonly tick: (nowMs: number) => Effect.Effect<void, SettlementFailure>
  /** Where each batch stands that is not done, by number. */
  readonly stages: () => ReadonlyMap<number, string>
  /** Since when every look of `run` has failed, wall time in Unix ms, and why the last one did; null while it works. */
  readonly failing: () => { readonly sinceMs: number; readonly reason: string } | null
  /**
   * Folds `events` (the log from its beginning, going on for ever) and ticks by the clock, from when the log was
   * folded up to `headSequence`, its head when this was called. Failures of a tick are logged and tried again.
   */
  readonly run: <E>(options: {
    readonly events: Stream.Stream<LoggedEvent, E>
    readonly headSequence: number
    readonly clock: Clock
  }) => Effect.Effect<never, E>
}

/** How often `run` looks, in clock ms, and the bounds of that in wall ms. */
const LOOK_EVERY_MS = 30_000
const LOOK_WALL_MS = { least: 50, most: 1_000 }
/** So many new batches a tick: where they come due faster than they can be posted, those before must come to their end. */
const NEW_BATCHES_A_TICK = 4
/** How long `run` waits after a failure, wall ms. */
const RETRY_WALL_MS = 2_000

interface OpenBatch {
  readonly actor: Actor<typeof batchMachine>
  built: BuiltBatch | null
}

/** A settler at the beginning of the log. */
export function makeSettler(options: SettlerOptions): Settler {
  const { chain, record } = options
  const book = emptySettlementBook(options.lastFinalOnChain ?? 0)
  /** not done yet, ascending by number; the last one is collecting */
  const open = new Map<number, OpenBatch>()
  const answers = makeDemandAnswers(options)
  const turns = Semaphore.makeUnsafe(1)
  let failing: ReturnType<Settler['failing']> = null

  /** Whether what is in a block may be told. */
  const counts = ({ block }: ChainPlace) =>
    Effect.map(options.confirmed?.block ?? Effect.succeed(block), (last) => block <= last)

  const append = (event: SettlementEvent) =>
    Effect.mapError(record(event), ({ message }) => new ChainFailure({ operation: 'tell the log', detail: message }))

  /** Proposes again what has fallen, then opens batches in order until one lacks its slots, a few at a time. */
  const collect = (nowMs: number) =>
    Effect.gen(function* () {
      for (const batch of open.values()) {
        yield* proposeIfDue(batch, nowMs)
        if (batch.actor.getSnapshot().matches({ posting: 'proposing' })) return
      }
      // The last batch that is final on chain, too, comes first: its credits may not all be claimed.
      let number = Math.max(1, lastAgreed(book), ...open.keys())
      for (const most = number + NEW_BATCHES_A_TICK; number < most; number++) {
        const batch = open.get(number) ?? openBatch(number)
        if (batch.actor.getSnapshot().matches('collecting')) {
          const settled = deliveriesOf(book, number)
          const { rules, domain, neighbourhood } = book
          if (settled === null || rules === null || domain === null) return
          const { tariff, protocolFeeBp } = rules
          const terms = {
            ...{ tariff, protocolFeeBp, domain, p256Verifier: options.p256Verifier },
            ...(options.archive === undefined
              ? {}
              : { archive: { key: options.archive.key, publicKeys: book.publicKeys } }),
          }
          const setAside = yield* setAsideOf(number, settled.deliveries)
          if (setAside === 'too early') return
          batch.built = yield* refusing(() => buildBatch({ neighbourhood, number, ...settled, setAside }, terms))
          batch.actor.send({ type: 'SLOTS_SETTLING' })
        }
        yield* proposeIfDue(batch, nowMs)
        // Not deep enough to be told: the next one's slots begin where this one's end.
        if (batch.actor.getSnapshot().matches({ posting: 'proposing' })) return
      }
    })

  /**
   * As the log has it, if it has the batch: a chain that forgot knows less than it did. Too early while the end of the slots
   * is only not deep enough in the chain; fails where the chain's own clock is behind.
   */
  const setAsideOf = (number: number, deliveries: readonly Delivery[]) =>
    Effect.gen(function* () {
      const logged = book.batches.get(number)
      const { standings } = options
      if (logged !== undefined || standings === undefined) return logged?.setAside
      const judging = yield* Effect.result(standings.judge(deliveries))
      if (Result.isFailure(judging) && judging.failure.code === 'TOO_EARLY') {
        const slotSeconds = (book.rules?.slotMinutes ?? 15) * 60
        const endedAt = ((deliveries.at(-1)?.slot ?? 0) + 1) * slotSeconds
        if ((yield* chain.secondsOf()) >= endedAt) return 'too early'
      }
      const judgement = yield* Effect.fromResult(judging)
      if (isNothing(judgement)) return undefined
      const { homes, trades } = judgement
      yield* Effect.logWarning(`batch ${number} leaves out what a court would let it fall for`).pipe(
        Effect.annotateLogs({
          homes: homes.map(({ account, slot }) => `${account} in slot ${slot}`),
          trades,
          estimated: judgement.estimates.map(({ account, slot }) => `${account} in slot ${slot}`),
        }),
      )
      return { homes, trades, estimates: judgement.estimates.map(standings.sign) } satisfies SetAside
    })

  const finishAll = (nowMs: number) =>
    Effect.gen(function* () {
      for (const [number, batch] of open) {
        yield* finish(batch, nowMs)
        if (batch.actor.getSnapshot().status !== 'done') return // strictly in order
        open.delete(number)
      }
    })

  const openBatch = (number: number): OpenBatch => {
    const batch: OpenBatch = { actor: createActor(batchMachine, { input: { number } }).start(), built: null }
    open.set(number, batch)
    return batch
  }

  const proposeIfDue = (batch: OpenBatch, nowMs: number) =>
    doing(batch, 'proposing', (built) =>
      Effect.gen(function* () {
        const { number } = built.batch
        const logged = book.batches.get(number)
        const differing = logged === undefined ? null : difference(logged, built)
        if (differing !== null) {
          return yield* new SettlementRefused({ detail: `batch ${number} differs in the log in its ${differing}` })
        }
        if (options.archive !== undefined) yield* keepArchive(options.archive.directory, built)
        const { place, closesAtMs } = yield* ensureProposed(chain, built)
        if (!(yield* counts(place))) return
        if (book.lastProposed < number) {
          yield* append({ type: 'BatchProposed', timeMs: nowMs, batch: built.batch, place })
          noteProposed(book, built.batch)
        }
        batch.actor.send({ type: 'PROPOSED', finalizableAtMs: closesAtMs })
      }),
    )

  const finish = (batch: OpenBatch, nowMs: number) =>
    Effect.gen(function* () {
      batch.actor.send({ type: 'TIME', nowMs })
      yield* doing(batch, 'finalizing', (built) =>
        Effect.gen(function* () {
          const { number } = built.batch
          const place = yield* ensureFinal(chain, built)
          if (place === null) return yield* haveFallen(number)
          if (!(yield* counts(place))) return
          if (book.lastFinal < number) {
            yield* append({ type: 'BatchFinalized', timeMs: nowMs, number, place })
            noteFinal(book, number)
          }
          noteFinalOnChain(book, number)
          batch.actor.send({ type: 'FINALIZED' })
        }),
      )
      yield* doing(batch, 'claiming', (built) =>
        Effect.map(ensureClaimed(chain, built), () => batch.actor.send({ type: 'CLAIMED' })),
      )
    })

  /** All that rests on a batch which is not on chain any more is not there either. */
  const haveFallen = (number: number) => {
    const fallen = [...open].filter(([other, { actor }]) => other >= number && isPosted(actor))
    if (fallen.length === 0) return Effect.void
    for (const [, { actor }] of fallen) {
      actor.send({ type: 'RETRY' })
      actor.send({ type: 'FELL' })
    }
    const why = 'something was not shown in time, a proof was upheld, or a reorg took it'
    return Effect.logWarning(`batch ${number} is not on chain any more (${why}): what may be proposed again is`)
  }

  /** Runs a step if the batch is at it, or failed at it before; a failure is the batch's, and the caller's. */
  const doing = (
    batch: OpenBatch,
    stage: 'proposing' | 'finalizing' | 'claiming',
    work: (built: BuiltBatch) => Effect.Effect<void, SettlementFailure>,
  ) =>
    Effect.suspend(() => {
      batch.actor.send({ type: 'RETRY' })
      if (batch.built === null || !batch.actor.getSnapshot().matches({ posting: stage })) return Effect.void
      return Effect.tapError(work(batch.built), ({ message }) =>
        Effect.sync(() => batch.actor.send({ type: 'FAILED', reason: message })),
      )
    })

  const showAll = Effect.suspend(() => {
    const { domain } = book
    const posted = [...open.values()].flatMap(({ built }) => (built === null ? [] : [built]))
    if (domain === null) return Effect.void
    return Effect.flatMap(answers.look(posted, domain), (fallen) =>
      fallen === null ? Effect.void : haveFallen(fallen),
    )
  })

  // A batch of which something is demanded can only end when it was shown. What waits for its end does not depend on the
  // records of later slots, so it comes first; and a window that was lengthened holds up no later batch.
  const tick = (nowMs: number) =>
    turns.withPermits(1)(
      Effect.gen(function* () {
        const [shown, finished] = [yield* Effect.result(showAll), yield* Effect.result(finishAll(nowMs))]
        yield* collect(nowMs)
        yield* Effect.fromResult(shown)
        yield* Effect.fromResult(finished)
        yield* Effect.andThen(showAll, finishAll(nowMs))
      }),
    )

  const step = (event: LoggedEvent) => foldEvent(book, event)

  return {
    step,
    tick,
    stages: () => new Map([...open].map(([number, { actor }]) => [number, stageOf(actor)])),
    failing: () => failing,
    run: ({ events, headSequence, clock }) => {
      const wallMs = Math.min(LOOK_WALL_MS.most, Math.max(LOOK_WALL_MS.least, LOOK_EVERY_MS / clock.speed))
      const look = Effect.suspend(() => (book.sequence < headSequence ? Effect.void : tick(clock.nowMs())))
      const looking = look.pipe(
        Effect.tap(() =>
          Effect.sync(() => {
            failing = null
          }),
        ),
        Effect.catch((failure) =>
          Effect.gen(function* () {
            const { message } = failure
            failing = { sinceMs: failing?.sinceMs ?? (yield* WallClock.currentTimeMillis), reason: message }
            yield* Effect.logWarning(`settlement waits: ${message}`)
            yield* Effect.sleep(RETRY_WALL_MS)
          }),
        ),
        Effect.andThen(Effect.sleep(wallMs)),
        Effect.forever,
      )
      const folding = Effect.andThen(
        Stream.runForEach(events, (event) => Effect.sync(() => step(event))),
        Effect.never,
      )
      return Effect.raceFirst(folding, looking)
    },
  }
}

/** Whether it waits for its window or its end on chain. */
const isPosted = (actor: Actor<typeof batchMachine>) => actor.getSnapshot().context.finalizableAtMs > 0

function stageOf(actor: Actor<typeof batchMachine>): string {
  const { value } = actor.getSnapshot()
  return typeof value === 'string' ? value : value.posting
}

const refusing = <A>(build: () => A): Effect.Effect<A, SettlementRefused> =>
  Effect.try({
    try: build,
    catch: (cause) => {
      if (cause instanceof SettlementRefused) return cause
      return new SettlementRefused({ detail: cause instanceof Error ? cause.message : String(cause) })
    },
  })
