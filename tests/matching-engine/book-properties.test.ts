import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookEvent, BookOutcome } from '#matching-engine/book/book-event.ts'
import type { Amendment, NewOrder } from '#matching-engine/book/book-order.ts'
import { OrderBook } from '#matching-engine/book/order-book.ts'
import { Conservation } from './book-conservation.ts'
import { NaiveBook } from './naive-book.ts'

type Command =
  | { readonly op: 'place'; readonly order: NewOrder }
  | { readonly op: 'amend'; readonly amendment: Amendment }
  | { readonly op: 'cancel'; readonly id: string }
  | { readonly op: 'advance'; readonly byMs: number }
  | { readonly op: 'phase'; readonly phase: 'continuous' | 'halted' | 'closed' }

// Few ids, prices and accounts, so that orders meet, ids are used again, and bounds and zero are stepped over.
const id = fc.constantFrom('__proto__', ...Array.from({ length: 24 }, (_, index) => `o${index}`))
const price = fc.integer({ min: -6, max: 6 })
const quantity = fc.integer({ min: 0, max: 12 })
const order: fc.Arbitrary<NewOrder> = fc.record({
  id,
  account: fc.constantFrom('A', 'B', 'C'),
  side: fc.constantFrom('buy', 'sell'),
  type: fc.constantFrom('limit', 'limit', 'limit', 'limit', 'market'),
  priceEurPerMWh: price,
  energyWh: quantity,
  timeInForce: fc.constantFrom('GTC', 'GTC', 'GTC', 'GTD', 'IOC', 'FOK'),
  expiresAtMs: fc.integer({ min: 0, max: 300 }),
  postOnly: fc.constantFrom(false, false, false, true),
  selfTradePrevention: fc.constantFrom('none', 'none', 'cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'),
})
const amendment: fc.Arbitrary<Amendment> = fc.oneof(
  fc.record({ id, energyWh: quantity }),
  fc.record({ id, priceEurPerMWh: price }),
  fc.record({ id, priceEurPerMWh: price, energyWh: quantity }),
)
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 60, arbitrary: fc.record({ op: fc.constant('place' as const), order }) },
  { weight: 25, arbitrary: fc.record({ op: fc.constant('amend' as const), amendment }) },
  { weight: 10, arbitrary: fc.record({ op: fc.constant('cancel' as const), id }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('advance' as const), byMs: fc.integer({ min: 0, max: 9 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('phase' as const),
      phase: fc.constantFrom('continuous', 'continuous', 'continuous', 'halted', 'closed'),
    }),
  },
)
const STREAM_LENGTH = 200
const stream = fc.array(command, { minLength: STREAM_LENGTH, maxLength: STREAM_LENGTH, size: 'max' })

const bounds = { min: -5, max: 5 }
const emptyBook = () =>
  new OrderBook({ minPriceEurPerMWh: bounds.min, maxPriceEurPerMWh: bounds.max, tickEurPerMWh: 1, nowMs: 0 })

function apply(book: OrderBook, step: Command): { readonly answer: string; readonly events: readonly BookEvent[] } {
  const outcome = ((): BookOutcome => {
    switch (step.op) {
      case 'place':
        return book.place(step.order)
      case 'amend':
        return book.amend(step.amendment)
      case 'cancel':
        return book.cancel(step.id)
      case 'advance':
        return { accepted: true, events: book.advance(book.nowMs + step.byMs) }
      case 'phase':
        return { accepted: true, events: book.setPhase(step.phase) }
    }
  })()
  return outcome.accepted ? { answer: 'taken', events: outcome.events } : { answer: outcome.refusal.code, events: [] }
}

function applyNaively(book: NaiveBook, step: Command, nowMs: number): string {
  switch (step.op) {
    case 'place':
      return book.place(step.order)
    case 'amend':
      return book.amend(step.amendment)
    case 'cancel':
      return book.cancel(step.id)
    case 'advance':
      book.advance(nowMs)
      return 'taken'
    case 'phase':
      book.setPhase(step.phase)
      return 'taken'
  }
}

describe('any stream of commands', () => {
  it('does the same to the book as to the naive book, command by command, and every unit is accounted for', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(stream, (steps) => {
        const book = emptyBook()
        const naive = new NaiveBook(bounds)
        const conservation = new Conservation()
        for (const step of steps) {
          const { answer, events } = apply(book, step)
          expect(answer).toBe(applyNaively(naive, step, book.nowMs))
          const trades = events.flatMap((event) =>
            event.type === 'trade' ? [[event.maker.id, event.taker.id, event.priceEurPerMWh, event.energyWh]] : [],
          )
          expect(trades).toEqual(naive.trades)
          for (const [known, state] of naive.states) expect(book.state(known)).toEqual(state)
          expect([book.depth('buy'), book.depth('sell')]).toEqual([naive.depth('buy'), naive.depth('sell')])
          conservation.follow(events, step.op === 'place' ? step.order : null)
          conservation.check(book)
          seen.add(answer)
          for (const event of events) seen.add(event.type)
        }
      }),
      { numRuns: 100, seed: 20260728 },
    )
    // The streams are worth something only if they reach every answer and event there is.
    expect([...seen].sort()).toEqual(
      [
        ...['taken', 'DUPLICATE_ID', 'INVALID_QTY', 'INVALID_PRICE', 'NOT_TRADING', 'ALREADY_EXPIRED'],
        ...['POST_ONLY_WOULD_CROSS', 'UNKNOWN_ORDER', 'NOT_OPEN'],
        ...['accepted', 'amended', 'trade', 'prevented', 'reduced', 'closed'],
      ].sort(),
    )
  })

  it('gives the same events when it is replayed', () => {
    fc.assert(
      fc.property(stream, (steps) => {
        const [one, two] = [emptyBook(), emptyBook()]
        for (const step of steps) expect(apply(two, step)).toEqual(apply(one, step))
      }),
      { numRuns: 10, seed: 1 },
    )
  })

  it('goes on alike in a book restored from its open orders', () => {
    fc.assert(
      fc.property(stream, stream, (before, after) => {
        const book = emptyBook()
        const open = new Map<string, NewOrder>()
        for (const step of before) {
          for (const event of apply(book, step).events) {
            if (event.type === 'accepted' && step.op === 'place') open.set(event.id, step.order)
            if (event.type === 'closed') open.delete(event.id)
            const moved = event.type === 'amended' ? open.get(event.id) : undefined
            if (event.type !== 'amended' || moved === undefined) continue
            if (event.priority === 'lost') open.delete(event.id)
            open.set(event.id, { ...moved, priceEurPerMWh: event.priceEurPerMWh })
          }
        }
        const restored = emptyBook()
        restored.advance(book.nowMs)
        restored.setPhase(book.phase)
        restored.restore(
          [...open.values()].map((placed) => {
            const state = book.state(placed.id)
            if (state === undefined) throw new Error(`${placed.id} is open but unknown`)
            const { filledWh, openWh } = state
            const side = placed.side === 'buy' ? 'buy' : 'sell'
            const timeInForce = placed.timeInForce === 'GTD' ? 'GTD' : 'GTC'
            return { ...placed, side, timeInForce, energyWh: filledWh + openWh, openWh } as const
          }),
        )
        for (const step of after) expect(apply(restored, step)).toEqual(apply(book, step))
      }),
      { numRuns: 20, seed: 2 },
    )
  })
})
