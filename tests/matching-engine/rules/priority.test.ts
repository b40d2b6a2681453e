import { describe, expect, it, vi } from 'vitest'
import { MatchFixture, own } from './match-fixture.ts'

describe('priority', () => {
  it('M1: a better price trades first even if it arrived last, then the earlier arrival; sells', () => {
    const book = new MatchFixture()
    book.sell('dear', 102, 5)
    book.sell('first', 101, 5)
    book.sell('second', 101, 5)
    book.sell('cheap', 100, 5)
    book.buy('b', 102, 17)
    expect(book.trades).toEqual([
      ['cheap', 'b', 100, 5],
      ['first', 'b', 101, 5],
      ['second', 'b', 101, 5],
      ['dear', 'b', 102, 2],
    ])
  })

  it('M1: a better price trades first even if it arrived last, then the earlier arrival; buys', () => {
    const book = new MatchFixture()
    book.buy('low', 95, 5)
    book.buy('first', 96, 5)
    book.buy('second', 96, 5)
    book.buy('high', 97, 5)
    book.sell('s', 95, 17)
    expect(book.trades).toEqual([
      ['high', 's', 97, 5],
      ['first', 's', 96, 5],
      ['second', 's', 96, 5],
      ['low', 's', 95, 2],
    ])
    expect(book.bids).toEqual([[95, 3, ['low']]])
  })

  it('M2: a partial fill keeps its place, again and again (a peer sends it to the back)', () => {
    const book = new MatchFixture()
    book.sell('first', 100, 10)
    book.sell('second', 100, 10)
    for (const id of ['b1', 'b2', 'b3']) {
      book.buy(id, 100, 3)
      expect(book.trades).toEqual([['first', id, 100, 3]])
      expect(book.asks[0]?.[2]).toEqual(['first', 'second'])
    }
    book.buy('b4', 100, 3)
    expect(book.trades.map(([maker, , , qty]) => [maker, qty])).toEqual([
      ['first', 1],
      ['second', 2],
    ])
  })

  it("M3: a trade prints at the resting order's price (a peer prints the aggressor's)", () => {
    const book = new MatchFixture()
    book.sell('s', 90, 5)
    book.buy('b', 95, 3)
    expect(book.trades).toEqual([['s', 'b', 90, 3]])
    book.buy('resting', 80, 4)
    book.sell('eager', 70, 1)
    expect(book.trades).toEqual([['resting', 'eager', 80, 1]])
  })

  it('M4: equal prices cross, one tick apart does not', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5)
    book.buy('b1', 99, 5)
    expect(book.trades).toEqual([])
    book.buy('b2', 100, 5)
    expect(book.trades).toEqual([['s', 'b2', 100, 5]])
  })

  it('M5: a sweep stops at its own limit and the rest is the new best (a peer goes through its limit)', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 101, 5)
    book.sell('s3', 103, 5)
    book.buy('b', 102, 20)
    expect(book.trades).toEqual([
      ['s1', 'b', 100, 5],
      ['s2', 'b', 101, 5],
    ])
    expect(book.state('b')).toEqual(['open', 10, 10])
    expect([book.bids, book.asks]).toEqual([[[102, 10, ['b']]], [[103, 5, ['s3']]]])
    book.buy('behind', 101, 1)
    book.sell('s4', 100, 11)
    expect(book.trades).toEqual([
      ['b', 's4', 102, 10],
      ['behind', 's4', 101, 1],
    ])
  })

  it.each([
    ['cancelled', (book: MatchFixture) => void book.cancel('s1')],
    ['filled', (book: MatchFixture) => void book.buy('b', 100, 5)],
    ['amended away', (book: MatchFixture) => void book.amend('s1', { price: 110 })],
    ['expired', (book: MatchFixture) => book.clock(50)],
    ['prevented', (book: MatchFixture) => void book.marketBuy('b', 5, own('decrement'))],
  ])('M6: a level whose last order is %s is gone (a peer keeps phantom best prices)', (_how, empty) => {
    const book = new MatchFixture()
    book.sell('s1', 100, 5, { ...own(), tif: 'GTD', expiresAt: 50 })
    book.sell('s2', 105, 5)
    empty(book)
    expect(book.asks[0]).toEqual([105, 5, ['s2']])
    expect(book.buy('b', 104, 1, { postOnly: true })).toBe('taken')
    expect(book.bids).toEqual([[104, 1, ['b']]])
  })

  it('M7: no trade of zero, whatever empties an order on the way (a peer prints them)', () => {
    const book = new MatchFixture()
    book.sell('exact', 100, 5)
    book.sell('next', 100, 5, { display: 5 })
    book.buy('b1', 100, 5)
    expect(book.trades).toEqual([['exact', 'b1', 100, 5]])
    book.buy('b2', 100, 5)
    expect(book.trades).toEqual([['next', 'b2', 100, 5]])
    book.sell('own', 100, 5, own())
    book.sell('behind', 100, 5)
    book.buy('b3', 100, 5, own('decrement'))
    expect(book.trades).toEqual([])
    expect(book.asks).toEqual([[100, 5, ['behind']]])
  })

  it('M7: outside a call the book is never crossed', () => {
    const book = new MatchFixture()
    book.buy('b', 100, 5)
    book.sell('s', 90, 3)
    book.amend('b', { price: 120 })
    book.sell('s2', 119, 9)
    expect(book.bids).toEqual([])
    expect(book.asks).toEqual([[119, 7, ['s2']]])
  })

  it('M8: negative prices trade where the limits allow them', () => {
    const book = new MatchFixture()
    book.sell('s', -50, 5)
    book.buy('b', -20, 5)
    expect(book.trades).toEqual([['s', 'b', -50, 5]])
  })

  it('M8: minus zero is the price zero', () => {
    const book = new MatchFixture()
    book.send('{"op":"new","id":"b","acct":"B","side":"buy","type":"limit","price":-0,"qty":5,"tif":"GTC"}')
    book.sell('s', 0, 2)
    expect(book.trades).toEqual([['b', 's', 0, 2]])
    expect(book.bids).toEqual([[0, 3, ['b']]])
    expect(book.send('{"op":"amend","id":"b","price":-0}').orders).toEqual({ b: ['open', 2, 3] })
  })

  it('M9: no clock of the machine is read (a peer calls Date.now in its core)', () => {
    const asleep = () => {
      throw new Error('the book has looked at a clock of its own')
    }
    vi.spyOn(Date, 'now').mockImplementation(asleep)
    vi.spyOn(performance, 'now').mockImplementation(asleep)
    vi.spyOn(Math, 'random').mockImplementation(asleep)
    try {
      const book = new MatchFixture()
      book.clock(10)
      expect(book.sell('s', 100, 5, { tif: 'GTD', expiresAt: 11 })).toBe('taken')
      book.marketBuy('m', 1)
      book.clock(11)
      expect(book.state('s')).toEqual(['expired', 1, 0])
    } finally {
      vi.restoreAllMocks()
    }
  })

  it('M9: the same lines give the same bytes (a peer diverges when its journal is replayed)', () => {
    const bytes = () => {
      const book = new MatchFixture({ risk: true })
      const lines: readonly object[] = [
        ...['A', 'B'].map((acct) => ({ op: 'deposit', acct, funds: 9_000, energy: 90 })),
        { op: 'phase', phase: 'call' },
        ...Array.from({ length: 40 }, (_, index) => ({
          op: 'new',
          id: `o${index % 11}`,
          acct: index % 3 === 0 ? 'A' : 'B',
          side: index % 2 === 0 ? 'buy' : 'sell',
          type: 'limit',
          price: 100 + ((index * 7) % 5),
          qty: 1 + (index % 4),
          tif: 'GTC',
          ...(index % 5 === 0 ? { display: 1 } : {}),
          ...(index % 4 === 0 ? { stp: 'decrement' } : {}),
        })),
        { op: 'phase', phase: 'continuous' },
        ...Array.from({ length: 11 }, (_, index) => ({ op: 'amend', id: `o${index}`, price: 102, qty: 6 })),
        { op: 'book' },
        { op: 'balances' },
      ]
      return lines.map((line) => JSON.stringify(book.send(line))).join('\n')
    }
    expect(bytes()).toBe(bytes())
  })

  it('M10: the largest quantity is traded to the last watt-hour (a peer leaves a float residue)', () => {
    const book = new MatchFixture()
    const most = Number.MAX_SAFE_INTEGER
    book.sell('s', 1, most)
    book.buy('b1', 1, 1)
    book.buy('b2', 1, most - 2)
    expect(book.state('s')).toEqual(['open', most - 1, 1])
    book.marketBuy('b3', most)
    expect(book.trades).toEqual([['s', 'b3', 1, 1]])
    expect(book.asks).toEqual([])
  })

  it('M10: a tenth and two tenths of a kilowatt-hour are 300 Wh (a peer leaves a float residue)', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 100)
    book.sell('s2', 100, 200)
    book.buy('b', 100, 300)
    expect(book.state('b')).toEqual(['filled', 300, 0])
    expect([book.bids, book.asks]).toEqual([[], []])
  })

  it('M11: ids and accounts are any text (a peer trips over __proto__)', () => {
    const book = new MatchFixture()
    for (const id of ['__proto__', 'constructor', 'toString', '', '🔌', 'a\u0000b', ' ']) {
      expect(book.cancel(id)).toBe('UNKNOWN_ORDER')
      expect(book.sell(id, 100, 5, { acct: '__proto__' })).toBe('taken')
      expect(book.state(id)).toEqual(['open', 0, 5])
    }
    book.buy('b', 100, 5, { acct: '__proto__', stp: 'cancel-both' })
    expect(book.trades).toEqual([])
    expect(book.asks).toEqual([[100, 30, ['constructor', 'toString', '', '🔌', 'a\u0000b', ' ']]])
    book.marketBuy('constructor of trades', 12)
    expect(book.trades.map(([maker]) => maker)).toEqual(['constructor', 'toString', ''])
  })

  it('M11: accounts of any name have balances of their own', () => {
    const book = new MatchFixture({ risk: true })
    for (const [index, acct] of ['__proto__', 'constructor', '', '🔌'].entries()) {
      expect(book.balance(acct)).toBeUndefined()
      book.deposit(acct, 10 + index, index)
      expect(book.balance(acct)).toEqual([10 + index, 0, index])
    }
  })
})
