import type { PictureTrade } from '#protocol/picture/picture.ts'
import { element } from '../dom.ts'
import type { Page } from '../page.ts'
import type { Palette } from '../palette.ts'
import { words } from '../words/words.ts'
import { FrameLoop } from './frame-loop.ts'
import { HomeSearch } from './home-search.ts'
import type { StreetLayout } from './layout.ts'
import { listenToPointer } from './listen-to-pointer.ts'
import { MapLayers } from './map-layers.ts'
import type { MapPlace } from './map-place.ts'
import { MapScene } from './map-scene.ts'
import { MapWords } from './map-words.ts'
import { MapZoom } from './map-zoom.ts'
import type { Point } from './point.ts'
import { stillness } from './stillness.ts'

/** What the viewer does on the map. */
export interface MapListener {
  /** a home is chosen, or none any more */
  readonly onChoose: (home: number | null) => void
  /** the viewer says which home is theirs */
  readonly onMine: (home: number) => void
  /** a trade that flies or stands is pressed, by its id; null: trades are looked at only */
  readonly onTrade: ((trade: string) => void) | null
}

/** With more homes in sight than this a moving view is not drawn anew before it has rested so long, wall ms. */
const SLIDING_MIN = 1_500
const REST_MS = 120
/** With more homes in sight than this their words are said a frame after they are drawn. */
const SPREAD_MIN = 1_500
/** So near to a trade a click means it: what flies is hard to hit. */
const NEAR_TRADE_PX = 16
/** What one comes to when one looks for a home, px of room. */
const FOUND_PITCH = 160

/** The neighbourhood: wires, homes and trades in canvas layers, words and buttons over them. Draws only what changes. */
export class MapView {
  readonly #root: HTMLElement
  readonly #scene: MapScene
  readonly #layers = new MapLayers()
  readonly #flights = this.#layers.flights
  readonly #words: MapWords
  readonly #search: HomeSearch
  readonly #zoom: MapZoom
  readonly #loop = new FrameLoop((frame) => this.#paint(frame))
  /** how many frames were drawn, and of the last how long that took and how long after the one before, ms */
  readonly frames = this.#loop.frames
  readonly #listening = new AbortController()
  #page: Page | null = null
  #sequence = 0
  #pointed: number | null = null
  #trading: 'flying' | 'dropped' = 'flying'
  /** whether all is where the view has it, and when the view moved last */
  #placed = false
  #viewedAtMs = 0
  /** whether words wait for the frame after the homes' */
  #saysLater = false

