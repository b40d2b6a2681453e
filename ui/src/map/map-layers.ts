import type { Page } from '../page.ts'
import { HomesPainter } from './homes-painter.ts'
import type { MapScene } from './map-scene.ts'
import type { Box } from './point.ts'
import { TradeFlights } from './trade-flights.ts'
import { ALL, type View } from './view.ts'
import { WiresPainter } from './wires-painter.ts'

/** Above this many homes in sight powers are too small to be seen on their way. */
const EASED_MAX = 400

/** The three canvases of the map: wires, homes, trades. Each draws only what is marked. */
export class MapLayers {
  readonly flights = new TradeFlights()
  readonly #wires = new WiresPainter()
  readonly #homes = new HomesPainter()
  /** from the ground up */
  readonly #all = [this.#wires.layer, this.#homes.layer, this.flights.layer]
  readonly canvases: readonly HTMLElement[] = this.#all.map(({ canvas }) => canvas)
  /** what wires and homes were drawn for */
  #drawnView: View = ALL

  /** Whether wires and homes are drawn as they are. */
  get isStreetDone(): boolean {
    return this.#homes.isDone && this.#wires.isDone
  }

  resize(box: Box): void {
    for (const layer of this.#all) layer.resize(box)
  }

  /** Makes room for so many homes. */
  relay(homes: number): void {
    this.#homes.resize(homes)
  }

  /** Lets a scene take what a page says, and marks what looks otherwise. */
  take(page: Page, scene: MapScene): void {
    const { layout, columns } = scene
    if (layout === null) return
    const isOther = columns.take(layout, page, this.#markHome)
    this.#wires.note(isOther ? 'otherwise' : 'same', columns.classes.length)
    if (scene.rescale()) this.#homes.markAll()
  }

  /** Marks all of it, to be drawn where the view has it. */
  place(scene: MapScene): void {
    this.#drawnView = scene.view
    this.#slideTo(null)
    this.#wires.mark()
    this.#homes.markAll()
    this.flights.mark()
  }

  /** Moves what is drawn to where the view has gone since. */
  slide({ view }: MapScene): void {
    this.#slideTo({ from: this.#drawnView, to: view })
    this.flights.mark()
  }

  /** Draws what is marked of wires and homes; powers are on their way, or there at once. */
  paintStreet(scene: MapScene, how: { readonly nowMs: number; readonly powers: 'glide' | 'jump' }): void {
    const { homes, columns, visible } = scene
    if (homes === null) return
    this.#wires.paint(homes, columns)
    const way = how.powers === 'jump' || visible.length > EASED_MAX ? 'at-once' : 'eased'
    columns.powers.step({ nowMs: how.nowMs, way }, this.#markHome)
    this.#homes.paint(homes, visible.length)
  }

  readonly #markHome = (home: number) => this.#homes.mark(home)

  #slideTo(views: { readonly from: View; readonly to: View } | null): void {
    for (const { layer } of [this.#wires, this.#homes]) layer.slide(views)
  }
}
