import { Effect } from 'effect'
import { signDeviceJoin } from '#protocol/device-join.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { connectChain } from '../chain/chain-client.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import { deploy } from '../chain/deploy.ts'
import { connectDeviceRegistry } from '../chain/device-registry.ts'
import { startLocalChain } from '../chain/local-chain.ts'
import { type BuiltBatch, buildBatch, neighbourhoodIdOf } from '../settlement/batch.ts'
import { creditClaimsOf } from '../settlement/credit-claims.ts'
import { ensureFinal, ensureProposed } from '../settlement/post-batch.ts'
import { termsOf } from '../settlement/terms.ts'
import { type BenchHome, benchDeliveries, benchHomes, deviceIdOf } from './bench-street.ts'

type Hex = `0x${string}`

/** The sizes that are measured: trades of a batch, and how many homes they are of. */
export const SETTLEMENT_SIZES = [
  { trades: 100, homes: 40, gasMax: 950 },
  { trades: 1_000, homes: 200, gasMax: 345 },
  { trades: 10_000, homes: 1_000, gasMax: 165 },
] as const

/** Gas of settling one batch through the contracts, in the steady state: its accounts have been settled before. */
export interface SettlementFigures {
  /** of the transaction that books it */
  readonly apply: number
  /** of the transaction that proposes it */
  readonly propose: number
  /** of a claim of all that one home sold in one slot, a credit; null where it was not measured */
  readonly claimPerCredit: number | null
}

const SLOT_MS = 900_000
const WINDOW_SECONDS = 3_600
const START_MS = 1_800_000_000_000
const WARM_BATCHES = 2
const EUR = 1_000_000
/** Device joins cost a transaction each: claims are measured on the smallest street. */
const CLAIMED_HOMES_MAX = 40
const terms = {
  tariff: { retailMilliEurPerMWh: 320_000, feedInMilliEurPerMWh: 80_000, localChargeMilliEurPerMWh: 110_000 },
  protocolFeeBp: 25,
}

/** Settles batches of one size on a chain of its own, and gives the gas of the last. */
export const measureSettlement = (size: {
  readonly trades: number
  readonly homes: number
}): Effect.Effect<SettlementFigures, ChainFailure> =>
  Effect.gen(function* () {
    const clock = { timeMs: START_MS, speed: 1, nowMs: () => clock.timeMs }
    const local = yield* startLocalChain({ clock })
    const { addresses } = yield* deploy({ ...local, disputeWindowSeconds: WINDOW_SECONDS })
    const name = `bench-${size.homes}`
    const chain = yield* connectChain({ ...local, addresses, neighbourhood: neighbourhoodIdOf(name) })
    const homes = benchHomes(size.homes)
    const account = (digit: string): Hex => `0x${digit.repeat(40)}`
    const [supplier, grid, fund] = [account('a'), account('b'), account('c')]
    yield* chain.openNeighbourhood(
      { supplier, grid, fund, slotSeconds: SLOT_MS / 1000, slotsAhead: 96 },
      termsOf(terms),
    )
    yield* chain.bondAtLeast(1_000_000 * EUR)
    const accounts = [supplier, grid, fund, ...homes.map(({ account }) => account)]
    yield* chain.fund(accounts.map((account) => ({ account, amountMicroEur: 10_000 * EUR })))
    const domain: SigningDomain = {
      name: 'Commonwatt',
      version: '1',
      chainId: local.chainId,
      verifyingContract: addresses.settlement,
    }
    const claims = size.homes <= CLAIMED_HOMES_MAX
    if (claims) {
      const registry = yield* connectDeviceRegistry({ ...local, addresses })
      const deadline = Math.floor(START_MS / 1000) + 3_600
      const joins = homes.map(({ key }, index) => {
        const owner = secp256k1Signer(key)
        const { p256Verifier } = addresses
        const of = { neighbourhood: name, deviceId: deviceIdOf(index), owner, device: owner, p256Verifier, deadline }
        return signDeviceJoin({ domain, ...of })
      })
      yield* registry.join(local.operatorKey, joins)
    }
    const gasOf = (transaction: Hex) =>
      Effect.flatMap(chain.transactionOf(transaction), (outcome) =>
        outcome === null
          ? Effect.fail(new ChainFailure({ operation: 'measure', detail: `no transaction ${transaction}` }))
          : Effect.succeed(outcome.gasUsed),
      )
    const random = generator(size.trades)
    const settle = (number: number) =>
      Effect.gen(function* () {
        const firstSlot = Math.floor(clock.timeMs / SLOT_MS) + 1
        clock.timeMs = (firstSlot + 5) * SLOT_MS
        const built = batchOf({ name, number, homes, trades: size.trades, firstSlot, random, domain })
        const { place: proposed } = yield* ensureProposed(chain, built)
        clock.timeMs += WINDOW_SECONDS * 1000
        const applied = yield* ensureFinal(chain, built)
        const gas = { propose: yield* gasOf(proposed.transaction), apply: yield* gasOf(applied.transaction) }
        return { built, gas }
      })
    for (let number = 1; number <= WARM_BATCHES; number++) yield* settle(number)
    const { built, gas } = yield* settle(WARM_BATCHES + 1)
    if (!claims) return { ...gas, claimPerCredit: null }
    const there = yield* chain.batchOf(built.header.number)
    const open = yield* chain.claimable(creditClaimsOf(built))
    if (there === null || open.length === 0) {
      return yield* new ChainFailure({ operation: 'measure', detail: 'the batch earned no credits' })
    }
    const { transaction } = yield* chain.claim(there, open)
    const credits = open.reduce((sum, { shares }) => sum + shares.length, 0)
    return { ...gas, claimPerCredit: Math.round((yield* gasOf(transaction)) / credits) }
  }).pipe(Effect.scoped)

function batchOf(of: {
  readonly name: string
  readonly number: number
  readonly homes: readonly BenchHome[]
  readonly trades: number
  readonly firstSlot: number
  readonly random: () => number
  readonly domain: SigningDomain
}): BuiltBatch {
  const { name, number, domain, ...street } = of
  const deliveries = benchDeliveries({ neighbourhood: name, ...street })
  const settled = { neighbourhood: name, number, deliveries, logHead: `0x${'4'.repeat(64)}` as const }
  return buildBatch(settled, {
    ...{ ...terms, domain, p256Verifier: `0x${'5'.repeat(40)}` },
    archive: { hash: `0x${'6'.repeat(64)}` },
  })
}

/** Numbers from 0 to below 1, the same each run (a linear congruential generator, Numerical Recipes' constants). */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
