import type { Fairness } from '#protocol/picture/run.ts'
import { Asked, readJson } from '../asked.ts'
import { element, setText } from '../dom.ts'
import { count } from '../format.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import { type FigureGroup, type FigureName, figureGroups } from './figure.ts'
import { type Figures, figuresOf } from './figures.ts'
import { type ShownFigure, showFigure } from './shown-figure.ts'
import { Sparkline } from './sparkline.ts'

interface Tile {
  readonly value: HTMLElement
  readonly unit: HTMLElement
  readonly note: HTMLElement
  readonly spark: Sparkline
}

/** Added up over the final batches that are kept. */
const settled: readonly FigureName[] = ['saving', 'revenue', 'velocity', 'credits']

/** The figures: value, unit, way and change, and on pointing or focus the sentence that says what each means. */
export class FiguresView {
  readonly #tiles = new Map<FigureName, Tile>()
  readonly #over = element('p', { class: 'figures-over' })
  readonly #meaning = element('p', { class: 'meaning', id: 'meaning' }, words.figures.hint)
  readonly #fairness = new Asked<Fairness>({
    read: readJson<Fairness>,
    nowMs: () => performance.now(),
    // The next picture shows it.
    changed: () => {},
  })
  #figures: Figures | null = null
  /** the one that is explained, if any */
  #explained: FigureName | null = null

  constructor(root: HTMLElement) {
    root.setAttribute('aria-label', words.figures.heading)
    const groups = Object.keys(figureGroups) as FigureGroup[]
    root.append(element('div', { class: 'figure-grid' }, ...groups.map((group) => this.#group(group))), this.#meaning)
  }

  draw(page: Page): void {
    const figures = figuresOf({ ...page, fairness: this.#fairnessOf(page) })
    this.#figures = figures
    setText(this.#over, words.figures.over[figures.over])
    for (const [name, tile] of this.#tiles) {
      const shown = showFigure(name, figures)
      setText(tile.value, shown.value)
      tile.value.dataset.sign = (figures[name].value ?? 0) < 0 ? 'minus' : 'plus'
      setText(tile.unit, shown.unit)
      setText(tile.note, shown.note)
      tile.spark.draw(figures[name].history)
    }
    this.#explain()
  }

  /** How evenly the savings of the final batches are shared: the bills of all homes are not in the picture. */
  #fairnessOf({ picture, run }: Page): Fairness | null {
    const numbers = [...picture.batches.values()]
      .filter(({ finalAtMs }) => finalAtMs !== null)
      .map(({ number }) => number)
    if (numbers.length === 0) return null
    const subject = `api/v1/runs/${run}/fairness`
    const range = `fromBatch=${Math.min(...numbers)}&toBatch=${Math.max(...numbers)}`
    const answer = this.#fairness.about({ subject, address: `${subject}?${range}`, time: 'standing' })
    return answer.is === 'there' ? answer.value : null
  }

  #group(group: FigureGroup): HTMLElement {
    const heading = element('h2', { id: `figures-${group}` }, words.figures.group[group])
    const [first, ...others] = figureGroups[group]
    const isNetwork = group === 'network'
    const lead = this.#tile(first, isNetwork ? 'in-head' : 'large')
    const head = element('header', {}, heading, ...(isNetwork ? [lead, this.#over] : []))
    return element(
      'section',
      { class: `figure-group figure-group-${group}`, 'aria-labelledby': heading.id },
      head,
      ...(isNetwork ? [] : [lead]),
      ...others.map((name) => this.#tile(name, 'small')),
    )
  }

  #tile(name: FigureName, size: 'large' | 'small' | 'in-head'): HTMLElement {
    const tile: Tile = {
      value: element('span', { class: 'figure-value number' }),
      unit: element('span', { class: 'figure-unit' }),
      note: element('span', { class: 'figure-note' }),
      spark: new Sparkline(),
    }
    if (name === 'traded') tile.note.dataset.testid = 'trades-count'
    this.#tiles.set(name, tile)
    const button = element(
      'button',
      { class: `figure figure-${size} figure-${name}`, type: 'button', 'aria-describedby': 'meaning' },
      element('span', { class: 'figure-name' }, words.figures.name[name]),
      element('span', { class: 'figure-line' }, tile.value, tile.unit),
      element('span', { class: 'figure-foot' }, tile.note, tile.spark.root),
    )
    button.dataset.testid = `figure-${name}`
    for (const event of ['pointerenter', 'focus', 'click']) {
      button.addEventListener(event, () => this.#explain(name))
    }
    for (const event of ['pointerleave', 'blur']) button.addEventListener(event, () => this.#explain(null))
    return button
  }

  #explain(name: FigureName | null = this.#explained): void {
    this.#explained = name
    this.#meaning.dataset.figure = name ?? 'none'
    if (name === null || this.#figures === null) setText(this.#meaning, words.figures.hint)
    else setText(this.#meaning, meaningOf(name, this.#figures))
  }
}

/** What a figure means, what it is counted over, and how it has changed. */
function meaningOf(name: FigureName, figures: Figures): string {
  const { change }: ShownFigure = showFigure(name, figures)
  const { keptBatches } = figures
  const kept = settled.includes(name) && keptBatches !== null ? words.figures.keptOnly(count(keptBatches)) : ''
  const unmeasured = name === 'losses' && figures.losses.value === null ? words.figures.unmeasured : ''
  return [words.figures.meaning[name], unmeasured, kept, change].filter((sentence) => sentence !== '').join(' ')
}
