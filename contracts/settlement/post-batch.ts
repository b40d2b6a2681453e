import { Effect } from 'effect'
import type { Batch, ChainPlace } from '#protocol/market-event.ts'
import type { ChainClient } from '../chain/chain-client.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import type { BatchHeader } from '../chain/contract-types.ts'
import type { BuiltBatch } from './batch.ts'
import { headerHashOf, movementsHashOf } from './batch-digest.ts'
import { creditClaimsOf, type SourceClaim } from './credit-claims.ts'
import { type PackedPart, packMovements } from './packed-movements.ts'
import { type MovementsPart, splitMovements } from './split-movements.ts'

type Hex = `0x${string}`

/** Sources and shares claimed in one transaction. */
const CLAIMS_PER_TRANSACTION = 100

/**
 * The steps of a batch on chain. Each looks first and does only what is missing, so that any of them may be
 * repeated after a crash without posting anything twice.
 */

/**
 * Proposes the batch unless the chain has it. Fails where the chain has another one under its number, and where this very
 * one has fallen for its content: it would again, and cost the bond again.
 */
export const ensureProposed = (
  chain: ChainClient,
  built: BuiltBatch,
): Effect.Effect<{ readonly place: ChainPlace; readonly closesAtMs: number }, ChainFailure> =>
  Effect.gen(function* () {
    const { number } = built.header
    const parts = yield* packed(chain, built)
    const movementsHash = movementsHashOf(parts.map(({ bytes }) => bytes))
    const earlier = yield* chain.batchOf(number)
    if (earlier === null) yield* refuseFaulty(chain, built, movementsHash)
    const debitMicroEur = parts.reduce((sum, part) => sum + part.debitMicroEur, 0)
    const sent = earlier === null ? yield* chain.propose({ header: built.header, movementsHash, debitMicroEur }) : null
    const there = earlier ?? (yield* chain.batchOf(number))
    if (there === null) return yield* unknown(built, 'was proposed but is not on chain')
    const differing =
      difference(there.header, built) ?? (there.movementsHash === movementsHash ? null : 'movementsHash')
    if (differing !== null) return yield* unknown(built, `differs on chain in its ${differing}`)
    const place = sent ?? (yield* placeOf(chain, 'BatchProposed', built))
    return { place, closesAtMs: there.state.closesAt * 1000 }
  })

/**
 * Books the batch unless it is final; of a batch in parts, those that are missing. Null where the chain has it not any
 * more, and not because of what it said: it is to be proposed again.
 */
export const ensureFinal = (chain: ChainClient, built: BuiltBatch): Effect.Effect<ChainPlace | null, ChainFailure> =>
  Effect.gen(function* () {
    const { number } = built.header
    const there = yield* chain.batchOf(number)
    if (there === null) {
      const faulty = yield* chain.faultyOf(number)
      return faulty === null ? null : yield* unknown(built, `has fallen for ${faulty.fault}`)
    }
    if (there.isFinal) return yield* placeOf(chain, 'Applied', built)
    const parts = yield* packed(chain, built)
    return yield* chain.apply(
      there,
      parts.map(({ bytes }) => bytes),
    )
  })

/**
 * Claims what of the batch's credits was not claimed yet, for all accounts. What a home without a device in the registry
 * fed in earns none.
 */
export const ensureClaimed = (chain: ChainClient, built: BuiltBatch): Effect.Effect<void, ChainFailure> =>
  Effect.gen(function* () {
    const there = yield* chain.batchOf(built.header.number)
    if (there === null) return yield* unknown(built, 'is not on chain any more: the next start proposes it again')
    const open = yield* chain.claimable(creditClaimsOf(built))
    for (const claims of inTransactions(open)) yield* chain.claim(there, claims)
  })

/** Claims in lots that fit a transaction: some 90,000 gas a share and 40,000 a source, of 16.7 M. */
function inTransactions(claims: readonly SourceClaim[]): readonly (readonly SourceClaim[])[] {
  const lots: SourceClaim[][] = []
  let weight = Number.POSITIVE_INFINITY
  for (const claim of claims) {
    const own = 1 + claim.shares.length
    if (weight + own > CLAIMS_PER_TRANSACTION) {
      lots.push([])
      weight = 0
    }
    lots.at(-1)?.push(claim)
    weight += own
  }
  return lots
}

/** The movements as the ledger takes them. */
const packed = (chain: ChainClient, built: BuiltBatch): Effect.Effect<readonly PackedPart[], ChainFailure> =>
  // Asked each time: a chain that takes a deposit back may give its seat to somebody else.
  Effect.flatMap(chain.seats, (seats) =>
    Effect.try({
      try: () => packBatch(built, seats),
      catch: (cause) => new ChainFailure({ operation: 'settle', detail: (cause as Error).message }),
    }),
  )

/** A batch's movements in parts, by the seats of its homes. Throws SettlementRefused where a home has none. */
export function packBatch(built: BuiltBatch, seats: ReadonlyMap<Hex, number>): readonly PackedPart[] {
  const seatOf = (account: Hex) => seats.get(account) ?? 0
  return splitMovements(built.movements, built.counterparties, { seatOf }).map(({ homes, counterparties }) =>
    packMovements(homes, counterparties, seatOf),
  )
}

/** One part of a batch's movements in the order in which the ledger books them: by seat. */
export function partInOrder(built: BuiltBatch, part: number, seats: ReadonlyMap<Hex, number>): MovementsPart {
  const seatOf = (account: Hex) => seats.get(account) ?? 0
  const found = splitMovements(built.movements, built.counterparties, { seatOf })[part]
  if (found === undefined) throw new RangeError(`batch ${built.header.number} has no part ${part}`)
  return { ...found, homes: [...found.homes].sort((a, b) => seatOf(a.account) - seatOf(b.account)) }
}

/** What a log and a chain tell of a batch alike. */
const compared = [
  'firstSlot',
  'lastSlot',
  'tradesRoot',
  'statementsRoot',
  'billsRoot',
  'creditsRoot',
  'termsHash',
  'logHead',
  'archiveHash',
] as const satisfies readonly (keyof Batch & keyof BatchHeader)[]

/** The first field in which two batches of one number differ, or null. */
export function difference(there: Batch | BatchHeader, { batch }: BuiltBatch): string | null {
  return compared.find((field) => there[field] !== batch[field]) ?? null
}

const placeOf = (chain: ChainClient, event: 'BatchProposed' | 'Applied', built: BuiltBatch) =>
  Effect.flatMap(chain.placeOf(event, built.header.number), (place) =>
    place === null ? unknown(built, `has no ${event} event`) : Effect.succeed(place),
  )

const refuseFaulty = (chain: ChainClient, built: BuiltBatch, movementsHash: Hex) =>
  Effect.flatMap(chain.faultyOf(built.header.number), (faulty) => {
    if (faulty?.headerHash !== headerHashOf(built.header) || faulty.movementsHash !== movementsHash) return Effect.void
    return unknown(
      built,
      `has fallen on chain for ${faulty.fault}, and is not proposed again: it would again, at the bond's cost`,
    )
  })

const unknown = (built: BuiltBatch, detail: string) =>
  Effect.fail(new ChainFailure({ operation: 'settle', detail: `batch ${built.header.number} ${detail}` }))
