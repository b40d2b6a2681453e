import type { PriceRule } from '../book/book-order.ts'
import { priceRules } from '../book/codes.ts'
import { type NeighbourTerms, noNeighbourTerms, termsFault } from '../book/neighbour-terms.ts'
import { PRICE_STEPS_MAX } from '../book/price-ladders.ts'
import { type PriceLimits, priceSteps } from '../book/price-limits.ts'
import { BadCommand } from './bad-command.ts'
import { type CommandFields, isList, isRecord } from './command-fields.ts'

/** What the first line of a stream may set. */
export interface MatchConfig {
  readonly limits: PriceLimits
  /** whether orders need collateral: `deposit` and `balances` */
  readonly risk: boolean
  readonly priceRule: PriceRule
  readonly terms: NeighbourTerms
  /** the names of `terms.premiums` */
  readonly premiumNames: readonly string[]
}

/** A stream that does not begin with a `config`. */
export const defaultConfig: MatchConfig = {
  limits: { minPriceEurPerMWh: 1, maxPriceEurPerMWh: 999_999, tickEurPerMWh: 1 },
  risk: false,
  priceRule: 'largest-volume',
  terms: noNeighbourTerms,
  premiumNames: [],
}

/** Reads a config line; throws BadCommand where it makes no sense. */
export function readConfig(fields: CommandFields): MatchConfig {
  fields.allowOnly(['op', 'minPrice', 'maxPrice', 'tick', 'risk', 'priceRule', 'fees', 'sources', 'premiums'])
  const premiums = fields.has('premiums') ? readPremiums(fields) : []
  const terms = {
    gridFees: fields.has('fees') ? readFees(fields) : noNeighbourTerms.gridFees,
    sources: fields.has('sources') ? texts(fields.list('sources'), 'sources') : [],
    premiums,
  }
  const fault = termsFault(terms)
  if (fault !== null) {
    const field = ['premiums', 'sources', 'fees'].find((name) => fault.includes(name.slice(0, -1))) ?? 'fees'
    throw new BadCommand({ field, value: fields.list(field), expected: `terms that make sense: ${fault}` })
  }
  const premiumNames = premiums.map(({ name }) => name)
  if (new Set(premiumNames).size !== premiumNames.length) {
    throw new BadCommand({ field: 'premiums', value: premiumNames, expected: 'each name once' })
  }
  return {
    limits: readLimits(fields),
    risk: fields.has('risk') && fields.flag('risk'),
    priceRule: fields.has('priceRule') ? fields.choice('priceRule', priceRules) : defaultConfig.priceRule,
    terms,
    premiumNames,
  }
}

function readLimits(fields: CommandFields): PriceLimits {
  const presets = defaultConfig.limits
  const integer = (field: string, preset: number) => (fields.has(field) ? fields.integer(field) : preset)
  const minPriceEurPerMWh = integer('minPrice', presets.minPriceEurPerMWh)
  const maxPriceEurPerMWh = integer('maxPrice', presets.maxPriceEurPerMWh)
  const tickEurPerMWh = integer('tick', presets.tickEurPerMWh)
  if (maxPriceEurPerMWh < minPriceEurPerMWh) {
    throw new BadCommand({ field: 'maxPrice', value: maxPriceEurPerMWh, expected: `at least ${minPriceEurPerMWh}` })
  }
  if (tickEurPerMWh < 1) throw new BadCommand({ field: 'tick', value: tickEurPerMWh, expected: 'at least 1' })
  const limits = { minPriceEurPerMWh, maxPriceEurPerMWh, tickEurPerMWh }
  const steps = priceSteps(limits)
  if (steps > PRICE_STEPS_MAX) {
    const expected = `at most ${PRICE_STEPS_MAX} prices between minPrice and it, not ${steps}`
    throw new BadCommand({ field: 'maxPrice', value: maxPriceEurPerMWh, expected })
  }
  return limits
}

function readFees(fields: CommandFields): readonly (readonly number[])[] {
  return fields.list('fees').map((row) => {
    if (isList(row) && row.every((fee): fee is number => typeof fee === 'number')) return row
    throw new BadCommand({ field: 'fees', value: row, expected: 'a list of numbers, one a zone of the buyer' })
  })
}

function readPremiums(fields: CommandFields) {
  return fields.list('premiums').map((value) => {
    if (isRecord(value)) {
      const { name, premium, sources } = value
      const isKnown = Object.keys(value).every((key) => ['name', 'premium', 'sources'].includes(key))
      if (isKnown && typeof name === 'string' && typeof premium === 'number' && isList(sources)) {
        return { name, premiumEurPerMWh: premium, sources: texts(sources, 'premiums') }
      }
    }
    throw new BadCommand({
      field: 'premiums',
      value,
      expected: '{"name": text, "sources": [texts], "premium": number}',
    })
  })
}

function texts(values: readonly unknown[], field: string): readonly string[] {
  return values.map((value) => {
    if (typeof value === 'string') return value
    throw new BadCommand({ field, value, expected: 'a string' })
  })
}
