import { element, setText } from '../dom.ts'
import { averageCentsPerKilowattHour, centsPerKilowattHour, count, kilowattHours } from '../format.ts'
import type { Page } from '../page.ts'
import { slotSpan, timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import { candleOf } from './candles.ts'
import { PhaseMark } from './phase-mark.ts'

const columns = ['open', 'high', 'low', 'close', 'average', 'energy', 'count'] as const
type Column = (typeof columns)[number]

/** The exact values of one slot, each in its place: nothing moves when they change. */
export class PriceReadout {
  readonly root = element('div', { class: 'price-readout', 'data-testid': 'price-readout' })
  readonly #times = timesIn()
  readonly #span = element('strong', { class: 'readout-span' })
  readonly #phase = new PhaseMark()
  readonly #values = new Map<Column, HTMLElement>(columns.map((name) => [name, element('span', { class: 'number' })]))

  constructor() {
    // The prices before the average share its unit.
    const units: Partial<Record<Column, string>> = { average: words.price.unit, energy: words.market.energy }
    const list = element('dl', {})
    for (const [name, value] of this.#values) {
      const unit = units[name]
      const told = element('dd', {}, value, ...(unit === undefined ? [] : [' ', unit]))
      list.append(element('div', { class: `readout-${name}` }, element('dt', {}, words.price.readout[name]), told))
    }
    this.root.append(element('p', {}, this.#span, this.#phase.root), list)
  }

  draw({ picture, slotMinutes }: Page, number: number | null): void {
    const slot = number === null ? undefined : picture.slots.get(number)
    const candle = slot === undefined ? null : candleOf(slot)
    setText(this.#span, number === null ? words.figures.none : slotSpan(this.#times, { slot: number, slotMinutes }))
    this.#phase.draw(slot?.phase ?? null)
    const { openEurPerMWh, highEurPerMWh, lowEurPerMWh, lastEurPerMWh, averageEurPerMWh } = candle ?? {}
    this.#put('open', openEurPerMWh, centsPerKilowattHour)
    this.#put('high', highEurPerMWh, centsPerKilowattHour)
    this.#put('low', lowEurPerMWh, centsPerKilowattHour)
    this.#put('close', lastEurPerMWh, centsPerKilowattHour)
    this.#put('average', averageEurPerMWh, averageCentsPerKilowattHour)
    this.#put('energy', slot?.tradedWh, kilowattHours)
    this.#put('count', slot?.trades, count)
  }

  #put(column: Column, value: number | undefined, format: (value: number) => string): void {
    setText(this.#values.get(column) as HTMLElement, value === undefined ? words.figures.none : format(value))
  }
}
