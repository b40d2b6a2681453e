import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookOutcome } from '#matching-engine/book/book-event.ts'
import type { Amendment, NewOrder, RestingOrder } from '#matching-engine/book/book-order.ts'
import { OrderBook } from '#matching-engine/book/order-book.ts'

const emptyBook = (limits = { minPriceEurPerMWh: -500, maxPriceEurPerMWh: 4_000, tickEurPerMWh: 1 }) =>
  new OrderBook({ ...limits, nowMs: 0 })

const resting = (id: string, side: 'buy' | 'sell', priceEurPerMWh: number): RestingOrder => ({
  id,
  account: 'A',
  side,
  priceEurPerMWh,
  energyWh: 10,
  openWh: 4,
  timeInForce: 'GTD',
  expiresAtMs: 99,
  postOnly: false,
  selfTradePrevention: 'cancel-taker',
})

describe('a book that lives on', () => {
  it('is restored from open orders in time priority, filled parts and expiries included', () => {
    const book = emptyBook()
    book.restore([resting('s2', 'sell', 100), resting('s1', 'sell', 100), resting('b', 'buy', 90)])
    expect(book.depth('sell')).toEqual([{ priceEurPerMWh: 100, displayedWh: 8, ids: ['s2', 's1'] }])
    book.amend({ id: 's2', energyWh: 7 })
    expect(book.state('s2')).toEqual({ status: 'open', filledWh: 6, openWh: 1 })
    expect(book.advance(99).map((event) => 'id' in event && event.id)).toEqual(['s2', 's1', 'b'])
  })

  it('refuses what cannot have been', () => {
    const twice = [resting('s', 'sell', 100), resting('s', 'sell', 100)]
    expect(() => emptyBook().restore(twice)).toThrow('twice')
    const crossed = [resting('s', 'sell', 100), resting('b', 'buy', 100)]
    expect(() => emptyBook().restore(crossed)).toThrow('crossed')
    expect(() => emptyBook().restore([{ ...resting('s', 'sell', 100), openWh: 11 }])).toThrow('11 of 10')
    const book = emptyBook()
    book.restore([resting('b', 'buy', 1)])
    expect(() => book.restore([])).toThrow('empty')
    const limits = { minPriceEurPerMWh: 0, maxPriceEurPerMWh: 9, tickEurPerMWh: 1 }
    expect(() => new OrderBook({ ...limits, nowMs: 0, risk: true }).restore([])).toThrow('collateral')
    expect(() => emptyBook({ minPriceEurPerMWh: 2, maxPriceEurPerMWh: 1, tickEurPerMWh: 1 })).toThrow(RangeError)
    expect(() => emptyBook({ minPriceEurPerMWh: 1, maxPriceEurPerMWh: 2, tickEurPerMWh: 0 })).toThrow(RangeError)
  })

  it('does not go back in time', () => {
    const book = emptyBook()
    book.advance(10)
    expect(() => book.advance(9)).toThrow(RangeError)
    expect(() => book.advance(10.5)).toThrow(RangeError)
  })
})

type Step =
  | { readonly op: 'place'; readonly order: NewOrder }
  | { readonly op: 'amend'; readonly amendment: Amendment }
  | { readonly op: 'cancel'; readonly id: string }
  | { readonly op: 'advance'; readonly byMs: number }

const id = fc.constantFrom('__proto__', ...Array.from({ length: 24 }, (_, index) => `o${index}`))
const priceEurPerMWh = fc.integer({ min: -6, max: 6 })
const energyWh = fc.integer({ min: 0, max: 12 })
const order: fc.Arbitrary<NewOrder> = fc.record({
  id,
  account: fc.constantFrom('A', 'B', 'C'),
  side: fc.constantFrom('buy', 'sell'),
  type: fc.constantFrom('limit', 'limit', 'limit', 'limit', 'market'),
  priceEurPerMWh,
  energyWh,
  timeInForce: fc.constantFrom('GTC', 'GTC', 'GTC', 'GTD', 'IOC', 'FOK'),
  expiresAtMs: fc.integer({ min: 0, max: 300 }),
  postOnly: fc.constantFrom(false, false, false, true),
  selfTradePrevention: fc.constantFrom('none', 'none', 'cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 60, arbitrary: order.map((one) => ({ op: 'place' as const, order: one })) },
  {
    weight: 25,
    arbitrary: fc
      .oneof(
        fc.record({ id, energyWh }),
        fc.record({ id, priceEurPerMWh }),
        fc.record({ id, priceEurPerMWh, energyWh }),
      )
      .map((amendment) => ({ op: 'amend' as const, amendment })),
  },
  { weight: 10, arbitrary: id.map((one) => ({ op: 'cancel' as const, id: one })) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 9 }).map((byMs) => ({ op: 'advance' as const, byMs })) },
)
const steps = fc.array(step, { maxLength: 200, size: 'max' })

function apply(book: OrderBook, one: Step): BookOutcome {
  switch (one.op) {
    case 'place':
      return book.place(one.order)
    case 'amend':
      return book.amend(one.amendment)
    case 'cancel':
      return book.cancel(one.id)
    case 'advance':
      return { accepted: true, events: book.advance(book.nowMs + one.byMs) }
  }
}

/** Runs the steps, and gives what must be in the book after them in the order in which it came to its place. */
function run(book: OrderBook, before: readonly Step[]): readonly RestingOrder[] {
  const open = new Map<string, NewOrder>()
  for (const one of before) {
    const outcome = apply(book, one)
    for (const event of outcome.accepted ? outcome.events : []) {
      if (event.type === 'accepted' && one.op === 'place') open.set(event.id, one.order)
      if (event.type === 'closed') open.delete(event.id)
      if (event.type === 'trade') {
        for (const { id: traded, openWh } of [event.maker, event.taker]) if (openWh === 0) open.delete(traded)
      }
      const moved = event.type === 'amended' ? open.get(event.id) : undefined
      if (event.type !== 'amended' || moved === undefined) continue
      if (event.priority === 'lost') open.delete(event.id)
      open.set(event.id, { ...moved, priceEurPerMWh: event.priceEurPerMWh })
    }
  }
  return [...open.values()].map((placed) => {
    const state = book.state(placed.id)
    if (state === undefined) throw new Error(`${placed.id} is open but unknown`)
    const { filledWh, openWh } = state
    const side = placed.side === 'buy' ? 'buy' : 'sell'
    const timeInForce = placed.timeInForce === 'GTD' ? 'GTD' : 'GTC'
    return { ...placed, side, timeInForce, energyWh: filledWh + openWh, openWh }
  })
}

describe('a book restored from its open orders', () => {
  it('goes on like the one it stands for, but for the orders that have ended', () => {
    const limits = { minPriceEurPerMWh: -5, maxPriceEurPerMWh: 5, tickEurPerMWh: 1 }
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const book = emptyBook(limits)
        const open = run(book, before)
        const restored = emptyBook(limits)
        restored.advance(book.nowMs)
        restored.restore(open)
        for (const one of after) {
          const [expected, found] = [apply(book, one), apply(restored, one)]
          // What had ended before is unknown to the restored book.
          const isForgotten = !found.accepted && found.refusal.code === 'UNKNOWN_ORDER'
          if (isForgotten) expect(expected).toMatchObject({ accepted: false })
          else expect(found).toEqual(expected)
        }
      }),
      { numRuns: 30, seed: 2 },
    )
  })
})
