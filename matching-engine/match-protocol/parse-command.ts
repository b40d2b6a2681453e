import type { Amendment, BookPhase, NewOrder } from '../book/book-order.ts'
import { bookPhases, preventions, timesInForce } from '../book/codes.ts'
import { BadCommand } from './bad-command.ts'
import { type CommandFields, fieldsOf } from './command-fields.ts'
import { type MatchConfig, readConfig } from './read-config.ts'

/** One line of `match` in the words of the book: `price` in EUR/MWh, `qty` in Wh, `acct` the account. */
export type MatchCommand =
  | { readonly op: 'config'; readonly config: MatchConfig }
  | { readonly op: 'new'; readonly order: NewOrder }
  | { readonly op: 'cancel'; readonly id: string }
  | { readonly op: 'amend'; readonly amendment: Amendment }
  | { readonly op: 'clock'; readonly nowMs: number }
  | { readonly op: 'phase'; readonly phase: BookPhase }
  | { readonly op: 'uncross' | 'balances' | 'book' }
  | { readonly op: 'reference'; readonly priceEurPerMWh: number }
  | {
      readonly op: 'deposit'
      readonly account: string
      readonly amounts: { readonly moneyMicroEur: number; readonly energyWh: number }
    }

/** What `stp` may name; none is what it is without. */
const namedPreventions = preventions.filter((prevention) => prevention !== 'none')

const readers: ReadonlyMap<string, (fields: CommandFields, config: MatchConfig) => MatchCommand> = new Map([
  ['config', (fields) => ({ op: 'config', config: readConfig(fields) })],
  ['new', readNew],
  ['cancel', readCancel],
  ['amend', readAmend],
  ['clock', readClock],
  ['phase', readPhase],
  ['uncross', readPlain],
  ['reference', readReference],
  ['deposit', readDeposit],
  ['balances', readPlain],
  ['book', readPlain],
])

/**
 * Reads one line of a stream with this config. Throws BadCommand for what is not a command: an unknown op or field, a
 * missing one, a wrong type. Quantities, prices and sides of the right type pass whatever they are: the book refuses
 * them by its rules.
 */
export function parseCommand(line: string, config: MatchConfig): MatchCommand {
  const fields = fieldsOf(line)
  const op = fields.text('op')
  const read = readers.get(op)
  if (read !== undefined) return read(fields, config)
  throw new BadCommand({ field: 'op', value: op, expected: `one of ${[...readers.keys()].join(', ')}` })
}

function readNew(fields: CommandFields, config: MatchConfig): MatchCommand {
  const type = fields.choice('type', ['limit', 'market', 'stop'] as const)
  const isStop = type === 'stop'
  if (type !== 'limit') {
    fields.refuse('price', `a ${type} order has no price`)
    fields.refuse('display', `a ${type} order does not rest on show`)
  }
  if (isStop) fields.refuse('postOnly', 'a stop trades as a market order')
  else fields.refuse('stopPrice', `a ${type} order is no stop`)
  const known = ['op', 'id', 'acct', 'side', 'type', 'price', 'qty', 'tif', 'expiresAt', 'postOnly', 'stp']
  fields.allowOnly([...known, 'display', 'stopPrice', 'zone', 'source', 'premium'])
  const timeInForce = readTimeInForce(fields, type)
  if (timeInForce !== 'GTD') fields.refuse('expiresAt', `an order that is ${timeInForce} does not expire`)
  return {
    op: 'new',
    order: {
      id: fields.text('id'),
      account: fields.text('acct'),
      side: fields.text('side'),
      type,
      priceEurPerMWh: type === 'limit' ? fields.number('price') : 0,
      energyWh: fields.number('qty'),
      timeInForce,
      expiresAtMs: timeInForce === 'GTD' ? fields.integer('expiresAt') : 0,
      postOnly: fields.has('postOnly') && fields.flag('postOnly'),
      selfTradePrevention: fields.has('stp') ? fields.choice('stp', namedPreventions) : 'none',
      ...(fields.has('display') ? { displayWh: fields.number('display') } : {}),
      ...(isStop ? { stopPriceEurPerMWh: fields.number('stopPrice') } : {}),
      ...readNeighbour(fields, config),
    },
  }
}

/** A market order never rests, and a stop waits unless told otherwise: what they are good for goes without saying. */
function readTimeInForce(fields: CommandFields, type: NewOrder['type']): NewOrder['timeInForce'] {
  if (type === 'stop') return fields.has('tif') ? fields.choice('tif', ['GTC', 'GTD'] as const) : 'GTC'
  return type === 'market' && !fields.has('tif') ? 'IOC' : fields.choice('tif', timesInForce)
}

/** Where the order's home hangs on the grid, and what its energy is, or is worth to it. */
function readNeighbour(fields: CommandFields, config: MatchConfig): Pick<NewOrder, 'zone' | 'source' | 'premium'> {
  const { gridFees, sources } = config.terms
  const side = fields.text('side')
  if (side !== 'sell') fields.refuse('source', 'only a sell has a source')
  if (side !== 'buy') fields.refuse('premium', 'only a buy pays a premium')
  return {
    ...(fields.has('zone') ? { zone: readZone(fields, gridFees.length) } : {}),
    ...(fields.has('source') ? { source: readName(fields, 'source', sources) } : {}),
    ...(fields.has('premium') ? { premium: readName(fields, 'premium', config.premiumNames) } : {}),
  }
}

function readZone(fields: CommandFields, zones: number): number {
  const zone = fields.integer('zone')
  if (zone >= 0 && zone < zones) return zone
  throw new BadCommand({ field: 'zone', value: zone, expected: `0 to ${zones - 1}: the config has fees for ${zones}` })
}

function readName(fields: CommandFields, field: string, names: readonly string[]): number {
  const name = fields.text(field)
  const place = names.indexOf(name)
  if (place >= 0) return place
  const expected = names.length === 0 ? `none: the config names no ${field}` : `one of ${names.join(', ')}`
  throw new BadCommand({ field, value: name, expected })
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
  return { op: 'phase', phase: fields.choice('phase', bookPhases) }
}

function readReference(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op', 'price'])
  return { op: 'reference', priceEurPerMWh: fields.integer('price') }
}

function readDeposit(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op', 'acct', 'funds', 'energy'])
  const amounts = {
    moneyMicroEur: fields.has('funds') ? fields.integer('funds') : 0,
    energyWh: fields.has('energy') ? fields.integer('energy') : 0,
  }
  return { op: 'deposit', account: fields.text('acct'), amounts }
}

function readPlain(fields: CommandFields): MatchCommand {
  fields.allowOnly(['op'])
  return { op: fields.choice('op', ['uncross', 'balances', 'book'] as const) }
}
