import { element, setText } from '../dom.ts'
import { duration, fixed, kilowatts } from '../format.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import { homeState } from './home-state.ts'
import type { StreetLayout } from './layout.ts'
import { type Look, labelSide } from './level.ts'
import { arrowKeys, nearestHome } from './nearest-home.ts'
import type { View } from './view.ts'

const mark = { gives: '▲', takes: '▼', idle: '○', silent: '' } as const

/** With more homes in sight than this they are drawn only; one button then stands for the home one is at. */
const BUTTONS_MAX = 300

/** What is done with homes on the map. */
export interface HomeListener {
  /** focused; null when no longer */
  readonly onPoint: (home: number | null) => void
  /** gone to, and perhaps out of sight */
  readonly onGo: (home: number) => void
}

interface HomeButton {
  /** holds the button, and the label beside it */
  readonly root: HTMLElement
  readonly button: HTMLButtonElement
  readonly name: HTMLElement
  readonly power: HTMLElement
  readonly mark: HTMLElement
  readonly age: HTMLElement
}

/** The homes in sight as buttons over the canvas, with their labels. One tab stop for all; arrows go to the nearest. */
export class HomeButtons {
  readonly root = element('div', { class: 'homes', role: 'group', 'aria-label': words.map.list })
  readonly #shown = new Map<number, HomeButton>()
  readonly #spare: HomeButton[] = []
  readonly #listener: HomeListener
  #layout: StreetLayout | null = null
  #page: Page | null = null
  /** the home that has the tab stop */
  #current = 0

  constructor(listener: HomeListener) {
    this.#listener = listener
    this.root.addEventListener('keydown', (event) => this.#walk(event))
    this.root.addEventListener('focusin', (event) => {
      const home = homeOf(event.target)
      if (home === null) return
      this.#stopAt(home)
      this.#listener.onPoint(home)
    })
    this.root.addEventListener('focusout', () => this.#listener.onPoint(null))
  }

  /** Puts a button where each home in sight is, or one where the current home is. */
  place(at: {
    readonly layout: StreetLayout
    readonly look: Look
    readonly view: View
    readonly visible: readonly number[]
  }): void {
    const { layout, look, view, visible } = at
    this.#layout = layout
    // 24 px at least for a finger; else round the largest sun, rays included.
    this.root.style.setProperty('--home-size', `${Math.max(24, Math.min(2.22 * look.bubble, look.pitch * 0.9))}px`)
    this.root.style.setProperty('--label-room', `${look.labelRoom}px`)
    this.root.dataset.labels = look.labels
    this.root.dataset.level = look.level
    const few = visible.length <= BUTTONS_MAX
    if (this.#current >= layout.homeX.length || (!few && !this.#shown.has(this.#current))) {
      this.#stopAt(visible[0] ?? 0)
    }
    const wanted = new Set(few ? visible : [])
    const focused = homeOf(document.activeElement)
    if (!few) wanted.add(this.#current)
    if (focused !== null && focused < layout.homeX.length) wanted.add(focused)
    for (const [home, parts] of this.#shown) {
      if (wanted.has(home)) continue
      this.#shown.delete(home)
      this.#spare.push(parts)
    }
    for (const home of wanted) {
      const x = (layout.homeX[home] as number) * view.k + view.x
      const y = (layout.homeY[home] as number) * view.k + view.y
      const { root } = this.#shown.get(home) ?? this.#show(home)
      root.style.transform = `translate(${x}px, ${y}px)`
      const outer = layout.outward[home] as number
      root.dataset.side = labelSide(layout, look, outer)
    }
    for (const { root } of this.#spare) root.remove()
    if (!this.#shown.has(this.#current)) this.#stopAt(this.#shown.keys().next().value ?? 0)
  }

  draw(page: Page): void {
    this.#page = page
    for (const [home, parts] of this.#shown) this.#say(page, home, parts)
  }

  focus(home: number): void {
    this.#stopAt(home)
    const { button } = this.#shown.get(home) ?? this.#show(home)
    button.focus({ preventScroll: true })
  }

  #stopAt(home: number): void {
    const before = this.#shown.get(this.#current)
    if (before !== undefined) before.button.tabIndex = -1
    this.#current = home
    const now = this.#shown.get(home)
    if (now !== undefined) now.button.tabIndex = 0
  }

  #say(page: Page, number: number, parts: HomeButton): void {
    const home = page.picture.homes[number]
    if (home === undefined) return
    const state = homeState(home)
    const power = `${kilowatts(Math.abs(home.powerW))} kW`
    const overdue = page.isOverdue(number)
    const age = duration(page.clockMs - home.readingTimeMs)
    const said = state === 'silent' ? words.card.never : overdue ? words.card.late(age) : words.card.ago(age)
    const isMine = number === page.mine
    const name = page.nameOf(number)
    setText(parts.name, isMine ? words.map.mine : name)
    setText(parts.mark, mark[state])
    setText(parts.power, state === 'silent' ? '–' : power)
    const battery = home.stored === null ? '' : `${words.card.stored} ${fixed(home.stored * 100, 0)} % · `
    setText(parts.age, battery + said)
    const { root, button } = parts
    if (root.dataset.state !== state) root.dataset.state = state
    root.classList.toggle('overdue', overdue)
    setAttribute(
      button,
      'aria-label',
      words.map.home(isMine ? `${name}, ${words.map.mine}` : name, words.homeState[state], power, said),
    )
    setAttribute(button, 'aria-pressed', String(number === page.home))
    root.classList.toggle('mine', isMine)
  }

  #show(home: number): HomeButton {
    const parts = this.#spare.pop() ?? this.#make()
    const { root, button } = parts
    button.dataset.home = String(home)
    button.tabIndex = home === this.#current ? 0 : -1
    if (!root.isConnected) this.root.append(root)
    this.#shown.set(home, parts)
    if (this.#page !== null) this.#say(this.#page, home, parts)
    return parts
  }

  #make(): HomeButton {
    const parts = {
      name: element('span', { class: 'home-name' }),
      mark: element('span', { class: 'home-mark' }),
      power: element('span', { class: 'home-power' }),
      age: element('span', { class: 'home-age' }),
    }
    const now = element('span', { class: 'home-now' }, parts.mark, parts.power)
    const label = element('span', { class: 'home-label', 'aria-hidden': 'true' }, parts.name, now, parts.age)
    const button = element('button', { class: 'home-button', type: 'button', 'data-testid': 'home-button' })
    return { root: element('div', { class: 'home' }, button, label), button, ...parts }
  }

  #walk(event: KeyboardEvent): void {
    const towards = arrowKeys[event.key]
    const from = homeOf(event.target)
    if (towards === undefined || from === null || this.#layout === null) return
    event.preventDefault()
    const next = nearestHome({ homeX: this.#layout.homeX, homeY: this.#layout.homeY, from, towards })
    if (next === null) return
    this.#listener.onGo(next)
    this.focus(next)
  }
}

/** The home whose button this is. */
export function homeOf(target: EventTarget | null): number | null {
  const button = target instanceof Element ? target.closest<HTMLElement>('.home-button') : null
  return button === null ? null : Number(button.dataset.home)
}

function setAttribute(of: Element, name: string, value: string): void {
  if (of.getAttribute(name) !== value) of.setAttribute(name, value)
}
