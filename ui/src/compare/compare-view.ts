import type { Run } from '#protocol/picture/run.ts'
import { openDialog } from '../dialog.ts'
import { element, setAttributes, setText } from '../dom.ts'
import type { FigureName } from '../figures/figure.ts'
import { type Figures, figuresOf } from '../figures/figures.ts'
import { showDifference, showFigure } from '../figures/shown-figure.ts'
import { MapView } from '../map/map-view.ts'
import type { Page } from '../page.ts'
import { readPalette } from '../theme.ts'
import { icon } from '../time/icons.ts'
import type { RecordingNews } from '../time/recording.ts'
import type { RunClient } from '../time/run-client.ts'
import { speedName, speeds } from '../time/speeds.ts'
import { timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import { comparedPage, type SharedParts } from './compared-page.ts'
import { priceLine } from './price-line.ts'
import { PriceLines, sinceStart } from './price-lines.ts'
import { SharedClock } from './shared-clock.ts'

const TICK_EVERY_MS = 50
const WORDS_EVERY_MS = 250
/** Since the start. */
const BEGIN_MS = 14 * 3_600_000

const compared: readonly FigureName[] = [
  ...(['traded', 'price', 'selfSufficiency', 'selfConsumption'] as const),
  ...(['saving', 'peak', 'unmatched', 'usage'] as const),
]

/** Two runs side by side on one clock, and in what they differ. Throws `RunsUnavailable` where there are none to show. */
export async function openCompare(options: {
  readonly client: RunClient
  readonly shared: () => SharedParts
}): Promise<void> {
  const { client, shared } = options
  const runs = await client.runs()
  if (runs.length < 2) return
  const view = new CompareView({ runs, client, shared })
  openDialog({ name: 'compare', heading: words.compare.heading, content: view.roots, onClose: () => view.stop() })
}

class CompareView {
  readonly roots: readonly HTMLElement[]
  readonly #runs: readonly Run[]
  readonly #client: RunClient
  readonly #shared: () => SharedParts
  readonly #times = timesIn()
  readonly #choices: readonly HTMLSelectElement[]
  readonly #stages = [0, 1].map((at) => ({
    box: element('div', { class: 'map compare-map', 'data-testid': `compare-map-${at}` }),
    clock: element('p', { class: 'compare-clock', 'data-testid': `compare-clock-${at}` }),
  }))
  readonly #maps: readonly MapView[]
  readonly #play = element('button', { type: 'button', class: 'time-button', 'data-testid': 'compare-play' })
  readonly #speed = element('select', { 'aria-label': words.time.speed })
  readonly #bar = element('input', {
    type: 'range',
    min: '0',
    step: '60',
    class: 'compare-bar',
    'aria-label': words.compare.bar,
    'data-testid': 'compare-bar',
  })
  readonly #since = element('output', { class: 'compare-since' })
  readonly #lines = new PriceLines()
  readonly #rows = compared.map((name) => {
    const cells = [0, 1, 2].map(() => element('td', { class: 'number' }))
    const row = element('tr', {}, element('th', { scope: 'row' }, words.figures.name[name]), ...cells)
    row.dataset.testid = `compare-${name}`
    return { name, row, cells }
  })
  #clock: SharedClock
  #wordsAtMs = 0
  readonly #ticking: ReturnType<typeof setInterval>

  constructor(options: {
    readonly runs: readonly Run[]
    readonly client: RunClient
    readonly shared: () => SharedParts
  }) {
    this.#runs = options.runs
    this.#client = options.client
    this.#shared = options.shared
    this.#choices = [0, 1].map((at) => this.#choice(at))
    this.#maps = this.#stages.map(
      ({ box }) => new MapView(box, readPalette(), { onChoose: () => {}, onMine: () => {}, onTrade: null }),
    )
    this.#speed.append(...speeds.map((speed) => element('option', { value: String(speed) }, speedName(speed))))
    this.#play.addEventListener('click', () => {
      this.#clock.toggle()
      this.#draw()
    })
    this.#speed.addEventListener('change', () => this.#clock.setSpeed(Number(this.#speed.value)))
    this.#bar.addEventListener('input', () => void this.#seek(Number(this.#bar.value) * 1_000))
    this.roots = this.#build()
    this.#clock = this.#begin()
    this.#ticking = setInterval(() => {
      if (!document.hidden) this.#draw(this.#clock.tick())
    }, TICK_EVERY_MS)
  }

  stop(): void {
    clearInterval(this.#ticking)
    this.#clock.stop()
    for (const map of this.#maps) map.stop()
  }

  #choice(at: number): HTMLSelectElement {
    const select = element('select', {
      'aria-label': words.compare.run[at] as string,
      'data-testid': `compare-run-${at}`,
    })
    select.append(...this.#runs.map(({ run, name }) => element('option', { value: String(run) }, name)))
    select.value = String(this.#runs[at]?.run)
    select.addEventListener('change', () => {
      this.#clock.stop()
      this.#clock = this.#begin()
    })
    return select
  }

  #begin(): SharedClock {
    const runs = this.#choices.map(({ value }) => this.#runs.find(({ run }) => run === Number(value)) as Run)
    const clock = new SharedClock({ runs, client: this.#client, nowMs: () => Date.now(), changed: () => this.#draw() })
    this.#bar.max = String(Math.floor(clock.lengthMs / 1_000))
    this.#speed.value = String(clock.time.speed)
    this.#clock = clock
    // The first afternoon says more than the first moment, when nobody has traded yet.
    void this.#seek(Math.min(clock.lengthMs / 2, BEGIN_MS))
    return clock
  }

  async #seek(sinceMs: number): Promise<void> {
    const clock = this.#clock
    await clock.seek(sinceMs)
    this.#wordsAtMs = 0
    if (clock === this.#clock) this.#draw()
  }

  #build(): readonly HTMLElement[] {
    const stages = this.#stages.map(({ box, clock }, at) =>
      element(
        'section',
        { class: `compare-stage compare-stage-${at}` },
        element('header', {}, this.#choices[at] as HTMLElement, clock),
        box,
      ),
    )
    const heads = [words.compare.figure, ...words.compare.run, words.compare.difference]
    return [
      element('div', { class: 'compare-stages' }, ...stages),
      element('div', { class: 'compare-time' }, this.#play, this.#speed, this.#bar, this.#since),
      element('div', { class: 'compare-chart' }, this.#lines.root),
      element(
        'table',
        { class: 'compare-table' },
        element('thead', {}, element('tr', {}, ...heads.map((head) => element('th', { scope: 'col' }, head)))),
        element('tbody', {}, ...this.#rows.map(({ row }) => row)),
      ),
    ]
  }

  #draw(news: readonly RecordingNews[] = []): void {
    const wallMs = Date.now()
    const clock = this.#clock
    const pages = clock.recordings.map((_, at) => comparedPage(this.#shared(), { clock, at, wallMs }))
    for (const [at, map] of this.#maps.entries()) map.draw(pages[at] as Page, news[at]?.trades ?? [])
    if (wallMs - this.#wordsAtMs < WORDS_EVERY_MS) return
    this.#wordsAtMs = wallMs
    for (const [at, map] of this.#maps.entries()) {
      map.drawWords(pages[at] as Page)
      setText(this.#stages[at]?.clock as HTMLElement, this.#times.moment(clock.timeOf(at)))
    }
    const shown = clock.time.mode === 'playing' ? 'pause' : 'play'
    if (this.#play.dataset.shown !== shown) {
      this.#play.dataset.shown = shown
      this.#play.replaceChildren(icon(shown))
      this.#play.setAttribute('aria-label', words.time[shown])
    }
    if (document.activeElement !== this.#bar || clock.time.mode === 'playing') {
      this.#bar.value = String(Math.round(clock.sinceMs / 1_000))
    }
    setAttributes(this.#bar, { 'aria-valuetext': words.compare.since(sinceStart(clock.sinceMs)) })
    setText(this.#since, sinceStart(clock.sinceMs))
    this.#lines.draw(
      clock.recordings.map(({ picture }, at) => priceLine(picture, clock.runs[at]?.firstMs ?? 0)),
      clock.sinceMs,
    )
    this.#drawFigures(pages)
  }

  #drawFigures(pages: readonly Page[]): void {
    const both = pages.map((page) => figuresOf(page))
    for (const { name, cells } of this.#rows) {
      const [a, b] = both.map((figures) => figures[name].value)
      for (const [at, figures] of both.entries()) setText(cells[at] as HTMLElement, shownValue(name, figures))
      const differs = a != null && b != null
      setText(cells[2] as HTMLElement, differs ? showDifference(name, b - a) : words.figures.none)
    }
  }
}

function shownValue(name: FigureName, figures: Figures): string {
  const { value, unit } = showFigure(name, figures)
  return `${value} ${unit}`.trim()
}
