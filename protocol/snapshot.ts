import { type Columns, columnsOf, rowsOf } from './columns.ts'
import { addOpenOrder, type OpenOrder, type OpenOrders } from './open-orders.ts'
import type { Statement } from './statement.ts'
import {
  emptyStreet,
  type Position,
  type Street,
  type StreetBatch,
  type StreetHome,
  type StreetSlot,
} from './street.ts'

type Hex = `0x${string}`
type SlotRow = Omit<StreetSlot, keyof OpenOrders | 'positions' | 'statements'>
type OrderRow = OpenOrder & { readonly slot: number }
type PositionRow = Position & { readonly slot: number; readonly account: Hex }
type FundsRow = { readonly account: Hex; readonly balanceMicroEur: number }
type NonceRow = { readonly account: Hex; readonly nonce: number; readonly slot: number }

/** A street as plain JSON, columnar: what a market goes on from, and what a state hash covers. */
export interface StreetSnapshot
  extends Pick<
    Street,
    | 'sequence'
    | 'timeMs'
    | 'neighbourhood'
    | 'rules'
    | 'domain'
    | 'operator'
    | 'isStopped'
    | 'controlNonce'
    | 'counts'
    | 'tape'
    | 'fundsBlock'
  > {
  readonly homes: Columns<StreetHome>
  readonly slots: Columns<SlotRow>
  readonly openOrders: Columns<OrderRow>
  readonly positions: Columns<PositionRow>
  readonly statements: Columns<Statement>
  readonly nonces: Columns<NonceRow>
  readonly batches: readonly StreetBatch[]
  readonly funds: Columns<FundsRow>
  readonly inService: readonly Hex[]
}

/** The street at its present sequence; shares nothing with it that changes later. */
export function snapshotOf(street: Street): StreetSnapshot {
  const slots = [...street.slots.values()]
  return {
    sequence: street.sequence,
    timeMs: street.timeMs,
    neighbourhood: street.neighbourhood,
    rules: street.rules,
    domain: street.domain,
    operator: street.operator,
    isStopped: street.isStopped,
    controlNonce: street.controlNonce,
    counts: { ...street.counts },
    tape: [...street.tape],
    homes: columnsOf([...street.homes.values()]),
    slots: columnsOf(
      slots.map(({ openOrders: _, openOrdersOf: _o, positions: _p, statements: _s, ...row }): SlotRow => row),
    ),
    openOrders: columnsOf(
      slots.flatMap(({ slot, openOrders }) => [...openOrders.values()].map((o) => ({ slot, ...o }))),
    ),
    positions: columnsOf(
      slots.flatMap(({ slot, positions }) => [...positions].map(([account, p]) => ({ slot, account, ...p }))),
    ),
    statements: columnsOf(slots.flatMap(({ statements }) => [...statements.values()])),
    nonces: columnsOf(
      [...street.nonces].flatMap(([account, nonces]) => [...nonces].map(([nonce, slot]) => ({ account, nonce, slot }))),
    ),
    batches: [...street.batches.values()].map((batch) => ({ ...batch })),
    fundsBlock: street.fundsBlock,
    funds: columnsOf([...street.funds].map(([account, balanceMicroEur]) => ({ account, balanceMicroEur }))),
    inService: [...street.inService],
  }
}

/** The street that a snapshot was taken of; `snapshotOf(streetFrom(s))` equals `s`. */
export function streetFrom(snapshot: StreetSnapshot): Street {
  const street = emptyStreet()
  street.sequence = snapshot.sequence
  street.timeMs = snapshot.timeMs
  street.neighbourhood = snapshot.neighbourhood
  street.rules = snapshot.rules
  street.domain = snapshot.domain
  street.operator = snapshot.operator
  street.isStopped = snapshot.isStopped
  street.controlNonce = snapshot.controlNonce
  Object.assign(street.counts, snapshot.counts)
  street.tape.push(...snapshot.tape)
  for (const home of rowsOf<StreetHome>(snapshot.homes)) {
    street.homes.set(home.home, home)
    street.homeOfAccount.set(home.account, home)
    street.homeOfDevice.set(home.deviceId, home)
  }
  for (const row of rowsOf<SlotRow>(snapshot.slots)) {
    street.slots.set(row.slot, {
      ...row,
      openOrders: new Map(),
      openOrdersOf: new Map(),
      positions: new Map(),
      statements: new Map(),
    })
  }
  for (const { slot, ...order } of rowsOf<OrderRow>(snapshot.openOrders)) {
    const of = street.slots.get(slot)
    if (of !== undefined) addOpenOrder(of, order)
  }
  for (const { slot, account, ...position } of rowsOf<PositionRow>(snapshot.positions)) {
    street.slots.get(slot)?.positions.set(account, position)
  }
  for (const statement of rowsOf<Statement>(snapshot.statements)) {
    street.slots.get(statement.slot)?.statements.set(statement.account, statement)
  }
  for (const { account, nonce, slot } of rowsOf<NonceRow>(snapshot.nonces)) {
    const nonces = street.nonces.get(account) ?? new Map<number, number>()
    street.nonces.set(account, nonces.set(nonce, slot))
  }
  street.fundsBlock = snapshot.fundsBlock
  for (const { account, balanceMicroEur } of rowsOf<FundsRow>(snapshot.funds))
    street.funds.set(account, balanceMicroEur)
  for (const account of snapshot.inService) street.inService.add(account)
  for (const batch of snapshot.batches) street.batches.set(batch.batch.number, { ...batch })
  return street
}
