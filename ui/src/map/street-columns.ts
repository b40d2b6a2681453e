import type { Page } from '../page.ts'
import { EasedPowers } from './eased-powers.ts'
import { kindOf } from './home-state.ts'
import type { StreetLayout } from './layout.ts'
import { loading, wireLoads } from './loads.ts'
import { overServices, wireClasses } from './wire-strokes.ts'

/** What the homes of a street do, by home number, and what its wires carry, by node of their tree. */
export class StreetColumns {
  /** index in `kinds` */
  kind = new Uint8Array(0)
  /** what the battery holds, 0 … 1; NaN where there is none, or nobody says */
  stored = new Float32Array(0)
  readonly powers = new EasedPowers()
  /** W, + away from the transformer */
  loadsW = new Float64Array(0)
  /** how each stretch is drawn */
  classes = new Uint8Array(0)
  /** the homes whose own service line carries more than it may */
  overServices: readonly number[] = []
  /** what the transformer carries of what it may, in whole hundredths as its ring shows it; null where nobody says */
  transformerLoading: number | null = null
  /** the largest power of a home, either way, W */
  largestW = 0
  #powersW = new Float32Array(0)
  /** what is drawn with the wires, and is of no one stretch */
  #symbols = ''

  /** Makes room for a street that is laid out anew. */
  resize(layout: StreetLayout, { picture: { homes } }: Page): void {
    this.powers.resize(homes.length, (home) => homes[home]?.powerW ?? 0)
    if (this.kind.length !== homes.length) {
      this.kind = new Uint8Array(homes.length)
      this.stored = new Float32Array(homes.length).fill(Number.NaN)
      this.#powersW = new Float32Array(homes.length)
    }
    this.loadsW = new Float64Array(layout.tree.parent.length)
    this.classes = new Uint8Array(layout.tree.parent.length)
  }

  /** Takes what a page says; tells of each home that does something else than before, and whether wires look otherwise. */
  take(layout: StreetLayout, { picture, isOverdue }: Page, changed: (home: number) => void): boolean {
    this.largestW = 0
    for (const home of picture.homes) {
      const number = home.home
      if (number >= this.kind.length) break
      const kind = kindOf(home, isOverdue(number) ? 'overdue' : 'fresh')
      const stored = home.stored ?? Number.NaN
      if (kind !== this.kind[number] || !Object.is(Math.fround(stored), this.stored[number])) changed(number)
      this.kind[number] = kind
      this.stored[number] = stored
      this.#powersW[number] = home.powerW
      this.powers.aim(number, home.powerW)
      this.largestW = Math.max(this.largestW, Math.abs(home.powerW))
    }
    wireLoads(layout.tree, this.#powersW, this.loadsW)
    const before = this.#symbols
    this.overServices = overServices(layout, this.#powersW)
    const netW = this.loadsW[0] ?? 0
    const share = loading(netW, layout.tree.ratedW[0] ?? 0)
    this.transformerLoading = share === null ? null : Math.round(100 * share) / 100
    this.#symbols = `${Math.sign(netW)} ${this.transformerLoading} ${this.overServices}`
    return wireClasses({ layout, loadsW: this.loadsW, into: this.classes }) || this.#symbols !== before
  }
}
