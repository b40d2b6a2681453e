import type { Field } from '#protocol/typed-data.ts'
import { billLineMicroEur, feeLineMicroEur } from '#protocol/units.ts'
import { encodeLeaf } from './encode-leaf.ts'
import { IndexedTree, leafHashOf } from './indexed-tree.ts'
import type { Terms } from './terms.ts'

type Hex = `0x${string}`

/** A netted slot (`netSlot`), as far as bills are made of it. */
export interface BilledSlot {
  readonly slot: number
  readonly bills: readonly {
    readonly account: Hex
    readonly importWh: number
    readonly exportWh: number
    readonly boughtWh: number
    readonly soldWh: number
    readonly tradesMicroEur: number
    readonly paidMicroEur: number
    readonly localChargeMicroEur: number
    readonly deviationMicroEur: number
    readonly feeMicroEur: number
  }[]
}

/** What one home owes and is owed for one slot: a leaf of a batch's bills tree (`types/Bill.sol`). Money from its side. */
export interface Bill {
  readonly account: Hex
  readonly slot: number
  readonly importWh: number
  readonly exportWh: number
  readonly positionWh: number
  readonly boughtWh: number
  readonly tradesMicroEur: number
  readonly paidMicroEur: number
  readonly localChargeMicroEur: number
  readonly deviationMicroEur: number
  readonly feeMicroEur: number
  /** running over the account's slots */
  readonly totalMicroEur: number
  readonly totalPositionWh: number
  /** running over all bills of the batch */
  readonly gridMicroEur: number
  readonly fundMicroEur: number
}

const billFields: readonly Field[] = [
  { name: 'account', type: 'address' },
  { name: 'slot', type: 'uint64' },
  { name: 'importWh', type: 'uint64' },
  { name: 'exportWh', type: 'uint64' },
  { name: 'positionWh', type: 'int128' },
  { name: 'boughtWh', type: 'uint64' },
  { name: 'tradesMicroEur', type: 'int128' },
  { name: 'paidMicroEur', type: 'uint128' },
  { name: 'localChargeMicroEur', type: 'int128' },
  { name: 'deviationMicroEur', type: 'int128' },
  { name: 'feeMicroEur', type: 'int128' },
  { name: 'totalMicroEur', type: 'int128' },
  { name: 'totalPositionWh', type: 'int128' },
  { name: 'gridMicroEur', type: 'uint128' },
  { name: 'fundMicroEur', type: 'uint128' },
]

/** The bills of all homes and slots, by account and slot, with their running sums. */
export function billsOf(netted: readonly BilledSlot[], terms: Terms): readonly Bill[] {
  const rows = netted.flatMap(({ slot, bills }) => bills.map((bill) => ({ slot, ...bill })))
  rows.sort((a, b) => (a.account === b.account ? a.slot - b.slot : a.account < b.account ? -1 : 1))
  let before: Bill | undefined
  return rows.map((row) => {
    const own = before?.account === row.account ? before : undefined
    const { tradesMicroEur, localChargeMicroEur, deviationMicroEur, feeMicroEur } = row
    const positionWh = row.soldWh - row.boughtWh
    const netMicroEur = tradesMicroEur + localChargeMicroEur + deviationMicroEur + feeMicroEur
    const bill: Bill = {
      account: row.account,
      slot: row.slot,
      importWh: row.importWh,
      exportWh: row.exportWh,
      positionWh,
      boughtWh: row.boughtWh,
      tradesMicroEur,
      paidMicroEur: row.paidMicroEur,
      localChargeMicroEur,
      deviationMicroEur,
      feeMicroEur,
      totalMicroEur: (own?.totalMicroEur ?? 0) + netMicroEur,
      totalPositionWh: (own?.totalPositionWh ?? 0) + positionWh,
      gridMicroEur: (before?.gridMicroEur ?? 0) + gridReceivesMicroEur(row, terms),
      fundMicroEur: (before?.fundMicroEur ?? 0) + fundReceivesMicroEur(row, terms),
    }
    before = bill
    return bill
  })
}

/** The tree over bills: its root is a batch's `billsRoot`. */
export function billsTreeOf(bills: readonly Bill[]): IndexedTree {
  return new IndexedTree(bills.map((bill) => leafHashOf(encodeLeaf(billFields, bill))))
}

function gridReceivesMicroEur({ boughtWh }: { readonly boughtWh: number }, terms: Terms): number {
  return billLineMicroEur({ energyWh: boughtWh, rateMilliEurPerMWh: terms.localChargeMilliEurPerMWh })
}

function fundReceivesMicroEur({ paidMicroEur }: { readonly paidMicroEur: number }, terms: Terms): number {
  return feeLineMicroEur({ amountMicroEur: paidMicroEur, feeBp: terms.protocolFeeBp })
}
