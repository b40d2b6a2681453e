import { describe, expect, it, vi } from 'vitest'
import { BadCommand } from '#matching-engine/match-protocol/bad-command.ts'
import { MatchSession } from '#matching-engine/match-protocol/match-session.ts'
import { COMMANDS } from '../command-stream.ts'
import { gtd, ioc, MatchFixture } from './match-fixture.ts'

describe('refusals', () => {
  it('M43, M44: come in the order of the rules, and a refused new order is remembered as rejected', () => {
    const book = new MatchFixture({ minPrice: -500, tick: 5, risk: true })
    book.deposit('S', 0, 5)
    book.sell('s', 100, 5, { acct: 'S' })
    book.clock(10)
    const order = { id: 's', acct: 'A', type: 'limit', side: 'hold', price: 102, qty: 0, tif: 'IOC' } as const
    book.phase('halted')
    expect(book.place(order)).toBe('DUPLICATE_ID')
    expect(book.state('s')).toEqual(['open', 0, 5])
    expect(book.place({ ...order, id: 'b' })).toBe('INVALID_SIDE')
    expect(book.state('b')).toEqual(['rejected', 0, 0])
    const buy = { ...order, id: 'b', side: 'buy' }
    expect(book.place(buy)).toBe('INVALID_QTY')
    expect(book.place({ ...buy, qty: 5 })).toBe('INVALID_PRICE')
    const priced = { ...buy, qty: 5, price: 105, postOnly: true }
    expect(book.place(priced)).toBe('NOT_TRADING')
    book.phase('closed')
    expect(book.place(priced)).toBe('NOT_TRADING')
    book.phase('call')
    expect(book.place({ ...priced })).toBe('NOT_ALLOWED_IN_CALL')
    expect(book.place({ id: 'b', acct: 'A', side: 'buy', type: 'market', qty: 5, ...gtd(10) })).toBe(
      'NOT_ALLOWED_IN_CALL',
    )
    expect(book.place({ ...priced, ...gtd(10) })).toBe('ALREADY_EXPIRED')
    book.phase('continuous')
    book.sell('s', 100, 5, { acct: 'S' })
    expect(book.place({ ...priced, ...gtd(10) })).toBe('ALREADY_EXPIRED')
    expect(book.place(priced)).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.place({ ...priced, postOnly: false })).toBe('INSUFFICIENT_FUNDS')
    expect(book.place({ ...priced, postOnly: false, side: 'sell', price: -5 })).toBe('INSUFFICIENT_FUNDS')
    expect(book.place({ ...priced, postOnly: false, side: 'sell' })).toBe('INSUFFICIENT_ENERGY')
    expect(book.state('b')).toEqual(['rejected', 0, 0])
    expect(book.cancel('b')).toBe('NOT_OPEN')
    expect(book.asks).toEqual([[100, 5, ['s']]])
  })

  it('M43: a refusal shows the order it names and nothing else', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5)
    book.buy('b', 100, 0)
    expect(book.told).toEqual(['b'])
    book.sell('s', 100, 5)
    expect(book.told).toEqual(['s'])
    book.cancel('x')
    expect(book.told).toEqual([])
  })

  it('M43: a duplicate leaves the live order as it is, and is not remembered in its place', () => {
    const book = new MatchFixture()
    book.sell('s', 100, 5)
    expect(book.sell('s', 90, 7)).toBe('DUPLICATE_ID')
    expect(book.asks).toEqual([[100, 5, ['s']]])
    expect(book.cancel('s')).toBe('taken')
    expect(book.state('s')).toEqual(['cancelled', 0, 0])
  })

  it('M45: cancel and amend look at the figures, then at the order, then at the phase', () => {
    const book = new MatchFixture({ risk: true })
    book.deposit('A', 500, 0)
    book.deposit('S', 0, 5)
    expect(book.cancel('x')).toBe('UNKNOWN_ORDER')
    expect(book.amend('x', { qty: 0, price: 0.5 })).toBe('INVALID_QTY')
    expect(book.amend('x', { qty: 5, price: 0.5 })).toBe('INVALID_PRICE')
    book.phase('halted')
    expect(book.amend('x', { qty: 5 })).toBe('UNKNOWN_ORDER')
    book.phase('continuous')
    book.buy('x', 100, 5, { acct: 'A' })
    book.cancel('x')
    expect(book.cancel('x')).toBe('NOT_OPEN')
    book.phase('halted')
    expect(book.amend('x', { qty: 5 })).toBe('NOT_OPEN')
    expect(book.amend('x', { qty: 0 })).toBe('INVALID_QTY')
    book.phase('continuous')
    book.sell('s', 100, 5, { acct: 'S' })
    book.buy('x', 90, 5, { acct: 'A', postOnly: true })
    book.phase('halted')
    expect(book.amend('x', { price: 101, qty: 9 })).toBe('NOT_TRADING')
    book.phase('continuous')
    expect(book.amend('x', { price: 101, qty: 9 })).toBe('POST_ONLY_WOULD_CROSS')
    expect(book.amend('x', { price: 99, qty: 9 })).toBe('INSUFFICIENT_FUNDS')
    expect(book.amend('s', { price: -100, qty: 9 })).toBe('INSUFFICIENT_FUNDS')
    expect(book.amend('s', { price: 101, qty: 9 })).toBe('INSUFFICIENT_ENERGY')
    expect([book.bids, book.asks]).toEqual([[[90, 5, ['x']]], [[100, 5, ['s']]]])
  })

  it.each(['0', '-5', '1.5', '1e400', '-1e400', '9007199254740992', '1e300', '-0'])(
    'M46: quantity %s is INVALID_QTY',
    (qty) => {
      const book = new MatchFixture()
      const order = `"op":"new","acct":"A","side":"buy","qty":${qty}`
      expect(book.send(`{${order},"id":"b","type":"limit","price":1,"tif":"GTC"}`).error).toBe('INVALID_QTY')
      expect(book.send(`{${order},"id":"m","type":"market","tif":"IOC"}`).error).toBe('INVALID_QTY')
      expect(book.send(`{${order},"id":"t","type":"stop","stopPrice":1}`).error).toBe('INVALID_QTY')
      book.buy('live', 1, 1)
      expect(book.send(`{"op":"amend","id":"live","qty":${qty}}`).error).toBe('INVALID_QTY')
      expect(book.bids).toEqual([[1, 1, ['live']]])
    },
  )

  it.each([100.25, -501, 4_001, 1e-300])('M47: price %d is INVALID_PRICE', (price) => {
    const book = new MatchFixture()
    expect(book.buy('b', price, 5)).toBe('INVALID_PRICE')
    book.buy('live', 1, 1)
    expect(book.amend('live', { price })).toBe('INVALID_PRICE')
  })

  it('M47: a price is a multiple of the tick, within the limits included', () => {
    const book = new MatchFixture({ minPrice: -10, maxPrice: 20, tick: 5 })
    const answers = [-15, -10, -9, 0, 5, 7, 20, 25].map((price) => book.buy(`at ${price}`, price, 1))
    const [ok, no] = ['taken', 'INVALID_PRICE']
    expect(answers).toEqual([no, ok, no, ok, ok, no, ok, no])
  })

  it('M47: without a config prices run from 1 to 999,999', () => {
    const session = new MatchSession()
    const at = (price: number) =>
      session.line(JSON.stringify({ op: 'new', id: 'b', acct: 'A', side: 'buy', type: 'limit', price, qty: 1, ...ioc }))
        .error
    expect([0, 1, 999_999, 1_000_000].map(at)).toEqual(['INVALID_PRICE', undefined, undefined, 'INVALID_PRICE'])
  })

  it('M48: |price| × quantity above 2^53 − 1 is INVALID_QTY, on amends by price alone too', () => {
    const book = new MatchFixture()
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 2)
    expect(book.buy('b', 2, most)).toBe('taken')
    expect(book.sell('s', -2, most + 1)).toBe('INVALID_QTY')
    expect(book.buy('c', 3, most)).toBe('INVALID_QTY')
    expect(book.amend('b', { price: 3 })).toBe('INVALID_QTY')
    expect(book.amend('b', { qty: most + 1 })).toBe('INVALID_QTY')
    expect(book.amend('b', { price: 1, qty: Number.MAX_SAFE_INTEGER })).toBe('taken')
    expect(book.sell('d', 0, Number.MAX_SAFE_INTEGER)).toBe('taken')
  })

  it('M48: the premium an order offers counts', () => {
    const premiums = [{ name: 'green', sources: ['sun'], premium: 1 }]
    const book = new MatchFixture({ sources: ['sun'], premiums })
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 2)
    expect(book.buy('b1', 1, most, { premium: 'green' })).toBe('taken')
    expect(book.buy('b2', 1, most + 1, { premium: 'green' })).toBe('INVALID_QTY')
    expect(book.buy('b3', -1, most + 1, { premium: 'green' })).toBe('INVALID_QTY')
    expect(book.buy('b4', 1, most + 1)).toBe('taken')
    expect(book.amend('b1', { price: 2 })).toBe('INVALID_QTY')
  })

  it('M49: the id of an order that is not live may be used again', () => {
    const book = new MatchFixture()
    for (let use = 0; use < 3; use++) {
      expect(book.buy('b', 100, 5)).toBe('taken')
      expect(book.buy('b', 100, 5)).toBe('DUPLICATE_ID')
      book.cancel('b')
    }
    expect(book.buy('b', 100, 0)).toBe('INVALID_QTY')
    expect(book.state('b')).toEqual(['rejected', 0, 0])
    expect(book.stopBuy('b', 100, 5)).toBe('taken')
    expect(book.buy('b', 100, 5)).toBe('DUPLICATE_ID')
  })

  // A million orders: `npm run test:long` only.
  it.runIf(COMMANDS >= 1_000_000)('M49: an order is remembered until 1,048,576 later ones have ended', () => {
    vi.setConfig({ testTimeout: 120_000 })
    const session = new MatchSession()
    const end = (id: string) =>
      session.line(`{"op":"new","id":"${id}","acct":"A","side":"buy","type":"market","qty":1,"tif":"IOC"}`)
    const cancel = (id: string) => session.line(`{"op":"cancel","id":"${id}"}`).error
    session.line('{"op":"new","id":"open","acct":"A","side":"buy","type":"limit","price":1,"qty":1,"tif":"GTC"}')
    end('old')
    for (let later = 1; later < 1_048_576; later++) end(`o${later}`)
    expect(cancel('old')).toBe('NOT_OPEN')
    end('the last one')
    expect(cancel('old')).toBe('UNKNOWN_ORDER')
    expect(cancel('o1')).toBe('NOT_OPEN')
    expect(cancel('open')).toBeUndefined()
  })

  it.each([
    ['a config that is not the first line', { op: 'config' }],
    ['a clock that goes back', { op: 'clock', now: 9 }],
    ['a reference below the limits', { op: 'reference', price: -501 }],
    ['a reference above the limits', { op: 'reference', price: 4_001 }],
    ['a reference in fractions', { op: 'reference', price: 100.5 }],
    ['a deposit below zero', { op: 'deposit', acct: 'A', funds: -1, energy: 0 }],
    ['a deposit of half a watt-hour', { op: 'deposit', acct: 'A', funds: 0, energy: 0.5 }],
    ['money beyond all money', { op: 'deposit', acct: 'B', funds: 2 ** 53 - 7, energy: 0 }],
    ['energy beyond all energy', { op: 'deposit', acct: 'B', funds: 0, energy: 2 ** 53 - 3 }],
  ])('M50: %s is no command and changes nothing', (_what, command) => {
    const book = new MatchFixture({ risk: true })
    book.deposit('A', 7, 3)
    book.clock(10)
    book.sell('s', 100, 3, { acct: 'A', ...gtd(11) })
    expect(() => book.send(command)).toThrow(BadCommand)
    expect(book.balance('A')).toEqual([7, 0, 0])
    expect(book.balance('B')).toBeUndefined()
    expect(book.asks).toEqual([[100, 3, ['s']]])
  })

  it('M50: a reference between two ticks is no command', () => {
    const book = new MatchFixture({ minPrice: 0, tick: 5 })
    expect(() => book.reference(101)).toThrow(BadCommand)
    expect(() => book.reference(100)).not.toThrow()
  })

  it('M50: a market has fewer than 2^30 price steps', () => {
    const open = (maxPrice: number, tick: number) => new MatchFixture({ minPrice: 0, maxPrice, tick })
    expect(() => open(2 ** 30, 1)).toThrow(BadCommand)
    expect(() => open(3 * 2 ** 30, 3)).toThrow(BadCommand)
    const book = open(2 ** 30 - 1, 1)
    expect(book.buy('low', 0, 1)).toBe('taken')
    expect(book.sell('high', 2 ** 30 - 1, 1)).toBe('taken')
    expect([book.bids, book.asks]).toEqual([[[0, 1, ['low']]], [[2 ** 30 - 1, 1, ['high']]]])
  })
})
