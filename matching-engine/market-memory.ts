import type { Hash32, Hex } from '#protocol/ids.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import type { Order } from '#protocol/order.ts'
import type { Statement } from '#protocol/statement.ts'

/** What a memory holds, as plain data. */
export interface MemoryState {
  /** slot → the ids of all orders that were ever taken in it */
  readonly orderIds: Map<number, Set<Hash32>>
  /** slot → account → orders and amends that were ever taken */
  readonly ordersTaken: Map<number, Map<Hex, number>>
  readonly lastStatements: Map<Hex, Statement>
}

/**
 * What the engine remembers of its log beyond the street: a fold like it, so a reopened engine knows the same.
 * Bounded: order ids and counts until their slot settles, one statement an account.
 */
export class MarketMemory {
  /** All of it; it changes with the next event. */
  readonly state: MemoryState

  /** The state belongs to the memory from now on. */
  constructor(state: MemoryState = { orderIds: new Map(), ordersTaken: new Map(), lastStatements: new Map() }) {
    this.state = state
  }

  /** Whether an order of this id was ever taken in a slot that is not settled. */
  wasSeen(order: { readonly slot: number; readonly orderId: Hash32 }): boolean {
    return this.state.orderIds.get(order.slot)?.has(order.orderId) ?? false
  }

  /** How many orders and amends of an account were ever taken in a slot that is not settled. */
  ordersTaken({ slot, account }: { readonly slot: number; readonly account: Hex }): number {
    return this.state.ordersTaken.get(slot)?.get(account) ?? 0
  }

  /** The account's own (never estimated) statement of its latest slot. */
  lastStatement(account: Hex): Statement | undefined {
    return this.state.lastStatements.get(account)
  }

  /** Takes the memory one event further. */
  apply(event: MarketEvent): void {
    if (event.type === 'OrderPlaced' || event.type === 'OrderAmended') this.#count(event.order.body)
    if (event.type === 'OrderPlaced') {
      const { slot } = event.order.body
      const ids = this.state.orderIds.get(slot)
      if (ids === undefined) this.state.orderIds.set(slot, new Set([event.orderId]))
      else ids.add(event.orderId)
    } else if (event.type === 'StatementAccepted') {
      const { body } = event.statement
      const { lastStatements } = this.state
      const last = lastStatements.get(body.account)
      if (!body.estimated && (last === undefined || last.slot < body.slot)) lastStatements.set(body.account, body)
    } else if (event.type === 'SlotPhaseChanged' && event.phase === 'settled') {
      this.state.orderIds.delete(event.slot)
      this.state.ordersTaken.delete(event.slot)
    }
  }

  #count({ slot, account }: Order): void {
    const counts = this.state.ordersTaken.get(slot) ?? new Map<Hex, number>()
    this.state.ordersTaken.set(slot, counts.set(account, (counts.get(account) ?? 0) + 1))
  }
}
