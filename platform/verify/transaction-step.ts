import { Effect } from 'effect'
import { type BuiltBatch, type ChainFailure, hashMovements } from '#contracts/index.ts'
import { unreadableChain } from './evidence.ts'
import type { PinnedChain } from './open-chain.ts'
import { ProofFailed } from './proof-failed.ts'
import type { ReceiptStep } from './receipt.ts'
import type { TradeStory } from './trade-story.ts'

/** Where a batch stands on chain. */
interface BatchOnChain {
  readonly state: 'final' | 'proposed'
  readonly transaction: `0x${string}`
  readonly block: number
}

/**
 * The transaction: the chain has the rebuilt batch, with the same movements of money, and the transaction that made it
 * final went through.
 */
export const transactionStep = (
  chain: PinnedChain,
  batch: TradeStory['batch'],
): Effect.Effect<ReceiptStep, ProofFailed> =>
  Effect.gen(function* () {
    const place = `chain ${chain.source}`
    if (batch === null) return { step: 'transaction', state: 'open', detail: 'no batch yet', place } as const
    const { built, proposed } = batch
    if (proposed.event.place.block > chain.block) {
      const detail = `batch ${built.batch.number} was proposed after block ${chain.block}, where the chain was looked at`
      return { step: 'transaction', state: 'open', detail, place } as const
    }
    const found = yield* batchOnChain('transaction', chain, built)
    const { number } = built.batch
    const at = `in transaction ${found.transaction}, block ${found.block}`
    const sums = `roots, archive hash and the movements of ${built.movements.length} accounts are those rebuilt`
    return found.state === 'final'
      ? { step: 'transaction', state: 'proven', detail: `batch ${number} is final ${at}; ${sums}`, place }
      : { step: 'transaction', state: 'open', detail: `batch ${number} is proposed, not final, ${at}; ${sums}`, place }
  })

/** Holds a rebuilt batch against the chain's. Fails with ProofFailed where they differ. */
export const batchOnChain = (
  step: string,
  { reader }: PinnedChain,
  built: BuiltBatch,
): Effect.Effect<BatchOnChain, ProofFailed> =>
  Effect.gen(function* () {
    const { neighbourhood, number, archiveHash, backstop } = built.proposal
    const there = yield* reader.batchOf(neighbourhood, number)
    const place = `chain batch ${number}`
    if (there === null) {
      return yield* new ProofFailed({ step, place, expected: 'the batch that the log tells of', got: 'none' })
    }
    const { firstSlot, lastSlot, tradesRoot, statementsRoot, creditsRoot } = built.batch
    const rebuilt = { firstSlot, lastSlot, tradesRoot, statementsRoot, creditsRoot, backstop }
    const expected = { ...rebuilt, movementsHash: hashMovements(built.movements), archiveHash }
    const got = { ...there, archiveHash: yield* reader.archiveHashOf(neighbourhood, number) }
    for (const field of Object.keys(expected) as (keyof typeof expected)[]) {
      if (got[field] === expected[field]) continue
      return yield* new ProofFailed({
        step,
        place: `${place} ${field}`,
        expected: String(expected[field]),
        got: String(got[field]),
      })
    }
    const event = there.isFinal ? 'BatchFinalized' : 'BatchProposed'
    const at = yield* reader.placeOf(event, neighbourhood, number)
    const receipt = at === null ? null : yield* reader.transactionOf(at.transaction)
    if (at === null || receipt?.status !== 'success' || receipt.block !== at.block) {
      const got = at === null ? 'none' : `transaction ${at.transaction}: ${receipt?.status ?? 'unknown to the chain'}`
      return yield* new ProofFailed({
        step,
        place,
        expected: `a ${event} event of a transaction that went through`,
        got,
      })
    }
    return { state: there.isFinal ? 'final' : 'proposed', ...at } as const
  }).pipe(Effect.catchTag('ChainFailure', (failure: ChainFailure) => Effect.fail(unreadableChain(failure))))
