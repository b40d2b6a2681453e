import { element, setText } from '../dom.ts'
import { duration, kilowatts } from '../format.ts'
import type { Page } from '../page.ts'
import { words } from '../words.ts'
import { homeState } from './home-state.ts'
import type { HomePlace, StreetLayout } from './layout.ts'
import { arrowKeys, nearestHome } from './nearest-home.ts'

const mark = { gives: '▲', takes: '▼', idle: '○', silent: '·' } as const

/** What happens to a home on the map. */
export interface HomeListener {
  /** pointed at or focused; null when no longer */
  readonly onPoint: (home: string | null) => void
  readonly onChoose: (home: string) => void
}

interface HomeButton {
  readonly button: HTMLButtonElement
  readonly name: HTMLElement
  readonly power: HTMLElement
  readonly mark: HTMLElement
}

/** The homes as buttons over the canvas, with their labels. One tab stop for all; arrows go to the nearest home. */
export class HomeButtons {
  readonly root = element('div', { class: 'homes', role: 'group', 'aria-label': words.map.list })
  readonly #buttons = new Map<string, HomeButton>()
  readonly #listener: HomeListener
  #layout: StreetLayout | null = null

  constructor(listener: HomeListener) {
    this.#listener = listener
    this.root.addEventListener('keydown', (event) => this.#walk(event))
  }

  /** Puts every home's button where the home is. */
  place(layout: StreetLayout): void {
    this.#layout = layout
    for (const [home, { button }] of this.#buttons) {
      if (layout.homes.has(home)) continue
      button.remove()
      this.#buttons.delete(home)
    }
    // 24 px at least for a finger; else round the largest sun, rays included.
    this.root.style.setProperty('--home-size', `${Math.max(24, 2.22 * layout.bubble)}px`)
    this.root.style.setProperty('--label-room', `${layout.labelRoom}px`)
    this.root.dataset.labels = layout.labels
    for (const [home, place] of layout.homes) {
      const { button } = this.#buttons.get(home) ?? this.#add(home)
      button.style.transform = `translate(${place.x}px, ${place.y}px)`
      button.dataset.side = labelSide(layout, place)
    }
    const [first] = this.#buttons.values()
    if (first && !this.#buttons.values().some(({ button }) => button.tabIndex === 0)) first.button.tabIndex = 0
  }

  draw(page: Page, chosen: string | null): void {
    for (const [name, parts] of this.#buttons) {
      const home = page.street.homes.get(name)
      if (home === undefined) continue
      const state = homeState(home)
      const power = `${kilowatts(Math.abs(home.powerW))} kW`
      const age = state === 'silent' ? words.card.never : words.card.ago(duration(page.clockMs - home.readingTimeMs))
      setText(parts.mark, mark[state])
      setText(parts.power, state === 'silent' ? '–' : power)
      const { button } = parts
      button.dataset.state = state
      button.classList.toggle('overdue', page.isOverdue(name))
      button.setAttribute('aria-label', words.map.home(name, words.homeState[state], power, age))
      button.setAttribute('aria-pressed', String(name === chosen))
    }
  }

  focus(home: string): void {
    this.#buttons.get(home)?.button.focus()
  }

  #add(home: string): HomeButton {
    const parts = {
      name: element('span', { class: 'home-name' }, home),
      mark: element('span', { class: 'home-mark' }),
      power: element('span', { class: 'home-power' }),
    }
    const label = element('span', { class: 'home-label', 'aria-hidden': 'true' }, parts.name)
    label.append(element('span', { class: 'home-now' }, parts.mark, parts.power))
    const button = element(
      'button',
      { class: 'home', type: 'button', tabindex: '-1', 'data-testid': 'home-button', 'data-home': home },
      label,
    )
    button.addEventListener('pointerenter', () => this.#listener.onPoint(home))
    button.addEventListener('pointerleave', () => this.#listener.onPoint(null))
    button.addEventListener('focus', () => {
      for (const other of this.#buttons.values()) other.button.tabIndex = -1
      button.tabIndex = 0
      this.#listener.onPoint(home)
    })
    button.addEventListener('blur', () => this.#listener.onPoint(null))
    button.addEventListener('click', () => this.#listener.onChoose(home))
    this.root.append(button)
    const made = { button, ...parts }
    this.#buttons.set(home, made)
    return made
  }

  #walk(event: KeyboardEvent): void {
    const towards = arrowKeys[event.key]
    const from = event.target instanceof HTMLElement ? event.target.dataset.home : undefined
    if (towards === undefined || from === undefined || this.#layout === null) return
    event.preventDefault()
    const next = nearestHome({ homes: this.#layout.homes, from, towards })
    if (next !== null) this.focus(next)
  }
}

/** Labels stand on the side that leads away from the street. */
function labelSide({ direction }: StreetLayout, { outward }: HomePlace): 'above' | 'below' | 'left' | 'right' {
  if (direction === 'across') return outward.y < 0 ? 'above' : 'below'
  return outward.x < 0 ? 'left' : 'right'
}
