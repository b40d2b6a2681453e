import type { Batch } from '#protocol/market-event.ts'
import type { BillTerms } from '#protocol/market-rules.ts'
import type { SetAside } from '#protocol/set-aside.ts'
import { keccak } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { BatchHeader, Credit, Movement } from '../chain/contract-types.ts'
import { type ArchiveLine, archiveLinesOf } from './archive/archive-content.ts'
import { sealArchive } from './archive/seal-archive.ts'
import { type Bill, billsOf, billsTreeOf } from './bills.ts'
import { creditsOf } from './credits.ts'
import { creditsTreeOf } from './credits-tree.ts'
import { type Delivery, recordsOf } from './delivery.ts'
import { type Leg, legsOf, legsTreeOf } from './legs.ts'
import { type NettedSlot, netSlot } from './netting.ts'
import type { CounterpartyMovements } from './packed-movements.ts'
import { withoutSetAside } from './set-aside.ts'
import { SettlementRefused } from './settlement-refused.ts'
import { type StatementLeaf, statementLeavesOf, statementsTreeOf } from './statement-leaves.ts'
import { type Terms, termsHashOf, termsOf } from './terms.ts'
import { totalsOf } from './totals.ts'

type Hex = `0x${string}`

/** Who stands opposite the homes: accounts of the vault. */
export interface Counterparties {
  /** buys and sells every deviation, and keeps what rounding leaves */
  readonly supplier: Hex
  /** receives the local charge */
  readonly grid: Hex
  /** the neighbourhood's own: receives the protocol fee, and pays first what an insolvent home cannot */
  readonly fund: Hex
}

/** What a batch is built by: the market's own terms, and under what its homes and devices sign. */
export interface BatchTerms extends BillTerms {
  readonly domain: SigningDomain
  /** what P-256 keys begin with on chain: the registry's verifier */
  readonly p256Verifier: Hex
  /** what becomes of its records; none are kept, and the archive's hash is zeros, if left out */
  readonly archive?: ArchiveTerms
}

/** Whose key seals an archive and who may read in it (`sealArchive`), or the hash of one that was sealed elsewhere. */
type ArchiveTerms = { readonly key: Hex; readonly publicKeys: ReadonlyMap<Hex, Hex> } | { readonly hash: Hex }

/** Delivered slots that make a batch. */
export interface SettledSlots {
  readonly neighbourhood: string
  readonly number: number
  readonly deliveries: readonly Delivery[]
  /** head of the event log when the last of them began to settle (`settlement-book.ts`) */
  readonly logHead: Hex
  /** what of them is not settled */
  readonly setAside?: SetAside | undefined
}

/** A batch ready to post: as the log tells it, as the chain takes it, and everything its roots stand for. */
export interface BuiltBatch {
  readonly batch: Batch
  readonly header: BatchHeader
  /** of the homes, ascending by account, without those that nothing happens to */
  readonly movements: readonly Movement[]
  readonly counterparties: CounterpartyMovements
  /** what it was built of: its terms, and the signed messages behind its leaves */
  readonly terms: Terms
  readonly deliveries: readonly Delivery[]
  /** the leaves of its trees, in their order */
  readonly legs: readonly Leg[]
  readonly statements: readonly StatementLeaf[]
  readonly bills: readonly Bill[]
  readonly credits: readonly Credit[]
  /** what the leaves are made of, a record a line */
  readonly lines: readonly ArchiveLine[]
  /** those, sealed: its keccak256 is `header.archiveHash`. Null where it was not sealed here */
  readonly archive: Uint8Array | null
}

/** The id of a neighbourhood on chain: keccak256 of its name. */
export function neighbourhoodIdOf(name: string): Hex {
  return keccak(name)
}

/**
 * Nets delivered slots into one batch. The same deliveries give the same bytes. Throws SettlementRefused where the
 * records contradict each other.
 */
