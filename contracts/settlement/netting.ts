import type { BillTerms, Tariff } from '#protocol/market-rules.ts'
import { billLineMicroEur, feeLineMicroEur, tradeValueMicroEur } from '#protocol/units.ts'
import type { NettedRecords } from './delivery.ts'
import { SettlementRefused } from './settlement-refused.ts'

type Hex = `0x${string}`

/**
 * What one home owes and is owed for one slot. Money lines in µEUR from the home's side: + received, − paid.
 * `deviationWh` is metered net export − (sold − bought): above 0 it is long, below short.
 */
export interface SlotBill {
  readonly account: Hex
  readonly importWh: number
  readonly exportWh: number
  readonly boughtWh: number
  readonly soldWh: number
  readonly deviationWh: number
  /** received for energy sold − paid for energy bought, at the trades' prices */
  readonly tradesMicroEur: number
  /** paid for energy bought at prices above 0: what the protocol fee is of; never below 0 */
  readonly paidMicroEur: number
  /** network use, levies and VAT on energy bought from neighbours; never above 0 */
  readonly localChargeMicroEur: number
  /** the deviation at the supplier's tariffs: feed-in if long, retail if short */
  readonly deviationMicroEur: number
  /** the protocol fee on `paidMicroEur`; never above 0 */
  readonly feeMicroEur: number
  /** the same slot with the tariffs alone, netted alike, so that what differs is the market's doing */
  readonly withoutMarketMicroEur: number
}

/** A slot netted: the bills of its homes, and what the named counterparties receive (+) or pay (−), in µEUR. */
export interface NettedSlot {
  readonly slot: number
  readonly bills: readonly SlotBill[]
  readonly supplierMicroEur: number
  readonly gridMicroEur: number
  readonly fundMicroEur: number
}

/**
 * Nets one slot (DOMAIN): every trade in full at its price; each home's deviation with the supplier; the local
 * charge on energy bought to the grid; the protocol fee to the neighbourhood's fund. Each of these lines is rounded
 * down once for the home, and what that leaves goes to the supplier. Money sums to zero over homes, supplier, grid and
 * fund, to the µEUR.
 * Throws SettlementRefused if a statement is missing or double, or a record is of another slot.
 */
export function netSlot(delivery: NettedRecords, { tariff, protocolFeeBp }: BillTerms): NettedSlot {
  const homes = new Map<Hex, Writable<SlotBill>>()
  for (const statement of delivery.statements) {
    refuseOtherSlot(delivery.slot, statement.slot, `the statement of ${statement.account}`)
    if (homes.has(statement.account)) {
      throw new SettlementRefused({ detail: `slot ${delivery.slot} has two statements of ${statement.account}` })
    }
    homes.set(statement.account, emptyBill(statement))
  }
  for (const trade of delivery.trades) {
    refuseOtherSlot(delivery.slot, trade.slot, `trade ${trade.id}`)
    const valueMicroEur = tradeValueMicroEur(trade)
    const buyer = known(homes.get(trade.buyer), delivery.slot, trade.buyer)
    buyer.boughtWh += trade.energyWh
    buyer.tradesMicroEur -= valueMicroEur
    buyer.paidMicroEur += Math.max(0, valueMicroEur)
    const seller = known(homes.get(trade.seller), delivery.slot, trade.seller)
    seller.soldWh += trade.energyWh
    seller.tradesMicroEur += valueMicroEur
  }

  let supplierMicroEur = 0
  let gridMicroEur = 0
  let fundMicroEur = 0
  for (const bill of homes.values()) {
    const netExportWh = bill.exportWh - bill.importWh
    bill.deviationWh = netExportWh - (bill.soldWh - bill.boughtWh)
    bill.deviationMicroEur = deviationLine(bill.deviationWh, tariff)
    bill.withoutMarketMicroEur = deviationLine(netExportWh, tariff)
    const rateMilliEurPerMWh = tariff.localChargeMilliEurPerMWh
    bill.localChargeMicroEur = billLineMicroEur({ energyWh: -bill.boughtWh, rateMilliEurPerMWh })
    const chargedMicroEur = billLineMicroEur({ energyWh: bill.boughtWh, rateMilliEurPerMWh })
    gridMicroEur += chargedMicroEur
    bill.feeMicroEur = feeLineMicroEur({ amountMicroEur: -bill.paidMicroEur, feeBp: protocolFeeBp })
    const feeReceivedMicroEur = feeLineMicroEur({ amountMicroEur: bill.paidMicroEur, feeBp: protocolFeeBp })
    fundMicroEur += feeReceivedMicroEur
    supplierMicroEur -= bill.deviationMicroEur
    supplierMicroEur -= bill.localChargeMicroEur + chargedMicroEur + bill.feeMicroEur + feeReceivedMicroEur
  }
  return { slot: delivery.slot, bills: [...homes.values()], supplierMicroEur, gridMicroEur, fundMicroEur }
}

/** What a home receives (+) or pays (−) in all for the slot, µEUR. */
export function netMicroEur(bill: SlotBill): number {
  return bill.tradesMicroEur + bill.localChargeMicroEur + bill.deviationMicroEur + bill.feeMicroEur
}

/** Energy given to (+) or taken from (−) the supplier, at its tariffs. */
function deviationLine(energyWh: number, tariff: Tariff): number {
  const rateMilliEurPerMWh = energyWh >= 0 ? tariff.feedInMilliEurPerMWh : tariff.retailMilliEurPerMWh
  return billLineMicroEur({ energyWh, rateMilliEurPerMWh })
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

function emptyBill(statement: NettedRecords['statements'][number]): Writable<SlotBill> {
  return {
    account: statement.account,
    importWh: statement.importWh,
    exportWh: statement.exportWh,
    boughtWh: 0,
    soldWh: 0,
    deviationWh: 0,
    tradesMicroEur: 0,
    paidMicroEur: 0,
    localChargeMicroEur: 0,
    deviationMicroEur: 0,
    feeMicroEur: 0,
    withoutMarketMicroEur: 0,
  }
}

function known(bill: Writable<SlotBill> | undefined, slot: number, account: Hex): Writable<SlotBill> {
  if (bill !== undefined) return bill
  throw new SettlementRefused({ detail: `${account} traded in slot ${slot} but has no statement for it` })
}

function refuseOtherSlot(slot: number, found: number, what: string): void {
  if (found !== slot) throw new SettlementRefused({ detail: `${what} is of slot ${found}, not ${slot}` })
}
