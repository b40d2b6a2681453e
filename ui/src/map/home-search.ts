import { element, setText } from '../dom.ts'
import { kilowatts } from '../format.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import { findHomes } from './find-homes.ts'
import { homeState } from './home-state.ts'

const RESULTS_MAX = 8

/** What comes of a search. */
export interface SearchListener {
  readonly onFound: (home: number) => void
  /** the viewer says which home is theirs */
  readonly onMine: (home: number) => void
}

/** Finds a home by its name, and the viewer’s own. */
export class HomeSearch {
  readonly root = element('search', { class: 'map-finder' })
  readonly #listener: SearchListener
  readonly #input = element('input', {
    type: 'search',
    role: 'combobox',
    class: 'map-search',
    placeholder: words.map.search,
    'aria-label': words.map.search,
    'aria-autocomplete': 'list',
    'aria-controls': 'map-found',
    'aria-expanded': 'false',
    autocomplete: 'off',
    spellcheck: 'false',
    'data-testid': 'home-search',
  })
  readonly #list = element('ul', { class: 'map-found', id: 'map-found', role: 'listbox', hidden: '' })
  readonly #mine = element('button', { type: 'button', class: 'map-mine', 'data-testid': 'my-home' })
  #page: Page | null = null
  #found: number[] = []
  #active = 0
  #asks: 'any' | 'mine' = 'any'

  constructor(listener: SearchListener) {
    this.#listener = listener
    this.#list.setAttribute('aria-label', words.map.found)
    this.root.append(this.#mine, element('div', { class: 'map-seek' }, this.#input, this.#list))
    this.#input.addEventListener('input', () => this.#seek())
    this.#input.addEventListener('focus', () => this.#seek())
    this.#input.addEventListener('blur', () => this.#close())
    this.#input.addEventListener('keydown', (event) => this.#key(event))
    // Before the field loses its focus, or the list would be gone.
    this.#list.addEventListener('pointerdown', (event) => {
      event.preventDefault()
      const option = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-home]') : null
      if (option !== null) this.#choose(Number(option.dataset.home))
    })
    this.#mine.addEventListener('click', () => {
      const mine = this.#page?.mine ?? null
      if (mine !== null) this.#listener.onFound(mine)
      else this.#ask('mine')
    })
  }

  focus(): void {
    this.#ask('any')
  }

  draw(page: Page): void {
    this.#page = page
    this.root.hidden = page.picture.homes.length === 0
    const { mine } = page
    setText(this.#mine, mine === null ? words.map.whichMine : words.map.mine)
    this.#mine.classList.toggle('known', mine !== null)
  }

  #ask(asks: 'any' | 'mine'): void {
    this.#asks = asks
    this.#input.placeholder = asks === 'mine' ? words.map.searchMine : words.map.search
    this.#input.focus()
    this.#input.select()
  }

  #seek(): void {
    const page = this.#page
    if (page === null) return
    const { homes } = page.picture
    this.#found = findHomes({
      sought: this.#input.value,
      homes: homes.length,
      nameOf: page.nameOf,
      most: RESULTS_MAX,
    })
    this.#active = 0
    const options = this.#found.map((home, i) => {
      const { powerW } = homes[home] as (typeof homes)[number]
      const state = homeState(homes[home] as (typeof homes)[number])
      const now =
        state === 'silent' ? words.homeState.silent : `${words.homeState[state]} ${kilowatts(Math.abs(powerW))} kW`
      return element(
        'li',
        { role: 'option', id: `map-found-${i}`, 'data-home': String(home) },
        element('span', { class: 'found-name' }, page.nameOf(home)),
        element('span', { class: 'found-now' }, now),
      )
    })
    if (options.length === 0 && this.#input.value.trim() !== '') {
      options.push(element('li', { class: 'found-none', role: 'option', 'aria-disabled': 'true' }, words.map.foundNone))
    }
    this.#list.replaceChildren(...options)
    this.#list.hidden = options.length === 0
    this.#input.setAttribute('aria-expanded', String(options.length > 0))
    this.#show()
  }

  #show(): void {
    for (const [i, option] of [...this.#list.children].entries()) {
      option.setAttribute('aria-selected', String(i === this.#active && this.#found.length > 0))
    }
    if (this.#found.length > 0) this.#input.setAttribute('aria-activedescendant', `map-found-${this.#active}`)
    else this.#input.removeAttribute('aria-activedescendant')
  }

  #key(event: KeyboardEvent): void {
    const count = this.#found.length
    if (event.key === 'Escape') this.#leave()
    else if (event.key === 'Enter' && count > 0) this.#choose(this.#found[this.#active] as number)
    else if (event.key === 'ArrowDown' && count > 0) this.#active = (this.#active + 1) % count
    else if (event.key === 'ArrowUp' && count > 0) this.#active = (this.#active + count - 1) % count
    else return
    event.preventDefault()
    event.stopPropagation()
    this.#show()
  }

  #choose(home: number): void {
    if (this.#asks === 'mine') this.#listener.onMine(home)
    this.#leave()
    this.#listener.onFound(home)
  }

  #leave(): void {
    this.#input.value = ''
    this.#input.blur()
  }

  #close(): void {
    this.#list.hidden = true
    this.#found = []
    this.#input.setAttribute('aria-expanded', 'false')
    this.#input.removeAttribute('aria-activedescendant')
    this.#asks = 'any'
    this.#input.placeholder = words.map.search
  }
}
