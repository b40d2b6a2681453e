import { describe, expect, it } from 'vitest'
import { gtd, MatchFixture } from './match-fixture.ts'

describe('phases', () => {
  it('M51: a book begins continuous', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5)
    book.buy('b', 100, 5)
    expect(book.trades).toEqual([['s', 'b', 100, 5]])
  })

  it('M52: halted takes cancels only, and time goes on', () => {
    const book = new MatchFixture()
    book.buy('b', 100, 5)
    book.sell('s', 110, 5, gtd(20))
    book.phase('halted')
    expect(book.buy('x', 100, 5)).toBe('NOT_TRADING')
    expect(book.state('x')).toEqual(['rejected', 0, 0])
    expect(book.amend('s', { qty: 4 })).toBe('NOT_TRADING')
    expect(book.cancel('b')).toBe('taken')
    book.clock(20)
    expect(book.state('s')).toEqual(['expired', 0, 0])
  })

  it('M52: trading goes on where it was halted, in the same order', () => {
    const book = new MatchFixture()
    book.sell('s1', 100, 5)
    book.sell('s2', 100, 5)
    book.phase('halted')
    book.phase('continuous')
    book.buy('b', 100, 6)
    expect(book.trades.map(([maker]) => maker)).toEqual(['s1', 's2'])
  })

  it('M53: closed expires every live order at once and takes nothing', () => {
    const book = new MatchFixture()
    book.stopBuy('stop 1', 300, 5)
    book.stopSell('stop 2', 20, 5)
    book.sell('s', 110, 5, gtd(20))
    book.buy('b1', 100, 5)
    book.buy('b2', 101, 5)
    book.buy('b3', 101, 5, { display: 1 })
    book.phase('closed')
    expect(book.told).toEqual(['b2', 'b3', 'b1', 's', 'stop 1', 'stop 2'])
    for (const id of book.told) expect(book.state(id)).toEqual(['expired', 0, 0])
    expect([book.bids, book.asks]).toEqual([[], []])
    expect(book.buy('x', 100, 5)).toBe('NOT_TRADING')
    expect(book.cancel('b1')).toBe('NOT_OPEN')
    expect(book.amend('b1', { qty: 9 })).toBe('NOT_OPEN')
    book.clock(20)
    expect(book.told).toEqual([])
  })

  it('M54: phases follow each other in any order, and closed can be left', () => {
    const book = new MatchFixture()
    for (const phase of ['closed', 'halted', 'call', 'halted', 'continuous', 'call', 'closed', 'continuous']) {
      book.phase(phase)
    }
    book.sell('s', 100, 5)
    book.buy('b', 100, 5)
    expect(book.trades).toEqual([['s', 'b', 100, 5]])
  })

  it('M54: setting the present phase does nothing', () => {
    const book = new MatchFixture()
    book.phase('call')
    book.sell('s', 100, 5)
    book.buy('b', 100, 5)
    book.phase('call')
    expect(book.trades).toEqual([])
    expect(book.bids).toEqual([[100, 5, ['b']]])
  })
})
