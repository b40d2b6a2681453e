import { Effect } from 'effect'
import { addressOf } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { ContractName } from '../chain/artifacts.ts'
import { connectChain } from '../chain/chain-client.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import { deploy } from '../chain/deploy.ts'
import { startLocalChain } from '../chain/local-chain.ts'
import { openTransactions } from '../chain/transactions/transactions.ts'
import { connectRpc } from '../chain/viem.ts'
import { type BuiltBatch, buildBatch, neighbourhoodIdOf } from '../settlement/batch.ts'
import type { Delivery } from '../settlement/delivery.ts'
import { termsOf } from '../settlement/terms.ts'
import type { BenchHome } from './bench-street.ts'

type Hex = `0x${string}`

export const SLOT_MS = 900_000
export const WINDOW_SECONDS = 3_600
export const START_MS = 1_800_000_000_000
const EUR = 1_000_000

export const benchTerms = {
  tariff: { retailMilliEurPerMWh: 320_000, feedInMilliEurPerMWh: 80_000, localChargeMilliEurPerMWh: 110_000 },
  protocolFeeBp: 25,
}

/** Who stands opposite the homes: accounts with a key, because a neighbourhood's consent is theirs, too. */
export const benchCounterparties = (): readonly BenchHome[] =>
  [1, 2, 3].map((n) => {
    const key: Hex = `0x${(0xbc_0000 + n).toString(16).padStart(64, '0')}`
    return { key, account: addressOf(key) }
  })

/** A chain of its own, until the scope closes, with a neighbourhood whose homes and supplier have money, and a bond. */
export const openBenchChain = (street: {
  readonly name: string
  readonly homes: readonly BenchHome[]
  /** what bills follow; `benchTerms` if left out */
  readonly terms?: typeof benchTerms
}) =>
  Effect.gen(function* () {
    const { name, homes, terms = benchTerms } = street
    const clock = { timeMs: START_MS, speed: 1, nowMs: () => clock.timeMs }
    const local = yield* startLocalChain({ clock })
    const { addresses } = yield* deploy({ ...local, disputeWindowSeconds: WINDOW_SECONDS })
    const transactions = yield* openTransactions(local)
    const chain = yield* connectChain({ ...local, addresses, neighbourhood: neighbourhoodIdOf(name), transactions })
    const rpc = yield* connectRpc(local.rpcUrl)
    const [supplier, grid, fund] = benchCounterparties().map(({ account }) => account) as [Hex, Hex, Hex]
    const market = { supplier, grid, fund, slotSeconds: SLOT_MS / 1000, slotsAhead: 96 }
    yield* chain.openNeighbourhood(market, termsOf(terms))
    yield* chain.bondAtLeast(1_000_000 * EUR)
    const accounts = [supplier, grid, fund, ...homes.map(({ account }) => account)]
    yield* chain.fund(accounts.map((account) => ({ account, amountMicroEur: 10_000 * EUR })))
    const domain: SigningDomain = {
      name: 'Commonwatt',
      version: '1',
      chainId: local.chainId,
      verifyingContract: addresses.settlement,
    }
    const gasOf = (transaction: Hex) =>
      Effect.flatMap(chain.transactionOf(transaction), (outcome) =>
        outcome === null
          ? Effect.fail(new ChainFailure({ operation: 'measure', detail: `no transaction ${transaction}` }))
          : Effect.succeed(outcome.gasUsed),
      )
    return {
      name,
      clock,
      local,
      addresses,
      transactions,
      chain,
      rpc,
      domain,
      gasOf,
      /** The gas of one transaction. */
      send: (
        key: Hex,
        [contract, address]: readonly [ContractName, Hex],
        functionName: string,
        args: readonly unknown[],
      ) =>
        Effect.flatMap(transactions.send(key, { contract, address, functionName, args }), ({ transaction }) =>
          gasOf(transaction),
        ),
      build: (number: number, deliveries: readonly Delivery[]): BuiltBatch =>
        buildBatch(
          { neighbourhood: name, number, deliveries, logHead: `0x${'4'.repeat(64)}` },
          { ...terms, domain, p256Verifier: addresses.p256Verifier, archive: { hash: `0x${'6'.repeat(64)}` } },
        ),
    }
  })

export type BenchChain = Effect.Success<ReturnType<typeof openBenchChain>>

/** Numbers from 0 to below 1, the same each run (a linear congruential generator, Numerical Recipes' constants). */
export function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
