import type { Amendment, NewOrder } from '../book/book-order.ts'
import type { BookPhase } from '../book/book-state.ts'
import type { PriceLimits } from '../book/price-limits.ts'
import { BadCommand } from './bad-command.ts'
import { type CommandFields, fieldsOf } from './command-fields.ts'

/** One line of `match` in the words of the book: `price` in EUR/MWh, `qty` in Wh, `acct` the account. */
export type MatchCommand =
  | { readonly op: 'config'; readonly limits: PriceLimits }
  | { readonly op: 'new'; readonly order: NewOrder }
  | { readonly op: 'cancel'; readonly id: string }
  | { readonly op: 'amend'; readonly amendment: Amendment }
  | { readonly op: 'clock'; readonly nowMs: number }
  | { readonly op: 'phase'; readonly phase: BookPhase }
  | { readonly op: 'book' }

/** The market of a stream that does not begin with a `config`. */
export const defaultLimits: PriceLimits = { minPriceEurPerMWh: 1, maxPriceEurPerMWh: 999_999, tickEurPerMWh: 1 }

const readers: ReadonlyMap<string, (fields: CommandFields) => MatchCommand> = new Map([
  ['config', readConfig],
  ['new', readNew],
  ['cancel', readCancel],
  ['amend', readAmend],
  ['clock', readClock],
  ['phase', readPhase],
  ['book', readBook],
])
const notTradedYet: ReadonlyMap<string, string> = new Map([
  ['uncross', 'call auctions'],
  ['reference', 'call auctions'],
  ['deposit', 'books with collateral'],
  ['balances', 'books with collateral'],
])

/**
 * Reads one line. Throws BadCommand for what is not a command: an unknown op or field, a missing one, a wrong type.
 * Quantities, prices and sides of the right type pass whatever they are: the book refuses them by its rules.
 */
export function parseCommand(line: string): MatchCommand {
  const fields = fieldsOf(line)
  const op = fields.text('op')
  const read = readers.get(op)
  if (read !== undefined) return read(fields)
  const missing = notTradedYet.get(op)
  const expected = `one of ${[...readers.keys()].join(', ')}`
  throw new BadCommand({
    field: 'op',
    value: op,
    expected: missing === undefined ? expected : `${expected}: ${missing} are not supported yet`,
  })
}

function readConfig(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op', 'minPrice', 'maxPrice', 'tick', 'risk'])
  const integer = (field: string, preset: number) => (fields.has(field) ? fields.integer(field) : preset)
  const minPriceEurPerMWh = integer('minPrice', defaultLimits.minPriceEurPerMWh)
  const maxPriceEurPerMWh = integer('maxPrice', defaultLimits.maxPriceEurPerMWh)
  const tickEurPerMWh = integer('tick', defaultLimits.tickEurPerMWh)
  if (maxPriceEurPerMWh < minPriceEurPerMWh) {
    throw new BadCommand({ field: 'maxPrice', value: maxPriceEurPerMWh, expected: `at least ${minPriceEurPerMWh}` })
  }
  if (tickEurPerMWh < 1) throw new BadCommand({ field: 'tick', value: tickEurPerMWh, expected: 'at least 1' })
  if (fields.has('risk') && fields.flag('risk')) {
    throw new BadCommand({ field: 'risk', value: true, expected: 'false: books with collateral are not supported yet' })
  }
  return { op: 'config', limits: { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh } }
}

function readNew(fields: CommandFields): MatchCommand {
  fields.refuse('stopPrice', 'stops are not supported yet')
  fields.refuse('display', 'iceberg orders are not supported yet')
  const required = ['op', 'id', 'acct', 'side', 'type', 'price', 'qty', 'tif']
  fields.allowOnly([...required, 'expiresAt', 'postOnly', 'stp'])
  const type = readType(fields)
  const isMarket = type === 'market'
  if (isMarket) fields.refuse('price', 'a market order has no price')
  // A market order never rests, so the time it is good for goes without saying.
  const timeInForce =
    isMarket && !fields.has('tif') ? 'IOC' : fields.choice('tif', ['GTC', 'GTD', 'IOC', 'FOK'] as const)
  if (timeInForce !== 'GTD') fields.refuse('expiresAt', `an order that is ${timeInForce} does not expire`)
  return {
    op: 'new',
    order: {
      id: fields.text('id'),
      account: fields.text('acct'),
      side: fields.text('side'),
      type,
      priceEurPerMWh: isMarket ? 0 : fields.number('price'),
      energyWh: fields.number('qty'),
      timeInForce,
      expiresAtMs: timeInForce === 'GTD' ? fields.integer('expiresAt') : 0,
      postOnly: fields.has('postOnly') && fields.flag('postOnly'),
      selfTradePrevention: fields.has('stp')
        ? fields.choice('stp', ['cancel-taker', 'cancel-maker', 'cancel-both', 'decrement'] as const)
        : 'none',
    },
  }
}

function readType(fields: CommandFields): 'limit' | 'market' {
  const type = fields.text('type')
  if (type === 'stop') {
    throw new BadCommand({ field: 'type', value: type, expected: 'limit or market: stops are not supported yet' })
  }
  return fields.choice('type', ['limit', 'market'] as const)
}

function readCancel(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op', 'id'])
  return { op: 'cancel', id: fields.text('id') }
}

function readAmend(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op', 'id', 'price', 'qty'])
  if (!fields.has('price') && !fields.has('qty')) {
    throw new BadCommand({ field: 'qty', value: undefined, expected: 'a new price, a new total quantity, or both' })
  }
  return {
    op: 'amend',
    amendment: {
      id: fields.text('id'),
      ...(fields.has('price') ? { priceEurPerMWh: fields.number('price') } : {}),
      ...(fields.has('qty') ? { energyWh: fields.number('qty') } : {}),
    },
  }
}

function readClock(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op', 'now'])
  return { op: 'clock', nowMs: fields.integer('now') }
}

function readPhase(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op', 'phase'])
  if (fields.text('phase') === 'call') {
    const expected = 'continuous, halted or closed: call auctions are not supported yet'
    throw new BadCommand({ field: 'phase', value: 'call', expected })
  }
  return { op: 'phase', phase: fields.choice('phase', ['continuous', 'halted', 'closed'] as const) }
}

function readBook(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op'])
  return { op: 'book' }
}
