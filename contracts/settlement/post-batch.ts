import { Effect } from 'effect'
import type { Batch, ChainPlace } from '#protocol/market-event.ts'
import type { ChainClient } from '../chain/chain-client.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import type { ChainBatch } from '../chain/contract-types.ts'
import { hashMovements } from '../chain/viem.ts'
import type { BuiltBatch } from './batch.ts'

/** Leaves claimed in one transaction: about 90,000 gas each, under the limit of 16.7 M with room to spare. */
const CLAIMS_PER_TRANSACTION = 100

/**
 * The steps of a batch on chain. Each looks first and does only what is missing, so that any of them may be
 * repeated after a crash without posting anything twice.
 */

/** Proposes the batch unless the chain has it. Fails where the chain has another one under its number. */
export const ensureProposed = (
  chain: ChainClient,
  built: BuiltBatch,
): Effect.Effect<{ readonly place: ChainPlace; readonly proposedAtMs: number }, ChainFailure> =>
  Effect.gen(function* () {
    const { neighbourhood, number } = built.proposal
    const earlier = yield* chain.batchOf(neighbourhood, number)
    const sent = earlier === null ? yield* chain.propose(built.proposal, built.movements) : null
    const there = earlier ?? (yield* chain.batchOf(neighbourhood, number))
    if (there === null) return yield* unknown(built, 'was proposed but is not on chain')
    const differing = difference(there, built)
    if (differing !== null) return yield* unknown(built, `differs on chain in its ${differing}`)
    const place = sent ?? (yield* placeOf(chain, 'BatchProposed', built))
    return { place, proposedAtMs: there.proposedAt * 1000 }
  })

/** Finalizes the batch unless it is final. */
export const ensureFinal = (chain: ChainClient, built: BuiltBatch): Effect.Effect<ChainPlace, ChainFailure> =>
  Effect.gen(function* () {
    const { neighbourhood, number } = built.proposal
    const there = yield* chain.batchOf(neighbourhood, number)
    if (there?.isFinal) return yield* placeOf(chain, 'BatchFinalized', built)
    return yield* chain.finalize(neighbourhood, number, built.movements)
  })

/** Claims what of the batch's credits was not claimed yet, for all accounts. */
export const ensureClaimed = (chain: ChainClient, built: BuiltBatch): Effect.Effect<void, ChainFailure> =>
  Effect.gen(function* () {
    const { neighbourhood, number } = built.proposal
    const open = yield* chain.unclaimed(neighbourhood, built.claims)
    for (let first = 0; first < open.length; first += CLAIMS_PER_TRANSACTION) {
      yield* chain.claimMany(neighbourhood, number, open.slice(first, first + CLAIMS_PER_TRANSACTION))
    }
  })

/** The first field in which two batches of one number differ, or null. */
export function difference(there: Batch | ChainBatch, built: BuiltBatch): string | null {
  for (const field of ['firstSlot', 'lastSlot', 'tradesRoot', 'statementsRoot', 'creditsRoot'] as const) {
    if (there[field] !== built.batch[field]) return field
  }
  const differs = 'movementsHash' in there && there.movementsHash !== hashMovements(built.movements)
  return differs ? 'movementsHash' : null
}

const placeOf = (chain: ChainClient, event: 'BatchProposed' | 'BatchFinalized', built: BuiltBatch) =>
  Effect.flatMap(chain.placeOf(event, built.proposal.neighbourhood, built.proposal.number), (place) =>
    place === null ? unknown(built, `has no ${event} event`) : Effect.succeed(place),
  )

const unknown = (built: BuiltBatch, detail: string) =>
  Effect.fail(new ChainFailure({ operation: 'settle', detail: `batch ${built.proposal.number} ${detail}` }))
