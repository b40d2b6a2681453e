import { describe, expect, it } from 'vitest'
import { gtd, MatchFixture, own } from './match-fixture.ts'

describe('stops', () => {
  /** One order on each side, far from one another, for trades at prices that a test names. */
  function tradeAt(book: MatchFixture, price: number): void {
    book.sell('print s', price, 1)
    book.buy('print b', price, 1)
  }

  it('M22: a stop waits outside the book', () => {
    const book = new MatchFixture()
    expect(book.stopBuy('stop', 105, 5)).toBe('taken')
    expect(book.state('stop')).toEqual(['pending', 0, 5])
    expect([book.bids, book.asks]).toEqual([[], []])
    book.marketSell('m', 5)
    expect(book.trades).toEqual([])
  })

  it.each([
    ['buy', 104, false],
    ['buy', 105, true],
    ['buy', 106, true],
    ['sell', 106, false],
    ['sell', 105, true],
    ['sell', 104, true],
  ] as const)('M22: a %s stop at 105 and a trade at %d: fires %s', (side, price, fires) => {
    const book = new MatchFixture()
    book.place({ id: 'stop', acct: 'S', side, type: 'stop', stopPrice: 105, qty: 5 })
    tradeAt(book, price)
    expect(book.state('stop')).toEqual(fires ? ['cancelled', 0, 0] : ['pending', 0, 5])
  })

  it('M22: trades before its arrival do not count', () => {
    const book = new MatchFixture()
    tradeAt(book, 110)
    book.stopBuy('stop', 105, 5)
    expect(book.state('stop')).toEqual(['pending', 0, 5])
    book.sell('far', 120, 5)
    tradeAt(book, 104)
    expect(book.state('stop')).toEqual(['pending', 0, 5])
    tradeAt(book, 110)
    expect(book.state('stop')).toEqual(['filled', 5, 0])
  })

  it('M22: orders that only rest trigger nothing', () => {
    const book = new MatchFixture()
    book.stopBuy('stop', 105, 5)
    book.sell('s', 105, 5)
    book.buy('b', 104, 5)
    expect(book.state('stop')).toEqual(['pending', 0, 5])
  })

  it('M23: a stop fires as a market order, and its remainder is cancelled', () => {
    const book = new MatchFixture()
    book.sell('s1', 105, 1)
    book.sell('s2', 107, 2)
    book.sell('s3', 3_000, 1)
    book.stopBuy('stop', 105, 5)
    book.buy('b', 105, 1)
    expect(book.trades).toEqual([
      ['s1', 'b', 105, 1],
      ['s2', 'stop', 107, 2],
      ['s3', 'stop', 3_000, 1],
    ])
    expect(book.state('stop')).toEqual(['cancelled', 3, 0])
    expect(book.bids).toEqual([])
  })

  it('M23: it fires after the aggressor is completely processed, its rest in the book', () => {
    const book = new MatchFixture()
    book.stopSell('stop', 105, 3)
    book.sell('s1', 105, 1)
    book.sell('s2', 106, 1)
    book.buy('b', 110, 4)
    expect(book.trades).toEqual([
      ['s1', 'b', 105, 1],
      ['s2', 'b', 106, 1],
      ['b', 'stop', 110, 2],
    ])
    expect(book.state('b')).toEqual(['filled', 4, 0])
    expect(book.state('stop')).toEqual(['cancelled', 2, 0])
  })

  it('M24: a chain of stops runs to its end inside the command (a peer stops after one)', () => {
    const book = new MatchFixture()
    for (const price of [100, 98, 96, 94, 92]) book.buy(`b${price}`, price, 5)
    for (const stopPrice of [94, 96, 98, 100]) book.stopSell(`t${stopPrice}`, stopPrice, 5)
    book.marketSell('m', 5)
    expect(book.trades).toEqual([
      ['b100', 'm', 100, 5],
      ['b98', 't100', 98, 5],
      ['b96', 't98', 96, 5],
      ['b94', 't96', 94, 5],
      ['b92', 't94', 92, 5],
    ])
    expect(book.bids).toEqual([])
  })

  it('M24: stops that one trade triggers fire in order of arrival, whatever their prices', () => {
    const book = new MatchFixture()
    book.stopSell('late and near', 101, 1)
    book.cancel('late and near')
    book.stopSell('far', 103, 1)
    book.stopSell('near', 105, 1)
    book.stopSell('late and near', 104, 1)
    book.buy('b1', 102, 1)
    book.buy('b2', 90, 9)
    book.marketSell('m', 1)
    expect(book.trades.map(([, taker]) => taker)).toEqual(['m', 'far', 'near', 'late and near'])
  })

  it("M24: what a stop's trades trigger queues behind the stops that wait already", () => {
    const book = new MatchFixture()
    book.stopSell('triggered by first', 95, 1)
    book.stopSell('first', 100, 2)
    book.stopSell('second', 100, 1)
    book.buy('b1', 100, 1)
    book.buy('b2', 99, 1)
    book.buy('b3', 95, 1)
    book.buy('b4', 94, 9)
    book.marketSell('m', 1)
    expect(book.trades).toEqual([
      ['b1', 'm', 100, 1],
      ['b2', 'first', 99, 1],
      ['b3', 'first', 95, 1],
      ['b4', 'second', 94, 1],
      ['b4', 'triggered by first', 94, 1],
    ])
  })

  it('M24: buy stops and sell stops wake each other', () => {
    const book = new MatchFixture()
    book.buy('b', 90, 9)
    book.sell('s', 110, 9)
    book.stopBuy('stop buy', 85, 1)
    book.stopSell('stop sell', 110, 1)
    book.marketSell('m', 1)
    expect(book.trades).toEqual([
      ['b', 'm', 90, 1],
      ['s', 'stop buy', 110, 1],
      ['b', 'stop sell', 90, 1],
    ])
  })

  it('M25: a print in the middle of a sweep triggers', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 1)
    book.sell('s2', 110, 1)
    book.sell('s3', 120, 1)
    book.buy('b', 90, 9)
    book.stopSell('below', 100, 1)
    book.marketBuy('m', 3)
    expect(book.trades.at(-1)).toEqual(['b', 'below', 90, 1])
  })

  it('M25: the price of an uncross triggers, and the stop fires though the call goes on', () => {
    const book = new MatchFixture()
    book.stopBuy('stop', 101, 2)
    book.phase('call')
    book.buy('b', 101, 5)
    book.sell('s1', 100, 5)
    book.sell('s2', 103, 5)
    book.uncross()
    expect(book.trades).toEqual([['b', 's1', 100, 5]])
    expect(book.state('stop')).toEqual(['pending', 0, 2])
    book.buy('b', 101, 6)
    book.sell('s1', 100, 5)
    book.uncross()
    expect(book.trades).toEqual([
      ['b', 's1', 101, 5],
      ['s2', 'stop', 103, 2],
    ])
    expect(book.sell('in call', 90, 1)).toBe('taken')
    expect(book.trades).toEqual([])
  })

  it('M25, M32: the trades of an amend trigger', () => {
    const book = new MatchFixture()
    book.stopBuy('stop', 105, 1)
    book.sell('s', 105, 1)
    book.sell('s2', 106, 1)
    book.buy('b', 100, 1)
    book.amend('b', { price: 105 })
    expect(book.trades).toEqual([
      ['s', 'b', 105, 1],
      ['s2', 'stop', 106, 1],
    ])
  })

  it('M26: a pending stop is cancelled, expires and closes like any order', () => {
    const book = new MatchFixture()
    book.stopBuy('cancelled', 105, 5)
    book.stopBuy('over', 105, 5, gtd(10))
    book.stopBuy('closed', 105, 5)
    expect(book.stopBuy('too late', 105, 5, gtd(0))).toBe('ALREADY_EXPIRED')
    expect(book.stopBuy('closed', 105, 5)).toBe('DUPLICATE_ID')
    expect(book.cancel('cancelled')).toBe('taken')
    expect(book.state('cancelled')).toEqual(['cancelled', 0, 0])
    book.clock(10)
    expect(book.state('over')).toEqual(['expired', 0, 0])
    tradeAt(book, 104)
    book.phase('closed')
    expect(book.state('closed')).toEqual(['expired', 0, 0])
    book.phase('continuous')
    tradeAt(book, 110)
    expect(book.told).toEqual(['print s', 'print b'])
  })

  it('M27: an amend of a pending stop takes a quantity only; less keeps its arrival, more loses it', () => {
    const book = new MatchFixture()
    book.stopSell('one', 100, 5)
    book.stopSell('two', 100, 5)
    book.stopSell('three', 100, 5)
    expect(book.amend('one', { price: 99 })).toBe('INVALID_PRICE')
    expect(book.amend('two', { price: 99, qty: 4 })).toBe('INVALID_PRICE')
    expect(book.state('two')).toEqual(['pending', 0, 5])
    expect(book.amend('one', { qty: 6 })).toBe('taken')
    expect(book.amend('two', { qty: 4 })).toBe('taken')
    expect(book.amend('three', { qty: 5 })).toBe('taken')
    expect(book.state('one')).toEqual(['pending', 0, 6])
    book.buy('b', 100, 99)
    book.marketSell('m', 1)
    expect(book.trades.map(([, taker, , qty]) => [taker, qty])).toEqual([
      ['m', 1],
      ['two', 4],
      ['three', 5],
      ['one', 6],
    ])
  })

  it('M28: a stop brings its own self-trade prevention', () => {
    const book = new MatchFixture()
    book.buy('b1', 100, 1)
    book.buy('own', 99, 5, own())
    book.buy('b2', 98, 5)
    book.stopSell('taker', 100, 5, own('cancel-taker'))
    book.stopSell('maker', 100, 5, own('cancel-maker'))
    book.marketSell('m', 1)
    expect(book.trades).toEqual([
      ['b1', 'm', 100, 1],
      ['b2', 'maker', 98, 5],
    ])
    expect(book.state('taker')).toEqual(['cancelled', 0, 0])
    expect(book.state('own')).toEqual(['cancelled', 0, 0])
    expect(book.state('maker')).toEqual(['filled', 5, 0])
  })

  it.each([100.5, -501, 4_001])('M47: the stop price %d is INVALID_PRICE', (stopPrice) => {
    expect(new MatchFixture().stopBuy('stop', stopPrice, 5)).toBe('INVALID_PRICE')
  })

  it('M44, M55: a stop is refused in a call and while halted', () => {
    const book = new MatchFixture()
    book.phase('call')
    expect(book.stopBuy('stop', 105, 5)).toBe('NOT_ALLOWED_IN_CALL')
    book.phase('halted')
    expect(book.stopBuy('stop', 105, 5)).toBe('NOT_TRADING')
  })
})
