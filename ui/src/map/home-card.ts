import { element, setText } from '../dom.ts'
import { count, duration, fixed, kilowattHours } from '../format.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import { homeState } from './home-state.ts'
import type { Box, Point } from './point.ts'

const rows = ['imported', 'exported', 'stored', 'reading'] as const
type Row = (typeof rows)[number]

/** What is told of the home pointed at: what it does now, its counters, how old its word is. */
export class HomeCard {
  readonly root = element('aside', { class: 'card', 'data-testid': 'home-card', role: 'tooltip', hidden: '' })
  readonly #name = element('h3')
  readonly #power = element('strong', { class: 'card-power' })
  readonly #state = element('span', { class: 'card-state' })
  readonly #values = new Map<Row, HTMLElement>()

  constructor() {
    const list = rows.map((row) => {
      const value = element('dd')
      this.#values.set(row, value)
      return element('div', {}, element('dt', {}, words.card[row]), value)
    })
    const now = element('p', { class: 'card-now' }, this.#power, this.#state)
    this.root.append(element('header', {}, this.#name), now, element('dl', {}, ...list))
  }

  hide(): void {
    this.root.hidden = true
  }

  /** Shows a home beside its place on the screen, on the side where there is room. */
  show(of: {
    readonly page: Page
    readonly home: number
    readonly place: Point
    /** how far the home’s own drawing reaches, px */
    readonly reach: number
    readonly box: Box
  }): void {
    const { page } = of
    const home = page.picture.homes[of.home]
    this.root.hidden = home === undefined
    if (home === undefined) return
    const state = homeState(home)
    const silent = state === 'silent'
    this.root.dataset.state = state
    setText(this.#name, page.nameOf(home.home))
    setText(this.#power, silent ? '–' : `${count(Math.abs(home.powerW))} W`)
    setText(this.#state, silent ? words.homeState.silent : `${words.homeState[state]} ${words.card.now}`)
    const age = duration(page.clockMs - home.readingTimeMs)
    const spoken = page.isOverdue(home.home) ? words.card.late(age) : words.card.ago(age)
    this.#set('imported', `${kilowattHours(home.importWh)} kWh`)
    this.#set('exported', `${kilowattHours(home.exportWh)} kWh`)
    this.#set('stored', home.stored === null ? null : `${fixed(home.stored * 100, 0)} %`)
    this.#set('reading', silent ? words.card.never : spoken)
    this.#place(of.place, of.reach, of.box)
  }

  #place(place: Point, reach: number, box: Box): void {
    const { offsetWidth: width, offsetHeight: height } = this.root
    const away = reach + 14
    const right = place.x + away + width < box.width - 8
    const x = right ? place.x + away : Math.max(8, place.x - away - width)
    const y = Math.min(Math.max(8, place.y - height / 2), Math.max(8, box.height - height - 8))
    this.root.style.setProperty('--card-x', `${Math.round(x)}px`)
    this.root.style.setProperty('--card-y', `${Math.round(y)}px`)
  }

  #set(row: Row, text: string | null): void {
    const value = this.#values.get(row)
    if (value?.parentElement == null) return
    value.parentElement.hidden = text === null
    if (text !== null) setText(value, text)
  }
}
