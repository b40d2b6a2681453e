import { element, setAttributes } from '../dom.ts'
import { kilowattHours } from '../format.ts'
import type { SlotChooser } from '../market/market-view.ts'
import type { Page } from '../page.ts'
import { slotSpan, timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import type { PriceScene } from './price-scene.ts'

/**
 * The row of slots over their marks in the chart: a list box, of which arrow keys choose (an hour with Page Up and Down,
 * the first and the last of the window with Home and End), and so does the pointer.
 */
export class SlotRow {
  readonly root = element('div', {
    class: 'slots',
    role: 'listbox',
    tabindex: '0',
    'aria-orientation': 'horizontal',
    'aria-label': words.price.slots,
    'data-testid': 'slots',
  })
  readonly #times = timesIn()
  readonly #options: HTMLElement[] = []
  #scene: PriceScene | null = null

  constructor(chooser: SlotChooser) {
    const choose = (slot: number | null) => {
      if (slot !== null && this.#scene?.page.picture.slots.has(slot)) chooser.onSlot(slot)
    }
    this.root.addEventListener('keydown', (event) => {
      const next = this.#next(event.key)
      if (next === null) return
      event.preventDefault()
      choose(next)
    })
    this.root.addEventListener('click', ({ target }) => {
      const at = this.#options.findIndex((option) => option.contains(target as Node))
      choose(at < 0 || this.#scene === null ? null : this.#scene.window.first + at)
    })
  }

  draw(scene: PriceScene): void {
    this.#scene = scene
    const { page, window, left, right, bottom } = scene
    while (this.#options.length < window.length) this.#add()
    setStyle(this.root, { '--slots-start': `${left}px`, '--slots-size': `${right - left}px` })
    setStyle(this.root, { '--slots-top': `${bottom + 3}px`, '--slots-count': String(window.length) })
    this.#options.forEach((option, i) => {
      option.hidden = i >= window.length
      if (!option.hidden) this.#drawOption(option, { page, number: window.first + i })
    })
    const chosen = page.slot === null ? undefined : this.#options[page.slot - window.first]
    if (chosen === undefined) this.root.removeAttribute('aria-activedescendant')
    else setAttributes(this.root, { 'aria-activedescendant': chosen.id })
  }

  #drawOption(option: HTMLElement, { page, number }: { readonly page: Page; readonly number: number }): void {
    const slot = page.picture.slots.get(number)
    // Most slots are as they were: their words are not made anew.
    const drawn = `${number} ${slot?.phase} ${slot?.tradedWh} ${number === page.slot} ${page.slotMinutes}`
    if (option.dataset.drawn === drawn) return
    option.dataset.drawn = drawn
    const span = slotSpan(this.#times, { slot: number, slotMinutes: page.slotMinutes })
    const name =
      slot === undefined
        ? span
        : words.price.option(span, words.phase[slot.phase], `${kilowattHours(slot.tradedWh)} kWh`)
    setAttributes(option, {
      'data-phase': slot?.phase ?? '',
      'data-slot': number,
      'aria-selected': String(number === page.slot),
      'aria-disabled': String(slot === undefined),
      'aria-label': name,
      title: name,
    })
  }

  #next(key: string): number | null {
    const { page, window } = this.#scene ?? {}
    if (page === undefined || window === undefined || page.slot === null) return null
    const there = [...page.picture.slots.keys()].filter(
      (slot) => slot >= window.first && slot < window.first + window.length,
    )
    const anHour = 60 / page.slotMinutes
    switch (key) {
      case 'ArrowLeft':
        return page.slot - 1
      case 'ArrowRight':
        return page.slot + 1
      case 'PageUp':
        return page.slot - anHour
      case 'PageDown':
        return page.slot + anHour
      case 'Home':
        return there[0] ?? null
      case 'End':
        return there.at(-1) ?? null
      default:
        return null
    }
  }

  #add(): void {
    const option = element('div', { role: 'option', class: 'slot', id: `slot-${this.#options.length}` })
    this.#options.push(option)
    this.root.append(option)
  }
}

function setStyle(target: HTMLElement, properties: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(properties)) {
    if (target.style.getPropertyValue(name) !== value) target.style.setProperty(name, value)
  }
}
