import type { AmendCommand, BookRow, Command, NewCommand, Output } from './command.ts'
import { NaiveAccounts } from './naive-accounts.ts'
import { NaiveMarket } from './naive-market.ts'
import { clipOf, isLive, type NaiveOrder, type Phase, type Side, totalOf } from './naive-order.ts'
import { cancel, dryRun, type Print, sweep } from './naive-sweep.ts'
import { uncross } from './naive-uncross.ts'

/** What is no command: of an order's own fields only what the state of the book decides. */
export class NaiveBadCommand extends Error {}

type State = readonly [string, number, number]

/**
 * The rules once more, as slowly and plainly as they can be written: one array of orders, searched, sorted and copied
 * anew for everything. What the real book is compared with.
 */
export class NaiveBook {
  #market = new NaiveMarket({})
  #accounts = new NaiveAccounts(this.#market)
  #phase: Phase = 'continuous'
  #now = 0
  #reference: number | null = null
  #lines = 0
  #arrivals = 0
  /** the latest order of every id, live or not */
  readonly #orders = new Map<string, NaiveOrder>()
  /** of the command in hand */
  #prints: Print[] = []
  #named: string[] = []

  /** Throws NaiveBadCommand, with nothing changed, for what is no command. */
  take(command: Command): Output {
    const before = new Map([...this.#orders].map(([id, order]) => [id, stateOf(order)]))
    this.#prints = []
    this.#named = 'id' in command ? [command.id] : []
    const error = this.#run(command)
    this.#lines++
    const changed = [...this.#orders].filter(([id, order]) => !isSame(before.get(id), stateOf(order))).map(([id]) => id)
    const shown = new Set([...changed, ...this.#named.filter((id) => this.#orders.has(id))])
    return {
      trades: this.#prints.map(({ maker, taker, price, qty }) => [maker.id, taker.id, price, qty] as const),
      orders: Object.fromEntries([...shown].map((id) => [id, stateOf(this.#orders.get(id) as NaiveOrder)])),
      ...(error === null ? {} : { error }),
      ...(command.op === 'balances' ? { balances: this.#accounts.balances(this.#live()) } : {}),
      ...(command.op === 'book' ? { book: { bids: this.#rows('buy'), asks: this.#rows('sell') } } : {}),
    }
  }

  /** The code of a refusal, or null. */
  #run(command: Command): string | null {
    switch (command.op) {
      case 'config':
        return this.#configure(new NaiveMarket(command))
      case 'new':
        return this.#place(command)
      case 'amend':
        return this.#amend(command)
      case 'cancel': {
        const order = this.#orders.get(command.id)
        if (order === undefined || !isLive(order)) return notLive(order)
        cancel(order)
        return null
      }
      case 'clock':
        if (command.now < this.#now) throw new NaiveBadCommand('time never goes back')
        this.#now = command.now
        for (const order of this.#live()) if (order.tif === 'GTD' && order.expiresAt <= this.#now) expire(order)
        return null
      case 'phase':
        if (command.phase === this.#phase) return null
        if (this.#phase === 'call') this.#uncross()
        this.#phase = command.phase
        if (this.#phase === 'closed') for (const order of this.#live()) expire(order)
        return null
      case 'uncross':
        if (this.#phase === 'call') this.#uncross()
        return null
      case 'reference':
        if (!this.#market.isPrice(command.price)) throw new NaiveBadCommand('no price of this market')
        this.#reference = command.price + 0
        return null
      case 'deposit':
        for (const amount of [command.funds, command.energy]) {
          if (!Number.isSafeInteger(amount) || amount < 0) throw new NaiveBadCommand('no amount')
        }
        if (!this.#accounts.deposit(command.acct, command.funds, command.energy)) {
          throw new NaiveBadCommand('more than can be counted')
        }
        return null
      case 'balances':
      case 'book':
        return null
    }
  }

  #configure(market: NaiveMarket): null {
    if (this.#lines > 0) throw new NaiveBadCommand('config on line 1 only')
    if (market.priceSteps >= 2 ** 30) throw new NaiveBadCommand('too many prices')
    this.#market = market
    this.#accounts = new NaiveAccounts(market)
    return null
  }

  #place(command: NewCommand): string | null {
    const { id } = command
    const namesake = this.#orders.get(id)
    if (namesake !== undefined && isLive(namesake)) return 'DUPLICATE_ID'
    const order = this.#orderOf(command)
    const refusal = this.#newRefusal(command, order)
    this.#orders.delete(id)
    if (refusal !== null) {
      this.#orders.set(id, { ...order, status: 'rejected', open: 0 })
      return refusal
    }
    this.#accounts.see(order.acct)
    this.#orders.set(id, order)
    if (order.type === 'stop') order.status = 'pending'
    else this.#arrive(order)
    return null
  }

  #orderOf(command: NewCommand): NaiveOrder {
    return {
      id: command.id,
      acct: command.acct,
      side: command.side === 'buy' ? 'buy' : 'sell',
      type: command.type,
      tif: command.tif ?? (command.type === 'stop' ? 'GTC' : 'IOC'),
      expiresAt: command.expiresAt ?? 0,
      postOnly: command.postOnly ?? false,
      display: command.display ?? null,
      stopPrice: command.stopPrice ?? 0,
      stp: command.stp ?? null,
      zone: command.zone ?? 0,
      source: command.source ?? null,
      premium: command.premium ?? null,
      status: 'open',
      price: command.type === 'limit' ? (command.price ?? 0) + 0 : 0, // + 0: no minus zero
      filled: 0,
      open: command.qty,
      shown: 0,
      arrival: this.#nextArrival(),
    }
  }

  #newRefusal(command: NewCommand, order: NaiveOrder): string | null {
    const { side, qty, display, price, stopPrice } = command
    if (side !== 'buy' && side !== 'sell') return 'INVALID_SIDE'
    if (!isQuantity(qty) || (display !== undefined && !isQuantity(display))) return 'INVALID_QTY'
    if (order.type === 'limit') {
      if (this.#isTooMuch(qty, price ?? 0, order)) return 'INVALID_QTY'
      if (!this.#market.isPrice(price)) return 'INVALID_PRICE'
    }
    if (order.type === 'stop' && !this.#market.isPrice(stopPrice)) return 'INVALID_PRICE'
    if (this.#phase === 'halted' || this.#phase === 'closed') return 'NOT_TRADING'
    if (this.#phase === 'call' && !canRest(order)) return 'NOT_ALLOWED_IN_CALL'
    if (order.tif === 'GTD' && order.expiresAt <= this.#now) return 'ALREADY_EXPIRED'
    if (this.#isStopped(order)) return 'POST_ONLY_WOULD_CROSS'
    if (this.#market.risk && order.type !== 'stop') return this.#accounts.lacks(order, this.#live())
    return null
  }

  #amend({ id, price, qty }: AmendCommand): string | null {
    const order = this.#orders.get(id)
    const isOrderLive = order !== undefined && isLive(order)
    if (qty !== undefined && !isQuantity(qty)) return 'INVALID_QTY'
    if (isOrderLive && qty !== undefined && qty <= order.filled) {
      cancel(order)
      return null
    }
    const total = qty ?? (isOrderLive ? totalOf(order) : 0)
    const limit = price ?? (isOrderLive ? order.price : 0)
    const isStop = isOrderLive && order.type === 'stop'
    if (!isStop && this.#isTooMuch(total, limit, isOrderLive ? order : null)) return 'INVALID_QTY'
    if (price !== undefined && !this.#market.isPrice(price)) return 'INVALID_PRICE'
    if (!isOrderLive) return notLive(order)
    if (price !== undefined && isStop) return 'INVALID_PRICE'
    if (this.#phase === 'halted' || this.#phase === 'closed') return 'NOT_TRADING'

    const changed: NaiveOrder = { ...order, price: limit + 0, open: total - order.filled }
    if (this.#isStopped(changed)) return 'POST_ONLY_WOULD_CROSS'
    if (this.#market.risk && !isStop) {
      const others = this.#live().filter((other) => other !== order)
      const lack = this.#accounts.lacks(changed, others)
      if (lack !== null) return lack
    }
    const keepsPlace = changed.price === order.price && changed.open <= order.open
    order.price = changed.price
    order.open = changed.open
    order.shown = Math.min(order.shown, order.open)
    if (keepsPlace) return null
    order.arrival = this.#nextArrival()
    if (!isStop) this.#arrive(order)
    return null
  }

  /** A limit or market order comes to the book: anew, or because an amend cost it its place. */
  #arrive(order: NaiveOrder): void {
    if (this.#phase === 'call') order.shown = clipOf(order)
    else this.#fireStops(this.#match(order))
  }

  /** Trades an order against the book, then rests or cancels what is left of it. */
  #match(taker: NaiveOrder): readonly Print[] {
    if (taker.tif === 'FOK') {
      const { met, left } = dryRun(this.#market, this.#live(), taker)
      const own = met[0]
      if (own !== undefined) this.#named.push(own.id)
      if (own !== undefined || left > 0) {
        cancel(taker)
        return []
      }
    }
    const { prints, met } = sweep(this.#market, this.#live(), taker, () => this.#nextArrival())
    this.#named.push(...met.map((order) => order.id))
    this.#prints.push(...prints)
    this.#accounts.settle(this.#market.risk ? prints : [])
    taker.shown = clipOf(taker)
    if (taker.status === 'open' && taker.open === 0) taker.status = taker.filled > 0 ? 'filled' : 'cancelled'
    if (taker.status === 'open' && !canRest(taker)) cancel(taker)
    return prints
  }

  #uncross(): void {
    const prints = uncross(this.#market, this.#live(), this.#reference)
    this.#prints.push(...prints)
    this.#accounts.settle(this.#market.risk ? prints : [])
    this.#fireStops(prints)
  }

  /** Fires what these prints have triggered, and what their prints trigger, one after the other. */
  #fireStops(prints: readonly Print[]): void {
    const queue: NaiveOrder[] = []
    const join = (news: readonly Print[]) => {
      const triggered = this.#live()
        .filter((stop) => stop.status === 'pending' && !queue.includes(stop))
        .filter((stop) => news.some(({ price }) => isThrough(stop, price)))
      queue.push(...triggered.sort((a, b) => a.arrival - b.arrival))
    }
    join(prints)
    for (let stop = queue.shift(); stop !== undefined; stop = queue.shift()) {
      const others = this.#live()
      stop.status = 'open'
      if (
        this.#market.risk &&
        this.#accounts.lacks(
          stop,
          others.filter((other) => other !== stop),
        ) !== null
      ) {
        cancel(stop)
      } else {
        join(this.#match(stop))
      }
    }
  }

  #isTooMuch(qty: number, price: number, order: NaiveOrder | null): boolean {
    const premium = order === null ? 0 : this.#market.premiumOf(order.premium)
    return (Math.abs(price) + premium) * qty > Number.MAX_SAFE_INTEGER
  }

  /** Whether an order is post-only and would cross. */
  #isStopped(order: NaiveOrder): boolean {
    if (!order.postOnly || this.#phase === 'call') return false
    return this.#live().some((other) => other.status === 'open' && this.#market.crosses(order, other))
  }

  #rows(side: Side): readonly BookRow[] {
    const orders = this.#live().filter((order) => order.side === side && order.status === 'open')
    const prices = [...new Set(orders.map((order) => order.price))].sort((a, b) => (side === 'buy' ? b - a : a - b))
    return prices.map((price) => {
      const here = orders.filter((order) => order.price === price).sort((a, b) => a.arrival - b.arrival)
      const displayed = here.reduce((sum, order) => sum + order.shown, 0)
      return [price, Math.min(displayed, Number.MAX_SAFE_INTEGER), here.map((order) => order.id)]
    })
  }

  #live(): NaiveOrder[] {
    return [...this.#orders.values()].filter(isLive)
  }

  #nextArrival(): number {
    return this.#arrivals++
  }
}

const isQuantity = (qty: number): boolean => Number.isSafeInteger(qty) && qty >= 1

const canRest = (order: NaiveOrder): boolean => order.type === 'limit' && (order.tif === 'GTC' || order.tif === 'GTD')

const isThrough = (stop: NaiveOrder, price: number): boolean =>
  stop.side === 'buy' ? price >= stop.stopPrice : price <= stop.stopPrice

const notLive = (order: NaiveOrder | undefined): string => (order === undefined ? 'UNKNOWN_ORDER' : 'NOT_OPEN')

const stateOf = (order: NaiveOrder): State => [order.status, order.filled, order.open]

const isSame = (one: State | undefined, other: State): boolean =>
  one?.every((part, index) => part === other[index]) === true

function expire(order: NaiveOrder): void {
  order.status = 'expired'
  order.open = 0
}
