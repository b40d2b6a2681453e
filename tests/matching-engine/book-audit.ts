import type { Balance, BookRow, Command, ConfigCommand, NewCommand, Output } from './naive/command.ts'

/** What an auditor knows of an order: what was asked for, and what the answers said became of it. */
interface Entry {
  readonly asked: NewCommand
  price: number
  quantity: number
  filled: number
  open: number
  cancelled: number
  status: string
}

type Trade = Output['trades'][number]

/**
 * Keeps the books of an order book from commands and answers alone, knows nothing of how orders are matched, and
 * throws where the two cannot both be true.
 */
export class BookAudit {
  readonly #config: ConfigCommand
  readonly #entries = new Map<string, Entry>()
  /** orders whose id was used again, so that everything that was ever filled still counts */
  readonly #past: Entry[] = []
  readonly #money = new Map<string, number>()
  readonly #energy = new Map<string, number>()
  #phase = 'continuous'
  #now = 0

  constructor(config: ConfigCommand) {
    this.#config = config
  }

  /** One command that was taken or refused, what it was answered, and what `book` and `balances` say after it. */
  follow(command: Command, answer: Output, after: Pick<Output, 'book' | 'balances'>): void {
    if (answer.error !== undefined) this.#refused(command, answer)
    else this.#taken(command, answer)
    if (after.book !== undefined) this.#checkBook(after.book)
    if (after.balances !== undefined) this.#checkBalances(after.balances)
  }

  #refused(command: Command, answer: Output): void {
    check(answer.trades.length === 0, 'a refusal trades nothing')
    const named = 'id' in command ? command.id : ''
    if (command.op === 'new' && answer.error !== 'DUPLICATE_ID') {
      const entry = this.#open(command)
      entry.status = 'rejected'
      entry.open = 0
    }
    check(
      Object.keys(answer.orders).every((id) => id === named),
      'a refusal shows no order but its own',
    )
    check(Object.hasOwn(answer.orders, named) === this.#entries.has(named), 'a refusal shows the order it names')
    for (const [id, state] of Object.entries(answer.orders)) this.#expectState(id, state)
  }

