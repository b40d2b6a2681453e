import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { MatchSession } from '#matching-engine/match-protocol/match-session.ts'
import type { Output } from './naive/command.ts'
import { NaiveBook } from './naive/naive-book.ts'

interface Case {
  readonly title: string
  readonly config?: object
  readonly steps: readonly {
    readonly in: object
    readonly trades: readonly unknown[]
    readonly orders: object
    readonly error?: string
  }[]
  readonly final: { readonly bids: readonly unknown[]; readonly asks: readonly unknown[] }
}

interface UniformPriceBook {
  readonly bids: readonly { readonly id: string; readonly kWh: number; readonly ct: number }[]
  readonly offers: readonly { readonly id: string; readonly kWh: number; readonly ct: number }[]
  readonly expected: { readonly volume: number; readonly price: Readonly<Record<string, number>> }
}

const reference = new URL('../../../shared/reference/', import.meta.url)
const there = existsSync(reference)
if (!there) console.warn(`reference cases are skipped: ${reference.pathname} is not beside the checkout`)
const read = (path: string) => JSON.parse(readFileSync(new URL(path, reference), 'utf8'))

/** What answers the cases: the order book, and the naive book that it is compared with elsewhere. */
const books: readonly (readonly [string, () => (command: object) => Output])[] = [
  [
    'the order book',
    () => {
      const session = new MatchSession()
      return (command) => JSON.parse(JSON.stringify(session.line(JSON.stringify(command))))
    },
  ],
  [
    'the naive book',
    () => {
      const book = new NaiveBook()
      return (command) => book.take(JSON.parse(JSON.stringify(command)))
    },
  ],
]

describe.each(books)('public reference cases of %s', (_name, open) => {
  if (!there) it.skip('need ../shared/reference beside the checkout', () => {})

  const cases: readonly string[] = there ? readdirSync(new URL('matching/', reference)) : []
  for (const name of cases.filter((file) => file.endsWith('.json')).sort()) {
    const { title, config, steps, final }: Case = read(`matching/${name}`)
    it(`${name.slice(0, -'.json'.length)}: ${title}`, () => {
      const send = open()
      if (config !== undefined) send({ op: 'config', ...config })
      for (const step of steps) {
        const line = send(step.in)
        expect(line.trades).toEqual(step.trades)
        expect(line.orders).toMatchObject(step.orders)
        expect(line.error).toBe(step.error)
      }
      expect(send({ op: 'book' }).book).toEqual(final)
    })
  }

  const rules = [
    ['highest-matched-ask', 'simply_assume_highest_matched_ask'],
    ['last-matched-bid', 'gsy_e_last_matched_bid'],
    ['midpoint', 'lemlab_midpoint'],
  ] as const
  const uniform: Readonly<Record<string, UniformPriceBook>> = there
    ? read('market/07_uniform_price_books.json').books
    : {}
  for (const [name, { bids, offers, expected }] of Object.entries(uniform)) {
    it.each(rules)(`uniform price of ${name}: %s`, (priceRule, column) => {
      const send = open()
      send({ op: 'config', maxPrice: 10_000_000, priceRule })
      send({ op: 'phase', phase: 'call' })
      const orders = [
        ...bids.map((bid) => ({ ...bid, side: 'buy' })),
        ...offers.map((ask) => ({ ...ask, side: 'sell' })),
      ]
      for (const { id, side, kWh, ct } of orders) {
        const [price, qty] = [Math.round(ct * 1_000), Math.round(kWh * 1_000)]
        send({ op: 'new', id, acct: id, side, type: 'limit', price, qty, tif: 'GTC' })
      }
      const { trades } = send({ op: 'uncross' })
      const price = Math.round((expected.price[column] ?? Number.NaN) * 1_000)
      expect(new Set(trades.map((trade) => trade[2]))).toEqual(new Set([price]))
      expect(trades.reduce((sum, trade) => sum + trade[3], 0)).toBe(expected.volume * 1_000)
    })
  }
})
