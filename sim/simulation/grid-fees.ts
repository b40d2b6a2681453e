import type { ElectricalZones } from '../grid/electrical-zones.ts'
import type { ScenarioGridFees } from '../scenario/scenario-grid.ts'

const BASIS_POINTS = 10_000

/** A trade as far as fees for the wires go: homes by their place in the street. */
interface FeeTrade {
  readonly buyer: number
  readonly seller: number
  readonly priceEurPerMWh: number
  readonly energyWh: number
}

/** The ways between the homes of a street, step by step: each place stands behind the one on its way to place 0. */
export interface FeeWays {
  readonly parent: readonly number[]
  /** from each place to its parent, and back; 0 of place 0 */
  readonly upEurPerMWh: readonly number[]
  readonly downEurPerMWh: readonly number[]
  /** of each home */
  readonly placeOf: readonly number[]
}

/** What a slot's buyers pay for the wires on top, µEUR: each home's line rounded up once, the remainder the supplier's. */
export interface GridFeeLines {
  /** by home, from 0 */
  readonly paidMicroEur: Float64Array
  /** what the grid gets of it, and the supplier */
  readonly gridMicroEur: number
  readonly supplierMicroEur: number
}

/**
 * What a buyer pays for the wires on top of what its neighbour gets (MATCHING, M71 and M72): an amount by the
 * resistance of the way that the energy would take, up to the transformer and down again each at its own rate, whole
 * EUR/MWh; and a share of the seller's price, of which prices below 0 bear none.
 */
export class GridFees {
  readonly #zones: ElectricalZones
  readonly #rates: { readonly upEurPerMWhPerOhm: number; readonly downEurPerMWhPerOhm: number }
  /** by [seller's zone][buyer's zone], whole EUR/MWh */
  readonly #byWay: readonly (readonly number[])[]
  readonly #ofPriceBp: number

  constructor(fees: ScenarioGridFees, zones: ElectricalZones) {
    const { upEurPerMWhPerOhm = 0, downEurPerMWhPerOhm = 0, ofPrice = 0 } = fees
    this.#zones = zones
    this.#rates = { upEurPerMWhPerOhm, downEurPerMWhPerOhm }
    this.#ofPriceBp = Math.round(ofPrice * BASIS_POINTS)
    const all = Array.from({ length: zones.count }, (_, zone) => zone)
    this.#byWay = all.map((from) =>
      all.map((to) => {
        const { upOhm, downOhm } = zones.way(from, to)
        return Math.round(upEurPerMWhPerOhm * upOhm + downEurPerMWhPerOhm * downOhm)
      }),
    )
  }

  /** The zone of a home, by its place in the street. */
  zoneOf(home: number): number {
    return this.#zones.zoneOf[home] ?? 0
  }

  /** What each step of the ways between homes costs, before the sum of a way is rounded to whole EUR/MWh. */
  feeWays(homes: number): FeeWays {
    const { tree, placeOf } = this.#zones
    const { upEurPerMWhPerOhm, downEurPerMWhPerOhm } = this.#rates
    const stepOhm = tree.ohm.map((ohm, place) => ohm - (tree.ohm[tree.parent[place] as number] as number))
    return {
      parent: tree.parent,
      upEurPerMWh: stepOhm.map((ohm) => upEurPerMWhPerOhm * ohm),
      downEurPerMWh: stepOhm.map((ohm) => downEurPerMWhPerOhm * ohm),
      placeOf: Array.from({ length: homes }, (_, home) => placeOf[this.zoneOf(home)] ?? 0),
    }
  }

  /** The share of the price as a trader reckons with it: it lowers what a buyer can bid, in 1/10,000 of the price. */
  get ofPriceBp(): number {
    return this.#ofPriceBp
  }

  /**
   * The fees as a book adds them, whole EUR/MWh, where buyers bid what is left once all shares of the price are taken
   * out (`sharesBp`, this one included). Rounded up: no buyer pays more than it meant to.
   */
  bookFees(sharesBp: number): readonly (readonly number[])[] {
    const scale = BASIS_POINTS / (BASIS_POINTS + sharesBp)
    return this.#byWay.map((row) => row.map((fee) => Math.ceil(fee * scale - 1e-9)))
  }

  /** What the buyer of a trade pays on top, EUR/MWh with fractions. */
  feeEurPerMWh({ buyer, seller, priceEurPerMWh }: Omit<FeeTrade, 'energyWh'>): number {
    return this.#feeInBasisPoints({ buyer, seller, priceEurPerMWh }) / BASIS_POINTS
  }

  /** The lines of one slot, for so many homes. */
  linesOf(trades: readonly FeeTrade[], homes: number): GridFeeLines {
    const exact = new Float64Array(homes)
    for (const trade of trades) {
      exact[trade.buyer] = (exact[trade.buyer] as number) + this.#feeInBasisPoints(trade) * trade.energyWh
    }
    const paidMicroEur = exact.map((fee) => Math.ceil(fee / BASIS_POINTS))
    const gridMicroEur = exact.reduce((sum, fee) => sum + Math.floor(fee / BASIS_POINTS), 0)
    const paid = paidMicroEur.reduce((sum, fee) => sum + fee, 0)
    return { paidMicroEur, gridMicroEur, supplierMicroEur: paid - gridMicroEur }
  }

  /** In 1/10,000 EUR/MWh: whole. */
  #feeInBasisPoints({ buyer, seller, priceEurPerMWh }: Omit<FeeTrade, 'energyWh'>): number {
    const byWay = this.#byWay[this.zoneOf(seller)]?.[this.zoneOf(buyer)] ?? 0
    return byWay * BASIS_POINTS + Math.max(0, priceEurPerMWh) * this.#ofPriceBp
  }
}
