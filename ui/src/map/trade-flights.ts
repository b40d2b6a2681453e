import type { PictureTrade } from '#protocol/picture/picture.ts'
import type { Page } from '../page.ts'
import { sharedRange } from '../price/price-scale.ts'
import { Layer } from './canvas.ts'
import { homePoint } from './home-point.ts'
import type { StreetLayout } from './layout.ts'
import { arcDistance, ParticleField } from './particles.ts'
import type { Point } from './point.ts'
import { priceStep } from './price-colours.ts'
import { type Arc, drawTrades } from './trade-layer.ts'
import type { View } from './view.ts'

/** Trades of one frame leave one after the other over this time, so that each is seen. Wall ms. */
const STAGGER_MS = 450
/** Standing arcs of a chosen home, or of the last trades where nothing flies. */
const ARCS_MAX = 14
/** After a rest what flies goes on by so much at most, wall ms. */
const LONGEST_STEP_MS = 100

/** The upper layer: trades on their way from seller to buyer, or standing as arcs. */
export class TradeFlights {
  readonly layer = new Layer()
  readonly #field = new ParticleField()
  /** the clock of what flies: stands where the page does */
  #fieldMs = 0
  #arcs: readonly Arc[] = []
  #isMarked = true
  #isDrawn = false

  /** whether any is under way, or about to leave */
  get areFlying(): boolean {
    return this.#field.size > 0
  }

  /** Standing arcs are to be drawn anew. */
  mark(): void {
    this.#isMarked = true
  }

  /** Lets all that fly be gone. */
  clear(): void {
    this.#field.clear()
    this.#isMarked = true
  }

  /** Lets trades leave, drawn so large (1: as large as they get). */
  launch(
    trades: readonly PictureTrade[],
    on: { readonly page: Page; readonly layout: StreetLayout; readonly size: number },
  ): void {
    for (const [i, trade] of trades.entries()) {
      const ends = endsOf(trade, on)
      if (ends === null) continue
      this.#field.launch({
        ...ends,
        r: Math.min(7, 2.4 + Math.sqrt(trade.energyWh) / 9) * on.size,
        startMs: this.#fieldMs + (STAGGER_MS * i) / trades.length,
      })
    }
  }

  /** Lets so much time go by, wall ms. */
  go(passedMs: number): void {
    this.#fieldMs += Math.min(LONGEST_STEP_MS, passedMs)
  }

  /** The trade that flies, or else stands, at most so far from a place of the layout; null where none does. */
  tradeAt(place: Point, within: number): string | null {
    const standing = this.#arcs
      .map((arc) => ({ trade: arc.trade, apart: arcDistance(arc, place) }))
      .filter(({ apart }) => apart <= within)
      .sort((a, b) => a.apart - b.apart)[0]
    return this.#field.tradeAt(place, within) ?? standing?.trade ?? null
  }

  /** Draws what flies; and the last trades of `home`, or of all where nothing flies, as arcs. */
  paint(of: {
    readonly page: Page
    readonly layout: StreetLayout
    readonly view: View
    readonly colours: readonly string[]
    readonly home: number | null
    readonly motion: 'flying' | 'still'
  }): void {
    const field = this.#field
    field.magnified = of.view.k
    field.at(this.#fieldMs)
    const { flying } = field
    if (flying === 0 && !this.#isMarked) return
    const arcs = standingArcs(of)
    this.#arcs = arcs
    // One frame more, to wipe away the last that flew.
    this.#isMarked = flying > 0
    if (flying === 0 && arcs.length === 0 && !this.#isDrawn) return
    this.layer.clear()
    drawTrades(this.layer.pen, { field, arcs, colours: of.colours, view: of.view })
    this.#isDrawn = flying > 0 || arcs.length > 0
  }
}

function standingArcs({ page, layout, home, motion }: Parameters<TradeFlights['paint']>[0]): Arc[] {
  if (home === null && motion === 'flying' && page.time.mode !== 'paused') return []
  const { tape, sequence } = page.picture
  const arcs: Arc[] = []
  for (let i = tape.length - 1; i >= 0 && arcs.length < ARCS_MAX; i--) {
    const trade = tape[i] as PictureTrade
    const isOfHome = trade.buyer === home || trade.seller === home
    // Who stands still by choice sees the trade of that very step.
    const isMeant = home !== null ? isOfHome : motion === 'still' || trade.sequence === sequence
    const arc = isMeant ? endsOf(trade, { page, layout }) : null
    if (arc !== null) arcs.push(arc)
  }
  return arcs
}

/** From seller to buyer, and the colour of the price; null where one of them is not on the map. */
function endsOf(trade: PictureTrade, on: { readonly page: Page; readonly layout: StreetLayout }): Arc | null {
  const { rules } = on.page.picture
  const from = homePoint(on.layout, trade.seller)
  const to = homePoint(on.layout, trade.buyer)
  if (from === null || to === null || rules === null) return null
  return { trade: trade.id, from, to, step: priceStep(trade.priceEurPerMWh, sharedRange(rules)) }
}
