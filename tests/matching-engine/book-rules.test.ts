import { describe, expect, it } from 'vitest'
import { BookFixture } from './book-fixture.ts'

const market = { type: 'market', timeInForce: 'IOC' } as const
const gtd = (expiresAtMs: number) => ({ timeInForce: 'GTD', expiresAtMs }) as const
const own = (selfTradePrevention: 'none' | 'cancel-taker' | 'cancel-maker' | 'cancel-both' | 'decrement' = 'none') =>
  ({ account: 'A', selfTradePrevention }) as const

describe('priority', () => {
  it('a better price trades first, then the earlier arrival, and a partial fill keeps its place', () => {
    const book = new BookFixture()
    book.sell('late and dear', 102, 5)
    book.sell('first', 101, 10)
    book.sell('second', 101, 10)
    book.buy('b1', 101, 4)
    book.buy('b2', 102, 17)
    expect(book.trades).toEqual([
      ['first', 'b2', 101, 6],
      ['second', 'b2', 101, 10],
      ['late and dear', 'b2', 102, 1],
    ])
  })

  it("a trade prints at the resting order's price, never at the aggressor's", () => {
    const book = new BookFixture()
    book.sell('s', 90, 5)
    book.buy('b', 95, 3)
    expect(book.trades).toEqual([['s', 'b', 90, 3]])
    book.buy('resting', 80, 4)
    book.sell('eager', 70, 1)
    expect(book.trades).toEqual([['resting', 'eager', 80, 1]])
  })

  it('equal prices cross; a sweep stops at its own limit and the rest is the new best', () => {
    const book = new BookFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 101, 5)
    book.sell('s3', 103, 5)
    book.buy('b', 101, 20)
    expect(book.trades).toEqual([
      ['s1', 'b', 100, 5],
      ['s2', 'b', 101, 5],
    ])
    expect(book.depth('buy')).toEqual([[101, 10, ['b']]])
    expect(book.depth('sell')).toEqual([[103, 5, ['s3']]])
  })

  it('an emptied level is gone: no phantom best price', () => {
    const book = new BookFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 105, 5)
    book.cancel('s1')
    expect(book.depth('sell')).toEqual([[105, 5, ['s2']]])
    expect(book.buy('b', 104, 1, { postOnly: true })).toBe('taken')
  })

  it('negative prices trade where the bounds allow them', () => {
    const book = new BookFixture()
    book.sell('s', -50, 5)
    book.buy('b', -20, 5)
    expect(book.trades).toEqual([['s', 'b', -50, 5]])
  })
})

