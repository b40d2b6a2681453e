import { describe, expect, it } from 'vitest'
import { fok, gtd, ioc, MatchFixture, own, preventions } from './match-fixture.ts'

/** A book with collateral, and accounts with so much [money, energy] each. */
function backed(accounts: Readonly<Record<string, readonly [number, number]>>, config = {}): MatchFixture {
  const book = new MatchFixture({ risk: true, ...config })
  for (const [acct, [funds, energy]] of Object.entries(accounts)) book.deposit(acct, funds, energy)
  return book
}

describe('reserves', () => {
  it('M63: accounts begin with nothing, and are seen with a deposit or an accepted order', () => {
    const book = backed({ A: [10, 3] })
    book.deposit('A', 5, 0)
    book.deposit('A', 0, 1)
    expect(book.balance('A')).toEqual([15, 0, 4])
    expect(book.buy('b', 10, 1, { acct: 'B' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.balance('B')).toBeUndefined()
    expect(book.stopBuy('b', 10, 1, { acct: 'B' })).toBe('taken')
    expect(book.balance('B')).toEqual([0, 0, 0])
  })

  it('M64: a buy reserves price × quantity, to the last µEUR', () => {
    const book = backed({ A: [500, 0] })
    expect(book.buy('b', 100, 6, { acct: 'A' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.balance('A')).toEqual([500, 0, 0])
    expect(book.buy('b', 100, 3, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([200, 300, 0])
    expect(book.buy('c', 67, 3, { acct: 'A' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.buy('c', 100, 2, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 500, 0])
    expect(book.buy('d', 0, 1_000, { acct: 'A' })).toBe('taken')
    expect(book.buy('e', -5, 1_000, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 500, 0])
  })

  it('M64: a sell takes its energy out of what is free', () => {
    const book = backed({ A: [0, 10] })
    expect(book.sell('s', 100, 11, { acct: 'A' })).toBe('INSUFFICIENT_ENERGY')
    expect(book.sell('s', 100, 6, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 0, 4])
    expect(book.sell('t', 100, 5, { acct: 'A' })).toBe('INSUFFICIENT_ENERGY')
    expect(book.sell('t', 100, 4, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 0, 0])
  })

  it('M64: below zero it is the sell that reserves money; money is looked at before energy', () => {
    const book = backed({ A: [50, 10] })
    expect(book.sell('s', -10, 6, { acct: 'A' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.sell('s', -10, 11, { acct: 'A' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.sell('s', -4, 11, { acct: 'A' })).toBe('INSUFFICIENT_ENERGY')
    expect(book.sell('s', -10, 5, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 50, 5])
  })

  it('M67: volume that was too much to be counted once is not there for ever', () => {
    const book = backed({ S: [0, 100] }, { minPrice: -5, maxPrice: 5 })
    book.buy('b1', 0, Number.MAX_SAFE_INTEGER, { acct: 'B' })
    book.buy('b2', 0, 1, { acct: 'B' })
    book.cancel('b1')
    book.buy('b3', -5, 10, { acct: 'C' })
    expect(book.marketSell('m', 11, { acct: 'S' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.balance('S')).toEqual([0, 0, 100])
  })

  it('M68: a stop that needs nothing fires, whoever has placed it', () => {
    const others = Object.fromEntries(Array.from({ length: 14 }, (_, n) => [`x${n}`, [100, 0] as const]))
    const book = backed({ S: [100, 100], ...others })
    book.stopBuy('stop', -5, 3, { acct: 'nobody' })
    book.sell('ask', -5, 10, { acct: 'S' })
    book.buy('b', -5, 1, { acct: 'x0' })
    expect(book.state('stop')).toEqual(['filled', 3, 0])
    expect(book.balance('nobody')).toEqual([15, 0, 3])
  })

  it('M65: a trade moves money and energy at once, and frees what the limit reserved above the price', () => {
    const book = backed({ A: [1_000, 0], B: [0, 10] })
    book.sell('s', 90, 4, { acct: 'B' })
    book.buy('b', 100, 10, { acct: 'A' })
    expect(book.trades).toEqual([['s', 'b', 90, 4]])
    expect(book.balance('A')).toEqual([40, 600, 4])
    expect(book.balance('B')).toEqual([360, 0, 6])
  })

  it('M65: a resting buy pays what it reserved', () => {
    const book = backed({ A: [1_000, 0], B: [0, 10] })
    book.buy('b', 100, 10, { acct: 'A' })
    book.sell('s', 90, 4, { acct: 'B' })
    expect(book.balance('A')).toEqual([0, 600, 4])
    expect(book.balance('B')).toEqual([400, 0, 6])
  })

  it('M65: below zero the seller pays', () => {
    const book = backed({ A: [0, 0], B: [100, 10] })
    book.sell('s', -10, 10, { acct: 'B' })
    book.buy('b', -3, 4, { acct: 'A' })
    expect(book.trades).toEqual([['s', 'b', -10, 4]])
    expect(book.balance('A')).toEqual([40, 0, 4])
    expect(book.balance('B')).toEqual([0, 60, 0])
  })

  it('M65: what was bought can be sold, and what was earned can be spent', () => {
    const book = backed({ A: [100, 0], B: [0, 10] })
    book.sell('s1', 10, 10, { acct: 'B' })
    book.buy('b1', 10, 10, { acct: 'A' })
    expect(book.sell('s2', 10, 10, { acct: 'A' })).toBe('taken')
    expect(book.buy('b2', 10, 10, { acct: 'B' })).toBe('taken')
    expect([book.balance('A'), book.balance('B')]).toEqual([
      [100, 0, 0],
      [0, 0, 10],
    ])
  })

  it('M65: an account that trades with itself has what it had', () => {
    const book = backed({ A: [1_000, 10] })
    book.sell('s', 90, 10, own())
    book.buy('b', 100, 10, own())
    expect(book.trades).toHaveLength(1)
    expect(book.balance('A')).toEqual([1_000, 0, 10])
  })

  it('M65: everybody in an uncross trades at its price', () => {
    const book = backed({ A: [1_100, 0], B: [0, 10] }, { priceRule: 'midpoint' })
    book.phase('call')
    book.buy('b', 110, 10, { acct: 'A' })
    book.sell('s', 90, 4, { acct: 'B' })
    book.uncross()
    expect(book.balance('A')).toEqual([40, 660, 4])
    expect(book.balance('B')).toEqual([400, 0, 6])
  })

  it.each([
    ['a cancel', (book: MatchFixture) => void ['b', 's'].map((id) => book.cancel(id))],
    ['an expiry', (book: MatchFixture) => book.clock(9)],
    ['the close', (book: MatchFixture) => book.phase('closed')],
    ['an amend to nothing', (book: MatchFixture) => void ['b', 's'].map((id) => book.amend(id, { qty: 1 }))],
  ])('M66: %s releases what was reserved', (_how, end) => {
    const book = backed({ A: [500, 6], B: [20, 1] })
    book.buy('b', 100, 5, { acct: 'A', ...gtd(9) })
    book.sell('s', 110, 6, { acct: 'A', ...gtd(9) })
    book.sell('fills b', 100, 1, { acct: 'B' })
    book.deposit('B', 90, 0)
    book.buy('fills s', 110, 1, { acct: 'B' })
    expect(book.balance('A')).toEqual([110, 400, 1])
    end(book)
    expect(book.balance('A')).toEqual([510, 0, 6])
  })

  it('M66: less, or a lower price, releases at once', () => {
    const book = backed({ A: [500, 10] })
    book.buy('b', 100, 5, { acct: 'A' })
    book.sell('s', 110, 10, { acct: 'A' })
    book.amend('b', { qty: 4 })
    expect(book.balance('A')).toEqual([100, 400, 0])
    book.amend('b', { price: 90 })
    expect(book.balance('A')).toEqual([140, 360, 0])
    book.amend('s', { qty: 7 })
    expect(book.balance('A')).toEqual([140, 360, 3])
  })

  it.each([ioc, fok])('M66: the remainder of %o is released at once', (tif) => {
    const book = backed({ A: [1_000, 0], B: [0, 4] })
    book.sell('s', 90, 4, { acct: 'B' })
    expect(book.buy('too dear', 101, 10, { acct: 'A', ...tif })).toBe('INSUFFICIENT_FUNDS')
    book.buy('b', 100, 10, { acct: 'A', ...tif })
    expect(book.balance('A')).toEqual(tif === ioc ? [640, 0, 4] : [1_000, 0, 0])
  })

  it.each([
    ['cancel-taker', [1_000, 0, 4]],
    ['cancel-maker', [0, 1_000, 10]],
    ['cancel-both', [1_000, 0, 10]],
    ['decrement', [600, 400, 10]],
  ] as const)('M66: %s releases what it cancels', (stp, balance) => {
    const book = backed({ A: [1_000, 10] })
    book.sell('s', 100, 6, own())
    book.buy('b', 100, 10, own(stp))
    expect(book.balance('A')).toEqual(balance)
  })

  it('M67: a market buy needs its whole quantity at the worst price it would reach', () => {
    const book = backed({ A: [1_199, 0], B: [0, 99] })
    book.sell('s1', 100, 5, { acct: 'B' })
    book.sell('s2', 120, 5, { acct: 'B' })
    book.sell('s3', 4_000, 5, { acct: 'B' })
    expect(book.marketBuy('m', 10, { acct: 'A' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.trades).toEqual([])
    book.deposit('A', 1, 0)
    expect(book.marketBuy('m', 10, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([100, 0, 10])
  })

  it('M67: of a market order larger than the book the whole quantity counts', () => {
    const book = backed({ A: [999, 0], B: [0, 99] })
    book.sell('s', 100, 5, { acct: 'B' })
    expect(book.marketBuy('m', 10, { acct: 'A' })).toBe('INSUFFICIENT_FUNDS')
    book.deposit('A', 1, 0)
    expect(book.marketBuy('m', 10, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([500, 0, 5])
    expect(book.marketBuy('nothing there', 9_999, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([500, 0, 5])
  })

  it('M67: hidden volume is reached like any other', () => {
    const book = backed({ A: [1_000, 0], B: [0, 99] })
    book.sell('iceberg', 100, 10, { acct: 'B', display: 1 })
    book.sell('dear', 4_000, 10, { acct: 'B' })
    expect(book.marketBuy('m', 10, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 0, 10])
  })

  it('M67: a market sell needs its energy, and money where it would meet prices below zero', () => {
    const book = backed({ A: [9, 5], B: [1_000, 0] })
    book.buy('b1', 10, 2, { acct: 'B' })
    book.buy('b2', -2, 9, { acct: 'B' })
    expect(book.marketSell('m', 6, { acct: 'A' })).toBe('INSUFFICIENT_FUNDS')
    expect(book.marketSell('m', 5, { acct: 'A' })).toBe('INSUFFICIENT_FUNDS')
    book.deposit('A', 3, 0)
    expect(book.marketSell('m', 6, { acct: 'A' })).toBe('INSUFFICIENT_ENERGY')
    expect(book.marketSell('m', 5, { acct: 'A' })).toBe('taken')
    expect(book.balance('A')).toEqual([26, 0, 0])
  })

  it.each(preventions)('M67, M70: with %s a market buy never owes more than it has', (stp) => {
    const book = backed({ A: [500, 5], B: [0, 5] })
    book.sell('own', 100, 5, own())
    book.sell('other', 200, 5, { acct: 'B' })
    const answer = book.marketBuy('m', 5, own(stp))
    expect(answer).toBe(stp === 'cancel-maker' ? 'INSUFFICIENT_FUNDS' : 'taken')
    expect(book.balance('A')?.[0]).toBe(500)
  })

  it('M68: a pending stop reserves nothing; one that lacks its reserve when it fires is cancelled whole', () => {
    const book = backed({ A: [100, 0], B: [0, 99], C: [1_000, 0] })
    expect(book.stopBuy('poor', 100, 9, { acct: 'A' })).toBe('taken')
    expect(book.stopSell('bare', 100, 9, { acct: 'A' })).toBe('taken')
    expect(book.stopBuy('rich', 100, 2, { acct: 'C' })).toBe('taken')
    expect(book.balance('A')).toEqual([100, 0, 0])
    book.sell('s1', 100, 1, { acct: 'B' })
    book.sell('s2', 110, 9, { acct: 'B' })
    book.buy('b', 100, 1, { acct: 'C' })
    expect(book.trades).toEqual([
      ['s1', 'b', 100, 1],
      ['s2', 'rich', 110, 2],
    ])
    expect(book.state('poor')).toEqual(['cancelled', 0, 0])
    expect(book.state('bare')).toEqual(['cancelled', 0, 0])
    expect(book.balance('A')).toEqual([100, 0, 0])
  })

  it('M69: an amend needs what the changed order needs, against what is free and what it holds', () => {
    const book = backed({ A: [500, 5], B: [0, 2] })
    book.buy('b', 100, 4, { acct: 'A' })
    book.sell('s', 200, 4, { acct: 'A' })
    expect(book.amend('b', { qty: 6 })).toBe('INSUFFICIENT_FUNDS')
    expect(book.amend('s', { qty: 6 })).toBe('INSUFFICIENT_ENERGY')
    expect([book.bids, book.asks]).toEqual([[[100, 4, ['b']]], [[200, 4, ['s']]]])
    expect(book.amend('b', { qty: 5 })).toBe('taken')
    expect(book.amend('s', { qty: 5 })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 500, 0])
    book.sell('fills', 100, 2, { acct: 'B' })
    expect(book.balance('A')).toEqual([0, 300, 2])
    expect(book.amend('b', { price: 101 })).toBe('INSUFFICIENT_FUNDS')
    expect(book.amend('b', { price: 150, qty: 4 })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 300, 2])
    expect(book.amend('s', { qty: 7 })).toBe('taken')
    expect(book.balance('A')).toEqual([0, 300, 0])
  })

  it('M70: money and energy are neither made nor lost over a day of everything', () => {
    const book = backed({ A: [3_000, 30], B: [2_000, 40] })
    book.phase('call')
    book.buy('b1', 100, 9, own())
    book.sell('s1', 90, 7, { acct: 'B', display: 2 })
    book.phase('continuous')
    book.stopBuy('t', 95, 3, own('decrement'))
    book.sell('s2', 95, 10, { acct: 'B' })
    book.sell('s3', 96, 10, own())
    book.buy('b2', 96, 20, { acct: 'B', stp: 'decrement' })
    book.marketBuy('m', 4, own())
    book.amend('b2', { price: 97 })
    book.phase('closed')
    const [a, b] = [book.balance('A') ?? [], book.balance('B') ?? []]
    expect((a[0] ?? 0) + (b[0] ?? 0)).toBe(5_000)
    expect([a[1], b[1]]).toEqual([0, 0])
    expect((a[2] ?? 0) + (b[2] ?? 0)).toBe(70)
  })

  it('M70: all the money there can be is moved exactly', () => {
    const most = Number.MAX_SAFE_INTEGER
    const book = backed({ A: [most, 0], B: [0, most] })
    book.sell('s', 1, most, { acct: 'B' })
    book.buy('b', 1, most - 1, { acct: 'A' })
    expect(book.balance('A')).toEqual([1, 0, most - 1])
    expect(book.balance('B')).toEqual([most - 1, 0, 0])
  })
})
