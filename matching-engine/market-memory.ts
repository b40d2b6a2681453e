import type { Hash32, Hex } from '#protocol/ids.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import type { Order } from '#protocol/order.ts'
import type { Statement } from '#protocol/statement.ts'

/**
 * What the engine remembers of its log beyond the street: a fold like it, so a reopened engine knows the same.
 * Bounded: order ids and counts until their slot settles, one statement an account.
 */
export class MarketMemory {
  readonly #orderIds = new Map<number, Set<Hash32>>()
  readonly #ordersTaken = new Map<number, Map<Hex, number>>()
  readonly #lastStatements = new Map<Hex, Statement>()

  /** Whether an order of this id was ever taken in a slot that is not settled. */
  wasSeen(order: { readonly slot: number; readonly orderId: Hash32 }): boolean {
    return this.#orderIds.get(order.slot)?.has(order.orderId) ?? false
  }

  /** How many orders and amends of an account were ever taken in a slot that is not settled. */
  ordersTaken({ slot, account }: { readonly slot: number; readonly account: Hex }): number {
    return this.#ordersTaken.get(slot)?.get(account) ?? 0
  }

  /** The account's own (never estimated) statement of its latest slot. */
  lastStatement(account: Hex): Statement | undefined {
    return this.#lastStatements.get(account)
  }

  /** Takes the memory one event further. */
  apply(event: MarketEvent): void {
    if (event.type === 'OrderPlaced' || event.type === 'OrderAmended') this.#count(event.order.body)
    if (event.type === 'OrderPlaced') {
      const { slot } = event.order.body
      const ids = this.#orderIds.get(slot)
      if (ids === undefined) this.#orderIds.set(slot, new Set([event.orderId]))
      else ids.add(event.orderId)
    } else if (event.type === 'StatementAccepted') {
      const { body } = event.statement
      const last = this.#lastStatements.get(body.account)
      if (!body.estimated && (last === undefined || last.slot < body.slot)) this.#lastStatements.set(body.account, body)
    } else if (event.type === 'SlotPhaseChanged' && event.phase === 'settled') {
      this.#orderIds.delete(event.slot)
      this.#ordersTaken.delete(event.slot)
    }
  }

  #count({ slot, account }: Order): void {
    const counts = this.#ordersTaken.get(slot) ?? new Map<Hex, number>()
    this.#ordersTaken.set(slot, counts.set(account, (counts.get(account) ?? 0) + 1))
  }
}
