import type { BillTerms } from '#protocol/market-rules.ts'
import { keccak } from '#protocol/signing.ts'
import type { Field } from '#protocol/typed-data.ts'
import { encodeLeaf } from './encode-leaf.ts'

/** What every bill of a batch follows (`types/Terms.sol`). Prices in 0.001 EUR/MWh, the fee in 1/10,000. */
export interface Terms {
  readonly retailMilliEurPerMWh: number
  readonly feedInMilliEurPerMWh: number
  readonly localChargeMilliEurPerMWh: number
  readonly protocolFeeBp: number
}

/** A market's terms as the chain takes them. */
export function termsOf({ tariff, protocolFeeBp }: BillTerms): Terms {
  const { retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh } = tariff
  return { retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh, protocolFeeBp }
}

const termsFields: readonly Field[] = [
  { name: 'retailMilliEurPerMWh', type: 'int64' },
  { name: 'feedInMilliEurPerMWh', type: 'int64' },
  { name: 'localChargeMilliEurPerMWh', type: 'uint64' },
  { name: 'protocolFeeBp', type: 'uint16' },
]

/** keccak256(abi.encode(terms)): what a batch's header keeps of them. */
export function termsHashOf(terms: Terms): `0x${string}` {
  return keccak(encodeLeaf(termsFields, terms))
}
