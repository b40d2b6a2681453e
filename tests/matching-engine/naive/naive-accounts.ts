import type { Balance } from './command.ts'
import type { NaiveMarket } from './naive-market.ts'
import type { NaiveOrder } from './naive-order.ts'
import { dryRun, type Print } from './naive-sweep.ts'

/**
 * What every account owns. Nothing is ever set aside: what is reserved is computed from the open orders whenever
 * somebody asks.
 */
export class NaiveAccounts {
  readonly #market: NaiveMarket
  readonly #owned = new Map<string, { money: number; energy: number }>()
  #deposited = { money: 0n, energy: 0n }

  constructor(market: NaiveMarket) {
    this.#market = market
  }

  see(acct: string): void {
    this.#of(acct)
  }

  /** False, with nothing changed, if all that was ever deposited would no longer be a safe integer. */
  deposit(acct: string, money: number, energy: number): boolean {
    const most = BigInt(Number.MAX_SAFE_INTEGER)
    const total = { money: this.#deposited.money + BigInt(money), energy: this.#deposited.energy + BigInt(energy) }
    if (total.money > most || total.energy > most) return false
    this.#deposited = total
    this.#of(acct).money += money
    this.#of(acct).energy += energy
    return true
  }

  settle(prints: readonly Print[]): void {
    for (const { maker, taker, price, fee, qty } of prints) {
      const [buy, sell] = maker.side === 'buy' ? [maker, taker] : [taker, maker]
      this.#of(buy.acct).money -= (price + fee) * qty
      this.#of(buy.acct).energy += qty
      this.#of(sell.acct).money += price * qty
      this.#of(sell.acct).energy -= qty
      if (fee !== 0) this.#of('grid').money += fee * qty
    }
  }

  /** Why an order cannot be backed, or null; `others` are the orders in the book, without itself. */
  lacks(order: NaiveOrder, others: readonly NaiveOrder[]): 'INSUFFICIENT_FUNDS' | 'INSUFFICIENT_ENERGY' | null {
    const { free, energy } = this.balance(order.acct, others)
    const need = order.type === 'limit' ? this.#limitNeed(order) : this.#marketNeed(order, others)
    if (need > free) return 'INSUFFICIENT_FUNDS'
    if (order.side === 'sell' && order.open > energy) return 'INSUFFICIENT_ENERGY'
    return null
  }

  balance(acct: string, orders: readonly NaiveOrder[]): Balance {
    const { money, energy } = this.#owned.get(acct) ?? { money: 0, energy: 0 }
    const own = orders.filter((order) => order.acct === acct && order.status === 'open')
    const reserved = own.reduce((sum, order) => sum + this.#limitNeed(order), 0)
    const onSale = own.reduce((sum, order) => sum + (order.side === 'sell' ? order.open : 0), 0)
    return { free: money - reserved, reserved, energy: energy - onSale }
  }

  balances(orders: readonly NaiveOrder[]): Readonly<Record<string, Balance>> {
    return Object.fromEntries([...this.#owned.keys()].map((acct) => [acct, this.balance(acct, orders)]))
  }

  /** The money that an order with a limit may cost. */
  #limitNeed(order: NaiveOrder): number {
    if (!this.#market.risk) return 0
    const most = order.side === 'buy' ? order.price + this.#market.premiumOf(order.premium) : -order.price
    return Math.max(0, most) * order.open
  }

  /**
   * The money that an order without a limit may cost: all of it at the worst price it would reach. Own orders are
   * volume like any other here, except to an order that would cancel them and go on behind them.
   */
  #marketNeed(order: NaiveOrder, others: readonly NaiveOrder[]): number {
    const stp = order.stp === 'cancel-maker' ? order.stp : null
    const { prints } = dryRun(this.#market, others, { ...order, stp })
    const costs = prints.map(({ price, fee }) => (order.side === 'buy' ? price + fee : -price))
    return Math.max(0, ...costs) * order.open
  }

  #of(acct: string): { money: number; energy: number } {
    const known = this.#owned.get(acct)
    if (known !== undefined) return known
    const account = { money: 0, energy: 0 }
    this.#owned.set(acct, account)
    return account
  }
}
