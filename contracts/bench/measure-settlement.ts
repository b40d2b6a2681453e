import { Effect } from 'effect'
import { signDeviceJoin } from '#protocol/device-join.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import { connectDeviceRegistry } from '../chain/device-registry.ts'
import { creditClaimsOf } from '../settlement/credit-claims.ts'
import { ensureFinal, ensureProposed, packBatch } from '../settlement/post-batch.ts'
import {
  type BenchChain,
  benchCounterparties,
  generator,
  openBenchChain,
  SLOT_MS,
  START_MS,
  WINDOW_SECONDS,
} from './bench-chain.ts'
import { type BenchHome, benchDeliveries, benchHomes, deviceIdOf } from './bench-street.ts'

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
  /** of booking one at once with everybody's consent, on top of `apply`; null where it was not measured */
  readonly consent: number | null
}

const WARM_BATCHES = 2
/** Device joins and BLS keys cost a transaction a home each: claims and consent are measured on the smallest street. */
const JOINED_HOMES_MAX = 40

/** Settles batches of one size on a chain of its own, and gives the gas of the last. */
export const measureSettlement = (size: {
  readonly trades: number
  readonly homes: number
}): Effect.Effect<SettlementFigures, ChainFailure> =>
  Effect.gen(function* () {
    const homes = benchHomes(size.homes)
    const bench = yield* openBenchChain({ name: `bench-${size.homes}`, homes })
    const { chain, clock, gasOf } = bench
    const isJoined = size.homes <= JOINED_HOMES_MAX
    if (isJoined) yield* joinDevices(bench, homes)
    const random = generator(size.trades)
    const propose = (number: number) =>
      Effect.gen(function* () {
        const firstSlot = Math.floor(clock.timeMs / SLOT_MS) + 1
        clock.timeMs = (firstSlot + 5) * SLOT_MS
        const street = { neighbourhood: bench.name, homes, trades: size.trades, firstSlot, random }
        const built = bench.build(number, benchDeliveries(street))
        const { place } = yield* ensureProposed(chain, built)
        return { built, gas: yield* gasOf(place.transaction) }
      })
    const settle = (number: number) =>
      Effect.gen(function* () {
        const { built, gas } = yield* propose(number)
        clock.timeMs += WINDOW_SECONDS * 1000
        const place = yield* ensureFinal(chain, built)
        if (place === null) return yield* notMeasured('the batch has fallen')
        return { built, gas: { propose: gas, apply: yield* gasOf(place.transaction) } }
      })
    for (let number = 1; number <= WARM_BATCHES; number++) yield* settle(number)
    const { built, gas } = yield* settle(WARM_BATCHES + 1)
    if (!isJoined) return { ...gas, claimPerCredit: null, consent: null }
    const there = yield* chain.batchOf(built.header.number)
    const open = yield* chain.claimable(creditClaimsOf(built))
    if (there === null || open.length === 0) return yield* notMeasured('the batch earned no credits')
    const { transaction } = yield* chain.claim(there, open)
    const credits = open.reduce((sum, { shares }) => sum + shares.length, 0)
    const claimPerCredit = Math.round((yield* gasOf(transaction)) / credits)

    // Loaded when it is needed: its curve takes a fifth of a second, which no other command shall wait for.
    const { applyConsented, registerConsentKeys } = yield* Effect.promise(() => import('./bench-consent.ts'))
    const members = [...benchCounterparties(), ...homes]
    yield* registerConsentKeys(bench, members)
    const agreed = yield* propose(WARM_BATCHES + 2)
    const batch = yield* chain.batchOf(agreed.built.header.number)
    const [part] = packBatch(agreed.built, yield* chain.seats)
    if (batch === null || part === undefined) return yield* notMeasured('the batch to agree to is not there')
    const together = yield* applyConsented(bench, batch, { members: members.length, part: part.bytes })
    return { ...gas, claimPerCredit, consent: together - gas.apply }
  }).pipe(Effect.scoped)

/** Registers each home's device, whose key is the home's own. */
const joinDevices = ({ name, local, addresses, transactions, domain }: BenchChain, homes: readonly BenchHome[]) =>
  Effect.gen(function* () {
    const registry = yield* connectDeviceRegistry({ ...local, addresses, transactions })
    const deadline = Math.floor(START_MS / 1000) + 3_600
    const joins = homes.map(({ key }, index) => {
      const owner = secp256k1Signer(key)
      const { p256Verifier } = addresses
      const of = { neighbourhood: name, deviceId: deviceIdOf(index), owner, device: owner, p256Verifier, deadline }
      return signDeviceJoin({ domain, ...of })
    })
    yield* registry.join(local.operatorKey, joins)
  })

const notMeasured = (detail: string) => Effect.fail(new ChainFailure({ operation: 'measure', detail }))
