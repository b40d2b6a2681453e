import { describe, expect, it } from 'vitest'
import { fok, gtd, ioc, MatchFixture, own } from './match-fixture.ts'

type Row = readonly [id: string, price: number, qty: number]

/** A book in a call with these orders. */
function call(bids: readonly Row[], asks: readonly Row[], config = {}): MatchFixture {
  const book = new MatchFixture(config)
  book.phase('call')
  for (const [id, price, qty] of bids) book.buy(id, price, qty)
  for (const [id, price, qty] of asks) book.sell(id, price, qty)
  return book
}

const priceOf = (book: MatchFixture): number | undefined => {
  const prices = new Set(book.trades.map((trade) => trade[2]))
  expect(prices.size).toBeLessThanOrEqual(1)
  return [...prices][0]
}

describe('call auctions', () => {
  it('M55: a call collects limit orders without matching; others are refused', () => {
    const book = call([['b', 110, 5]], [['s', 90, 5]])
    expect(book.trades).toEqual([])
    expect([book.bids, book.asks]).toEqual([[[110, 5, ['b']]], [[90, 5, ['s']]]])
    expect(book.buy('gtd', 110, 5, gtd(9))).toBe('taken')
    expect(book.buy('ioc', 110, 5, ioc)).toBe('NOT_ALLOWED_IN_CALL')
    expect(book.buy('fok', 110, 5, fok)).toBe('NOT_ALLOWED_IN_CALL')
    expect(book.marketBuy('market', 5)).toBe('NOT_ALLOWED_IN_CALL')
    expect(book.stopBuy('stop', 110, 5)).toBe('NOT_ALLOWED_IN_CALL')
    expect(book.state('stop')).toEqual(['rejected', 0, 0])
  })

  it('M55: post-only has no meaning in a call, and has it again after', () => {
    const book = call([], [['s', 90, 5]])
    expect(book.buy('b', 110, 7, { postOnly: true })).toBe('taken')
    expect(book.amend('b', { price: 111 })).toBe('taken')
    book.phase('continuous')
    expect(book.trades).toEqual([['b', 's', 111, 5]])
    book.sell('s', 112, 5)
    expect(book.amend('b', { price: 112 })).toBe('POST_ONLY_WOULD_CROSS')
  })

  it('M55: cancels and expiries go on in a call', () => {
    const book = call([['b', 110, 5]], [['s', 90, 5]])
    book.sell('over', 90, 5, gtd(5))
    book.cancel('s')
    book.clock(5)
    book.uncross()
    expect(book.trades).toEqual([])
    expect([book.bids, book.asks]).toEqual([[[110, 5, ['b']]], []])
  })

  it('M56: an amend in a call does not match; what would lose the place goes to the back', () => {
    const book = call(
      [
        ['b1', 100, 5],
        ['b2', 100, 5],
        ['b3', 100, 5],
      ],
      [['s', 110, 5]],
    )
    book.amend('b1', { qty: 4 })
    expect(book.bids).toEqual([[100, 14, ['b1', 'b2', 'b3']]])
    book.amend('b1', { qty: 6 })
    expect(book.bids).toEqual([[100, 16, ['b2', 'b3', 'b1']]])
    book.amend('b2', { price: 120 })
    expect(book.trades).toEqual([])
    expect(book.bids).toEqual([
      [120, 5, ['b2']],
      [100, 11, ['b3', 'b1']],
    ])
  })

  it('M57: everyone trades at the one price with the largest volume, in price-time order, buys as makers', () => {
    const bids: readonly Row[] = [
      ['b1', 105, 10],
      ['b2', 103, 10],
      ['b3', 101, 10],
    ]
    const asks: readonly Row[] = [
      ['s1', 100, 8],
      ['s2', 102, 9],
      ['s3', 104, 20],
    ]
    const book = call(bids, asks)
    book.uncross()
    expect(book.trades).toEqual([
      ['b1', 's1', 103, 8],
      ['b1', 's2', 103, 2],
      ['b2', 's2', 103, 7],
    ])
    expect(book.state('b2')).toEqual(['open', 7, 3])
    expect(book.asks).toEqual([[104, 20, ['s3']]])
  })

  it('M57: time decides who is left over at the margin', () => {
    const book = call(
      [
        ['b1', 100, 5],
        ['b2', 100, 5],
      ],
      [
        ['s1', 100, 3],
        ['s2', 100, 4],
      ],
    )
    book.uncross()
    expect(book.trades.map(([buy, sell, , qty]) => [buy, sell, qty])).toEqual([
      ['b1', 's1', 3],
      ['b1', 's2', 2],
      ['b2', 's2', 2],
    ])
    expect(book.bids).toEqual([[100, 3, ['b2']]])
  })

  it('M57: where nothing crosses an uncross trades nothing, and again after one that has', () => {
    const book = call([['b', 99, 5]], [['s', 100, 5]])
    book.uncross()
    expect(book.trades).toEqual([])
    book.buy('b2', 100, 5)
    book.uncross()
    expect(book.trades).toEqual([['b2', 's', 100, 5]])
    book.uncross()
    expect(book.trades).toEqual([])
    expect(book.told).toEqual([])
  })

  it('M57: outside a call it does nothing', () => {
    const book = new MatchFixture()
    book.buy('b', 99, 5)
    for (const phase of ['continuous', 'halted', 'closed']) {
      book.phase(phase)
      book.uncross()
      expect(book.trades).toEqual([])
      expect(book.told).toEqual([])
    }
  })

  it('M57, M10: volumes beyond 2^53 are added up exactly', () => {
    const most = Number.MAX_SAFE_INTEGER
    const asks: readonly Row[] = [
      ['s1', 1, most],
      ['s2', 1, most],
      ['s3', 1, 3],
    ]
    const book = call(
      [
        ['b1', 1, most],
        ['b2', 1, most],
        ['b3', 1, 2],
      ],
      asks,
    )
    book.uncross()
    expect(book.asks).toEqual([[1, 1, ['s3']]])
    expect(book.bids).toEqual([])
  })

  it.each(['continuous', 'halted', 'closed'])('M58: leaving the call for %s uncrosses first', (phase) => {
    const book = call([['b', 100, 5]], [['s', 100, 3]])
    book.phase(phase)
    expect(book.trades).toEqual([['b', 's', 100, 3]])
    expect(book.state('b')).toEqual(phase === 'closed' ? ['expired', 3, 0] : ['open', 3, 2])
  })

  it('M58, M59: continuous trading goes on with what is left, in its old places', () => {
    const book = call(
      [
        ['b1', 100, 5],
        ['b2', 100, 5],
        ['b3', 100, 5],
      ],
      [['s1', 100, 3]],
    )
    book.phase('continuous')
    book.sell('s2', 100, 8)
    expect(book.trades.map(([maker, , , qty]) => [maker, qty])).toEqual([
      ['b1', 2],
      ['b2', 5],
      ['b3', 1],
    ])
  })

  it('M59: an iceberg takes part with all it has at its place, then shows a whole clip there', () => {
    const book = new MatchFixture()
    book.phase('call')
    book.sell('iceberg', 100, 20, { display: 4 })
    book.sell('plain', 100, 5)
    book.buy('b', 100, 13)
    expect(book.asks).toEqual([[100, 9, ['iceberg', 'plain']]])
    book.uncross()
    expect(book.trades).toEqual([['b', 'iceberg', 100, 13]])
    expect(book.asks).toEqual([[100, 9, ['iceberg', 'plain']]])
    book.buy('b2', 100, 5)
    book.uncross()
    expect(book.asks).toEqual([[100, 7, ['iceberg', 'plain']]])
  })

  it('M59: a clip that was partly used before the call is whole after a fill in it, and as it was without', () => {
    const book = new MatchFixture()
    book.sell('traded', 100, 20, { display: 4 })
    book.sell('untouched', 101, 20, { display: 4 })
    book.buy('b1', 100, 3)
    expect(book.asks[0]).toEqual([100, 1, ['traded']])
    book.phase('call')
    book.buy('b2', 100, 2)
    book.uncross()
    expect(book.asks).toEqual([
      [100, 4, ['traded']],
      [101, 4, ['untouched']],
    ])
    book.phase('continuous')
    book.buy('b3', 101, 18)
    expect(book.asks).toEqual([[101, 1, ['untouched']]])
    book.phase('call')
    book.uncross()
    expect(book.asks).toEqual([[101, 1, ['untouched']]])
  })

  it('M60: self-trade prevention does not apply inside an uncross', () => {
    const book = new MatchFixture()
    book.phase('call')
    book.sell('s', 100, 5, own('cancel-both'))
    book.buy('b', 100, 5, own('cancel-both'))
    book.uncross()
    expect(book.trades).toEqual([['b', 's', 100, 5]])
  })

  describe('the price', () => {
    it('M61: the largest volume comes first, the surplus second', () => {
      const most = call(
        [
          ['b1', 110, 10],
          ['b2', 100, 4],
        ],
        [
          ['s1', 100, 12],
          ['s2', 105, 20],
        ],
      )
      most.uncross()
      expect(priceOf(most)).toBe(100)
      const least = call(
        [
          ['b1', 104, 10],
          ['b2', 102, 3],
        ],
        [['s', 100, 10]],
      )
      least.uncross()
      expect(priceOf(least)).toBe(104)
    })

    it('M61: buy surplus at every tied price: the highest, whatever the reference', () => {
      const book = call(
        [['b', 110, 10]],
        [
          ['s1', 100, 4],
          ['s2', 102, 2],
        ],
      )
      book.reference(50)
      book.uncross()
      expect(priceOf(book)).toBe(110)
    })

    it('M61: sell surplus at every tied price: the lowest, whatever the reference', () => {
      const book = call(
        [
          ['b1', 110, 2],
          ['b2', 108, 4],
        ],
        [['s', 100, 10]],
      )
      book.reference(400)
      book.uncross()
      expect(priceOf(book)).toBe(100)
    })

    it.each([
      [null, 100],
      [90, 100],
      [100, 100],
      [103, 103],
      [110, 110],
      [200, 110],
    ])('M61: neither: with reference %s a range from 100 to 110 gives %d', (reference, price) => {
      const book = call([['b', 110, 5]], [['s', 100, 5]])
      if (reference !== null) book.reference(reference)
      book.uncross()
      expect(priceOf(book)).toBe(price)
    })

    it('M61: surplus of both kinds is neither', () => {
      const bids: readonly Row[] = [
        ['b1', 110, 6],
        ['b2', 100, 2],
      ]
      const asks: readonly Row[] = [
        ['s1', 100, 6],
        ['s2', 110, 2],
      ]
      const book = call(bids, asks)
      book.reference(107)
      book.uncross()
      expect(priceOf(book)).toBe(107)
    })

    it('M61: the range of the reference is that of the prices with the smallest surplus', () => {
      const bids: readonly Row[] = [
        ['b1', 110, 5],
        ['b2', 104, 2],
      ]
      const asks: readonly Row[] = [
        ['s1', 100, 5],
        ['s2', 106, 2],
      ]
      const book = call(bids, asks)
      book.sell('s3', 102, 1)
      book.buy('b3', 108, 1)
      book.reference(4_000)
      book.uncross()
      expect(priceOf(book)).toBe(108)
    })

    it('M61: the price of an order that does not trade counts too', () => {
      const bids: readonly Row[] = [
        ['b1', 110, 5],
        ['b2', 104, 1],
      ]
      const asks: readonly Row[] = [
        ['s1', 100, 5],
        ['s2', 106, 3],
      ]
      const book = call(bids, asks)
      book.uncross()
      expect(priceOf(book)).toBe(104)
    })

    it('M61: the reference stays for the next uncross', () => {
      const book = call([['b', 110, 5]], [['s', 100, 5]])
      book.reference(110)
      book.uncross()
      book.buy('b', 110, 5)
      book.sell('s', 100, 5)
      book.uncross()
      expect(priceOf(book)).toBe(110)
    })

    it.each([
      ['largest-volume', 110],
      ['highest-matched-ask', 103],
      ['last-matched-bid', 106],
      ['midpoint', 104],
    ])('M62: %s trades the same pairs at %d', (priceRule, price) => {
      const bids: readonly Row[] = [
        ['b1', 110, 5],
        ['b2', 106, 5],
        ['b3', 101, 50],
      ]
      const asks: readonly Row[] = [
        ['s1', 100, 3],
        ['s2', 103, 6],
        ['s3', 111, 9],
      ]
      const book = call(bids, asks, { priceRule })
      book.reference(1_000)
      book.uncross()
      expect(book.trades.map(([buy, sell, , qty]) => [buy, sell, qty])).toEqual([
        ['b1', 's1', 3],
        ['b1', 's2', 2],
        ['b2', 's2', 4],
      ])
      expect(priceOf(book)).toBe(priceRule === 'largest-volume' ? 106 : price)
    })

    it.each([
      [5, -10, -15, -15],
      [5, 10, 5, 5],
      [1, -4, -7, -6],
    ])('M62: the midpoint goes down to the tick of %d: of bid %d and ask %d it is %d', (tick, bid, ask, price) => {
      const book = call([['b', bid, 5]], [['s', ask, 5]], { priceRule: 'midpoint', tick })
      book.uncross()
      expect(priceOf(book)).toBe(price)
    })
  })
})
