/** The parts of the page; on a narrow one, one of them is all that shows. */
export const panels = ['street', 'market', 'figures', 'flows', 'table'] as const
export type Panel = (typeof panels)[number]
export type Theme = 'light' | 'dark'

/** What the viewer has chosen to look at. */
export interface Choices {
  /** a slot number; null: the one that the market is at */
  readonly slot: number | null
  readonly home: number | null
  /** the viewer's own home */
  readonly mine: number | null
  /** of the map, in the map's own words; null: all of it */
  readonly zoom: string | null
  readonly panel: Panel
  /** null: the system's */
  readonly theme: Theme | null
}

/** What of them outlives a visit. */
export type Kept = Partial<Pick<Choices, 'mine' | 'theme'>>

/** Where it is kept: a browser's storage, which may be forbidden. */
export interface Keep {
  readonly read: () => Kept
  readonly write: (kept: Kept) => void
}

const initial: Choices = { slot: null, home: null, mine: null, zoom: null, panel: 'street', theme: null }

/** The one selection of the page: views are told of it, and tell it what was clicked. */
export class Selection {
  readonly #keep: Keep
  readonly #listeners = new Set<(changed: ReadonlySet<keyof Choices>) => void>()
  #choices: Choices

  /** `linked` is what an address asked for: it is shown, and not kept. */
  constructor(keep: Keep, linked: Partial<Choices> = {}) {
    this.#keep = keep
    this.#choices = { ...initial, ...keep.read(), ...linked }
  }

  get choices(): Choices {
    return this.#choices
  }

  choose(choices: Partial<Choices>): void {
    const changed = this.#show(choices)
    if (!changed.has('mine') && !changed.has('theme')) return
    const { mine, theme } = this.#choices
    this.#keep.write({ mine, theme })
  }

  /** What the address asked for is not here: as if it had asked for nothing. */
  withoutLink(): void {
    this.#show({ ...initial, ...this.#keep.read() })
  }

  #show(choices: Partial<Choices>): ReadonlySet<keyof Choices> {
    const names = Object.keys(choices) as (keyof Choices)[]
    const changed = new Set(names.filter((name) => choices[name] !== this.#choices[name]))
    this.#choices = { ...this.#choices, ...choices }
    if (changed.size > 0) for (const listener of this.#listeners) listener(changed)
    return changed
  }

  subscribe(listener: (changed: ReadonlySet<keyof Choices>) => void): void {
    this.#listeners.add(listener)
  }
}
