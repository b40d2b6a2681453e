import { describe, expect, it } from 'vitest'
import { BadCommand } from '#matching-engine/match-protocol/bad-command.ts'
import { MatchSession } from '#matching-engine/match-protocol/match-session.ts'

const order = { op: 'new', id: 'b1', acct: 'A', side: 'buy', type: 'limit', price: 120, qty: 500, tif: 'GTC' }

function badCommand(command: object | string, session = new MatchSession()): BadCommand {
  try {
    session.line(typeof command === 'string' ? command : JSON.stringify(command))
  } catch (error) {
    if (error instanceof BadCommand) return error
    throw error
  }
  throw new Error('the line was taken')
}

describe('output', () => {
  const lines = (...commands: object[]) => {
    const session = new MatchSession()
    return commands.map((command) => JSON.stringify(session.line(JSON.stringify(command))))
  }

  it('is trades, the orders that changed with the one that was named last, and the book on request', () => {
    expect(
      lines(
        { ...order, id: 's1', side: 'sell', acct: 'B', price: 100, qty: 10 },
        { ...order, qty: 4 },
        { op: 'book' },
        { op: 'cancel', id: 'x' },
        { op: 'clock', now: 5 },
        { op: 'phase', phase: 'closed' },
      ),
    ).toEqual([
      '{"trades":[],"orders":{"s1":["open",0,10]}}',
      '{"trades":[["s1","b1",100,4]],"orders":{"s1":["open",4,6],"b1":["filled",4,0]}}',
      '{"trades":[],"orders":{},"book":{"bids":[],"asks":[[100,6,["s1"]]]}}',
      '{"trades":[],"orders":{},"error":"UNKNOWN_ORDER"}',
      '{"trades":[],"orders":{}}',
      '{"trades":[],"orders":{"s1":["expired",4,0]}}',
    ])
  })

  it('a refusal names its order: the live one for a duplicate, the rejected one else', () => {
    expect(lines(order, order, { ...order, id: 'b2', side: 'hold' }).slice(1)).toEqual([
      '{"trades":[],"orders":{"b1":["open",0,500]},"error":"DUPLICATE_ID"}',
      '{"trades":[],"orders":{"b2":["rejected",0,0]},"error":"INVALID_SIDE"}',
    ])
  })

  it('shows the own order that made self-trade prevention act', () => {
    const stp = { ...order, id: 's1', side: 'sell', stp: 'cancel-taker' }
    expect(lines(order, stp)[1]).toBe('{"trades":[],"orders":{"b1":["open",0,500],"s1":["cancelled",0,0]}}')
    const fok = { ...stp, tif: 'FOK' }
    expect(lines(order, fok)[1]).toBe('{"trades":[],"orders":{"b1":["open",0,500],"s1":["cancelled",0,0]}}')
  })

  it('an order may be called __proto__', () => {
    const id = '__proto__'
    expect(lines({ ...order, id }, { op: 'cancel', id }, { op: 'cancel', id })).toEqual([
      '{"trades":[],"orders":{"__proto__":["open",0,500]}}',
      '{"trades":[],"orders":{"__proto__":["cancelled",0,0]}}',
      '{"trades":[],"orders":{"__proto__":["cancelled",0,0]},"error":"NOT_OPEN"}',
    ])
  })

  it('config sets the bounds, on the first line only', () => {
    const price = (value: number) => ({ ...order, id: `at ${value}`, price: value })
    const config = { op: 'config', minPrice: -10, tick: 5, risk: false }
    const errors = lines(config, price(-10), price(-15), price(-9), price(1_000_000)).map(
      (line) => JSON.parse(line).error,
    )
    expect(errors).toEqual([undefined, undefined, 'INVALID_PRICE', 'INVALID_PRICE', 'INVALID_PRICE'])
    const session = new MatchSession()
    session.line('{"op":"book"}')
    expect(badCommand(config, session)).toMatchObject({ field: 'op', value: 'config' })
  })

  it('without config prices run from 1 to 999999', () => {
    const at = (price: number) => JSON.parse(lines({ ...order, price, qty: 1 })[0] ?? '').error
    expect([0, 1, 999_999, 1_000_000].map(at)).toEqual(['INVALID_PRICE', undefined, undefined, 'INVALID_PRICE'])
  })

  it('a market order needs neither price nor time in force', () => {
    expect(lines({ op: 'new', id: 'm', acct: 'A', side: 'buy', type: 'market', qty: 5 })).toEqual([
      '{"trades":[],"orders":{"m":["cancelled",0,0]}}',
    ])
  })
})

