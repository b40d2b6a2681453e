import { canonicalBytes } from '#protocol/canonical-json.ts'
import type { Batch } from '#protocol/market-event.ts'
import type { Tariff } from '#protocol/market-rules.ts'
import { keccak } from '#protocol/signing.ts'
import type { CreditClaim, Movement, Proposal } from '../chain/contract-types.ts'
import { creditsOf } from './credits.ts'
import { creditsTreeOf, statementsRootOf, tradesRootOf } from './merkle-tree.ts'
import { type Delivery, netMicroEur, netSlot } from './netting.ts'
import { SettlementRefused } from './settlement-refused.ts'
import { totalsOf } from './totals.ts'

type Hex = `0x${string}`

/** Who stands opposite the homes: accounts of the vault. */
export interface Counterparties {
  /** buys and sells every deviation, keeps the rounding, and bears what an insolvent home cannot pay */
  readonly supplier: Hex
  /** receives the local charge */
  readonly grid: Hex
}

/** A batch ready to post: as the log tells it, as the chain takes it, and everything its roots stand for. */
export interface BuiltBatch {
  readonly batch: Batch
  readonly proposal: Proposal
  readonly movements: readonly Movement[]
  readonly claims: readonly CreditClaim[]
  /** all leaves as canonical JSON; its keccak256 is `proposal.archiveHash` */
  readonly archive: Uint8Array
}

/** The id of a neighbourhood on chain: keccak256 of its name. */
export function neighbourhoodIdOf(name: string): Hex {
  return keccak(name)
}

/**
 * Nets consecutive delivered slots into one batch. The same deliveries give the same bytes. Throws
 * SettlementRefused where the records contradict each other.
 */
export function buildBatch(
  settled: { readonly neighbourhood: string; readonly number: number; readonly deliveries: readonly Delivery[] },
  terms: Counterparties & { readonly tariff: Tariff },
): BuiltBatch {
  const { neighbourhood, number, deliveries } = settled
  const [first, last] = [deliveries[0], deliveries.at(-1)]
  if (first === undefined || last === undefined) throw new SettlementRefused({ detail: `batch ${number} has no slots` })
  const netted = deliveries.map((delivery) => netSlot(delivery, terms.tariff))
  const trades = deliveries.flatMap((delivery) => delivery.trades)
  const statements = deliveries.flatMap((delivery) => delivery.statements)
  const credits = deliveries.flatMap(creditsOf)
  const movements = movementsOf(netted, terms)
  const tree = creditsTreeOf(credits)
  const batch: Batch = {
    number,
    firstSlot: first.slot,
    lastSlot: last.slot,
    tradesRoot: tradesRootOf(trades),
    statementsRoot: statementsRootOf(statements),
    creditsRoot: tree.root,
    totals: totalsOf({ trades, netted, credits }),
  }
  const { totals, ...head } = batch
  const archive = canonicalBytes({
    format: 1,
    neighbourhood,
    ...head,
    trades,
    statements,
    credits: credits.map((credit) => ({ ...credit })),
    movements: movements.map((movement) => ({ ...movement })),
  })
  const proposal: Proposal = {
    ...head,
    neighbourhood: neighbourhoodIdOf(neighbourhood),
    archiveHash: keccak(archive),
    backstop: terms.supplier,
    tradedWh: totals.tradedWh,
  }
  return { batch, proposal, movements, claims: tree.claims, archive }
}

/** Every account's net of all slots, ascending by account, without accounts that nothing happens to. */
function movementsOf(netted: readonly ReturnType<typeof netSlot>[], { supplier, grid }: Counterparties): Movement[] {
  const sums = new Map<Hex, { moneyMicroEur: number; positionWh: number; deviationWh: number }>()
  const add = (account: Hex, moneyMicroEur: number, positionWh: number, deviationWh: number) => {
    const sum = sums.get(account) ?? { moneyMicroEur: 0, positionWh: 0, deviationWh: 0 }
    sum.moneyMicroEur += moneyMicroEur
    sum.positionWh += positionWh
    sum.deviationWh += deviationWh
    sums.set(account, sum)
  }
  for (const { bills, supplierMicroEur, gridMicroEur } of netted) {
    for (const bill of bills) {
      add(bill.account, netMicroEur(bill), bill.soldWh - bill.boughtWh, bill.deviationWh)
      add(supplier, 0, 0, -bill.deviationWh)
    }
    add(supplier, supplierMicroEur, 0, 0)
    add(grid, gridMicroEur, 0, 0)
  }
  const movements = [...sums]
    .map(([account, sum]) => ({ account, ...sum }))
    .filter(
      ({ moneyMicroEur, positionWh, deviationWh }) => moneyMicroEur !== 0 || positionWh !== 0 || deviationWh !== 0,
    )
    .sort((a, b) => (a.account < b.account ? -1 : 1))
  for (const lane of ['moneyMicroEur', 'positionWh', 'deviationWh'] as const) {
    const sum = movements.reduce((total, movement) => total + movement[lane], 0)
    if (sum !== 0) throw new SettlementRefused({ detail: `${lane} sums to ${sum}, not 0` })
  }
  return movements
}
