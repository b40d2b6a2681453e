import { slotAt } from '#protocol/slot.ts'
import { element, setText } from '../dom.ts'
import { averageCentsPerKilowattHour, count, duration, kilowattHours, kilowatts, money, percent } from '../format.ts'
import type { Page } from '../page.ts'
import { words } from '../words.ts'
import { type FigureName, type Figures, figureNames, figuresOf } from './figures.ts'
import { Sparkline } from './sparkline.ts'

interface Shown {
  readonly value: string
  readonly unit: string
  readonly note?: string
  /** what the sparkline follows */
  readonly trend?: number | null
}

interface Tile {
  readonly value: HTMLElement
  readonly unit: HTMLElement
  readonly note: HTMLElement
  readonly spark: Sparkline | null
}

const large: readonly FigureName[] = ['saving', 'covered']
const withTrend: readonly FigureName[] = ['saving', 'covered', 'taken', 'given', 'net', 'price']

/** The figures: value, unit, and on pointing or focus the sentence that says what each means. */
export class FiguresView {
  readonly #tiles = new Map<FigureName, Tile>()
  readonly #meaning = element('p', { class: 'meaning', id: 'meaning', 'aria-live': 'polite' }, words.figures.hint)
  #kept = ''

  constructor(root: HTMLElement) {
    const grid = element('div', { class: 'figure-grid' }, ...figureNames.map((name) => this.#add(name)))
    root.setAttribute('aria-label', words.figures.heading)
    root.append(grid, this.#meaning)
  }

  draw(page: Page): void {
    const figures = figuresOf(page.street, page.clockMs)
    this.#kept = figures.keptBatches === null ? '' : words.figures.keptOnly(count(figures.keptBatches))
    const shown = showFigures(figures)
    const slot = slotAt({ timeMs: page.clockMs, slotMinutes: page.slotMinutes })
    for (const [name, tile] of this.#tiles) {
      const { value, unit, note, trend } = shown[name]
      setText(tile.value, value)
      setText(tile.unit, unit)
      setText(tile.note, note ?? '')
      if (page.state === 'live') tile.spark?.note(trend ?? null, slot)
    }
  }

  #add(name: FigureName): HTMLElement {
    const tile: Tile = {
      value: element('span', { class: 'figure-value number' }),
      unit: element('span', { class: 'figure-unit' }),
      note: element('span', { class: 'figure-note' }),
      spark: withTrend.includes(name) ? new Sparkline() : null,
    }
    if (name === 'trades') tile.value.dataset.testid = 'trades-count'
    this.#tiles.set(name, tile)
    const button = element(
      'button',
      { class: `figure figure-${name}${large.includes(name) ? ' figure-large' : ''}`, type: 'button' },
      element('span', { class: 'figure-name' }, words.figures.name[name]),
      element('span', { class: 'figure-line' }, tile.value, tile.unit),
      tile.note,
    )
    button.dataset.testid = `figure-${name}`
    button.setAttribute('aria-describedby', 'meaning')
    if (tile.spark !== null) button.append(tile.spark.root)
    const explain = () =>
      setText(this.#meaning, words.figures.meaning[name] + (settled.includes(name) ? this.#kept : ''))
    const rest = () => setText(this.#meaning, words.figures.hint)
    button.addEventListener('pointerenter', explain)
    button.addEventListener('focus', explain)
    button.addEventListener('click', explain)
    button.addEventListener('pointerleave', rest)
    button.addEventListener('blur', rest)
    return button
  }
}

/** Those that are added up over the batches the street keeps. */
const settled: readonly FigureName[] = ['saving', 'covered', 'credits']

/** Against the cost without the market; null is not known. */
function savingNote(share: number | null): string {
  if (share === null) return words.figures.inFinal
  return share < 0 ? words.figures.more(percent(-share)) : words.figures.less(percent(share))
}

function showFigures(figures: Figures): Readonly<Record<FigureName, Shown>> {
  const none = words.figures.none
  return {
    saving: {
      value: figures.savedMicroEur === null ? none : money(figures.savedMicroEur),
      unit: '',
      note: savingNote(figures.savedShare),
      trend: figures.savedMicroEur,
    },
    covered: {
      value: figures.coveredShare === null ? none : percent(figures.coveredShare).replace(' %', ''),
      unit: '%',
      note: words.figures.ofImport,
      trend: figures.coveredShare,
    },
    taken: { value: kilowatts(figures.takenW), unit: 'kW', trend: figures.takenW },
    given: { value: kilowatts(figures.givenW), unit: 'kW', trend: figures.givenW },
    net: { value: kilowatts(figures.netW), unit: 'kW', trend: figures.netW },
    traded: { value: kilowattHours(figures.tradedWh), unit: 'kWh' },
    trades: { value: count(figures.trades), unit: '' },
    price: {
      value: figures.vwapEurPerMWh === null ? none : averageCentsPerKilowattHour(figures.vwapEurPerMWh),
      unit: 'ct/kWh',
      trend: figures.vwapEurPerMWh,
    },
    settled: { value: kilowattHours(figures.settledWh), unit: 'kWh' },
    batches: { value: count(figures.batchesFinal), unit: words.figures.ofProposed(count(figures.batchesProposed)) },
    credits: { value: kilowattHours(figures.creditsWh), unit: 'kWh' },
    lag: { value: figures.lagMs === null ? none : duration(figures.lagMs), unit: '' },
    homes: { value: count(figures.homes), unit: '' },
    readings: { value: count(figures.readings), unit: '' },
  }
}