describe('time in force', () => {
  it('IOC cancels its remainder', () => {
    const book = new BookFixture()
    book.sell('s', 100, 5)
    book.buy('b', 100, 8, { timeInForce: 'IOC' })
    expect(book.state('b')).toEqual(['cancelled', 5, 0])
    expect(book.events.at(-1)).toEqual({ type: 'closed', id: 'b', status: 'cancelled', cancelledWh: 3 })
    expect(book.depth('buy')).toEqual([])
  })

  it('a market order sweeps, never rests, whatever its time in force, and takes nothing from an empty book', () => {
    const book = new BookFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 4_000, 5)
    book.buy('m1', 0, 12, { ...market, timeInForce: 'GTC' })
    expect(book.trades.map((trade) => trade[2])).toEqual([100, 4_000])
    expect(book.state('m1')).toEqual(['cancelled', 10, 0])
    book.sell('m2', 0, 5, market)
    expect(book.state('m2')).toEqual(['cancelled', 0, 0])
    expect([book.depth('buy'), book.depth('sell')]).toEqual([[], []])
  })

  it('FOK trades whole or not at all; volume beyond the limit does not count', () => {
    const book = new BookFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 101, 5)
    book.sell('s3', 102, 50)
    book.buy('too much', 101, 11, { timeInForce: 'FOK' })
    expect(book.trades).toEqual([])
    expect(book.state('too much')).toEqual(['cancelled', 0, 0])
    book.buy('just right', 101, 10, { timeInForce: 'FOK' })
    expect(book.state('just right')).toEqual(['filled', 10, 0])
  })

  it('a market FOK counts every price', () => {
    const book = new BookFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 4_000, 5)
    book.buy('eleven', 0, 11, { ...market, timeInForce: 'FOK' })
    expect(book.trades).toEqual([])
    book.buy('ten', 0, 10, { ...market, timeInForce: 'FOK' })
    expect(book.state('ten')).toEqual(['filled', 10, 0])
  })

  it('GTD is gone at its time, before any later command of that time, and never earlier', () => {
    const book = new BookFixture()
    book.advance(1_000)
    book.sell('s1', 100, 5, gtd(2_000))
    book.advance(1_999)
    book.buy('b1', 100, 1)
    expect(book.trades).toHaveLength(1)
    book.advance(2_000)
    expect(book.events).toEqual([{ type: 'closed', id: 's1', status: 'expired', cancelledWh: 4 }])
    book.buy('b2', 100, 1)
    expect(book.trades).toEqual([])
    expect(book.sell('s2', 100, 5, gtd(2_000))).toBe('ALREADY_EXPIRED')
    expect(book.sell('s3', 200, 5, gtd(2_001))).toBe('taken')
  })

  it('orders expire soonest first, then by time priority', () => {
    const book = new BookFixture()
    book.sell('d', 100, 5, gtd(40))
    book.sell('b', 101, 5, gtd(20))
    book.sell('a', 102, 5, gtd(10))
    book.sell('c', 103, 5, gtd(20))
    book.advance(30)
    expect(book.events.map((event) => 'id' in event && event.id)).toEqual(['a', 'b', 'c'])
  })

  it('an expiry does not kill a re-used id', () => {
    const book = new BookFixture()
    book.sell('s', 100, 5, gtd(1_000))
    book.cancel('s')
    book.sell('s', 100, 5)
    book.advance(5_000)
    expect(book.state('s')).toEqual(['open', 0, 5])
  })

  it('time comes in from outside and never goes back', () => {
    const book = new BookFixture()
    book.advance(10)
    book.advance(10)
    expect(() => book.advance(9)).toThrow(RangeError)
    expect(() => book.advance(10.5)).toThrow(RangeError)
  })
})

describe('post-only', () => {
  it('is refused if it would cross, at equal prices too, and rests one tick away', () => {
    const book = new BookFixture()
    book.sell('s', 100, 5)
    expect(book.buy('b1', 100, 5, { postOnly: true })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.state('b1')).toEqual(['rejected', 0, 0])
    expect(book.buy('b2', 99, 5, { postOnly: true })).toBe('taken')
  })

  it('holds on amends: a price that would cross is refused and the order keeps its place', () => {
    const book = new BookFixture()
    book.sell('s', 100, 5)
    book.buy('b1', 99, 5, { postOnly: true })
    book.buy('b2', 99, 5)
    expect(book.amend('b1', { priceEurPerMWh: 100 })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.depth('buy')).toEqual([[99, 10, ['b1', 'b2']]])
  })
})

