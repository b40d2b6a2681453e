import fc from 'fast-check'
import { type Draft, draft, type OrderDraft, rarely } from './command-draft.ts'
import type { Command, ConfigCommand, NewCommand } from './naive/command.ts'

/** How many commands the properties over streams run through, each of them. */
export const COMMANDS = Number(process.env.COMMONWATT_TEST_COMMANDS ?? 20_000)
/** A stream has about 100 commands: fast-check draws short ones as often as long ones. */
export const STREAMS = Math.ceil(COMMANDS / 100)
const LENGTH_MAX = 250

const shape = fc.record({
  /** how many ids there are: few die often, many lie deep in the book */
  ids: fc.constantFrom(16, 12, 60),
  /** how far prices lie apart */
  spread: fc.constantFrom(1, 1, 1, 37, 100_000_000),
  /** whether quantities are of the kind that no two of them can be added up exactly */
  isHuge: fc.constantFrom(...Array<boolean>(11).fill(false), true),
})

type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never

const config = fc.record({
  limits: fc.constantFrom(...Array(6).fill({ minPrice: -5, maxPrice: 5 }), { minPrice: -6, maxPrice: 9, tick: 2 }),
  risk: fc.boolean(),
  priceRule: rarely(fc.constantFrom('largest-volume', 'highest-matched-ask', 'last-matched-bid', 'midpoint')),
  hasNames: fc.constantFrom(false, false, true),
  fees: fc.constantFrom(
    undefined,
    undefined,
    [[2]],
    [
      [0, 1],
      [1, 0],
    ],
    [
      [0, 1, 4],
      [1, 0, 2],
      [3, 2, 1],
    ],
  ),
})

type Config = typeof config extends fc.Arbitrary<infer T> ? T : never

/** A config in which prices lie so far apart. */
function configCommand({ limits, risk, priceRule, hasNames, fees }: Config, spread: number): ConfigCommand {
  const { minPrice, maxPrice, ...tick } = limits
  return {
    op: 'config',
    minPrice: minPrice * spread,
    maxPrice: maxPrice * spread,
    ...tick,
    risk,
    ...(priceRule === undefined ? {} : { priceRule }),
    ...(fees === undefined ? {} : { fees: fees.map((row) => row.map((fee) => fee * spread)) }),
    ...(hasNames
      ? {
          sources: ['sun', 'wind'],
          premiums: [
            { name: 'green', sources: ['sun', 'wind'], premium: spread },
            { name: 'local', sources: ['sun'], premium: 3 * spread },
          ],
        }
      : {}),
  }
}

/** Streams over all commands, a config first or none; what their accounts begin with is part of the stream. */
export const commandStream: fc.Arbitrary<readonly Command[]> = fc
  .tuple(
    shape,
    fc.option(config, { freq: 20 }),
    fc.array(fc.record({ funds: fc.nat({ max: 300 }), energy: fc.nat({ max: 80 }) }), { minLength: 3, maxLength: 3 }),
    fc.array(draft, { minLength: 0, maxLength: LENGTH_MAX, size: 'max' }),
  )
  .map(([form, market, deposits, drafts]) => {
    const first = market === null ? null : configCommand(market, form.spread)
    const opening = deposits.map(({ funds, energy }, index): Command => {
      return { op: 'deposit', acct: 'ABC'[index] ?? '', funds: funds * form.spread, energy }
    })
    return [
      ...(first === null ? [] : [first]),
      ...(first?.risk === true ? opening : []),
      ...fitted(drafts, form, first ?? { op: 'config' }),
    ]
  })

function fitted(drafts: readonly Draft[], form: Shape, market: ConfigCommand): readonly Command[] {
  let nowMs = 0
  return drafts.flatMap((one): readonly Command[] => {
    switch (one.op) {
      case 'wait': {
        const now = nowMs + one.ms
        nowMs = Math.max(now, nowMs)
        return [{ op: 'clock', now }]
      }
      case 'order':
        return [newCommand(one, form, market, nowMs)]
      case 'amend': {
        const { price, qty } = one
        return [
          {
            op: 'amend',
            id: idOf(one.id, form),
            ...(price === undefined ? {} : { price: priceOf(price, form) }),
            ...(qty === undefined ? {} : { qty: quantityOf(qty, form) }),
          },
        ]
      }
      case 'cancel':
        return [{ op: 'cancel', id: idOf(one.id, form) }]
      case 'reference':
        return [{ op: 'reference', price: priceOf(one.price, form) }]
      case 'deposit':
      case 'balances':
        return market.risk === true ? [one] : []
      default:
        return [one]
    }
  })
}

/** The order with the fields that its type, its time in force and its market let it have. */
function newCommand(one: OrderDraft, form: Shape, market: ConfigCommand, nowMs: number): NewCommand {
  const isLimit = one.type === 'limit'
  const isStop = one.type === 'stop'
  const tif = isStop && one.tif !== 'GTD' ? 'GTC' : one.tif
  const price = priceOf(one.price, form)
  const qty = quantityOf(one.qty, form)
  const zones = market.fees?.length ?? 1
  const hasNames = market.sources !== undefined
  return {
    op: 'new',
    id: idOf(one.id, form),
    acct: one.acct,
    side: one.side,
    type: one.type,
    ...(isStop ? { stopPrice: price } : isLimit ? { price } : {}),
    qty,
    tif,
    ...(tif === 'GTD' ? { expiresAt: nowMs + one.expiresInMs } : {}),
    ...(one.isPostOnly && !isStop ? { postOnly: true } : {}),
    ...(one.display !== undefined && isLimit ? { display: clipOf(one.display, qty) } : {}),
    ...(one.stp === undefined ? {} : { stp: one.stp }),
    ...(zones > 1 ? { zone: one.zone % zones } : {}),
    ...(hasNames && one.side === 'sell' && one.source !== undefined ? { source: one.source } : {}),
    ...(hasNames && one.side === 'buy' && one.premium !== undefined ? { premium: one.premium } : {}),
  }
}

const idOf = (id: number | string, { ids }: Shape): string => (typeof id === 'string' ? id : `o${id % ids}`)

/** Hostile prices stay what they are, and so does every fifth: it lies right beside another. */
const priceOf = (price: number, { spread }: Shape): number =>
  Math.abs(price) > 7 || !Number.isInteger(price) ? price : price % 5 === 3 ? price * spread + 1 : price * spread

const quantityOf = (qty: number, { isHuge }: Shape): number =>
  isHuge && qty > 0 && qty <= 12 ? Number.MAX_SAFE_INTEGER - (12 - qty) : qty

/** Clips of which a huge order has no more than a few: each of them is a trade. */
const clipOf = (display: number, qty: number): number =>
  display >= 1 && Number.isSafeInteger(qty) ? Math.max(display, Math.ceil(qty / 12)) : display

/** A stream as `commonwatt match` reads it. */
export const ndjson = (commands: readonly Command[]): string =>
  commands.map((command) => JSON.stringify(command)).join('\n')
