import { Effect } from 'effect'
import {
  type BuiltBatch,
  type ChainFailure,
  type ChainReader,
  headerHashOf,
  movementsHashOf,
  packBatch,
} from '#contracts/index.ts'
import type { ChainPlace } from '#protocol/market-event.ts'
import { eventPlace, unreadableChain } from './evidence.ts'
import { firstDifference } from './first-difference.ts'
import type { PinnedChain } from './open-chain.ts'
import { ProofFailed } from './proof-failed.ts'
import { proving } from './proving.ts'
import type { ReceiptStep } from './receipt.ts'
import type { Logged, TradeStory } from './trade-story.ts'

/** Where a batch stands on chain. */
interface BatchOnChain extends ChainPlace {
  readonly state: 'final' | 'proposed'
}

/**
 * The transaction: the chain has the rebuilt batch, with the same movements of money, and the transaction that made it
 * final went through.
 */
export const transactionStep = (
  chain: PinnedChain,
  { batch, finalized }: Pick<TradeStory, 'batch' | 'finalized'>,
): Effect.Effect<ReceiptStep, ProofFailed> =>
  Effect.gen(function* () {
    const place = `chain ${chain.source}`
    if (batch === null) return { step: 'transaction', state: 'open', detail: 'no batch yet', place } as const
    const { built, proposed } = batch
    if (proposed.event.place.block > chain.block) {
      const detail = `batch ${built.batch.number} was proposed after block ${chain.block}, where the chain was looked at`
      return { step: 'transaction', state: 'open', detail, place } as const
    }
    const logged = { proposed, final: finalized ?? undefined }
    const found = yield* batchOnChain('transaction', chain, { built, logged })
    const { number } = built.batch
    const at = `in transaction ${found.transaction}, block ${found.block}`
    const sums = `roots, archive hash and the movements of ${built.movements.length} accounts are those rebuilt`
    return found.state === 'final'
      ? { step: 'transaction', state: 'proven', detail: `batch ${number} is final ${at}; ${sums}`, place }
      : { step: 'transaction', state: 'open', detail: `batch ${number} is proposed, not final, ${at}; ${sums}`, place }
  })

/** Says where on chain something happened. */
export type LoggedPlace = Logged<'BatchProposed'> | Logged<'BatchFinalized'>

/**
 * Holds a rebuilt batch, and where the log says that it was proposed and became final, against the chain. What the
 * chain took last, a node that was killed has not told its log. Fails with ProofFailed where they differ.
 */
export const batchOnChain = (
  step: string,
  { reader }: Pick<PinnedChain, 'reader'>,
  batch: {
    readonly built: BuiltBatch
    readonly logged: Readonly<Record<'proposed' | 'final', LoggedPlace | undefined>>
  },
): Effect.Effect<BatchOnChain, ProofFailed> =>
  Effect.gen(function* () {
    const { built, logged } = batch
    const { number } = built.header
    const there = yield* reader.batchOf(number)
    const place = `chain batch ${number}`
    if (there === null) {
      return yield* new ProofFailed({ step, place, expected: 'the batch that the log tells of', got: 'none' })
    }
    const seats = yield* reader.seats
    const parts = yield* proving({ step, place }, () => packBatch(built, seats))
    const expected = { ...built.header, movementsHash: movementsHashOf(parts.map(({ bytes }) => bytes)) }
    const got = { ...there.header, movementsHash: there.movementsHash }
    for (const field of Object.keys(expected) as (keyof typeof expected)[]) {
      if (got[field] === expected[field]) continue
      return yield* new ProofFailed({
        step,
        place: `${place} ${field}`,
        expected: String(expected[field]),
        got: String(got[field]),
      })
    }
    const proposed = yield* placeOnChain(step, reader, { event: 'BatchProposed', built, logged: logged.proposed })
    if (!there.isFinal) return { state: 'proposed', ...proposed } as const
    const final = yield* placeOnChain(step, reader, { event: 'Applied', built, logged: logged.final })
    return { state: 'final', ...final } as const
  }).pipe(Effect.catchTag('ChainFailure', (failure: ChainFailure) => Effect.fail(unreadableChain(failure))))

/** Where a batch was proposed or became final: by a transaction that went through, and where the log says. */
const placeOnChain = (
  step: string,
  reader: ChainReader,
  wanted: {
    readonly event: 'BatchProposed' | 'Applied'
    readonly built: BuiltBatch
    readonly logged: LoggedPlace | undefined
  },
): Effect.Effect<ChainPlace, ProofFailed | ChainFailure> =>
  Effect.gen(function* () {
    const { event, built, logged } = wanted
    const { number } = built.header
    // What fell for want of an answer was proposed again: the log tells of the first time.
    const places = event === 'BatchProposed' ? yield* reader.proposalsOf(number, headerHashOf(built.header)) : []
    const at = places.at(-1) ?? (yield* reader.placeOf(event, number))
    const receipt = at === null ? null : yield* reader.transactionOf(at.transaction)
    if (at === null || receipt?.status !== 'success' || receipt.block !== at.block) {
      const got = at === null ? 'none' : `transaction ${at.transaction}: ${receipt?.status ?? 'unknown to the chain'}`
      const expected = `a ${event} event of a transaction that went through`
      return yield* new ProofFailed({ step, place: `chain batch ${number}`, expected, got })
    }
    if (logged === undefined) return at
    const differences = [at, ...places].map((place) => firstDifference(place, logged.event.place, 'place'))
    const [difference] = differences
    if (difference == null || differences.includes(null)) return at
    const { path, expected, got } = difference
    return yield* new ProofFailed({ step, place: eventPlace(logged, path), expected, got })
  })
