import type { SlotPhase } from '#protocol/market-event.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { StreetSlot } from '#protocol/street.ts'
import { element, setAttributes, setText, svg } from '../dom.ts'
import { kilowattHours } from '../format.ts'
import type { SlotChooser } from '../market/market-view.ts'
import type { SlotWindow } from '../market/slots.ts'
import type { Page } from '../page.ts'
import { slotSpan, timesIn } from '../times.ts'
import { words } from '../words.ts'
import { slotGlyphs } from './slot-glyphs.ts'

interface Cell {
  readonly option: HTMLElement
  readonly outline: SVGPathElement
  readonly fill: SVGPathElement
  readonly hour: HTMLElement
}

/** The row of slots under the chart, each with the mark of its state. A list box: arrows choose, so does the pointer. */
export class SlotRow {
  readonly root = element('div', {
    class: 'slots',
    role: 'listbox',
    tabindex: '0',
    'aria-label': words.price.slots,
    'data-testid': 'slots',
  })
  readonly #times = timesIn()
  readonly #cells: Cell[] = []
  #page: Page | null = null
  #first = 0

  constructor(chooser: SlotChooser) {
    this.root.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
      const next = step === undefined || this.#page?.slot == null ? null : this.#page.slot + step
      if (next === null) return
      event.preventDefault()
      if (this.#page?.street.slots.has(next)) chooser.onSlot(next)
    })
    this.root.addEventListener('click', (event) => {
      const cell = this.#cells.findIndex(({ option }) => option.contains(event.target as Node))
      if (cell >= 0 && this.#page?.street.slots.has(this.#first + cell)) chooser.onSlot(this.#first + cell)
    })
  }

  draw(scene: {
    readonly page: Page
    readonly window: SlotWindow
    readonly x: (slot: number) => number
    readonly left: number
    readonly right: number
    readonly bottom: number
  }): void {
    const { page, window, x } = scene
    this.#page = page
    this.#first = window.first
    while (this.#cells.length < window.length) this.#add()
    const width = x(1) - x(0)
    this.root.style.insetInlineStart = `${scene.left}px`
    this.root.style.inlineSize = `${scene.right - scene.left}px`
    this.root.style.setProperty('--slot-size', `${width}px`)
    this.#cells.forEach((cell, i) => {
      const number = window.first + i
      const slot = page.street.slots.get(number)
      cell.option.hidden = i >= window.length
      this.#drawCell(cell, { page, number, slot })
    })
    const chosen = page.slot === null ? undefined : this.#cells[page.slot - window.first]
    if (chosen === undefined) this.root.removeAttribute('aria-activedescendant')
    else this.root.setAttribute('aria-activedescendant', chosen.option.id)
  }

  #drawCell(cell: Cell, { page, number, slot }: { page: Page; number: number; slot: StreetSlot | undefined }): void {
    const { slotMinutes } = page
    const { option } = cell
    const phase = slot?.phase ?? ''
    option.dataset.phase = phase
    option.dataset.slot = String(number)
    option.setAttribute('aria-selected', String(number === page.slot))
    option.setAttribute('aria-disabled', String(slot === undefined))
    const glyph = slot === undefined ? null : slotGlyphs[slot.phase]
    setAttributes(cell.outline, { d: glyph?.outline ?? '' })
    setAttributes(cell.fill, { d: glyph?.fill ?? '' })
    const span = slotSpan(this.#times, { slot: number, slotMinutes })
    option.title =
      slot === undefined
        ? span
        : words.price.option(span, words.phase[slot.phase], `${kilowattHours(slot.tradedWh)} kWh`)
    setText(cell.hour, number % 8 === 0 ? this.#times.clock(slotStartMs({ slot: number, slotMinutes })) : '')
  }

  #add(): void {
    const outline = svg('path', { class: 'slot-outline' })
    const fill = svg('path', { class: 'slot-fill' })
    const hour = element('span', { class: 'slot-hour' })
    const option = element(
      'div',
      { role: 'option', class: 'slot', id: `slot-${this.#cells.length}` },
      svg('svg', { viewBox: '-6 -6 12 12', 'aria-hidden': 'true' }, outline, fill),
      hour,
    )
    this.#cells.push({ option, outline, fill, hour })
    this.root.append(option)
  }

  /** A phase's mark with its word. */
  static legend(phase: SlotPhase): HTMLElement {
    const glyph = slotGlyphs[phase]
    const mark = svg(
      'svg',
      { viewBox: '-6 -6 12 12', width: 12, height: 12, 'aria-hidden': 'true' },
      svg('path', { class: 'slot-outline', d: glyph.outline }),
      svg('path', { class: 'slot-fill', d: glyph.fill }),
    )
    return element('span', { class: 'slot-key', 'data-phase': phase }, mark, words.phase[phase])
  }
}
