import { MatchSession } from '#matching-engine/match-protocol/match-session.ts'
import type { BookRow, ConfigCommand, NewCommand, Output } from '../naive/command.ts'

/** What a test may leave out of an order: a GTC limit order of its own account. */
export type Wish = Partial<Omit<NewCommand, 'op' | 'id' | 'side' | 'qty'>>

const street = { minPrice: -500, maxPrice: 4_000 }

/** An order book spoken to in `match` lines, in short words, for tests that read as the rule they check. */
export class MatchFixture {
  readonly #session = new MatchSession()
  readonly #states = new Map<string, readonly [string, number, number]>()
  #last: Output = { trades: [], orders: {} }

  constructor(config: Omit<ConfigCommand, 'op'> = {}) {
    this.send({ op: 'config', ...street, ...config })
  }

  buy(id: string, price: number, qty: number, wish: Wish = {}): string {
    return this.place({ ...limitOf(id), price, ...wish, side: 'buy', qty })
  }

  sell(id: string, price: number, qty: number, wish: Wish = {}): string {
    return this.place({ ...limitOf(id), price, ...wish, side: 'sell', qty })
  }

  marketBuy(id: string, qty: number, wish: Wish = {}): string {
    return this.place({ ...orderOf(id), type: 'market', ...wish, side: 'buy', qty })
  }

  marketSell(id: string, qty: number, wish: Wish = {}): string {
    return this.place({ ...orderOf(id), type: 'market', ...wish, side: 'sell', qty })
  }

  stopBuy(id: string, stopPrice: number, qty: number, wish: Wish = {}): string {
    return this.place({ ...orderOf(id), type: 'stop', stopPrice, ...wish, side: 'buy', qty })
  }

  stopSell(id: string, stopPrice: number, qty: number, wish: Wish = {}): string {
    return this.place({ ...orderOf(id), type: 'stop', stopPrice, ...wish, side: 'sell', qty })
  }

  /** 'taken', or the code of the refusal. */
  place(order: Omit<NewCommand, 'op'>): string {
    return this.#outcome({ op: 'new', ...order })
  }

  amend(id: string, change: { readonly price?: number; readonly qty?: number }): string {
    return this.#outcome({ op: 'amend', id, ...change })
  }

  cancel(id: string): string {
    return this.#outcome({ op: 'cancel', id })
  }

  clock(now: number): void {
    this.send({ op: 'clock', now })
  }

  phase(phase: string): void {
    this.send({ op: 'phase', phase })
  }

  uncross(): void {
    this.send({ op: 'uncross' })
  }

  reference(price: number): void {
    this.send({ op: 'reference', price })
  }

  deposit(acct: string, funds: number, energy: number): void {
    this.send({ op: 'deposit', acct, funds, energy })
  }

  /** One line, whatever is in it. Throws BadCommand for what is no command. */
  send(command: object | string): Output {
    const text = typeof command === 'string' ? command : JSON.stringify(command)
    const output: Output = JSON.parse(JSON.stringify(this.#session.line(text)))
    for (const [id, state] of Object.entries(output.orders)) this.#states.set(id, state)
    this.#last = output
    return output
  }

  /** The last command's trades: [maker, taker, price, quantity]. */
  get trades(): Output['trades'] {
    return this.#last.trades
  }

  /** The orders that the last command told of, in the order in which it did. */
  get told(): readonly string[] {
    return Object.keys(this.#last.orders)
  }

  /** [status, filled, open], as it was told last. */
  state(id: string): readonly [string, number, number] | undefined {
    return this.#states.get(id)
  }

  /** [price, displayed, ids], best first. Asks the book, and leaves the last command the last. */
  get bids(): readonly BookRow[] {
    return this.#ask('book').book?.bids ?? []
  }

  get asks(): readonly BookRow[] {
    return this.#ask('book').book?.asks ?? []
  }

  /** [free, reserved, free energy] of an account, undefined if it was never seen. */
  balance(acct: string): readonly [number, number, number] | undefined {
    const balance = new Map(Object.entries(this.#ask('balances').balances ?? {})).get(acct)
    return balance && [balance.free, balance.reserved, balance.energy]
  }

  #ask(op: 'book' | 'balances'): Output {
    return JSON.parse(JSON.stringify(this.#session.line(JSON.stringify({ op }))))
  }

  #outcome(command: object): string {
    return this.send(command).error ?? 'taken'
  }
}

const orderOf = (id: string) => ({ id, acct: `account of ${id}` })
const limitOf = (id: string) => ({ ...orderOf(id), type: 'limit', tif: 'GTC' }) as const

export const ioc = { tif: 'IOC' } as const
export const fok = { tif: 'FOK' } as const
export const gtd = (expiresAt: number) => ({ tif: 'GTD', expiresAt }) as const
export const preventions = ['cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'] as const
/** An order of account A, and what it does when it meets another. */
export const own = (stp?: (typeof preventions)[number]) => (stp === undefined ? { acct: 'A' } : { acct: 'A', stp })
