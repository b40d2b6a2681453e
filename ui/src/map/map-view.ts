import type { Trade } from '#protocol/trade.ts'
import type { Page } from '../page.ts'
import { sharedRange } from '../price/price-scale.ts'
import type { Palette } from '../theme.ts'
import { words } from '../words.ts'
import { Layer } from './canvas.ts'
import { EasedPowers } from './eased-powers.ts'
import { HomeButtons } from './home-buttons.ts'
import { HomeCard } from './home-card.ts'
import { homeState } from './home-state.ts'
import { layoutStreet, type StreetLayout } from './layout.ts'
import { createLegend } from './legend.ts'
import { ParticleField } from './particles.ts'
import { Places } from './places.ts'
import { powerScale } from './power-scale.ts'
import { priceColours, priceStep } from './price-colours.ts'
import { type DrawnHome, drawStreet } from './street-layer.ts'
import { type Arc, drawTrades } from './trade-layer.ts'

/** Trades of one frame leave one after the other over this time, so that each is seen. Wall ms. */
const STAGGER_MS = 450
/** Trades launched a frame: after a long frame (a tab that was hidden) the latest are enough. */
const LAUNCHES_MAX = 60
/** Standing arcs of a chosen home, or of the last trades where motion is not wanted. */
const ARCS_MAX = 14

const stillness = matchMedia('(prefers-reduced-motion: reduce)')

/** The neighbourhood: two canvas layers and the homes as buttons over them. Draws only when something moves. */
export class MapView {
  readonly #street = new Layer()
  readonly #trades = new Layer()
  readonly #legend = createLegend()
  readonly #places = new Places()
  readonly #particles = new ParticleField()
  readonly #powers = new EasedPowers()
  readonly #buttons: HomeButtons
  readonly #card: HomeCard
  readonly #root: HTMLElement
  #palette: Palette
  #homes: ReadonlyMap<string, Omit<DrawnHome, 'powerW'>> = new Map()
  #colours: string[]
  #page: Page | null = null
  #layout: StreetLayout | null = null
  #laidOut = ''
  #size = { width: 0, height: 0 }
  #pointed: string | null = null
  #chosen: string | null = null
  #frame = 0
  #upperDrawn = false

