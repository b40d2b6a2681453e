import { Effect } from 'effect'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { ChainClient } from '../chain/chain-client.ts'
import type { ChainFailure } from '../chain/chain-failure.ts'
import type { ChainBatch } from '../chain/contract-types.ts'
import type { DataDemand } from '../chain/data-demands.ts'
import type { BuiltBatch } from './batch.ts'
import { type DemandedLeaves, demandedLeavesOf } from './demanded-leaves.ts'

type AnsweringChain = Pick<
  ChainClient,
  'blockNumber' | 'batchOf' | 'demandsOf' | 'openDemand' | 'showHome' | 'showLegs'
>

/** Shows what accounts demand of an operator's batches, so that no honest batch falls for silence. */
export interface DemandAnswers {
  /**
   * Answers every demand that waits of these batches. The chain is asked what was shown already, so it may be repeated
   * after a crash; while no block comes, a look that succeeded is not repeated.
   * @param batches that were proposed
   * @param domain what homes and devices sign under
   * @returns the number of the first of them that something was demanded of and that is not on chain, null if there is none
   */
  readonly look: (batches: readonly BuiltBatch[], domain: SigningDomain) => Effect.Effect<number | null, ChainFailure>
}

/** What was answered meanwhile by somebody else, or not in time, is nothing to wait for. */
const OVER = new Set(['TooLate', 'NotDemanded', 'AlreadyShown'])

/** Answers that have not looked yet. */
export function makeDemandAnswers(options: {
  readonly chain: AnsweringChain
  readonly p256Verifier: `0x${string}`
}): DemandAnswers {
  const { chain, p256Verifier } = options
  /** Trees are made again for the first demand of a batch, not for each. */
  const leaves = new WeakMap<BuiltBatch, DemandedLeaves>()
  let seen = ''

  const leavesOf = (built: BuiltBatch, domain: SigningDomain) => {
    const known = leaves.get(built)
    if (known !== undefined) return known
    const made = demandedLeavesOf(built, { domain, p256Verifier })
    leaves.set(built, made)
    return made
  }

  const answer = (demand: DataDemand, batch: ChainBatch, shown: DemandedLeaves) =>
    Effect.gen(function* () {
      const open = yield* chain.openDemand(batch, demand)
      if (open === null) return
      const legs = open.areLegsShown ? [] : shown.legs(demand, open.legsThrough)
      yield* Effect.forEach(
        legs,
        (some) => Effect.flatMap(now(batch), (named) => chain.showLegs(named, demand, some)),
        { discard: true },
      )
      if (!open.isHomeShown) yield* chain.showHome(yield* now(batch), demand, shown.home(demand))
      const { number, account, slot } = demand
      yield* Effect.logInfo(`showed on chain what was demanded of batch ${number}`).pipe(
        Effect.annotateLogs({ account, slot }),
      )
    }).pipe(
      Effect.catchIf(
        ({ revert }) => OVER.has(revert ?? ''),
        ({ revert }) => Effect.logWarning(`a demand for data of batch ${demand.number} was not answered: ${revert}`),
      ),
    )

  /** A batch is named by its state, which counts its demands: it is another after each answer. */
  const now = (batch: ChainBatch) => Effect.map(chain.batchOf(batch.header.number), (there) => there ?? batch)

  const answerAll = (
    demands: readonly DataDemand[],
    { built, batch }: { readonly built: BuiltBatch; readonly batch: ChainBatch },
    domain: SigningDomain,
  ) =>
    Effect.gen(function* () {
      if (batch.isFinal || batch.state.openDemands === 0) return
      // One that fails holds up no other.
      const failures = yield* Effect.forEach(demands, (demand) =>
        Effect.match(answer(demand, batch, leavesOf(built, domain)), {
          onSuccess: () => null,
          onFailure: (failure) => failure,
        }),
      )
      const failure = failures.find((one) => one !== null)
      if (failure != null) yield* failure
    })

  return {
    look: (batches, domain) =>
      Effect.gen(function* () {
        if (batches.length === 0) return null
        const numbers = batches.map(({ header }) => header.number)
        const looked = `${yield* chain.blockNumber} ${numbers.join(' ')}`
        if (looked === seen) return null
        const demands = Map.groupBy(yield* chain.demandsOf(numbers), ({ number }) => number)
        for (const built of batches) {
          const { number } = built.header
          const own = demands.get(number)
          if (own === undefined) continue
          const batch = yield* chain.batchOf(number)
          if (batch === null) return number
          yield* answerAll(own, { built, batch }, domain)
        }
        seen = looked
        return null
      }),
  }
}
