import type { Hash32, Hex } from '#protocol/ids.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import type { Statement } from '#protocol/statement.ts'

/**
 * What the engine remembers of its log beyond the street: a fold like it, so a reopened engine knows the same.
 * Bounded: order ids until their slot settles, one statement an account.
 */
export class MarketMemory {
  readonly #orderIds = new Map<number, Set<Hash32>>()
  readonly #lastStatements = new Map<Hex, Statement>()

  /** Whether an order of this id was ever taken in a slot that is not settled. */
  wasSeen(order: { readonly slot: number; readonly orderId: Hash32 }): boolean {
    return this.#orderIds.get(order.slot)?.has(order.orderId) ?? false
  }

  /** The account's own (never estimated) statement of its latest slot. */
  lastStatement(account: Hex): Statement | undefined {
    return this.#lastStatements.get(account)
  }

  /** Takes the memory one event further. */
  apply(event: MarketEvent): void {
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
    }
  }
}
