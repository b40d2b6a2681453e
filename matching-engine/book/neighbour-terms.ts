/** What makes one neighbour better than another at the same price. Whole EUR/MWh. */
export interface NeighbourTerms {
  /** `[seller's zone][buyer's zone]`: what the buyer pays on top for the wires, from 0 */
  readonly gridFees: readonly (readonly number[])[]
  /** names that a sell order may carry as the source of its energy */
  readonly sources: readonly string[]
  /** what a buyer may pay more for energy of named sources */
  readonly premiums: readonly { readonly sources: readonly string[]; readonly premiumEurPerMWh: number }[]
}

const ZONES_MAX = 64
const SOURCES_MAX = 15
const PREMIUMS_MAX = 15
const EUR_PER_MWH_MAX = 2 ** 31 - 1

/** One zone, no fees, no sources. */
export const noNeighbourTerms: NeighbourTerms = { gridFees: [[0]], sources: [], premiums: [] }

/**
 * The lanes of a book. Orders of one side that every counterparty values alike, but for their price, share a lane:
 * sells of a zone and source, buys of a zone and premium. Lane = zone × (1 + names) + (0, or 1 + the name's place).
 */
export class Lanes {
  readonly buyLanes: number
  readonly sellLanes: number
  /** by sell lane × buyLanes + buy lane: what the seller gets more than the buyer's price (premium − fee) */
  readonly gains: Float64Array
  /** the same: what the buyer pays on top of what the seller gets */
  readonly fees: Int32Array
  /** by buy lane: the most that a buy may pay above its price */
  readonly premiums: Float64Array
  /** whether there is only one lane a side and nothing to add */
  readonly isPlain: boolean
  /** all pairs of lanes (sell lane × buyLanes + buy lane), the largest gain first */
  readonly pairs: Int32Array
  readonly #sources: readonly string[]
  readonly #zones: number
  readonly #premiumCount: number

  /** Throws RangeError on terms that make no sense. */
  constructor(terms: NeighbourTerms = noNeighbourTerms) {
    const fault = termsFault(terms)
    if (fault !== null) throw new RangeError(fault)
    const { gridFees, sources, premiums } = terms
    this.#sources = sources
    this.#zones = gridFees.length
    this.#premiumCount = premiums.length
    this.buyLanes = gridFees.length * (1 + premiums.length)
    this.sellLanes = gridFees.length * (1 + sources.length)
    this.gains = new Float64Array(this.sellLanes * this.buyLanes)
    this.fees = new Int32Array(this.sellLanes * this.buyLanes)
    this.premiums = new Float64Array(this.buyLanes)
    for (let buy = 0; buy < this.buyLanes; buy++) {
      const premium = premiums[(buy % (1 + premiums.length)) - 1]
      this.premiums[buy] = premium?.premiumEurPerMWh ?? 0
      for (let sell = 0; sell < this.sellLanes; sell++) {
        const source = sources[(sell % (1 + sources.length)) - 1]
        const fee = gridFees[Math.floor(sell / (1 + sources.length))]?.[Math.floor(buy / (1 + premiums.length))] ?? 0
        const isNamed = source !== undefined && premium?.sources.includes(source) === true
        this.fees[sell * this.buyLanes + buy] = fee
        this.gains[sell * this.buyLanes + buy] = (isNamed ? (this.premiums[buy] as number) : 0) - fee
      }
    }
    this.isPlain = this.gains.length === 1 && this.gains[0] === 0
    const gainOf = (pair: number) => this.gains[pair] ?? 0
    this.pairs = Int32Array.from(this.gains.keys()).sort((a, b) => gainOf(b) - gainOf(a) || a - b)
  }

  /** The lane of a sell of a zone, and of a source by its place in the terms (none: −1). */
  sellLane(zone: number, source: number): number {
    return this.#lane(zone, source, this.#sources.length)
  }

  /** The lane of a buy of a zone, and of a premium by its place in the terms (none: −1). */
  buyLane(zone: number, premium: number): number {
    return this.#lane(zone, premium, this.#premiumCount)
  }

  #lane(zone: number, name: number, names: number): number {
    if (!(zone >= 0 && zone < this.#zones)) throw new RangeError(`zone ${zone} is not below ${this.#zones}`)
    return zone * (1 + names) + 1 + name
  }
}

/** What is wrong with terms, in words; null if nothing is. */
export function termsFault({ gridFees, sources, premiums }: NeighbourTerms): string | null {
  const zones = gridFees.length
  if (zones < 1 || zones > ZONES_MAX) return `there are 1 to ${ZONES_MAX} zones, not ${zones}`
  for (const [from, fees] of gridFees.entries()) {
    if (fees.length !== zones) return `zone ${from} has ${fees.length} fees, one a zone would be ${zones}`
    const wrong = fees.find((fee) => !isWhole(fee, 0))
    if (wrong !== undefined) return `a fee from zone ${from} is ${wrong}, not a whole number from 0`
  }
  if (sources.length > SOURCES_MAX) return `there are at most ${SOURCES_MAX} sources, not ${sources.length}`
  if (new Set(sources).size !== sources.length) return 'a source is named twice'
  if (premiums.length > PREMIUMS_MAX) return `there are at most ${PREMIUMS_MAX} premiums, not ${premiums.length}`
  for (const { sources: named, premiumEurPerMWh } of premiums) {
    if (!isWhole(premiumEurPerMWh, 1)) return `a premium is ${premiumEurPerMWh}, not a whole number from 1`
    const unknown = named.find((source) => !sources.includes(source))
    if (unknown !== undefined) return `a premium names the source ${unknown}, which is not among ${sources.join(', ')}`
  }
  return null
}

const isWhole = (value: number, min: number): boolean =>
  Number.isSafeInteger(value) && value >= min && value <= EUR_PER_MWH_MAX