describe('amend', () => {
  it('less at the same price keeps the place; more, or another price and back, loses it', () => {
    const book = new BookFixture()
    for (const id of ['s1', 's2', 's3']) book.sell(id, 100, 10)
    book.amend('s1', { energyWh: 6 })
    expect(book.events).toMatchObject([{ type: 'amended', priority: 'kept', openWh: 6 }])
    expect(book.depth('sell')).toEqual([[100, 26, ['s1', 's2', 's3']]])
    book.amend('s1', { energyWh: 7 })
    expect(book.events).toMatchObject([{ type: 'amended', priority: 'lost', openWh: 7 }])
    book.amend('s2', { priceEurPerMWh: 101 })
    book.amend('s2', { priceEurPerMWh: 100 })
    expect(book.depth('sell')).toEqual([[100, 27, ['s3', 's1', 's2']]])
  })

  it('another price loses the place even with less', () => {
    const book = new BookFixture()
    book.sell('s1', 100, 10)
    book.sell('s2', 101, 10)
    book.amend('s1', { priceEurPerMWh: 101, energyWh: 5 })
    expect(book.depth('sell')).toEqual([[101, 15, ['s2', 's1']]])
  })

  it('no change has no effect', () => {
    const book = new BookFixture()
    book.sell('s1', 100, 10)
    book.sell('s2', 100, 10)
    book.amend('s1', { priceEurPerMWh: 100, energyWh: 10 })
    expect(book.depth('sell')).toEqual([[100, 20, ['s1', 's2']]])
  })

  it('the quantity is the total: open = total − filled', () => {
    const book = new BookFixture()
    book.sell('s', 100, 10)
    book.buy('b', 100, 4)
    book.amend('s', { energyWh: 7 })
    expect(book.state('s')).toEqual(['open', 4, 3])
  })

  it('a total that is filled already closes the order before anything else is looked at', () => {
    for (const total of [3, 4]) {
      const book = new BookFixture()
      book.sell('s', 100, 10)
      book.buy('b', 100, 4)
      book.phase('halted')
      expect(book.amend('s', { energyWh: total, priceEurPerMWh: 99_999 })).toBe('taken')
      expect(book.events).toEqual([{ type: 'closed', id: 's', status: 'cancelled', cancelledWh: 6 }])
      expect(book.state('s')).toEqual(['cancelled', 4, 0])
    }
  })

  it("a cross matches like a new arrival, at the makers' prices, and the rest goes to the new price", () => {
    const book = new BookFixture()
    book.sell('s', 90, 2)
    book.buy('b', 80, 3)
    book.amend('b', { priceEurPerMWh: 99 })
    expect(book.trades).toEqual([['s', 'b', 90, 2]])
    expect(book.depth('buy')).toEqual([[99, 1, ['b']]])
  })

  it('a refused amend leaves the order untouched in its place', () => {
    const book = new BookFixture()
    book.sell('s1', 100, 10)
    book.sell('s2', 100, 10)
    expect(book.amend('s1', { priceEurPerMWh: 99, energyWh: 0 })).toBe('INVALID_QTY')
    expect(book.amend('s1', { priceEurPerMWh: 4_001, energyWh: 20 })).toBe('INVALID_PRICE')
    book.phase('halted')
    expect(book.amend('s1', { priceEurPerMWh: 99 })).toBe('NOT_TRADING')
    expect(book.depth('sell')).toEqual([[100, 20, ['s1', 's2']]])
    expect(book.state('s1')).toEqual(['open', 0, 10])
  })

  it('a GTD order that is amended still expires', () => {
    const book = new BookFixture()
    book.sell('s', 100, 10, gtd(50))
    book.amend('s', { priceEurPerMWh: 120, energyWh: 20 })
    book.advance(50)
    expect(book.state('s')).toEqual(['expired', 0, 0])
  })
})

