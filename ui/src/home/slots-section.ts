import type { HomeSlot } from '#protocol/picture/run.ts'
import { element } from '../dom.ts'
import { count, exactKilowattHours } from '../format.ts'
import { slotSpan, timesIn } from '../times.ts'
import { laterWords } from '../words/later-words.ts'
import { words } from '../words/words.ts'

/** More rows are no overview: the others come when they are asked for. */
const ROWS_FIRST = 12

/** The slots in which a home has something: what it still wants or offers, what it traded, what its meter stated. */
export class SlotsSection {
  readonly #body = element('tbody')
  readonly #none = element('p', { class: 'detail-more' }, laterWords.homePanel.noSlots)
  readonly #more = element('button', { class: 'detail-more', type: 'button' })
  readonly root: HTMLElement
  readonly #times = timesIn()
  #shows: 'first' | 'all' = 'first'
  #slots: readonly HomeSlot[] = []
  #slotMinutes = 15
  #drawn = ''

  constructor() {
    const { heading, column } = laterWords.homePanel
    const group = (name: string) => element('th', { scope: 'colgroup', colspan: '2' }, name)
    const columns = [column.wants, column.offers, column.bought, column.sold, column.taken, column.given]
    this.root = element(
      'section',
      { class: 'detail-slots', 'aria-label': heading.slots },
      element('h3', {}, heading.slots, element('span', {}, 'kWh')),
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element('tr', {}, element('td'), group(column.open), group(column.traded), group(column.metered)),
          element(
            'tr',
            {},
            element('th', { scope: 'col' }, column.slot),
            ...columns.map((name) => element('th', { scope: 'col' }, name)),
          ),
        ),
        this.#body,
      ),
      this.#none,
      this.#more,
    )
    this.#more.addEventListener('click', () => {
      this.#shows = 'all'
      this.draw(this.#slots, this.#slotMinutes)
    })
  }

  /** Another home begins with few rows again. */
  startOver(): void {
    this.#shows = 'first'
  }

  draw(slots: readonly HomeSlot[], slotMinutes: number): void {
    const key = JSON.stringify([this.#shows, slots, slotMinutes])
    if (key === this.#drawn) return
    this.#drawn = key
    this.#slots = slots
    this.#slotMinutes = slotMinutes
    const shown = (this.#shows === 'all' ? [...slots] : slots.slice(-ROWS_FIRST)).reverse()
    this.#body.replaceChildren(...shown.map((slot) => this.#row(slot, slotMinutes)))
    const left = slots.length - shown.length
    this.#none.hidden = slots.length > 0
    this.#more.hidden = left === 0
    this.#more.textContent = laterWords.homePanel.earlierSlots(count(left))
  }

  #row(slot: HomeSlot, slotMinutes: number): HTMLElement {
    const estimated = slot.statedBy === 'estimate'
    const cells = [
      ...[slot.openBuyWh, slot.openSellWh, slot.boughtWh, slot.soldWh].map(amount),
      ...[slot.importWh, slot.exportWh].map((energyWh) => (estimated ? `≈${amount(energyWh)}` : amount(energyWh))),
    ]
    return element(
      'tr',
      { 'data-phase': slot.phase, ...(estimated ? { title: laterWords.receipt.state.estimated } : {}) },
      element(
        'th',
        { scope: 'row' },
        slotSpan(this.#times, { slot: slot.slot, slotMinutes }),
        element('span', { class: 'detail-phase' }, words.phase[slot.phase]),
      ),
      ...cells.map((text) =>
        element('td', { class: text === '0' || text === '–' ? 'number nothing' : 'number' }, text),
      ),
    )
  }
}

const amount = (energyWh: number | null): string =>
  energyWh === null ? '–' : energyWh === 0 ? '0' : exactKilowattHours(energyWh)
