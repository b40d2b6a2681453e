import type { Page } from '../page.ts'
import type { Palette } from '../palette.ts'
import { homePoint } from './home-point.ts'
import type { HomesScene } from './homes-layer.ts'
import { LaidStreet } from './laid-street.ts'
import type { StreetLayout } from './layout.ts'
import { type Look, lookAt } from './level.ts'
import type { Box, Point } from './point.ts'
import { type PowerScale, powerScale } from './power-scale.ts'
import { priceColours } from './price-colours.ts'
import { homeAt, homesInSight, sightOf } from './sight.ts'
import { StreetColumns } from './street-columns.ts'
import { ALL, type View } from './view.ts'

/** A pointer so near (px) to a home means it. */
const NEAR_PX = 14

/** A street as the map shows it: laid out, what it does in columns, and how it is looked at. Knows no canvas. */
export class MapScene {
  readonly columns = new StreetColumns()
  readonly #street = new LaidStreet()
  palette: Palette
  /** of prices, cheap to dear */
  colours: readonly string[] = []
  /** the map on the screen; of no size where it does not show */
  box: Box = { width: 0, height: 0 }
  view: View = ALL
  /** null before the first `place` */
  look: Look | null = null
  scale: PowerScale = powerScale({ largestW: 0, largestRadius: 0 })
  /** the homes on the screen, by number */
  visible: readonly number[] = []

  constructor(palette: Palette) {
    this.palette = palette
    this.dye(palette)
  }

  /** Takes other colours. */
  dye(palette: Palette): void {
    this.palette = palette
    this.colours = priceColours({ low: palette.priceLow, high: palette.priceHigh })
  }

  get layout(): StreetLayout | null {
    return this.#street.layout
  }

  /** All that homes are drawn by; null before the first `place`. */
  get homes(): HomesScene | null {
    const { layout, look, view, box, palette, scale } = this
    const { kind, stored, powers } = this.columns
    return layout && look && { layout, look, view, box, palette, scale, kind, stored, powersW: powers.shown }
  }

  /** Lays the street of a page out, and says what of the layout stays. */
  lay(page: Page): 'same' | 'retold' | 'new' {
    if (this.box.width === 0) return 'same'
    const laid = this.#street.lay(page, this.box)
    if (laid === 'new' && this.layout !== null) this.columns.resize(this.layout, page)
    return laid
  }

  /** Takes the scale that the largest power needs, and says whether it is another. */
  rescale(): boolean {
    const scale = this.#scaleOf(this.columns.largestW)
    if (scale.topW === this.scale.topW) return false
    this.scale = scale
    return true
  }

  /** Takes what is in sight of `view`, and says whether other things are told of it than before. */
  place(layout: StreetLayout): boolean {
    const { view, look, box } = this
    this.look = lookAt(layout, view.k)
    this.scale = this.#scaleOf(this.scale.topW)
    this.visible = homesInSight(layout, sightOf({ view, box, beyond: 0 }))
    return look?.level !== this.look.level || look.labels !== this.look.labels
  }

  /** Where a home stands, px of the layout; null where there is none of that number. */
  layoutPlace(home: number): Point | null {
    return this.layout === null ? null : homePoint(this.layout, home)
  }

  /** Where a home is on the screen, px of the map; null where there is none of that number. */
  screenPlace(home: number): Point | null {
    const place = this.layoutPlace(home)
    const { k, x, y } = this.view
    return place === null ? null : { x: place.x * k + x, y: place.y * k + y }
  }

  /** The home that is meant by a place on the screen, px of the map; null where there is none. */
  homeUnder(place: Point): number | null {
    if (this.layout === null) return null
    const { k, x, y } = this.view
    const at = { x: (place.x - x) / k, y: (place.y - y) / k }
    return homeAt(this.layout, { at, within: Math.max(NEAR_PX, (this.look?.bubble ?? 0) + 4) / k })
  }

  #scaleOf(largestW: number): PowerScale {
    return powerScale({ largestW, largestRadius: this.look?.bubble ?? 0 })
  }
}