describe('self-trade prevention', () => {
  function street(): BookFixture {
    const book = new BookFixture()
    book.sell('other 1', 100, 5)
    book.sell('own 1', 101, 5, own())
    book.sell('own 2', 101, 2, own())
    book.sell('other 2', 102, 5)
    return book
  }

  it('without it, orders of one account may trade with each other', () => {
    const book = street()
    book.buy('b', 102, 17, own())
    expect(book.trades.map((trade) => trade[0])).toEqual(['other 1', 'own 1', 'own 2', 'other 2'])
  })

  it('cancel-taker: trades already made stand, the remainder is cancelled', () => {
    const book = street()
    book.buy('b', 102, 12, own('cancel-taker'))
    expect(book.trades).toEqual([['other 1', 'b', 100, 5]])
    expect(book.state('b')).toEqual(['cancelled', 5, 0])
    expect(book.state('own 1')).toEqual(['open', 0, 5])
  })

  it('cancel-maker: own orders in the way are cancelled, matching goes on', () => {
    const book = street()
    book.buy('b', 102, 8, own('cancel-maker'))
    expect(book.trades.map((trade) => trade[0])).toEqual(['other 1', 'other 2'])
    expect(book.state('own 1')).toEqual(['cancelled', 0, 0])
    expect(book.state('own 2')).toEqual(['cancelled', 0, 0])
  })

  it('cancel-both: the first own order met and the remainder', () => {
    const book = street()
    book.buy('b', 102, 12, own('cancel-both'))
    expect(book.state('b')).toEqual(['cancelled', 5, 0])
    expect(book.state('own 1')).toEqual(['cancelled', 0, 0])
    expect(book.state('own 2')).toEqual(['open', 0, 2])
  })

  it('decrement: both shrink by the smaller open quantity, the emptied maker is cancelled', () => {
    const book = street()
    book.buy('b', 102, 13, own('decrement'))
    expect(book.trades).toEqual([
      ['other 1', 'b', 100, 5],
      ['other 2', 'b', 102, 1],
    ])
    expect(book.state('b')).toEqual(['filled', 6, 0])
    expect(book.state('own 2')).toEqual(['cancelled', 0, 0])
  })

  it('decrement: a taker that is done is filled if it traded, else cancelled', () => {
    const traded = street()
    traded.buy('b', 101, 8, own('decrement'))
    expect(traded.state('b')).toEqual(['filled', 5, 0])
    expect(traded.state('own 1')).toEqual(['open', 0, 2])
    const untraded = new BookFixture()
    untraded.sell('s', 100, 5, own())
    untraded.buy('b', 100, 5, own('decrement'))
    expect(untraded.state('b')).toEqual(['cancelled', 0, 0])
    expect(untraded.state('s')).toEqual(['cancelled', 0, 0])
  })

  it('a decremented order keeps its place, and its total shrinks with it', () => {
    const book = new BookFixture()
    book.sell('own', 100, 5, own())
    book.sell('other', 100, 5)
    book.buy('b', 100, 2, own('decrement'))
    expect(book.depth('sell')).toEqual([[100, 8, ['own', 'other']]])
    book.amend('own', { energyWh: 3 })
    expect(book.depth('sell')).toEqual([[100, 8, ['own', 'other']]])
    book.amend('own', { energyWh: 4 })
    expect(book.depth('sell')).toEqual([[100, 9, ['other', 'own']]])
  })

  it.each(['cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'] as const)(
    'FOK with %s: an own order reached before the quantity is complete kills it whole',
    (mode) => {
      const book = street()
      book.buy('b', 102, 6, { ...own(mode), timeInForce: 'FOK' })
      expect(book.trades).toEqual([])
      expect(book.state('b')).toEqual(['cancelled', 0, 0])
      expect(book.depth('sell').map((level) => level[1])).toEqual([5, 7, 5])
      book.buy('complete before', 102, 5, { ...own(mode), timeInForce: 'FOK' })
      expect(book.state('complete before')).toEqual(['filled', 5, 0])
    },
  )

  it('FOK without it counts own volume like any other', () => {
    const book = street()
    book.buy('b', 102, 17, { ...own(), timeInForce: 'FOK' })
    expect(book.state('b')).toEqual(['filled', 17, 0])
  })

  it('holds on amends too', () => {
    const book = new BookFixture()
    book.sell('own', 100, 5, own())
    book.buy('b', 90, 5, own('cancel-taker'))
    book.amend('b', { priceEurPerMWh: 100 })
    expect(book.trades).toEqual([])
    expect(book.state('b')).toEqual(['cancelled', 0, 0])
    expect(book.state('own')).toEqual(['open', 0, 5])
  })
})

