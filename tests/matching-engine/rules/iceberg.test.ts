import { describe, expect, it } from 'vitest'
import { MatchFixture, own } from './match-fixture.ts'

describe('icebergs', () => {
  it('M18: only the clip is on show and has the place', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 25, { display: 10 })
    book.sell('plain', 100, 10)
    expect(book.state('iceberg')).toEqual(['open', 0, 25])
    expect(book.asks).toEqual([[100, 20, ['iceberg', 'plain']]])
    book.buy('b', 100, 12)
    expect(book.trades).toEqual([
      ['iceberg', 'b', 100, 10],
      ['plain', 'b', 100, 2],
    ])
  })

  it('M18: a clip of all there is, or more, hides nothing', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 5, { display: 5 })
    book.sell('s2', 100, 5, { display: 9 })
    expect(book.asks).toEqual([[100, 10, ['s1', 's2']]])
  })

  it('M18: more than ten thousand clips are refused, by an amend too: each would be a trade', () => {
    const book = new MatchFixture()
    expect(book.sell('most', 100, 10_000, { display: 1 })).toBe('taken')
    expect(book.sell('more', 100, 10_001, { display: 1 })).toBe('INVALID_QTY')
    expect(book.amend('most', { qty: 10_001 })).toBe('INVALID_QTY')
    expect(book.state('most')).toEqual(['open', 0, 10_000])
  })

  it('M2, M18: a clip that is partly used keeps its place', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 25, { display: 10 })
    book.sell('plain', 100, 10)
    book.buy('b1', 100, 4)
    expect(book.asks).toEqual([[100, 16, ['iceberg', 'plain']]])
    book.buy('b2', 100, 7)
    expect(book.trades).toEqual([
      ['iceberg', 'b2', 100, 6],
      ['plain', 'b2', 100, 1],
    ])
    expect(book.asks).toEqual([[100, 19, ['plain', 'iceberg']]])
  })

  it('M19: the next clip joins the back, and trades again in the same sweep before a worse price', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 25, { display: 10 })
    book.sell('plain', 100, 10)
    book.sell('worse', 101, 10)
    book.buy('b', 101, 37)
    expect(book.trades).toEqual([
      ['iceberg', 'b', 100, 10],
      ['plain', 'b', 100, 10],
      ['iceberg', 'b', 100, 10],
      ['iceberg', 'b', 100, 5],
      ['worse', 'b', 101, 2],
    ])
    expect(book.state('iceberg')).toEqual(['filled', 25, 0])
  })

  it('M19: two icebergs take turns', () => {
    const book = new MatchFixture()
    book.buy('one', 100, 5, { display: 2 })
    book.buy('two', 100, 3, { display: 1 })
    book.sell('s', 100, 7)
    expect(book.trades.map(([maker, , , qty]) => [maker, qty])).toEqual([
      ['one', 2],
      ['two', 1],
      ['one', 2],
      ['two', 1],
      ['one', 1],
    ])
    expect(book.bids).toEqual([[100, 1, ['two']]])
  })

  it('M19: a clip used up exactly is replaced though the sweep is over', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 25, { display: 10 })
    book.sell('plain', 100, 10)
    book.buy('b', 100, 10)
    expect(book.asks).toEqual([[100, 20, ['plain', 'iceberg']]])
    expect(book.state('iceberg')).toEqual(['open', 10, 15])
  })

  it('M20: an arriving iceberg trades with all it has, and shows a clip of what rests', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 12)
    book.buy('iceberg', 100, 20, { display: 5 })
    expect(book.trades).toEqual([['s', 'iceberg', 100, 12]])
    expect(book.bids).toEqual([[100, 5, ['iceberg']]])
    expect(book.state('iceberg')).toEqual(['open', 12, 8])
  })

  it('M21, M29: less keeps the place, and what is on show shrinks to what is open', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 25, { display: 10 })
    book.sell('plain', 100, 10)
    book.buy('b', 100, 7)
    book.amend('iceberg', { qty: 20 })
    expect(book.asks).toEqual([[100, 13, ['iceberg', 'plain']]])
    book.amend('iceberg', { qty: 9 })
    expect(book.asks).toEqual([[100, 12, ['iceberg', 'plain']]])
    expect(book.state('iceberg')).toEqual(['open', 7, 2])
  })

  it('M21: more loses the place and shows a whole clip anew', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 25, { display: 10 })
    book.sell('plain', 100, 10)
    book.buy('b', 100, 7)
    book.amend('iceberg', { qty: 26 })
    expect(book.asks).toEqual([[100, 20, ['plain', 'iceberg']]])
  })

  it('M21: an amend that crosses trades with all that is open', () => {
    const book = new MatchFixture()
    book.sell('s', 105, 20)
    book.buy('iceberg', 100, 25, { display: 10 })
    book.amend('iceberg', { price: 105 })
    expect(book.trades).toEqual([['s', 'iceberg', 105, 20]])
    expect(book.bids).toEqual([[105, 5, ['iceberg']]])
  })

  it('M40: a decrement takes from all that is open, and the clip keeps its place', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 25, { ...own(), display: 10 })
    book.sell('plain', 100, 10)
    book.buy('b1', 100, 12, own('decrement'))
    expect(book.trades).toEqual([])
    expect(book.state('iceberg')).toEqual(['open', 0, 13])
    expect(book.asks).toEqual([[100, 20, ['iceberg', 'plain']]])
    book.buy('b2', 100, 8, own('decrement'))
    expect(book.state('iceberg')).toEqual(['open', 0, 5])
    expect(book.asks).toEqual([[100, 15, ['iceberg', 'plain']]])
  })

  it('M40: a decrement leaves a clip that is partly used as it is', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 25, { ...own(), display: 10 })
    book.buy('b1', 100, 7)
    book.buy('b2', 100, 4, own('decrement'))
    expect(book.state('iceberg')).toEqual(['open', 7, 14])
    expect(book.asks).toEqual([[100, 3, ['iceberg']]])
  })

  it.each([0, -1, 1.5, 2 ** 53])('M46: a clip of %d is INVALID_QTY', (display) => {
    const book = new MatchFixture()
    expect(book.sell('s', 100, 5, { display })).toBe('INVALID_QTY')
    expect(book.asks).toEqual([])
  })
})