  #taken(command: Command, answer: Output): void {
    const before = new Map([...this.#entries].map(([id, entry]) => [id, { ...entry }]))
    switch (command.op) {
      case 'new':
        this.#open(command)
        break
      case 'amend': {
        const entry = this.#entry(command.id)
        if (command.qty !== undefined && command.qty <= entry.filled) {
          check(answer.orders[command.id]?.[0] === 'cancelled', 'an amend to what is filled closes the order')
        } else {
          entry.quantity = (command.qty ?? entry.filled + entry.open) + entry.cancelled
          entry.price = (command.price ?? entry.price) + 0
        }
        break
      }
      case 'clock':
        this.#now = command.now
        break
      case 'deposit':
        add(this.#money, command.acct, command.funds)
        add(this.#energy, command.acct, command.energy)
        break
      default:
    }
    for (const trade of answer.trades) this.#book(trade, before, command)
    if (command.op === 'phase') this.#phase = command.phase

    const decrementers = Object.keys(answer.orders).filter((id) => this.#entry(id).asked.stp === 'decrement')
    for (const [id, [status, filled, open]] of Object.entries(answer.orders)) {
      const entry = this.#entry(id)
      check(filled === entry.filled, `${id} has filled what its trades say: ${filled}, not ${entry.filled}`)
      const cancelled = entry.quantity - filled - open
      if (status === 'open' || status === 'pending') {
        check(open > 0, `${id} is live, so something is open`)
        const isPrevented = decrementers.some((other) => this.#entry(other).asked.acct === entry.asked.acct)
        check(cancelled === entry.cancelled || (cancelled > entry.cancelled && isPrevented), `${id} lost nothing`)
      } else {
        check(open === 0, `${id} is ${status}, so nothing is open`)
        check(cancelled >= entry.cancelled, `${id} filled no more than was asked for`)
        check(status !== 'rejected', 'only a refusal rejects')
      }
      check(
        status !== 'expired' ||
          this.#phase === 'closed' ||
          entry.asked.expiresAt === undefined ||
          entry.asked.expiresAt <= this.#now,
        `${id} may expire`,
      )
      Object.assign(entry, { status, open, cancelled })
    }
    for (const [id, entry] of this.#entries) {
      if (Object.hasOwn(answer.orders, id)) continue
      check(before.get(id)?.filled === entry.filled, `${id} traded, so its state is told`)
    }
    const [bought, sold] = (['buy', 'sell'] as const).map((side) =>
      [...this.#past, ...this.#entries.values()]
        .filter((entry) => entry.asked.side === side)
        .reduce((sum, entry) => sum + BigInt(entry.filled), 0n),
    )
    check(bought === sold, `buys filled ${bought}, sells ${sold}`)
  }

  /** Enters a trade. Between two orders that were live, within both limits, at the price of the one that rested. */
  #book([makerId, takerId, price, qty]: Trade, before: ReadonlyMap<string, Entry>, command: Command): void {
    check(Number.isSafeInteger(qty) && qty > 0, `a trade of ${qty}`)
    const [maker, taker] = [this.#entry(makerId), this.#entry(takerId)]
    for (const [id, entry] of [
      [makerId, maker],
      [takerId, taker],
    ] as const) {
      const isNew = command.op === 'new' && command.id === id
      const was = before.get(id)?.status
      check(isNew || was === 'open' || was === 'pending', `${id} was live before it traded`)
      entry.filled += qty
      check(entry.filled <= entry.quantity - entry.cancelled, `${id} filled no more than was asked for`)
    }
    check(maker.asked.type === 'limit', `${makerId} rested`)
    const [buy, sell] = maker.asked.side === 'buy' ? [maker, taker] : [taker, maker]
    check(buy.asked.side === 'buy' && sell.asked.side === 'sell', `${makerId} and ${takerId} are of two sides`)
    const fee = this.#fee(sell, buy)
    if (buy.asked.type === 'limit') {
      check(price + fee <= buy.price + this.#premium(sell, buy), `${price} + ${fee} is within the buyer's limit`)
    }
    if (sell.asked.type === 'limit') check(price >= sell.price, `${price} is within the seller's limit`)
    const isUncross = (command.op === 'uncross' || command.op === 'phase') && taker.asked.type !== 'stop'
    if (isUncross) {
      check(maker === buy && this.#phase === 'call', 'buys are the makers of an uncross, which is of a call')
    } else {
      const own = maker === sell ? sell.price : buy.price + this.#premium(sell, buy) - fee
      check(price === own, `${price} is the resting order's price, ${own}`)
    }
    if (this.#config.risk !== true) return
    add(this.#money, buy.asked.acct, -(price + fee) * qty)
    add(this.#money, sell.asked.acct, price * qty)
    add(this.#money, 'grid', fee * qty)
    add(this.#energy, buy.asked.acct, qty)
    add(this.#energy, sell.asked.acct, -qty)
  }

  /** The book shows the live orders and nothing else, and no bid in it could trade with an ask. */
  #checkBook({ bids, asks }: { readonly bids: readonly BookRow[]; readonly asks: readonly BookRow[] }): void {
    const shown: string[] = []
    for (const [side, rows, sign] of [
      ['buy', bids, -1],
      ['sell', asks, 1],
    ] as const) {
      for (const [index, [price, displayed, ids]] of rows.entries()) {
        const better = rows[index - 1]
        check(better === undefined || sign * (price - better[0]) > 0, `${price} is in its place`)
        const entries = ids.map((id) => this.#entry(id))
        for (const entry of entries) {
          check(entry.asked.side === side && entry.status === 'open' && entry.price === price, `${price} shows its own`)
        }
        const most = sum(entries.map((entry) => Math.min(entry.open, entry.asked.display ?? entry.open)))
        const least = sum(entries.map((entry) => (entry.asked.display === undefined ? entry.open : 1)))
        check(ids.length > 0 && displayed <= most, `no more on show at ${price} than there is: ${displayed} of ${most}`)
        check(
          displayed >= Math.min(least, Number.MAX_SAFE_INTEGER),
          `what ${price} must show: ${displayed} of ${least}`,
        )
        shown.push(...ids)
      }
    }
    const live = [...this.#entries].filter(([, entry]) => entry.status === 'open' || entry.status === 'pending')
    const open = live.filter(([, entry]) => entry.status === 'open').map(([id]) => id)
    check(String(shown.sort()) === String(open.sort()), `on show are ${shown}, open are ${open}`)
    check(live.length === 0 || this.#phase !== 'closed', 'nothing is live in a closed book')
    for (const [id, { asked }] of live)
      check((asked.expiresAt ?? Number.MAX_SAFE_INTEGER) > this.#now, `${id} is not over`)
    if (this.#phase === 'call') return
    for (const bid of bids.flatMap((row) => row[2].map((id) => this.#entry(id)))) {
      for (const ask of asks.flatMap((row) => row[2].map((id) => this.#entry(id)))) {
        const reach = bid.price + this.#premium(ask, bid) - this.#fee(ask, bid)
        check(
          reach < ask.price,
          `the book is crossed: ${bid.asked.id} at ${bid.price}, ${ask.asked.id} at ${ask.price}`,
        )
      }
    }
  }

  /** Every account holds what was deposited and what it traded; what its open orders need is reserved, no more, no less. */
  #checkBalances(balances: Readonly<Record<string, Balance>>): void {
    const open = [...this.#entries.values()].filter((entry) => entry.status === 'open')
    for (const acct of new Set([...this.#money.keys(), ...this.#energy.keys(), ...Object.keys(balances)])) {
      const { free, reserved, energy } = Object.hasOwn(balances, acct) ? (balances[acct] as Balance) : nothing
      const own = open.filter((entry) => entry.asked.acct === acct)
      const need = sum(own.map((entry) => this.#need(entry)))
      const onSale = sum(own.map((entry) => (entry.asked.side === 'sell' ? entry.open : 0)))
      check(reserved === need, `${acct} has ${reserved} reserved, its orders need ${need}`)
      const money = this.#money.get(acct) ?? 0
      check(free + reserved === money, `${acct} has ${free} + ${reserved}, should have ${money}`)
      check(free >= 0, `${acct} has spent what it did not have: ${free}`)
      const owned = this.#energy.get(acct) ?? 0
      check(energy + onSale === owned && energy >= 0, `${acct} has ${energy} Wh + ${onSale}, should have ${owned}`)
    }
  }

  #need({ asked, price, open }: Entry): number {
    const most = this.#config.premiums?.find((premium) => premium.name === asked.premium)?.premium ?? 0
    return Math.max(0, asked.side === 'buy' ? price + most : -price) * open
  }

  #fee(sell: Entry, buy: Entry): number {
    return this.#config.fees?.[sell.asked.zone ?? 0]?.[buy.asked.zone ?? 0] ?? 0
  }

  #premium(sell: Entry, buy: Entry): number {
    const premium = this.#config.premiums?.find(({ name }) => name === buy.asked.premium)
    return premium?.sources.some((source) => source === sell.asked.source) === true ? premium.premium : 0
  }

  #open(asked: NewCommand): Entry {
    const used = this.#entries.get(asked.id)
    if (used !== undefined) {
      check(used.status !== 'open' && used.status !== 'pending', `${asked.id} is not live when its id is used again`)
      this.#past.push(used)
    }
    const price = (asked.price ?? 0) + 0
    const entry: Entry = { asked, price, quantity: asked.qty, filled: 0, open: asked.qty, cancelled: 0, status: 'open' }
    this.#entries.set(asked.id, entry)
    return entry
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry === undefined) throw new Error(`${id} was never asked for`)
    return entry
  }

  #expectState(id: string, [status, filled, open]: readonly [string, number, number]): void {
    const entry = this.#entry(id)
    const found = `${status} ${filled} ${open}`
    check(found === `${entry.status} ${entry.filled} ${entry.open}`, `a refusal changes nothing: ${id} is ${found}`)
  }
}

const nothing: Balance = { free: 0, reserved: 0, energy: 0 }

function check(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`does not hold: ${rule}`)
}

function add(balances: Map<string, number>, acct: string, amount: number): void {
  balances.set(acct, (balances.get(acct) ?? 0) + amount)
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0)