describe('a line that is not a command', () => {
  it.each([
    ['nothing', '', 'line'],
    ['not JSON', '{"op":', 'line'],
    ['not an object', '[]', 'line'],
    ['null', 'null', 'line'],
    ['no op', '{}', 'op'],
    ['an unknown op', '{"op":"sell"}', 'op'],
    ['an op every object has', '{"op":"constructor"}', 'op'],
    ['an unknown field', { ...order, colour: 'green' }, 'colour'],
    ['a field called __proto__', '{"op":"book","__proto__":1}', '__proto__'],
    ['a missing quantity', { ...order, qty: undefined }, 'qty'],
    ['a missing price', { ...order, price: undefined }, 'price'],
    ['a missing side', { ...order, side: undefined }, 'side'],
    ['a missing account', { ...order, acct: undefined }, 'acct'],
    ['a missing time in force', { ...order, tif: undefined }, 'tif'],
    ['a quantity that is text', { ...order, qty: '5' }, 'qty'],
    ['an id that is a number', { ...order, id: 5 }, 'id'],
    ['an unknown type', { ...order, type: 'peg' }, 'type'],
    ['an unknown time in force', { ...order, tif: 'DAY' }, 'tif'],
    ['an unknown prevention', { ...order, stp: 'none' }, 'stp'],
    ['postOnly that is text', { ...order, postOnly: 'yes' }, 'postOnly'],
    ['GTD without its end', { ...order, tif: 'GTD' }, 'expiresAt'],
    ['an end in parts of a millisecond', { ...order, tif: 'GTD', expiresAt: 1.5 }, 'expiresAt'],
    ['an end that is not GTD', { ...order, expiresAt: 5 }, 'expiresAt'],
    ['a market order with a price', { ...order, type: 'market' }, 'price'],
    ['an amend of nothing', { op: 'amend', id: 'b1' }, 'qty'],
    ['an amend of the side', { op: 'amend', id: 'b1', qty: 1, side: 'sell' }, 'side'],
    ['a clock without time', { op: 'clock' }, 'now'],
    ['a clock before the beginning', { op: 'clock', now: -1 }, 'now'],
    ['an unknown phase', { op: 'phase', phase: 'lunch' }, 'phase'],
    ['bounds the wrong way round', { op: 'config', minPrice: 5, maxPrice: 4 }, 'maxPrice'],
    ['no tick', { op: 'config', tick: 0 }, 'tick'],
    ['bounds in fractions', { op: 'config', minPrice: 0.5 }, 'minPrice'],
  ])('%s', (_what, command, field) => {
    expect(badCommand(command).field).toBe(field)
  })

  it.each([
    ['a stop with a price', { ...order, type: 'stop', stopPrice: 100 }, 'price'],
    [
      'a stop without its stop price',
      { op: 'new', id: 's', acct: 'A', side: 'buy', type: 'stop', qty: 5 },
      'stopPrice',
    ],
    ['a limit order with a stop price', { ...order, stopPrice: 100 }, 'stopPrice'],
    ['a zone beyond the config', { ...order, zone: 1 }, 'zone'],
    ['a source of a buy', { ...order, source: 'solar' }, 'source'],
    ['a premium that the config does not name', { ...order, premium: 'green' }, 'premium'],
    ['a reference outside the market', { op: 'reference', price: 0 }, 'price'],
    ['a deposit below nothing', { op: 'deposit', acct: 'A', funds: -1 }, 'funds'],
    ['fees that are no square', { op: 'config', fees: [[0, 1]] }, 'fees'],
    [
      'a premium on an unknown source',
      { op: 'config', premiums: [{ name: 'g', sources: ['x'], premium: 1 }] },
      'premiums',
    ],
    ['more prices than a ladder holds', { op: 'config', maxPrice: 2 ** 31 }, 'maxPrice'],
  ])('%s', (_what, command, field) => {
    expect(badCommand(command).field).toBe(field)
  })

  it('is answered with the field, the value and what would be right, and changes nothing', () => {
    const session = new MatchSession()
    session.line('{"op":"clock","now":10}')
    session.line(JSON.stringify(order))
    expect(badCommand({ op: 'clock', now: 9 }, session).message).toBe(
      '"now" is 9; expected at least 10: time never goes back',
    )
    expect(badCommand({ op: 'cancel' }, session).message).toBe('"id" is missing; expected a string')
    expect(badCommand('x'.repeat(10_000), session).message.length).toBeLessThan(300)
    expect(session.line('{"op":"book"}').book).toEqual({ bids: [[120, 500, ['b1']]], asks: [] })
  })
})
