import { Effect } from 'effect'
import { ChainFailure } from '../chain/chain-failure.ts'
import { refOf } from '../chain/chain-ref.ts'
import type { ChainBatch } from '../chain/contract-types.ts'
import type { BuiltBatch } from '../settlement/batch.ts'
import { demandedLeavesOf } from '../settlement/demanded-leaves.ts'
import { packBatch } from '../settlement/post-batch.ts'
import { type BenchChain, benchTerms, generator, openBenchChain, SLOT_MS, WINDOW_SECONDS } from './bench-chain.ts'
import { type BenchHome, benchDeliveries, benchHomes } from './bench-street.ts'
import { type Lie, liesOf } from './lies.ts'
import { LyingBatch } from './lying-batch.ts'

/** The size of the batches that are made to fall. */
export const PROOFS_SIZE = { trades: 100, homes: 40 }

/** Gas of making a batch fall by each proof, and of a demand for data: made, answered in full, and left unanswered. */
export interface ProofFigures {
  /** by the proof's name */
  readonly proofs: Readonly<Record<string, number>>
  readonly demands: Readonly<Record<'demandData' | 'showLegs' | 'showHome' | 'dropWithheld', number>>
}

const EUR = 1_000_000
/** Terms that no court lets stand. */
const dearTerms = { ...benchTerms, protocolFeeBp: 101 }
/** No order of a bench has so high a number. */
const ALL_NONCES = 1_000_000

/** Proposes a batch with each fault on a chain of its own, shows it, and sees that the batch is gone. */
export const measureProofs = (size = PROOFS_SIZE): Effect.Effect<ProofFigures, ChainFailure> =>
  Effect.gen(function* () {
    const honest = yield* openStreet('bench-proofs', size)
    const { bench, homes, built } = honest
    const lies = liesOf(built, bench.domain, bench.addresses.p256Verifier)
    const proofs = Object.fromEntries(
      yield* Effect.forEach(lies, (lie) => Effect.map(gasOfProof(honest, lie), (gas) => [lie.proof, gas] as const)),
    )
    const demands = yield* gasOfDemands(honest, homes)
    const dear = yield* openStreet('bench-dear', size, dearTerms)
    const beyond: Lie = {
      court: 'BillProofs',
      proof: 'termsBeyondBounds',
      leaves: {},
      evidence: () => [dear.built.terms],
    }
    return { proofs: { ...proofs, termsBeyondBounds: yield* gasOfProof(dear, beyond) }, demands }
  }).pipe(Effect.scoped)

interface OpenStreet {
  readonly bench: BenchChain
  readonly homes: readonly BenchHome[]
  /** a first batch, whose slots are over */
  readonly built: BuiltBatch
}

/** A street whose first batch waits to be proposed. Who has its first leg has cancelled all its orders before. */
const openStreet = (name: string, { trades, homes: count }: typeof PROOFS_SIZE, terms = benchTerms) =>
  Effect.gen(function* () {
    const homes = benchHomes(count)
    const bench = yield* openBenchChain({ name, homes, terms })
    const { clock, addresses } = bench
    // Trades are made an hour ahead, and the account's cancel has to be known by then.
    const firstSlot = Math.floor(clock.timeMs / SLOT_MS) + 12
    const street = { neighbourhood: name, homes, trades, firstSlot, random: generator(trades) }
    const built = bench.build(1, benchDeliveries(street))
    const canceller = homes.find(({ account }) => account === built.legs[0]?.account)
    if (canceller === undefined) return yield* notMeasured('the batch has no trades')
    yield* bench.send(canceller.key, ['TradingKeys', addresses.tradingKeys], 'cancelUpTo', [ALL_NONCES])
    clock.timeMs = (built.header.lastSlot + 1) * SLOT_MS
    return { bench, homes, built } satisfies OpenStreet
  })

/** Proposes a batch that lies, or an honest one. */
const proposed = ({ bench, built }: OpenStreet, leaves: Lie['leaves']) =>
  Effect.gen(function* () {
    const { chain } = bench
    const lying = new LyingBatch(built, packBatch(built, yield* chain.seats), leaves)
    const { header, movementsHash, debitMicroEur } = lying
    yield* chain.propose({ header, movementsHash, debitMicroEur })
    const batch = yield* chain.batchOf(header.number)
    if (batch === null) return yield* notMeasured('a batch was proposed and is not there')
    return { lying, batch }
  })

const gasOfProof = (street: OpenStreet, { court, proof, leaves, evidence }: Lie) =>
  Effect.gen(function* () {
    const { bench } = street
    const { lying, batch } = yield* proposed(street, leaves)
    const address = bench.addresses[courts[court]]
    const args = [refOf(batch), batch.header, ...evidence(lying)]
    const gas = yield* bench.send(bench.local.operatorKey, [court, address], proof, args)
    if ((yield* bench.chain.batchOf(1)) !== null) return yield* notMeasured(`${proof} has left the batch standing`)
    return gas
  })

/** A home demands its data twice: once it is shown, once it is not. */
const gasOfDemands = (street: OpenStreet, homes: readonly BenchHome[]) =>
  Effect.gen(function* () {
    const { bench, built } = street
    const { chain, clock, addresses, domain, gasOf, local, send } = bench
    const place = built.legs[0]
    const home = homes.find(({ account }) => account === place?.account)
    if (place === undefined || home === undefined) return yield* notMeasured('the batch has no trades')
    const [eurc, disputes] = [
      ['TestEURC', addresses.eurc],
      ['Disputes', addresses.disputes],
    ] as const
    yield* send(local.operatorKey, eurc, 'mint', [home.account, 100 * EUR])
    yield* send(home.key, eurc, 'approve', [addresses.disputes, 100 * EUR])
    const demand = (batch: ChainBatch) =>
      send(home.key, disputes, 'demandData', [refOf(batch), batch.header, place.slot])
    const now = Effect.flatMap(chain.batchOf(1), (batch) =>
      batch === null ? notMeasured('the batch is gone') : Effect.succeed(batch),
    )
    const { batch } = yield* proposed(street, {})
    clock.timeMs += 60_000
    const demandData = yield* demand(batch)
    const leaves = demandedLeavesOf(built, { domain, p256Verifier: addresses.p256Verifier })
    let showLegs = 0
    for (const legs of leaves.legs(place, 0)) {
      showLegs += yield* gasOf((yield* chain.showLegs(yield* now, place, legs)).transaction)
    }
    const showHome = yield* gasOf((yield* chain.showHome(yield* now, place, leaves.home(place))).transaction)
    const other = built.header.lastSlot === place.slot ? built.header.firstSlot : built.header.lastSlot
    yield* send(home.key, disputes, 'demandData', [refOf(yield* now), batch.header, other])
    clock.timeMs += (WINDOW_SECONDS / 4 + 1) * 1000
    const args = [refOf(yield* now), home.account, other]
    const dropWithheld = yield* send(local.operatorKey, disputes, 'dropWithheld', args)
    return { demandData, showLegs, showHome, dropWithheld }
  })

const courts = {
  LegProofs: 'legProofs',
  OrderProofs: 'orderProofs',
  StatementProofs: 'statementProofs',
  BillProofs: 'billProofs',
} as const

const notMeasured = (detail: string) => Effect.fail(new ChainFailure({ operation: 'measure', detail }))