  constructor(root: HTMLElement, palette: Palette) {
    this.#root = root
    this.#palette = palette
    this.#colours = priceColours({ low: palette.priceLow, high: palette.priceHigh })
    this.#buttons = new HomeButtons({
      onPoint: (home) => {
        this.#pointed = home
        this.#wake()
      },
      onChoose: (home) => this.#choose(home === this.#chosen ? null : home),
    })
    this.#card = new HomeCard(() => this.#choose(null))
    root.setAttribute('aria-label', words.map.heading)
    root.append(
      this.#street.canvas,
      this.#trades.canvas,
      ...this.#places.roots,
      this.#buttons.root,
      this.#legend.root,
      this.#card.root,
    )
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#choose(null)
    })
    new ResizeObserver(() => this.#resize()).observe(root)
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#particles.clear()
    })
  }

  setPalette(palette: Palette): void {
    this.#palette = palette
    this.#colours = priceColours({ low: palette.priceLow, high: palette.priceHigh })
    this.#legend.draw({ range: this.#range, colours: this.#colours })
    this.#wake()
  }

  /** Takes a new picture and the trades that happened since the last. */
  draw(page: Page, trades: readonly Trade[]): void {
    this.#page = page
    this.#lay()
    this.#launch(trades)
    this.#wake()
  }

  /** The slow part: homes and their labels together, so that what is drawn and what is said agree; legend, card. */
  drawWords(page: Page): void {
    this.#page = page
    this.#homes = new Map(
      [...page.street.homes].map(([name, home]) => {
        this.#powers.aim(name, home.powerW)
        return [name, { state: homeState(home), overdue: page.isOverdue(name) }]
      }),
    )
    this.#wake()
    this.#buttons.draw(page, this.#chosen)
    this.#legend.draw({ range: this.#range, colours: this.#colours })
    this.#places.draw(page)
    this.#drawCard()
  }

  get #range() {
    const rules = this.#page?.street.rules
    return rules ? sharedRange(rules) : null
  }

  #choose(home: string | null): void {
    this.#chosen = home
    if (home === null) this.#pointed = null
    if (this.#page !== null) this.#buttons.draw(this.#page, home)
    this.#drawCard()
    this.#wake()
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#root
    this.#size = { width, height }
    this.#street.resize(width, height)
    this.#trades.resize(width, height)
    this.#laidOut = ''
    this.#lay()
    this.#paint()
    if (this.#page !== null) this.drawWords(this.#page)
  }

  #lay(): void {
    const { width, height } = this.#size
    if (this.#page === null || width === 0) return
    const names = this.#page.street.homes
    const key = `${names.size} ${width} ${height}`
    if (key === this.#laidOut && names.keys().every((name) => this.#layout?.homes.has(name))) return
    this.#laidOut = key
    const across = width >= height
    this.#layout = layoutStreet({
      names: names.keys(),
      width,
      height,
      inset: across ? { top: 58, bottom: 50, side: 22 } : { top: 84, bottom: 96, side: 12 },
    })
    this.#particles.clear()
    this.#buttons.place(this.#layout)
    this.#places.place(this.#layout)
    this.#root.dataset.direction = this.#layout.direction
  }

  #launch(trades: readonly Trade[]): void {
    if (stillness.matches || document.hidden || this.#layout === null) return
    const now = performance.now()
    trades.slice(-LAUNCHES_MAX).forEach((trade, i, latest) => {
      const ends = this.#ends(trade)
      if (ends === null) return
      this.#particles.launch({
        ...ends,
        r: Math.min(7, 2.4 + Math.sqrt(trade.energyWh) / 9),
        startMs: now + (STAGGER_MS * i) / latest.length,
      })
    })
  }

  /** From seller to buyer, and the colour of the price; null where one of them is not on the map. */
  #ends(trade: Trade): Arc | null {
    const { street } = this.#page as Page
    const homes = this.#layout?.homes
    const from = homes?.get(street.homeOfAccount.get(trade.seller)?.home ?? '')
    const to = homes?.get(street.homeOfAccount.get(trade.buyer)?.home ?? '')
    const range = this.#range
    if (from === undefined || to === undefined || range === null) return null
    return { from, to, step: priceStep(trade.priceEurPerMWh, range) }
  }

  #standingArcs(): Arc[] {
    const home = this.#chosen ?? this.#pointed
    const street = this.#page?.street
    if (street === undefined || (home === null && !stillness.matches)) return []
    const account = home === null ? null : street.homes.get(home)?.account
    return street.tape
      .filter(({ trade }) => account === null || trade.buyer === account || trade.seller === account)
      .slice(-ARCS_MAX)
      .flatMap(({ trade }) => this.#ends(trade) ?? [])
  }

  #drawCard(): void {
    const home = this.#chosen ?? this.#pointed
    const place = home === null ? undefined : this.#layout?.homes.get(home)
    const shown =
      home !== null &&
      place !== undefined &&
      this.#page !== null &&
      this.#card.show({ page: this.#page, home, place, box: this.#size, chosen: home === this.#chosen })
    if (!shown) this.#card.hide()
  }

  #wake(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#drawCard()
      this.#paint()
    })
  }

  #paint(): void {
    if (this.#page === null || this.#layout === null) return
    const moving = this.#powers.step({ nowMs: performance.now(), atOnce: stillness.matches })
    this.#paintStreet(this.#layout)
    const flying = this.#particles.at(performance.now())
    const arcs = this.#standingArcs()
    if (flying.length > 0 || arcs.length > 0 || this.#upperDrawn) {
      this.#trades.clear()
      drawTrades(this.#trades.pen, { flying, arcs, colours: this.#colours })
      this.#upperDrawn = flying.length > 0 || arcs.length > 0
    }
    if (moving || this.#particles.size > 0) this.#wake()
  }

  #paintStreet(layout: StreetLayout): void {
    const homes = new Map<string, DrawnHome>()
    let largestW = 0
    for (const [name, home] of this.#homes) {
      homes.set(name, { ...home, powerW: this.#powers.of(name) })
      largestW = Math.max(largestW, Math.abs(this.#powers.aimOf(name)))
    }
    this.#street.clear()
    drawStreet(this.#street.pen, {
      layout,
      homes,
      scale: powerScale({ largestW, largestRadius: layout.bubble }),
      palette: this.#palette,
    })
  }
}
