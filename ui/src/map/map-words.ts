import type { Page } from '../page.ts'
import { sharedRange } from '../price/price-scale.ts'
import { FeederLabels } from './feeder-labels.ts'
import { HomeButtons, type HomeListener } from './home-buttons.ts'
import { HomeCard } from './home-card.ts'
import { HomeMarks } from './home-marks.ts'
import { createLegend } from './legend.ts'
import type { MapScene } from './map-scene.ts'
import { Places } from './places.ts'

/** Homes smaller than this, px, show no battery. */
const BATTERY_MIN = 6

/** All over the canvas that is read, and homes as buttons: where they are, and what they say. */
export class MapWords {
  readonly #legend = createLegend()
  readonly #places = new Places()
  readonly #feeders = new FeederLabels()
  readonly #buttons: HomeButtons
  readonly #marks = new HomeMarks()
  readonly #card = new HomeCard()
  readonly roots: readonly HTMLElement[]

  constructor(listener: HomeListener) {
    this.#buttons = new HomeButtons(listener)
    this.roots = [
      ...[...this.#marks.roots, ...this.#places.roots],
      ...[this.#feeders.root, this.#buttons.root, this.#legend.root, this.#card.root],
    ]
  }

  /** Puts the keyboard on a home. */
  focus(home: number): void {
    this.#buttons.focus(home)
  }

  /** Puts everything where the view has it. */
  place({ layout, look, view, visible, columns }: MapScene): void {
    if (layout === null || look === null) return
    this.#buttons.place({ layout, look, view, visible })
    this.#places.place(layout, view)
    this.#feeders.place(layout, view, look)
    this.#feeders.draw(layout, columns.loadsW)
  }

  /** Goes along with a view that moves too fast for the rest. */
  slide(page: Page, scene: MapScene): void {
    if (scene.layout !== null) this.#places.place(scene.layout, scene.view)
    this.drawMarks(page, scene)
  }

  /** Says what homes, lines and the transformer do now. */
  draw(page: Page, { layout, columns }: MapScene): void {
    this.#buttons.draw(page)
    this.#places.draw(page, layout?.tree.ratedW[0] ?? 0)
    if (layout !== null) this.#feeders.draw(layout, columns.loadsW)
  }

  drawLegend({ picture: { rules } }: Page, { layout, look, scale, columns, colours }: MapScene): void {
    this.#legend.draw({
      range: rules && sharedRange(rules),
      colours,
      scale: look === null || look.level === 'feeders' ? null : scale,
      hasBatteries: (look?.body ?? 0) >= BATTERY_MIN && columns.stored.some((share) => !Number.isNaN(share)),
      hasLimits: layout?.tree.ratedW.some((limit) => limit > 0) ?? false,
    })
  }

  /** The rings round the home that is chosen, and the viewer's own. */
  drawMarks(page: Page, scene: MapScene): void {
    if (scene.homes !== null) this.#marks.draw(page, scene.homes, (home) => scene.screenPlace(home))
  }

  /** The card of the home pointed at; what is chosen has its panel. */
  drawCard(page: Page, scene: MapScene, home: number | null): void {
    const place = home === null || home === page.home ? null : scene.screenPlace(home)
    if (home === null || place === null) this.#card.hide()
    else this.#card.show({ page, home, place, reach: scene.look?.bubble ?? 0, box: scene.box })
  }
}
