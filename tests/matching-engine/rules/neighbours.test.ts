import { describe, expect, it } from 'vitest'
import { fok, MatchFixture, own } from './match-fixture.ts'

/** Two streets: within one the wires cost nothing, from one to the other 10 EUR/MWh, back 20. */
const fees = [
  [0, 10],
  [20, 0],
]
const sources = ['sun', 'wind']
const premiums = [
  { name: 'sun only', sources: ['sun'], premium: 15 },
  { name: 'any green', sources: ['sun', 'wind'], premium: 5 },
]

describe('neighbours', () => {
  it.each([
    [0, 0, 100, true],
    [0, 1, 109, false],
    [0, 1, 110, true],
    [1, 0, 119, false],
    [1, 0, 120, true],
  ])('M71: from zone %d to zone %d an ask of 100 and a bid of %d cross: %s', (from, to, bid, crosses) => {
    const book = new MatchFixture({ fees })
    book.sell('s', 100, 5, { zone: from })
    book.buy('b', bid, 5, { zone: to })
    expect(book.trades).toEqual(crosses ? [['s', 'b', 100, 5]] : [])
  })

  it.each([
    ['sun', 'sun only', 85],
    ['wind', 'sun only', 100],
    ['wind', 'any green', 95],
    [undefined, 'any green', 100],
    ['sun', undefined, 100],
  ])('M71: an ask of 100 from %s and a buy with the premium %s cross from a bid of %d on', (source, premium, least) => {
    for (const price of [least - 1, least]) {
      const book = new MatchFixture({ sources, premiums })
      book.sell('s', 100, 5, source === undefined ? {} : { source })
      book.buy('b', price, 5, premium === undefined ? {} : { premium })
      expect(book.trades).toEqual(price === least ? [['s', 'b', 100, 5]] : [])
    }
  })

  it('M71: what does not cross stands side by side, and a bid may be above an ask', () => {
    const book = new MatchFixture({ fees })
    book.sell('far', 100, 5, { zone: 1 })
    book.buy('b', 115, 5, { zone: 0 })
    expect([book.bids, book.asks]).toEqual([[[115, 5, ['b']]], [[100, 5, ['far']]]])
  })

  it("M72: a resting sell's own price; of a resting buy its price + gain", () => {
    const book = new MatchFixture({ fees, sources, premiums })
    book.buy('b', 100, 5, { zone: 1, premium: 'sun only' })
    book.sell('s', 60, 2, { zone: 0, source: 'sun' })
    expect(book.trades).toEqual([['b', 's', 105, 2]])
    book.sell('from home', 60, 2, { zone: 1 })
    expect(book.trades).toEqual([['b', 'from home', 100, 2]])
  })

  it("M72: what a seller gets may lie outside the market's limits", () => {
    const book = new MatchFixture({ minPrice: 0, maxPrice: 100, tick: 10, fees: [[7]] })
    book.buy('b', 0, 5)
    book.marketSell('m', 5)
    expect(book.trades).toEqual([['b', 'm', -7, 5]])
  })

  it('M72, M65: the buyer pays the fee on top, into the account grid', () => {
    const book = new MatchFixture({ risk: true, fees })
    book.deposit('A', 1_200, 0)
    book.deposit('B', 0, 10)
    book.sell('s', 90, 4, { acct: 'B', zone: 1 })
    book.buy('b', 120, 10, { acct: 'A', zone: 0 })
    expect(book.trades).toEqual([['s', 'b', 90, 4]])
    expect(book.balance('A')).toEqual([40, 720, 4])
    expect(book.balance('B')).toEqual([360, 0, 6])
    expect(book.balance('grid')).toEqual([80, 0, 0])
    book.sell('s2', 90, 6, { acct: 'B', zone: 1 })
    expect(book.trades).toEqual([['b', 's2', 100, 6]])
    expect(book.balance('A')).toEqual([40, 0, 10])
    expect(book.balance('B')).toEqual([960, 0, 0])
    expect(book.balance('grid')).toEqual([200, 0, 0])
  })

  it('M73: a taking buy takes what is cheapest for it, fee and premium counted', () => {
    const book = new MatchFixture({ fees, sources, premiums })
    book.sell('near', 104, 5, { zone: 0 })
    book.sell('far sun', 97, 5, { zone: 1, source: 'sun' })
    book.sell('near sun', 118, 5, { zone: 0, source: 'sun' })
    book.sell('far', 85, 5, { zone: 1 })
    book.buy('b', 150, 20, { zone: 0, premium: 'sun only' })
    expect(book.trades.map(([maker, , price]) => [maker, price])).toEqual([
      ['far sun', 97],
      ['near sun', 118],
      ['near', 104],
      ['far', 85],
    ])
  })

  it('M73: a taking sell takes the bid that brings it most', () => {
    const book = new MatchFixture({ fees, sources, premiums })
    book.buy('near', 100, 5, { zone: 0 })
    book.buy('far', 112, 5, { zone: 1 })
    book.buy('far, for sun', 101, 5, { zone: 1, premium: 'sun only' })
    book.buy('near, for green', 98, 5, { zone: 0, premium: 'any green' })
    book.sell('s', 50, 20, { zone: 0, source: 'sun' })
    expect(book.trades.map(([maker, , price]) => [maker, price])).toEqual([
      ['far, for sun', 106],
      ['near, for green', 103],
      ['far', 102],
      ['near', 100],
    ])
  })

  it('M73: where these are equal the order that arrived first, a clip that was refreshed counting as new', () => {
    const book = new MatchFixture({ fees })
    book.sell('far', 80, 3, { zone: 1, display: 1 })
    book.sell('near', 100, 2, { zone: 0 })
    book.sell('near too', 100, 2, { zone: 0 })
    book.buy('b', 100, 7, { zone: 0 })
    expect(book.trades.map(([maker, , , qty]) => [maker, qty])).toEqual([
      ['far', 1],
      ['near', 2],
      ['near too', 2],
      ['far', 1],
      ['far', 1],
    ])
  })

  it('M74: post-only looks at the same figures', () => {
    const book = new MatchFixture({ fees })
    book.sell('s', 100, 5, { zone: 1 })
    expect(book.buy('b1', 119, 5, { zone: 0, postOnly: true })).toBe('taken')
    expect(book.buy('b2', 120, 5, { zone: 0, postOnly: true })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.buy('b3', 100, 5, { zone: 1, postOnly: true })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.amend('b1', { price: 120 })).toBe('POST_ONLY_WOULD_CROSS')
  })

  it('M74: fill-or-kill counts what is within its limit for it', () => {
    const book = new MatchFixture({ fees })
    book.sell('near', 110, 5, { zone: 0 })
    book.sell('far', 100, 5, { zone: 1 })
    book.buy('b1', 119, 6, { zone: 0, ...fok })
    expect(book.state('b1')).toEqual(['cancelled', 0, 0])
    book.buy('b2', 120, 6, { zone: 0, ...fok })
    expect(book.trades).toEqual([
      ['near', 'b2', 110, 5],
      ['far', 'b2', 100, 1],
    ])
  })

  it('M74, M41: an own order in another zone kills a fill-or-kill only where it would be reached', () => {
    const book = new MatchFixture({ fees })
    book.sell('near', 110, 5, { zone: 0 })
    book.sell('own and far', 100, 5, { zone: 1, ...own() })
    book.buy('b1', 150, 6, { zone: 0, ...own('cancel-maker'), ...fok })
    expect(book.state('b1')).toEqual(['cancelled', 0, 0])
    book.buy('b2', 150, 5, { zone: 0, ...own('cancel-maker'), ...fok })
    expect(book.trades).toEqual([['near', 'b2', 110, 5]])
  })

  it('M74, M67: the reserve of a market buy is the most it would pay, fee included', () => {
    const book = new MatchFixture({ risk: true, fees, sources, premiums })
    book.deposit('B', 0, 99)
    book.deposit('A', 599, 0)
    book.sell('far sun', 100, 1, { acct: 'B', zone: 1, source: 'sun' })
    book.sell('near', 118, 4, { acct: 'B', zone: 0 })
    const wish = { acct: 'A', zone: 0, premium: 'sun only' }
    expect(book.marketBuy('m', 5, wish)).toBe('INSUFFICIENT_FUNDS')
    book.deposit('A', 1, 0)
    expect(book.marketBuy('m', 5, wish)).toBe('taken')
    expect(book.trades.map(([maker]) => maker)).toEqual(['far sun', 'near'])
    expect(book.balance('A')).toEqual([600 - 120 - 4 * 118, 0, 5])
  })

  it('M74, M67: a market sell reserves for the least it would get', () => {
    const book = new MatchFixture({ risk: true, fees })
    book.deposit('B', 100, 0)
    book.deposit('A', 59, 5)
    book.buy('b', 8, 5, { acct: 'B', zone: 0 })
    expect(book.marketSell('m', 5, { acct: 'A', zone: 1 })).toBe('INSUFFICIENT_FUNDS')
    book.deposit('A', 1, 0)
    expect(book.marketSell('m', 5, { acct: 'A', zone: 1 })).toBe('taken')
    expect(book.trades).toEqual([['b', 'm', -12, 5]])
    expect([book.balance('A'), book.balance('B'), book.balance('grid')]).toEqual([
      [0, 0, 0],
      [60, 0, 5],
      [100, 0, 0],
    ])
  })

  it('M75: a buy reserves its premium too, and gets it back where it is not paid', () => {
    const book = new MatchFixture({ risk: true, sources, premiums })
    book.deposit('A', 1_150, 0)
    book.deposit('B', 0, 20)
    expect(book.buy('b', 101, 10, { acct: 'A', premium: 'sun only' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.buy('b', 100, 10, { acct: 'A', premium: 'sun only' })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 1_150, 0])
    book.sell('sun', 90, 4, { acct: 'B', source: 'sun' })
    expect(book.balance('A')).toEqual([0, 690, 4])
    book.sell('wind', 90, 6, { acct: 'B', source: 'wind' })
    expect(book.balance('A')).toEqual([90, 0, 10])
    expect(book.balance('B')).toEqual([460 + 600, 0, 10])
  })

  it('M75: below zero a premium may make a buy cost something', () => {
    const book = new MatchFixture({ risk: true, sources, premiums })
    book.deposit('A', 49, 0)
    expect(book.buy('b', -5, 5, { acct: 'A', premium: 'sun only' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.buy('b', -5, 5, { acct: 'A', premium: 'any green' })).toBe('taken')
    expect(book.balance('A')).toEqual([49, 0, 0])
  })

  it('M76: an uncross takes the pairs of lanes with the greatest gain first, each at a price of its own', () => {
    const book = new MatchFixture({ fees, priceRule: 'highest-matched-ask' })
    book.phase('call')
    book.sell('s0', 100, 5, { zone: 0 })
    book.sell('s1', 90, 5, { zone: 1 })
    book.buy('b0', 130, 8, { zone: 0 })
    book.buy('b1', 130, 3, { zone: 1 })
    book.uncross()
    expect(book.trades).toEqual([
      ['b0', 's0', 100, 5],
      ['b1', 's1', 90, 3],
      ['b0', 's1', 90, 2],
    ])
    expect([book.bids, book.asks]).toEqual([[[130, 1, ['b0']]], []])
  })

  it('M76: of pairs with the same gain the lower lane of the sells goes first, then that of the buys', () => {
    const flat = [
      [3, 3],
      [3, 3],
    ]
    const book = new MatchFixture({ fees: flat, priceRule: 'highest-matched-ask' })
    book.phase('call')
    for (const zone of [1, 0]) {
      book.sell(`s${zone}`, 90 + zone, 3, { zone })
      book.buy(`b${zone}`, 100, 2, { zone })
    }
    book.uncross()
    expect(book.trades).toEqual([
      ['b0', 's0', 90, 2],
      ['b1', 's0', 90, 1],
      ['b1', 's1', 91, 1],
    ])
  })

  it("M76: the bids of a pair count with their gain, at a price on the seller's side", () => {
    const bookAt = (priceRule: 'largest-volume' | 'last-matched-bid' | 'midpoint') => {
      const book = new MatchFixture({ fees, sources, premiums, priceRule })
      book.phase('call')
      book.buy('b', 100, 5, { zone: 1, premium: 'sun only' })
      book.sell('s', 98, 3, { zone: 0, source: 'sun' })
      book.uncross()
      return book.trades
    }
    expect(bookAt('last-matched-bid')).toEqual([['b', 's', 105, 3]])
    expect(bookAt('midpoint')).toEqual([['b', 's', 101, 3]])
    expect(bookAt('largest-volume')).toEqual([['b', 's', 105, 3]])
  })

  it('M76, M58: what leaving a call leaves does not cross in any pair', () => {
    const book = new MatchFixture({ fees })
    book.phase('call')
    book.sell('s', 100, 5, { zone: 0 })
    book.buy('b0', 100, 2, { zone: 0 })
    book.buy('b1', 110, 2, { zone: 1 })
    book.phase('continuous')
    expect(book.trades.map(([buy, , , qty]) => [buy, qty])).toEqual([
      ['b0', 2],
      ['b1', 2],
    ])
    expect(book.asks).toEqual([[100, 1, ['s']]])
  })

  it('M76, M25: an uncross of many pairs triggers stops once all of it is done', () => {
    const book = new MatchFixture({ fees, priceRule: 'highest-matched-ask' })
    book.stopSell('stop', 91, 5)
    book.phase('call')
    book.sell('s0', 91, 1, { zone: 0 })
    book.buy('b0', 130, 9, { zone: 0 })
    book.sell('s1', 90, 1, { zone: 1 })
    book.uncross()
    expect(book.trades).toEqual([
      ['b0', 's0', 91, 1],
      ['b0', 's1', 90, 1],
      ['b0', 'stop', 130, 5],
    ])
  })

  it('M22, M72: the price that triggers a stop is what the seller gets', () => {
    const book = new MatchFixture({ fees })
    book.stopBuy('stop', 100, 1)
    book.sell('s', 99, 5, { zone: 1 })
    book.buy('b', 120, 1, { zone: 0 })
    expect(book.state('stop')).toEqual(['pending', 0, 1])
    expect(book.trades).toEqual([['s', 'b', 99, 1]])
  })

  it('M77: the book shows all lanes of a side together', () => {
    const book = new MatchFixture({ fees, sources, premiums })
    book.sell('s1', 200, 1, { zone: 1 })
    book.sell('s2', 200, 2, { zone: 0, source: 'sun' })
    book.sell('s3', 199, 3, { zone: 0 })
    book.sell('s4', 200, 4, { zone: 1, source: 'wind', display: 3 })
    book.buy('b1', 100, 1, { zone: 1, premium: 'any green' })
    book.buy('b2', 101, 2, { zone: 0, premium: 'sun only' })
    book.buy('b3', 100, 3, { zone: 0 })
    expect(book.asks).toEqual([
      [199, 3, ['s3']],
      [200, 6, ['s1', 's2', 's4']],
    ])
    expect(book.bids).toEqual([
      [101, 2, ['b2']],
      [100, 4, ['b1', 'b3']],
    ])
  })
})
