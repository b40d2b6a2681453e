import type { PictureHome } from '#protocol/picture/picture.ts'
import { element, setAttributes, setText } from '../dom.ts'
import { count, duration, fixed } from '../format.ts'
import { homeState } from '../map/home-state.ts'
import type { Page } from '../page.ts'
import { laterWords } from '../words/later-words.ts'
import { locale, words } from '../words/words.ts'
import { type HomeColumn, type HomeOrder, homeColumns, sortHomes } from './sort-homes.ts'

/** More rows nobody reads through; the map shows fewer when it is drawn nearer. */
const ROWS_MAX = 200
/** A list that is sorted anew all the time cannot be read. Wall ms. */
const SORT_EVERY_MS = 10_000

interface Row {
  readonly root: HTMLTableRowElement
  readonly name: HTMLButtonElement
  readonly state: HTMLElement
  readonly power: HTMLElement
  readonly age: HTMLElement
}

/** The homes that the map shows, as a table: for who would rather read, or cannot see the map. */
export class HomeTable {
  readonly #root: HTMLElement
  readonly #caption = element('caption')
  readonly #heads = new Map<HomeColumn, HTMLElement>()
  readonly #body = element('tbody')
  readonly #rows = new Map<number, Row>()
  readonly #onChoose: (home: number) => void
  #order: HomeOrder = { by: 'name', direction: 'ascending' }
  #sorted: readonly number[] = []
  /** of what was sorted last, and when */
  #sortedOf = ''
  #sortedAtMs = 0
  #page: Page | null = null
  #visible: readonly number[] = []

  /** Fills the panel `root`; nothing is drawn while that is hidden. */
  constructor(root: HTMLElement, on: { readonly onChoose: (home: number) => void }) {
    this.#root = root
    this.#onChoose = on.onChoose
    const heads = homeColumns.map((column) => {
      const button = element('button', { type: 'button' }, laterWords.table.column[column])
      button.addEventListener('click', () => this.#sortBy(column))
      const head = element('th', { scope: 'col' }, button)
      this.#heads.set(column, head)
      return head
    })
    root.setAttribute('aria-label', laterWords.table.heading)
    root.append(
      element(
        'table',
        { class: 'home-table', 'data-testid': 'home-table' },
        this.#caption,
        element('thead', {}, element('tr', {}, ...heads)),
        this.#body,
      ),
    )
  }

  /** Draws the homes that are visible, by number. */
  draw(page: Page, visible: readonly number[]): void {
    this.#page = page
    this.#visible = visible
    if (this.#root.clientWidth === 0) return
    this.#sort(page, visible)
    const shown = this.#sorted.slice(0, ROWS_MAX)
    this.#place(shown)
    for (const number of shown) {
      const home = page.picture.homes[number]
      const row = this.#rows.get(number)
      if (home !== undefined && row !== undefined) this.#fill(page, home, row)
    }
    const all = count(this.#sorted.length)
    setText(
      this.#caption,
      this.#sorted.length > ROWS_MAX ? laterWords.table.some(count(ROWS_MAX), all) : laterWords.table.all(all),
    )
    for (const [column, head] of this.#heads) {
      setAttributes(head, { 'aria-sort': column === this.#order.by ? this.#order.direction : 'none' })
    }
  }

  #sortBy(by: HomeColumn): void {
    const again = this.#order.by === by && this.#order.direction === 'ascending'
    this.#order = { by, direction: again ? 'descending' : 'ascending' }
    if (this.#page !== null) this.draw(this.#page, this.#visible)
  }

  /** At once when something else is asked for, else seldom, and never under somebody's hand. */
  #sort(page: Page, visible: readonly number[]): void {
    const of = JSON.stringify([this.#order, page.run, visible])
    const isHeld = this.#body.matches(':hover, :focus-within')
    if (of === this.#sortedOf && (isHeld || page.wallMs - this.#sortedAtMs < SORT_EVERY_MS)) return
    this.#sortedOf = of
    this.#sortedAtMs = page.wallMs
    const homes = visible.flatMap((number) => page.picture.homes[number] ?? [])
    this.#sorted = sortHomes(homes, this.#order, { nameOf: page.nameOf, locale }).map(({ home }) => home)
  }

  #place(shown: readonly number[]): void {
    const rows = shown.map((home) => this.#rows.get(home) ?? this.#row(home))
    if (rows.length === this.#body.children.length && rows.every(({ root }, i) => root === this.#body.children[i]))
      return
    const focused = document.activeElement
    this.#rows.clear()
    for (const [i, home] of shown.entries()) this.#rows.set(home, rows[i] as Row)
    this.#body.replaceChildren(...rows.map(({ root }) => root))
    if (focused instanceof HTMLElement && this.#body.contains(focused)) focused.focus({ preventScroll: true })
  }

  #row(home: number): Row {
    const name = element('button', { type: 'button' })
    name.addEventListener('click', () => this.#onChoose(home))
    const state = element('td')
    const power = element('td', { class: 'number' })
    const age = element('td', { class: 'number' })
    const root = element('tr', {}, element('th', { scope: 'row' }, name), state, power, age)
    return { root, name, state, power, age }
  }

  #fill(page: Page, home: PictureHome, row: Row): void {
    const state = homeState(home)
    const isSilent = state === 'silent'
    const isOverdue = page.isOverdue(home.home)
    const ago = duration(page.clockMs - home.readingTimeMs)
    setAttributes(row.root, {
      'data-state': state,
      'data-age': isOverdue ? 'overdue' : 'fresh',
      'aria-current': String(page.home === home.home),
    })
    const isMine = page.mine === home.home
    setText(row.name, isMine ? laterWords.table.mine(page.nameOf(home.home)) : page.nameOf(home.home))
    setText(row.state, words.homeState[state])
    setText(row.power, isSilent ? '–' : `${fixed(home.powerW, 0)} W`)
    setText(row.age, isSilent ? words.card.never : isOverdue ? words.card.late(ago) : words.card.ago(ago))
  }
}