describe('refusals', () => {
  it('come in the order of the rules, and a refused new order is remembered as rejected', () => {
    const book = new BookFixture({ min: -500, max: 4_000, tick: 5 })
    book.sell('s', 100, 5)
    book.advance(10)
    const wrong = { id: 's', account: 'A', type: 'limit', side: 'hold', priceEurPerMWh: 102, energyWh: 0 } as const
    const order = { ...wrong, ...gtd(10), postOnly: true, selfTradePrevention: 'none' } as const
    book.phase('halted')
    expect(book.place(order)).toBe('DUPLICATE_ID')
    expect(book.state('s')).toEqual(['open', 0, 5])
    expect(book.place({ ...order, id: 'b' })).toBe('INVALID_SIDE')
    expect(book.state('b')).toEqual(['rejected', 0, 0])
    expect(book.place({ ...order, id: 'b', side: 'buy' })).toBe('INVALID_QTY')
    expect(book.place({ ...order, id: 'b', side: 'buy', energyWh: 5 })).toBe('INVALID_PRICE')
    expect(book.place({ ...order, id: 'b', side: 'buy', energyWh: 5, priceEurPerMWh: 105 })).toBe('NOT_TRADING')
    book.phase('continuous')
    expect(book.place({ ...order, id: 'b', side: 'buy', energyWh: 5, priceEurPerMWh: 105 })).toBe('ALREADY_EXPIRED')
    const alive = { ...order, ...gtd(11), id: 'b', side: 'buy', energyWh: 5, priceEurPerMWh: 105 } as const
    expect(book.place(alive)).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.cancel('b')).toBe('NOT_OPEN')
    expect(book.depth('sell')).toEqual([[100, 5, ['s']]])
  })

  it.each([0, -5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('quantity %d is INVALID_QTY', (energyWh) => {
    const book = new BookFixture()
    expect(book.buy('b', 1, energyWh)).toBe('INVALID_QTY')
    expect(book.buy('m', 0, energyWh, market)).toBe('INVALID_QTY')
    book.buy('live', 1, 1)
    expect(book.amend('live', { energyWh })).toBe('INVALID_QTY')
  })

  it.each([100.25, -501, 4_001, Number.NaN])('price %d is INVALID_PRICE', (price) => {
    const book = new BookFixture()
    expect(book.buy('b', price, 5)).toBe('INVALID_PRICE')
    book.buy('live', 1, 1)
    expect(book.amend('live', { priceEurPerMWh: price })).toBe('INVALID_PRICE')
  })

  it('|price| × quantity above 2^53 − 1 is INVALID_QTY, on amends by price alone too', () => {
    const book = new BookFixture()
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 2)
    expect(book.buy('b', 2, most)).toBe('taken')
    expect(book.sell('s', -2, most + 1)).toBe('INVALID_QTY')
    expect(book.amend('b', { priceEurPerMWh: 3 })).toBe('INVALID_QTY')
    expect(book.amend('b', { priceEurPerMWh: 1, energyWh: Number.MAX_SAFE_INTEGER })).toBe('taken')
  })

  it('cancel and amend: never seen is UNKNOWN_ORDER, no longer live NOT_OPEN, in that order after the figures', () => {
    const book = new BookFixture()
    expect(book.cancel('x')).toBe('UNKNOWN_ORDER')
    expect(book.amend('x', { energyWh: 0 })).toBe('INVALID_QTY')
    expect(book.amend('x', { priceEurPerMWh: 0.5 })).toBe('INVALID_PRICE')
    book.phase('halted')
    expect(book.amend('x', { energyWh: 5 })).toBe('UNKNOWN_ORDER')
    book.phase('continuous')
    book.buy('x', 100, 5)
    book.cancel('x')
    expect(book.cancel('x')).toBe('NOT_OPEN')
    book.phase('halted')
    expect(book.amend('x', { energyWh: 5 })).toBe('NOT_OPEN')
  })

  it('the id of an order that is not live may be used again', () => {
    const book = new BookFixture()
    for (let use = 0; use < 3; use++) {
      expect(book.buy('b', 100, 5)).toBe('taken')
      expect(book.buy('b', 100, 5)).toBe('DUPLICATE_ID')
      book.cancel('b')
    }
    expect(book.buy('b', 100, 0)).toBe('INVALID_QTY')
    expect(book.state('b')).toEqual(['rejected', 0, 0])
  })

  it('ids and accounts are any strings', () => {
    const book = new BookFixture()
    for (const id of ['__proto__', 'constructor', 'toString', '']) {
      expect(book.cancel(id)).toBe('UNKNOWN_ORDER')
      expect(book.sell(id, 100, 5, { account: '__proto__' })).toBe('taken')
    }
    book.buy('b', 100, 5, { account: '__proto__', selfTradePrevention: 'cancel-both' })
    expect(book.trades).toEqual([])
    expect(book.depth('sell')).toEqual([[100, 15, ['constructor', 'toString', '']]])
  })

  it('minus zero is the price zero', () => {
    const book = new BookFixture()
    book.buy('b', -0, 5)
    book.sell('s', 0, 2)
    expect(book.trades).toEqual([['b', 's', 0, 2]])
    expect(book.depth('buy')).toEqual([[0, 3, ['b']]])
  })
})

