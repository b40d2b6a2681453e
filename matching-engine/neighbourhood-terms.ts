import { Result, Schema } from 'effect'
import { type Canonical, canonicalJson } from '#protocol/canonical-json.ts'
import { Address, Count, PositiveInt, Slug } from '#protocol/ids.ts'
import { MarketRules } from '#protocol/market-rules.ts'
import type { Street } from '#protocol/street.ts'

/** What a neighbourhood is founded on: it stays the same for the life of its log. */
export const NeighbourhoodTerms = Schema.Struct({
  /** the neighbourhood's name */
  partition: Slug,
  rules: MarketRules,
  domain: Schema.Struct({
    name: Schema.Literal('Commonwatt'),
    version: Schema.Literal('1'),
    chainId: PositiveInt,
    verifyingContract: Address,
  }),
  /** the address that signs estimates */
  operator: Address,
  /** Unix ms; where a new neighbourhood's time begins */
  nowMs: Count,
})
export type NeighbourhoodTerms = typeof NeighbourhoodTerms.Type

const decode = Schema.decodeUnknownResult(NeighbourhoodTerms, { errors: 'all' })

/** What is wrong with the terms, or null. */
export function termsFault(terms: NeighbourhoodTerms): string | null {
  const decoded = decode(terms)
  if (Result.isFailure(decoded)) return decoded.failure.message
  const { minPriceEurPerMWh: min, maxPriceEurPerMWh: max } = terms.rules
  return min <= max ? null : `rules.minPriceEurPerMWh ${min} is above maxPriceEurPerMWh ${max}`
}

/** Which of the terms a log was begun with differs from the given ones, or null. */
export function differenceFromLog(given: NeighbourhoodTerms, logged: Street): string | null {
  for (const field of ['rules', 'domain', 'operator'] as const) {
    const wanted = canonicalJson(given[field] satisfies Canonical)
    const kept = canonicalJson(logged[field] as Canonical)
    if (wanted !== kept) return `${field} must be those of the log, ${kept}, not ${wanted}`
  }
  return null
}