export function buildBatch(settled: SettledSlots, terms: BatchTerms): BuiltBatch {
  const { neighbourhood, number, logHead, setAside } = settled
  const deliveries = withoutSetAside(settled.deliveries, setAside)
  const [first, last] = [deliveries[0], deliveries.at(-1)]
  if (first === undefined || last === undefined) throw new SettlementRefused({ detail: `batch ${number} has no slots` })
  const records = deliveries.map(recordsOf)
  const netted = records.map((slot) => netSlot(slot, terms))
  const { domain, p256Verifier } = terms
  const billTerms = termsOf(terms)
  const legs = legsOf(
    deliveries.flatMap(({ trades }) => trades),
    domain,
  )
  const statements = statementLeavesOf(
    deliveries.flatMap(({ statements }) => statements),
    p256Verifier,
  )
  const bills = billsOf(netted, billTerms)
  const credits = records.flatMap(creditsOf)
  const totals = totalsOf({ trades: records.flatMap(({ trades }) => trades), netted, credits })
  const unarchived = {
    number,
    firstSlot: first.slot,
    lastSlot: last.slot,
    tradesRoot: legsTreeOf(legs).root,
    statementsRoot: statementsTreeOf(statements).root,
    billsRoot: billsTreeOf(bills).root,
    creditsRoot: creditsTreeOf(credits).root,
    termsHash: termsHashOf(billTerms),
    logHead,
  }
  const { movements, counterparties } = movementsOf(bills, netted)
  const lines = archiveLinesOf({ deliveries, credits, movements })
  const archiveHead = {
    neighbourhood,
    ...unarchived,
    terms: { ...billTerms },
    slots: deliveries.map(({ slot }) => slot),
    counterparties: { ...counterparties },
  }
  const { archive, archiveHash } = archived({ head: archiveHead, lines }, terms.archive)
  const head = { ...unarchived, archiveHash }
  return {
    batch: { ...head, totals, ...(setAside === undefined ? {} : { setAside }) },
    header: { ...head, neighbourhood: neighbourhoodIdOf(neighbourhood), tradedWh: totals.tradedWh },
    movements,
    counterparties,
    terms: billTerms,
    deliveries,
    legs,
    statements,
    bills,
    credits,
    lines,
    archive,
  }
}

const NO_ARCHIVE: Hex = `0x${'0'.repeat(64)}`

function archived(content: Parameters<typeof sealArchive>[0], terms: ArchiveTerms | undefined) {
  if (terms === undefined) return { archive: null, archiveHash: NO_ARCHIVE }
  if ('hash' in terms) return { archive: null, archiveHash: terms.hash }
  const archive = sealArchive(content, terms)
  return { archive, archiveHash: keccak(archive) }
}

/** Every home's net of all slots, the totals of its last bill, and what is opposite. Money sums to zero. */
function movementsOf(bills: readonly Bill[], netted: readonly NettedSlot[]) {
  const lasts = new Map(bills.map((bill) => [bill.account, bill]))
  const movements = [...lasts.values()]
    .map(({ account, totalMicroEur, totalPositionWh }) => ({
      account,
      moneyMicroEur: totalMicroEur,
      positionWh: totalPositionWh,
    }))
    .filter(({ moneyMicroEur, positionWh }) => moneyMicroEur !== 0 || positionWh !== 0)
  const sum = (of: (slot: NettedSlot) => number) => netted.reduce((total, slot) => total + of(slot), 0)
  const counterparties: CounterpartyMovements = {
    supplierMicroEur: sum(({ supplierMicroEur }) => supplierMicroEur),
    gridMicroEur: sum(({ gridMicroEur }) => gridMicroEur),
    fundMicroEur: sum(({ fundMicroEur }) => fundMicroEur),
  }
  const { supplierMicroEur, gridMicroEur, fundMicroEur } = counterparties
  const moneyMicroEur = movements.reduce((total, movement) => total + movement.moneyMicroEur, 0)
  const positionWh = movements.reduce((total, movement) => total + movement.positionWh, 0)
  for (const [lane, left] of [
    ['moneyMicroEur', moneyMicroEur + supplierMicroEur + gridMicroEur + fundMicroEur],
    ['positionWh', positionWh],
  ] as const) {
    if (left !== 0) throw new SettlementRefused({ detail: `${lane} sums to ${left}, not 0` })
  }
  return { movements, counterparties }
}