describe('phases', () => {
  it('halted takes cancels only, and time goes on', () => {
    const book = new BookFixture()
    book.buy('b', 100, 5)
    book.sell('s', 110, 5, gtd(20))
    book.phase('halted')
    expect(book.buy('x', 100, 5)).toBe('NOT_TRADING')
    expect(book.cancel('b')).toBe('taken')
    book.advance(20)
    expect(book.state('s')).toEqual(['expired', 0, 0])
  })

  it('closed expires every open order at once and takes nothing', () => {
    const book = new BookFixture()
    book.buy('b1', 100, 5)
    book.buy('b2', 101, 5)
    book.sell('s', 110, 5, gtd(20))
    book.phase('closed')
    expect(book.events).toEqual(
      ['b2', 'b1', 's'].map((id) => ({ type: 'closed', id, status: 'expired', cancelledWh: 5 })),
    )
    expect(book.buy('x', 100, 5)).toBe('NOT_TRADING')
    expect(book.cancel('b1')).toBe('NOT_OPEN')
    expect(book.amend('b1', { energyWh: 9 })).toBe('NOT_OPEN')
  })
})

describe('a book that lives on', () => {
  const resting = (id: string, side: 'buy' | 'sell', priceEurPerMWh: number) =>
    ({
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
    }) as const

  it('is restored from open orders in time priority, filled parts and expiries included', () => {
    const book = new BookFixture()
    book.book.restore([resting('s2', 'sell', 100), resting('s1', 'sell', 100), resting('b', 'buy', 90)])
    expect(book.depth('sell')).toEqual([[100, 8, ['s2', 's1']]])
    book.amend('s2', { energyWh: 7 })
    expect(book.state('s2')).toEqual(['open', 6, 1])
    book.advance(99)
    expect(book.events.map((event) => 'id' in event && event.id)).toEqual(['s2', 's1', 'b'])
  })

  it('refuses what cannot have been', () => {
    const twice = [resting('s', 'sell', 100), resting('s', 'sell', 100)]
    expect(() => new BookFixture().book.restore(twice)).toThrow('twice')
    const crossed = [resting('s', 'sell', 100), resting('b', 'buy', 100)]
    expect(() => new BookFixture().book.restore(crossed)).toThrow('crossed')
    expect(() => new BookFixture().book.restore([{ ...resting('s', 'sell', 100), openWh: 11 }])).toThrow('11 of 10')
    const book = new BookFixture()
    book.buy('b', 1, 1)
    expect(() => book.book.restore([])).toThrow('empty')
    expect(() => new BookFixture({ min: 2, max: 1, tick: 1 })).toThrow(RangeError)
    expect(() => new BookFixture({ min: 1, max: 2, tick: 0 })).toThrow(RangeError)
  })
})