  constructor(root: HTMLElement, palette: Palette, listener: MapListener) {
    this.#root = root
    this.#scene = new MapScene(palette)
    this.#zoom = new MapZoom(root, (view) => {
      this.#scene.view = view
      this.#viewedAtMs = performance.now()
      this.#markAll()
    })
    this.#words = new MapWords({
      onPoint: (home) => this.#point(home),
      onGo: (home) => this.#bringIntoSight(home),
    })
    this.#search = new HomeSearch({
      onFound: (home) => {
        listener.onChoose(home)
        this.showHome(home)
      },
      onMine: listener.onMine,
    })
    root.setAttribute('aria-label', words.map.heading)
    root.append(
      ...this.#layers.canvases,
      ...this.#words.roots,
      element('div', { class: 'map-tools' }, this.#zoom.buttons, this.#search.root),
    )
    this.#listen(listener)
  }

  setPalette(palette: Palette): void {
    this.#scene.dye(palette)
    this.#markAll()
    if (this.#page !== null) this.#words.drawLegend(this.#page, this.#scene)
  }

  /** Takes a new picture and the trades that happened since the last. */
  draw(page: Page, trades: readonly PictureTrade[]): void {
    const before = this.#page
    if (page.picture.sequence < this.#sequence) this.#flights.clear()
    this.#sequence = page.picture.sequence
    this.#page = page
    this.#lay(page)
    this.#launch(page, trades)
    if (page.home !== before?.home || page.mine !== before?.mine) this.#words.drawMarks(page, this.#scene)
    if (trades.length > 0 || page.home !== before?.home) this.#flights.mark()
    this.#loop.wake()
  }

  /**
   * The slow part: homes and their words together, so that what is drawn and what is said agree; legend, card. Where homes
   * are many their words come a frame later: one frame has no time for both.
   */
  drawWords(page: Page): void {
    this.#page = page
    this.#lay(page)
    this.#layers.take(page, this.#scene)
    if (this.#placed && this.#scene.visible.length > SPREAD_MIN) this.#sayLater()
    else this.#words.draw(page, this.#scene)
    this.#search.draw(page)
    this.#words.drawLegend(page, this.#scene)
    this.#words.drawMarks(page, this.#scene)
    this.#words.drawCard(page, this.#scene, this.#pointed)
    this.#loop.wake()
  }

  /** Lets go of the document: for a map that does not last as long as the page. */
  stop(): void {
    this.#listening.abort()
    this.#loop.stop()
  }

  /** The homes on the screen, by number. */
  visibleHomes(): readonly number[] {
    return this.#scene.visible
  }

  /** Where a home is on the screen, px of the map; null where there is none of that number. */
  screenPlace(home: number): Point | null {
    return this.#scene.screenPlace(home)
  }

  /** Brings a home to the middle, near enough to be read. Who looks goes on there: Escape closes it, arrows go to the next. */
  showHome(home: number): void {
    this.#goTo(home, FOUND_PITCH / (this.#scene.layout?.pitch ?? FOUND_PITCH))
    this.#words.focus(home)
  }

  /** Puts the keyboard on a home, and that home in sight. */
  focusHome(home: number): void {
    this.#words.focus(home)
    this.#bringIntoSight(home)
    this.#markAll()
  }

  focusSearch(): void {
    this.#search.focus()
  }

  get place(): MapPlace {
    return this.#zoom.shares
  }

  set place(place: MapPlace) {
    this.#zoom.show(place)
  }

  /** Whether trades fly: a browser that is too slow drops them first. */
  get trading(): 'flying' | 'dropped' {
    return this.#trading
  }

  set trading(trading: 'flying' | 'dropped') {
    if (trading === this.#trading) return
    this.#trading = trading
    if (trading === 'dropped') this.#flights.clear()
    this.#flights.mark()
    this.#loop.wake()
  }

  /** In the frame after the next, which draws what homes do. */
  #sayLater(): void {
    if (this.#saysLater) return
    this.#saysLater = true
    const say = () => {
      this.#saysLater = false
      if (this.#page !== null) this.#words.draw(this.#page, this.#scene)
    }
    requestAnimationFrame(() => requestAnimationFrame(say))
  }

  #listen({ onChoose, onTrade }: MapListener): void {
    listenToPointer(this.#root, {
      homeAt: (at) => this.#scene.homeUnder(at),
      tradeAt: ({ x, y }) => {
        if (onTrade === null) return null
        const { view } = this.#scene
        return this.#flights.tradeAt({ x: (x - view.x) / view.k, y: (y - view.y) / view.k }, NEAR_TRADE_PX / view.k)
      },
      onTrade: (trade) => onTrade?.(trade),
      onPoint: (home) => this.#point(home),
      onPress: (home) => {
        if (home !== null || this.#page?.home != null) onChoose(home === this.#page?.home ? null : home)
      },
      onEscape: () => {
        this.#point(null)
        if (this.#page?.home != null) onChoose(null)
      },
    })
    new ResizeObserver(() => this.#resize()).observe(this.#root)
    const { signal } = this.#listening
    const onVisibility = () => {
      if (document.hidden) this.#flights.clear()
      else this.#loop.wake()
    }
    document.addEventListener('visibilitychange', onVisibility, { signal })
    stillness.onChange(() => {
      this.#flights.clear()
      this.#loop.wake()
    }, signal)
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#root
    this.#loop.isShown = width > 0 && height > 0
    if (!this.#loop.isShown) return
    this.#scene.box = { width, height }
    this.#layers.resize(this.#scene.box)
    this.#markAll()
    if (this.#page === null) return
    this.drawWords(this.#page)
    this.#loop.paint()
  }

  #lay(page: Page): void {
    const laid = this.#scene.lay(page)
    if (laid === 'same') return
    this.#flights.clear()
    const { layout } = this.#scene
    if (laid === 'retold' || layout === null) return
    this.#layers.relay(layout.homeX.length)
    this.#zoom.place(layout)
    this.#root.dataset.direction = layout.direction
    this.#layers.take(page, this.#scene)
    this.#markAll()
  }

  #launch(page: Page, trades: readonly PictureTrade[]): void {
    const { layout, look } = this.#scene
    const isStill = this.#trading === 'dropped' || stillness.matches || document.hidden || page.time.mode === 'paused'
    if (layout === null || isStill) return
    this.#flights.launch(trades, { page, layout, size: Math.max(0.5, Math.min(1, (look?.pitch ?? 0) / 45)) })
  }

  #point(home: number | null): void {
    if (home === this.#pointed) return
    this.#pointed = home
    this.#root.classList.toggle('pointing', home !== null)
    this.#flights.mark()
    if (this.#page !== null) this.#words.drawCard(this.#page, this.#scene, home)
    this.#loop.wake()
  }

  #bringIntoSight(home: number): void {
    const at = this.#scene.screenPlace(home)
    const { width, height } = this.#scene.box
    if (at === null || (at.x > 30 && at.y > 60 && at.x < width - 30 && at.y < height - 60)) return
    if (this.#scene.view.k > 1) this.#goTo(home, 1)
  }

  /** Brings a home to the middle, magnified so many times at least. */
  #goTo(home: number, magnified: number): void {
    const place = this.#scene.layoutPlace(home)
    if (place !== null) this.#zoom.flyTo(place, magnified)
  }

  #markAll(): void {
    this.#placed = false
    this.#loop.wake()
  }

  #paint({ nowMs, gapMs }: { readonly nowMs: number; readonly gapMs: number }): 'done' | 'more' {
    const page = this.#page
    const { layout, view, colours, visible } = this.#scene
    if (page === null || layout === null) return 'done'
    const isPaused = page.time.mode === 'paused'
    if (!isPaused) this.#flights.go(gapMs)
    // A crowd under a moving view slides as it was drawn, and is drawn anew where the view rests.
    const slides = !this.#placed && visible.length > SLIDING_MIN && nowMs - this.#viewedAtMs < REST_MS
    if (slides) {
      this.#layers.slide(this.#scene)
      this.#words.slide(page, this.#scene)
    } else {
      if (!this.#placed) this.#placeAll(page, layout)
      this.#layers.paintStreet(this.#scene, { nowMs, powers: isPaused || stillness.matches ? 'jump' : 'glide' })
    }
    const motion = stillness.matches || this.#trading === 'dropped' ? 'still' : 'flying'
    this.#flights.paint({ page, layout, view, colours, motion, home: this.#pointed ?? page.home })
    const flies = this.#flights.areFlying && !isPaused
    const isDone = !slides && !flies && !this.#scene.columns.powers.isMoving && this.#layers.isStreetDone
    return isDone ? 'done' : 'more'
  }

  /** Puts everything where the view has it. */
  #placeAll(page: Page, layout: StreetLayout): void {
    this.#placed = true
    const tellsOther = this.#scene.place(layout)
    this.#layers.place(this.#scene)
    this.#words.place(this.#scene)
    this.#words.drawMarks(page, this.#scene)
    this.#words.drawCard(page, this.#scene, this.#pointed)
    if (tellsOther) this.#words.drawLegend(page, this.#scene)
  }
}
