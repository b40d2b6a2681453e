import type { SignedOrder } from '#protocol/envelope.ts'
import { digestOf } from '#protocol/signing.ts'
import type { Trade } from '#protocol/trade.ts'
import type { Field, SigningDomain } from '#protocol/typed-data.ts'
import { tradeValueMicroEur } from '#protocol/units.ts'
import { encodeLeaf } from './encode-leaf.ts'
import { IndexedTree, leafHashOf } from './indexed-tree.ts'
import { signatureHashOf } from './signature-hash.ts'

type Hex = `0x${string}`

/** A trade as it is settled: when it was made, and the order in force on each side, an amendment where there was one. */
export interface SettledTrade {
  readonly trade: Trade
  readonly tradedAtMs: number
  readonly buyOrder: SignedOrder
  readonly sellOrder: SignedOrder
}

/** One side of one trade: a leaf of a batch's trades tree (`types/Leg.sol`, which says what each field is). */
export interface Leg {
  readonly account: Hex
  readonly slot: number
  readonly orderId: Hex
  readonly sequence: number
  readonly isBuy: boolean
  readonly counterparty: Hex
  readonly counterOrderId: Hex
  readonly priceEurPerMWh: number
  readonly energyWh: number
  readonly tradedAtMs: number
  readonly signatureHash: Hex
  /** running over (account, slot, orderId) */
  readonly filledWh: number
  /** this and those below: running over (account, slot) */
  readonly positionWh: number
  readonly boughtWh: number
  readonly moneyMicroEur: number
  readonly paidMicroEur: number
}

const legFields: readonly Field[] = [
  { name: 'account', type: 'address' },
  { name: 'slot', type: 'uint64' },
  { name: 'orderId', type: 'bytes32' },
  { name: 'sequence', type: 'uint64' },
  { name: 'isBuy', type: 'bool' },
  { name: 'counterparty', type: 'address' },
  { name: 'counterOrderId', type: 'bytes32' },
  { name: 'priceEurPerMWh', type: 'int64' },
  { name: 'energyWh', type: 'uint64' },
  { name: 'tradedAtMs', type: 'uint64' },
  { name: 'signatureHash', type: 'bytes32' },
  { name: 'filledWh', type: 'uint64' },
  { name: 'positionWh', type: 'int128' },
  { name: 'boughtWh', type: 'uint64' },
  { name: 'moneyMicroEur', type: 'int128' },
  { name: 'paidMicroEur', type: 'uint128' },
]

type RunningSum = 'filledWh' | 'positionWh' | 'boughtWh' | 'moneyMicroEur' | 'paidMicroEur'

/** Both legs of each trade, by account, slot, order and sequence, with their running sums. */
export function legsOf(trades: readonly SettledTrade[], domain: SigningDomain): readonly Leg[] {
  const identityOf = identitiesOf(domain)
  const sides = trades.flatMap(({ trade, tradedAtMs, buyOrder, sellOrder }) => {
    const [buy, sell] = [identityOf(buyOrder), identityOf(sellOrder)]
    const { slot, buyer, seller, priceEurPerMWh, energyWh } = trade
    const both = { slot, sequence: sequenceOf(trade), priceEurPerMWh, energyWh, tradedAtMs }
    return [
      { ...both, ...buy, account: buyer, isBuy: true, counterparty: seller, counterOrderId: sell.orderId },
      { ...both, ...sell, account: seller, isBuy: false, counterparty: buyer, counterOrderId: buy.orderId },
    ]
  })
  return withRunningSums(sides.sort(byPlace))
}

/** What legs call orders by; each is found out once. */
export function identitiesOf(domain: SigningDomain) {
  const identities = new Map<SignedOrder, { readonly orderId: Hex; readonly signatureHash: Hex }>()
  return (order: SignedOrder) => {
    const known = identities.get(order)
    if (known !== undefined) return known
    const orderId = digestOf({ domain, kind: 'order', body: order.body })
    const identity = { orderId, signatureHash: signatureHashOf(order) }
    identities.set(order, identity)
    return identity
  }
}

/** The tree over legs: its root is a batch's `tradesRoot`. */
export function legsTreeOf(legs: readonly Leg[]): IndexedTree {
  return new IndexedTree(legs.map(legHashOf))
}

/** What stands for a leg in the tree. */
export function legHashOf(leg: Leg): Uint8Array {
  return leafHashOf(encodeLeaf(legFields, leg))
}

/** The trade's number within its slot: ids are `<slot>.<n>`. */
export function sequenceOf({ id }: Pick<Trade, 'id'>): number {
  return Number(id.slice(id.indexOf('.') + 1))
}

function withRunningSums(sides: readonly Omit<Leg, RunningSum>[]): readonly Leg[] {
  let before: Leg | undefined
  return sides.map((side) => {
    const group = before?.account === side.account && before.slot === side.slot ? before : undefined
    const filledBefore = group?.orderId === side.orderId ? group.filledWh : 0
    const { isBuy, energyWh } = side
    const valueMicroEur = tradeValueMicroEur(side)
    const leg: Leg = {
      ...side,
      filledWh: filledBefore + energyWh,
      positionWh: (group?.positionWh ?? 0) + (isBuy ? -energyWh : energyWh),
      boughtWh: (group?.boughtWh ?? 0) + (isBuy ? energyWh : 0),
      moneyMicroEur: (group?.moneyMicroEur ?? 0) + (isBuy ? -valueMicroEur : valueMicroEur),
      paidMicroEur: (group?.paidMicroEur ?? 0) + (isBuy ? Math.max(0, valueMicroEur) : 0),
    }
    before = leg
    return leg
  })
}

function byPlace(a: Omit<Leg, RunningSum>, b: Omit<Leg, RunningSum>): number {
  if (a.account !== b.account) return a.account < b.account ? -1 : 1
  if (a.slot !== b.slot) return a.slot - b.slot
  if (a.orderId !== b.orderId) return a.orderId < b.orderId ? -1 : 1
  return a.sequence - b.sequence
}
