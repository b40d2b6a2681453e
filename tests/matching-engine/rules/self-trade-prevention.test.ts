import { describe, expect, it } from 'vitest'
import { MatchFixture, own, preventions } from './match-fixture.ts'

describe('self-trade prevention', () => {
  function street(): MatchFixture {
    const book = new MatchFixture()
    book.sell('other 1', 100, 5)
    book.sell('own 1', 101, 5, own())
    book.sell('own 2', 101, 2, own())
    book.sell('other 2', 102, 5)
    return book
  }

  it('M36: without it, orders of one account may trade with each other', () => {
    const book = street()
    book.buy('b', 102, 17, own())
    expect(book.trades.map(([maker]) => maker)).toEqual(['other 1', 'own 1', 'own 2', 'other 2'])
  })

  it("M36: it is the taker's order that says what happens", () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5, own('cancel-both'))
    book.buy('b', 100, 5, own())
    expect(book.trades).toEqual([['s', 'b', 100, 5]])
  })

  it('M37: cancel-taker: trades already made stand, the remainder is cancelled, the own order stays', () => {
    const book = street()
    book.buy('b', 102, 12, own('cancel-taker'))
    expect(book.trades).toEqual([['other 1', 'b', 100, 5]])
    expect(book.state('b')).toEqual(['cancelled', 5, 0])
    expect(book.told).toContain('own 1')
    expect(book.told).not.toContain('own 2')
    expect(book.asks).toEqual([
      [101, 7, ['own 1', 'own 2']],
      [102, 5, ['other 2']],
    ])
  })

  it('M38: cancel-maker: own orders in the way are cancelled, matching goes on', () => {
    const book = street()
    book.buy('b', 102, 8, own('cancel-maker'))
    expect(book.trades.map(([maker]) => maker)).toEqual(['other 1', 'other 2'])
    expect(book.state('own 1')).toEqual(['cancelled', 0, 0])
    expect(book.state('own 2')).toEqual(['cancelled', 0, 0])
    expect(book.state('b')).toEqual(['filled', 8, 0])
  })

  it('M38: cancel-maker leaves own orders that are not in the way', () => {
    const book = street()
    book.buy('b1', 102, 5, own('cancel-maker'))
    expect(book.told).toEqual(['other 1', 'b1'])
    book.buy('b2', 100, 5, own('cancel-maker'))
    expect(book.asks[0]).toEqual([101, 7, ['own 1', 'own 2']])
  })

  it('M39: cancel-both: the first own order met and the remainder', () => {
    const book = street()
    book.buy('b', 102, 12, own('cancel-both'))
    expect(book.state('b')).toEqual(['cancelled', 5, 0])
    expect(book.state('own 1')).toEqual(['cancelled', 0, 0])
    expect(book.state('own 2')).toEqual(['open', 0, 2])
    expect(book.bids).toEqual([])
  })

  it('M40: decrement: both shrink by the smaller, without a trade; the emptied maker is cancelled', () => {
    const book = street()
    book.buy('b', 102, 13, own('decrement'))
    expect(book.trades).toEqual([
      ['other 1', 'b', 100, 5],
      ['other 2', 'b', 102, 1],
    ])
    expect(book.state('b')).toEqual(['filled', 6, 0])
    expect(book.state('own 1')).toEqual(['cancelled', 0, 0])
    expect(book.state('own 2')).toEqual(['cancelled', 0, 0])
  })

  it('M40: decrement: a taker that is done is filled if it traded, else cancelled', () => {
    const traded = street()
    traded.buy('b', 101, 8, own('decrement'))
    expect(traded.state('b')).toEqual(['filled', 5, 0])
    expect(traded.state('own 1')).toEqual(['open', 0, 2])
    const untraded = new MatchFixture()
    untraded.sell('s', 100, 5, own())
    untraded.buy('b', 100, 5, own('decrement'))
    expect(untraded.state('b')).toEqual(['cancelled', 0, 0])
    expect(untraded.state('s')).toEqual(['cancelled', 0, 0])
  })

  it('M40: a maker that a decrement empties is cancelled even if it has traded', () => {
    const book = new MatchFixture()
    book.sell('own', 100, 5, own())
    book.buy('b1', 100, 3)
    book.buy('b2', 100, 5, own('decrement'))
    expect(book.state('own')).toEqual(['cancelled', 3, 0])
    expect(book.state('b2')).toEqual(['open', 0, 3])
    expect(book.bids).toEqual([[100, 3, ['b2']]])
  })

  it.each(preventions)('M41: FOK with %s: an own order reached before the quantity is complete kills it', (stp) => {
    const book = street()
    book.buy('b', 102, 6, { ...own(stp), tif: 'FOK' })
    expect(book.trades).toEqual([])
    expect(book.state('b')).toEqual(['cancelled', 0, 0])
    expect(book.told).toContain('own 1')
    expect(book.asks.map((level) => level[1])).toEqual([5, 7, 5])
    book.buy('complete before', 102, 5, { ...own(stp), tif: 'FOK' })
    expect(book.state('complete before')).toEqual(['filled', 5, 0])
  })

  it.each(preventions)('M41: FOK with %s: hidden volume is reached after what the others at its price show', (stp) => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 20, { display: 2 })
    book.sell('own', 100, 1, own())
    book.buy('within the clip', 100, 2, { ...own(stp), tif: 'FOK' })
    expect(book.state('within the clip')).toEqual(['filled', 2, 0])
    book.cancel('own')
    book.sell('own', 100, 1, own())
    book.buy('beyond it', 100, 3, { ...own(stp), tif: 'FOK' })
    expect(book.state('beyond it')).toEqual(['cancelled', 0, 0])
    expect(book.asks).toEqual([[100, 3, ['iceberg', 'own']]])
  })

  it.each(preventions)('M41: a market FOK with %s is killed alike', (stp) => {
    const book = street()
    book.marketBuy('b', 6, { ...own(stp), tif: 'FOK' })
    expect(book.state('b')).toEqual(['cancelled', 0, 0])
    expect(book.asks.map((level) => level[1])).toEqual([5, 7, 5])
  })

  it('M36: FOK without it counts own volume like any other', () => {
    const book = street()
    book.buy('b', 102, 17, { ...own(), tif: 'FOK' })
    expect(book.state('b')).toEqual(['filled', 17, 0])
  })

  it.each([
    ['cancel-taker', [], ['cancelled', 0, 0], ['open', 0, 5]],
    ['cancel-maker', [['other', 'b', 101, 3]], ['filled', 3, 0], ['cancelled', 0, 0]],
    ['cancel-both', [], ['cancelled', 0, 0], ['cancelled', 0, 0]],
    ['decrement', [], ['cancelled', 0, 0], ['open', 0, 2]],
  ] as const)('M42: %s holds on amends too (a peer forgets it)', (stp, trades, taker, maker) => {
    const book = new MatchFixture()
    book.sell('own', 100, 5, own())
    book.sell('other', 101, 3)
    book.buy('b', 90, 3, own(stp))
    book.amend('b', { price: 101 })
    expect(book.trades).toEqual(trades)
    expect(book.state('b')).toEqual(taker)
    expect(book.state('own') ?? ['open', 0, 5]).toEqual(maker)
  })
})
