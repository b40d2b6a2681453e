import { describe, expect, it } from 'vitest'
import { BadCommand } from '#matching-engine/match-protocol/bad-command.ts'
import { fok, gtd, ioc, MatchFixture, own } from './match-fixture.ts'

describe('times in force', () => {
  it('M12: GTC rests until it is filled or cancelled, or the book closes', () => {
    const book = new MatchFixture()
    for (const id of ['s1', 's2', 's3']) book.sell(id, 100, 5)
    book.clock(Number.MAX_SAFE_INTEGER)
    expect(book.asks).toEqual([[100, 15, ['s1', 's2', 's3']]])
    book.buy('b', 100, 5)
    book.cancel('s2')
    book.phase('closed')
    expect(['s1', 's2', 's3'].map((id) => book.state(id)?.[0])).toEqual(['filled', 'cancelled', 'expired'])
  })

  it('M13: GTD is gone at its time, before any later command of that time, and never earlier', () => {
    const book = new MatchFixture()
    book.clock(1_000)
    book.sell('s1', 100, 5, gtd(2_000))
    book.clock(1_999)
    book.buy('b1', 100, 1)
    expect(book.trades).toHaveLength(1)
    book.clock(2_000)
    expect(book.state('s1')).toEqual(['expired', 1, 0])
    book.buy('b2', 100, 1)
    expect(book.trades).toEqual([])
    expect(book.sell('s2', 100, 5, gtd(2_000))).toBe('ALREADY_EXPIRED')
    expect(book.sell('s3', 200, 5, gtd(2_001))).toBe('taken')
  })

  it('M13: orders expire soonest first, then by arrival', () => {
    const book = new MatchFixture()
    book.sell('d', 100, 5, gtd(40))
    book.buy('b', 50, 5, gtd(20))
    book.sell('a', 102, 5, gtd(10))
    book.sell('c', 103, 5, gtd(20))
    book.clock(30)
    expect(book.told).toEqual(['a', 'b', 'c'])
  })

  it('M13: an iceberg arrives anew with each clip, also among those that expire with it', () => {
    const book = new MatchFixture()
    book.sell('i', 100, 6, { ...gtd(10), display: 2 })
    for (const [n, id] of ['b', 'c', 'd', 'e'].entries()) book.sell(id, 101 + n, 5, gtd(10))
    book.buy('t', 100, 2, ioc)
    book.clock(10)
    expect(book.told).toEqual(['b', 'c', 'd', 'e', 'i'])
  })

  it('M13: an expiry does not kill a re-used id (a peer does)', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5, gtd(1_000))
    book.cancel('s')
    book.sell('s', 100, 5)
    book.sell('t', 100, 5, gtd(1_000))
    book.buy('b', 100, 10)
    book.sell('t', 100, 5, gtd(3_000))
    book.clock(2_000)
    expect(book.told).toEqual([])
    expect(book.asks).toEqual([[100, 5, ['t']]])
    book.clock(5_000)
    expect(book.told).toEqual(['t'])
  })

  it('M13, M50: time comes in from outside and never goes back', () => {
    const book = new MatchFixture()
    book.clock(10)
    book.sell('s', 100, 5, gtd(11))
    book.clock(10)
    expect(() => book.clock(9)).toThrow(BadCommand)
    expect(() => book.clock(10.5)).toThrow(BadCommand)
    expect(book.asks).toEqual([[100, 5, ['s']]])
  })

  it('M14: IOC trades within its limit and never rests', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 105, 5)
    book.buy('b1', 101, 8, ioc)
    expect(book.trades).toEqual([['s1', 'b1', 100, 5]])
    expect(book.state('b1')).toEqual(['cancelled', 5, 0])
    book.buy('b2', 101, 8, ioc)
    expect(book.state('b2')).toEqual(['cancelled', 0, 0])
    expect([book.bids, book.asks]).toEqual([[], [[105, 5, ['s2']]]])
  })

  it('M15: FOK trades whole or not at all; volume beyond the limit does not count (a peer fills it in part)', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 101, 5)
    book.sell('s3', 102, 50)
    expect(book.buy('too much', 101, 11, fok)).toBe('taken')
    expect(book.trades).toEqual([])
    expect(book.state('too much')).toEqual(['cancelled', 0, 0])
    expect(book.asks.map(([price]) => price)).toEqual([100, 101, 102])
    book.buy('just right', 101, 10, fok)
    expect(book.state('just right')).toEqual(['filled', 10, 0])
  })

  it('M15: hidden volume counts for FOK', () => {
    const book = new MatchFixture()
    book.sell('iceberg', 100, 20, { display: 3 })
    book.sell('plain', 100, 5)
    book.buy('b1', 100, 26, fok)
    expect(book.state('b1')).toEqual(['cancelled', 0, 0])
    book.buy('b2', 100, 25, fok)
    expect(book.state('b2')).toEqual(['filled', 25, 0])
  })

  it('M15, M16: a market FOK counts every price', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 4_000, 5)
    book.marketBuy('eleven', 11, fok)
    expect(book.trades).toEqual([])
    expect(book.state('eleven')).toEqual(['cancelled', 0, 0])
    book.marketBuy('ten', 10, fok)
    expect(book.state('ten')).toEqual(['filled', 10, 0])
  })

  it('M15: FOK does not count stops that would fire', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5)
    book.stopSell('stop', 100, 5)
    book.buy('b', 100, 10, fok)
    expect(book.state('b')).toEqual(['cancelled', 0, 0])
    expect(book.state('stop')).toEqual(['pending', 0, 5])
  })

  it.each(['GTC', 'IOC', undefined] as const)(
    'M16: a market order (%s) sweeps, never rests, and takes nothing from an empty book (a peer rests it at a sentinel price)',
    (tif) => {
      const wish = tif === undefined ? {} : { tif }
      const book = new MatchFixture()
      book.marketBuy('m0', 5, wish)
      expect(book.state('m0')).toEqual(['cancelled', 0, 0])
      book.sell('s1', -500, 5)
      book.sell('s2', 4_000, 5)
      book.marketBuy('m1', 12, wish)
      expect(book.trades.map((trade) => trade[2])).toEqual([-500, 4_000])
      expect(book.state('m1')).toEqual(['cancelled', 10, 0])
      book.marketSell('m2', 5, wish)
      expect(book.state('m2')).toEqual(['cancelled', 0, 0])
      expect([book.bids, book.asks]).toEqual([[], []])
    },
  )

  it('M16: a market order that is GTD must not be over, and does not rest either', () => {
    const book = new MatchFixture()
    book.clock(5)
    expect(book.marketBuy('m1', 5, gtd(5))).toBe('ALREADY_EXPIRED')
    expect(book.marketBuy('m2', 5, gtd(6))).toBe('taken')
    expect(book.state('m2')).toEqual(['cancelled', 0, 0])
  })

  it('M17: post-only is refused if it would cross, at equal prices too, and rests one tick away', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5)
    expect(book.buy('b1', 100, 5, { postOnly: true })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.trades).toEqual([])
    expect(book.state('b1')).toEqual(['rejected', 0, 0])
    expect(book.buy('b2', 99, 5, { postOnly: true })).toBe('taken')
    expect(book.sell('s2', 99, 5, { postOnly: true })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.sell('s3', 100, 5, { postOnly: true })).toBe('taken')
  })

  it('M17: post-only is refused even where only an own order would be met', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5, own())
    expect(book.buy('b', 100, 5, { ...own('cancel-maker'), postOnly: true })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.state('s')).toEqual(['open', 0, 5])
  })
})
