import type { PictureGrid, PictureHome } from '#protocol/picture/picture.ts'
import type { Page } from '../page.ts'
import { layoutStreet, type StreetLayout } from './layout.ts'
import { mapInset } from './map-inset.ts'
import type { Box } from './point.ts'

/** A street as it is laid out on the map: anew only where its wires, its homes' names or the box are others. */
export class LaidStreet {
  #layout: StreetLayout | null = null
  #grid: PictureGrid | null = null
  #names: readonly string[] = []
  #first: PictureHome | undefined

  /** null before there is a street, and a box to lay it out in */
  get layout(): StreetLayout | null {
    return this.#layout
  }

  /** What of the layout stays: all of it; all of it though the street was told anew as a whole; nothing. */
  lay({ picture }: Pick<Page, 'picture'>, box: Box): 'same' | 'retold' | 'new' {
    const { grid, homes, sequence } = picture
    // Before anything is known of the street there is nothing to draw, and a browser leaves layers out that nobody drew on.
    if (this.#layout === null && sequence === 0) return 'same'
    const [first] = homes
    const isIn = this.#layout?.box === box && this.#names.length === homes.length
    if (isIn && grid === this.#grid && first === this.#first) return 'same'
    // Wherever one goes in a run, its street is told as a whole: most often it is the one that is laid out.
    const isRetold =
      isIn &&
      homes.every(({ name }, home) => name === this.#names[home]) &&
      JSON.stringify(grid) === JSON.stringify(this.#grid)
    this.#first = first
    this.#grid = grid
    if (isRetold) return 'retold'
    this.#names = homes.map(({ name }) => name)
    this.#layout = layoutStreet({ grid, names: this.#names, box, inset: mapInset(box) })
    return 'new'
  }
}
