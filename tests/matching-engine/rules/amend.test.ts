import { describe, expect, it } from 'vitest'
import { gtd, MatchFixture, own } from './match-fixture.ts'

describe('amends', () => {
  it('M29: less at the same price keeps the place; more, or another price and back, loses it', () => {
    const book = new MatchFixture()
    for (const id of ['s1', 's2', 's3']) book.sell(id, 100, 10)
    book.amend('s1', { qty: 6 })
    expect(book.asks).toEqual([[100, 26, ['s1', 's2', 's3']]])
    book.amend('s1', { qty: 7 })
    expect(book.asks).toEqual([[100, 27, ['s2', 's3', 's1']]])
    book.amend('s2', { price: 101 })
    expect(book.asks.map(([price]) => price)).toEqual([100, 101])
    book.amend('s2', { price: 100 })
    expect(book.asks).toEqual([[100, 27, ['s3', 's1', 's2']]])
  })

  it('M29: another price loses the place even with less', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 10)
    book.sell('s2', 101, 10)
    book.amend('s1', { price: 101, qty: 5 })
    expect(book.asks).toEqual([[101, 15, ['s2', 's1']]])
  })

  it('M30: the quantity is the total: open = total − filled', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 10)
    book.buy('b', 100, 4)
    book.amend('s', { qty: 7 })
    expect(book.state('s')).toEqual(['open', 4, 3])
    book.amend('s', { qty: 14 })
    expect(book.state('s')).toEqual(['open', 4, 10])
    book.amend('s', { price: 99 })
    expect(book.state('s')).toEqual(['open', 4, 10])
  })

  it('M30, M40: what a decrement took is gone from the total', () => {
    const book = new MatchFixture()
    book.sell('own', 100, 5, own())
    book.sell('other', 100, 5)
    book.buy('b', 100, 2, own('decrement'))
    expect(book.asks).toEqual([[100, 8, ['own', 'other']]])
    book.amend('own', { qty: 3 })
    expect(book.asks).toEqual([[100, 8, ['own', 'other']]])
    book.amend('own', { qty: 4 })
    expect(book.asks).toEqual([[100, 9, ['other', 'own']]])
  })

  it.each([3, 4])('M31: a total of %d with 4 filled closes the order before anything else is looked at', (qty) => {
    const book = new MatchFixture()
    book.sell('s', 100, 10)
    book.buy('b', 100, 4)
    book.phase('halted')
    expect(book.amend('s', { qty, price: 99_999 })).toBe('taken')
    expect(book.state('s')).toEqual(['cancelled', 4, 0])
    expect(book.asks).toEqual([])
    expect(book.amend('s', { qty: 9 })).toBe('NOT_OPEN')
  })

  it('M31, M46: a total that is no quantity is refused all the same', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 10)
    book.buy('b', 100, 4)
    for (const qty of [0, -4, 3.5]) expect(book.amend('s', { qty })).toBe('INVALID_QTY')
    expect(book.state('s')).toEqual(['open', 4, 6])
  })

  it("M32: a cross trades like a new arrival, at the makers' prices, and the rest goes to the new price", () => {
    const book = new MatchFixture()
    book.sell('s1', 90, 2)
    book.sell('s2', 95, 2)
    book.buy('b', 80, 5)
    book.amend('b', { price: 99 })
    expect(book.trades).toEqual([
      ['s1', 'b', 90, 2],
      ['s2', 'b', 95, 2],
    ])
    expect(book.bids).toEqual([[99, 1, ['b']]])
    expect(book.state('b')).toEqual(['open', 4, 1])
  })

  it('M33: a refused amend leaves the order untouched in its place (a peer cancels first and loses it)', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 10)
    book.sell('s2', 100, 10)
    expect(book.amend('s1', { price: 99, qty: 0 })).toBe('INVALID_QTY')
    expect(book.amend('s1', { price: 4_001, qty: 20 })).toBe('INVALID_PRICE')
    expect(book.amend('s1', { price: 99.5 })).toBe('INVALID_PRICE')
    book.phase('halted')
    expect(book.amend('s1', { price: 99 })).toBe('NOT_TRADING')
    expect(book.asks).toEqual([[100, 20, ['s1', 's2']]])
    expect(book.state('s1')).toEqual(['open', 0, 10])
    book.phase('continuous')
    book.buy('b', 100, 1)
    expect(book.trades).toEqual([['s1', 'b', 100, 1]])
  })

  it.each([{ price: 100, qty: 10 }, { price: 100 }, { qty: 10 }])('M34: no change, no effect: %o', (change) => {
    const book = new MatchFixture()
    book.sell('s1', 100, 10)
    book.sell('s2', 100, 10)
    expect(book.amend('s1', change)).toBe('taken')
    expect(book.told).toEqual(['s1'])
    expect(book.asks).toEqual([[100, 20, ['s1', 's2']]])
  })

  it('M35: a GTD order that is amended still expires', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 10, gtd(50))
    book.amend('s', { price: 120, qty: 20 })
    book.clock(50)
    expect(book.state('s')).toEqual(['expired', 0, 0])
  })

  it('M35: post-only holds: a price that would cross is refused and the order keeps its place', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5)
    book.buy('b1', 99, 5, { postOnly: true })
    book.buy('b2', 99, 5)
    expect(book.amend('b1', { price: 100 })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.bids).toEqual([[99, 10, ['b1', 'b2']]])
    expect(book.amend('b1', { price: 98, qty: 7 })).toBe('taken')
  })
})
