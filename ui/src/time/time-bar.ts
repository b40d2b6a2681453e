import type { Timeline } from '#protocol/picture/run.ts'
import { element, setAttributes, setText, svg } from '../dom.ts'
import { count } from '../format.ts'
import type { Page } from '../page.ts'
import { timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import {
  type IncidentMark,
  incidentMarks,
  incidentsIn,
  MARK_PX,
  marksNear,
  momentAt,
  placeOf,
  tickTimes,
  tradeBars,
} from './time-scale.ts'
import type { TimeSpan } from './time-span.ts'

const HEIGHT_PX = 40
/** Of that, under the bars: where incidents are marked. */
const MARKS_PX = 10
/** A bar of the histogram with its gap. */
const PART_PX = 4
/** So near to the end a viewer means the end. */
const END_PX = 6

/** What the viewer does on the bar. */
export interface TimeBarListener {
  readonly onSeek: (timeMs: number) => void
  /** to the very end: what happens now, where something lives */
  readonly onEnd: () => void
}

/** All of a run's time: trades as a quiet histogram, incidents marked, and where we are. */
export class TimeBar {
  readonly root: HTMLElement
  readonly #times = timesIn()
  readonly #listener: TimeBarListener
  readonly #svg = svg('svg', { class: 'time-chart', 'aria-hidden': 'true', height: HEIGHT_PX })
  readonly #past = svg('path', { class: 'time-trades' })
  readonly #clip = svg('rect', { height: HEIGHT_PX, x: 0, y: 0 })
  readonly #gone = svg('path', { class: 'time-trades time-trades-gone', 'clip-path': 'url(#time-gone)' })
  readonly #base = svg('line', { class: 'time-base', y1: HEIGHT_PX - MARKS_PX, y2: HEIGHT_PX - MARKS_PX, x1: 0 })
  readonly #ticks = svg('g', { class: 'time-ticks' })
  readonly #marks = svg('g', { class: 'time-marks' })
  readonly #thumb = element('i', { class: 'time-thumb', 'aria-hidden': 'true' })
  readonly #hint = element('span', { class: 'time-hint', 'aria-hidden': 'true' })
  #width = 0
  #timeline: Timeline | null = null
  #span: TimeSpan = { firstMs: 0, lastMs: 0 }
  #drawn = ''
  #atMs = 0
  #slotMs = 15 * 60_000
  /** where a mark was pressed, until the pointer goes away from there */
  #pressedMarkPx: number | null = null

  constructor(listener: TimeBarListener) {
    this.#listener = listener
    this.#svg.append(
      svg('clipPath', { id: 'time-gone' }, this.#clip),
      ...[this.#ticks, this.#past, this.#gone, this.#base, this.#marks],
    )
    this.#hint.hidden = true
    this.root = element(
      'div',
      {
        ...{ class: 'time-bar', role: 'slider', tabindex: '0', 'data-testid': 'time-bar' },
        ...{ 'aria-label': words.time.bar, 'aria-orientation': 'horizontal' },
      },
      this.#svg,
      this.#thumb,
      this.#hint,
    )
    this.#listen()
    new ResizeObserver(() => {
      this.#width = this.root.clientWidth
      this.#drawn = ''
      this.#draw()
    }).observe(this.root)
  }

  /** Takes what there is of the run; null: nothing is known yet. */
  set timeline(timeline: Timeline | null) {
    this.#timeline = timeline
    this.#drawn = ''
  }

  draw(page: Page): void {
    this.#atMs = page.clockMs
    this.#slotMs = page.slotMinutes * 60_000
    this.root.dataset.mode = page.time.mode
    this.root.hidden = this.#timeline === null
    if (this.#timeline === null) return
    const { firstMs, lastMs } = this.#timeline
    const present = page.about?.kind === 'live' && page.time.mode === 'live' ? page.clockMs : 0
    this.#span = { firstMs, lastMs: Math.max(lastMs, present) }
    this.#draw()
  }

  #draw(): void {
    const timeline = this.#timeline
    const width = this.#width
    if (timeline === null || width === 0) return
    const span = this.#span
    const place = placeOf(this.#atMs, span, width)
    this.#thumb.style.translate = `${place}px 0`
    setAttributes(this.#clip, { width: place })
    setAttributes(this.root, {
      'aria-valuemin': 0,
      'aria-valuemax': Math.round((span.lastMs - span.firstMs) / 1_000),
      'aria-valuenow':
        Math.round(Math.min(span.lastMs, Math.max(span.firstMs, this.#atMs)) / 1_000) -
        Math.round(span.firstMs / 1_000),
      'aria-valuetext': [this.#times.moment(this.#atMs), ...this.#incidents(timeline)].join(', '),
    })
    // All but the thumb moves only when a pixel of it would.
    const key = `${width} ${span.firstMs} ${Math.floor((span.lastMs - span.firstMs) / width)}`
    if (key === this.#drawn) return
    this.#drawn = key
    setAttributes(this.#svg, { width, viewBox: `0 0 ${width} ${HEIGHT_PX}` })
    setAttributes(this.#base, { x2: width })
    const floor = HEIGHT_PX - MARKS_PX
    const bars = tradeBars(timeline, span, Math.floor(width / PART_PX))
      .map((share, part) =>
        share === 0 ? '' : `M${part * PART_PX} ${floor}v${-Math.max(1, share * (floor - 12)).toFixed(1)}`,
      )
      .join('')
    for (const path of [this.#past, this.#gone])
      setAttributes(path, { d: bars, transform: `translate(${PART_PX / 2} 0)` })
    this.#ticks.replaceChildren(...tickTimes(span, Math.max(2, width / 90)).map((timeMs) => this.#tick(timeMs)))
    this.#marks.replaceChildren(
      ...incidentMarks(timeline, span, width).map(({ kind, placePx }) =>
        svg('path', {
          class: `time-mark time-mark-${kind}`,
          d: markOf[kind],
          transform: `translate(${placePx} ${HEIGHT_PX - 4})`,
        }),
      ),
    )
  }

  /** In words, what happened in the slot's time before where we are: a step of the arrow keys passes over none of it. */
  #incidents(timeline: Timeline): readonly string[] {
    const since = { firstMs: this.#atMs - this.#slotMs, lastMs: this.#atMs }
    return incidentsIn(timeline, since).map((kind) => words.time.incidents[kind])
  }

  #tick(timeMs: number): SVGElement {
    const place = placeOf(timeMs, this.#span, this.#width)
    // Beside the end there is no room for words.
    const isCramped = place > this.#width - 36
    const label = isCramped
      ? ''
      : new Date(timeMs).getHours() === 0
        ? this.#times.day(timeMs)
        : this.#times.clock(timeMs)
    return svg(
      'g',
      { transform: `translate(${place.toFixed(1)} 0)` },
      svg('line', { y1: 0, y2: HEIGHT_PX - MARKS_PX }),
      svg('text', { x: 4, y: 9 }, label),
    )
  }

  #listen(): void {
    const { root } = this
    const placeIn = (event: PointerEvent) => event.clientX - root.getBoundingClientRect().left
    // Above them are the bars, where a place means its moment however many marks are near.
    const isOnMarks = (event: PointerEvent) => event.clientY >= this.#svg.getBoundingClientRect().bottom - MARKS_PX
    root.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return
      root.setPointerCapture(event.pointerId)
      root.focus()
      const marked = isOnMarks(event) ? this.#marksAt(placeIn(event))[0]?.incidents[0] : undefined
      this.#pressedMarkPx = marked === undefined ? null : placeIn(event)
      if (marked === undefined) this.#seekTo(placeIn(event))
      else this.#seek(marked.timeMs)
    })
    root.addEventListener('pointermove', (event) => {
      this.#point(placeIn(event), isOnMarks(event))
      if (!root.hasPointerCapture(event.pointerId)) return
      // A finger trembles: on a mark that is no drag yet.
      if (this.#pressedMarkPx !== null && Math.abs(placeIn(event) - this.#pressedMarkPx) <= MARK_PX) return
      this.#pressedMarkPx = null
      this.#seekTo(placeIn(event))
    })
    root.addEventListener('pointerleave', () => {
      this.#hint.hidden = true
    })
    root.addEventListener('pointerup', (event) => {
      if (root.hasPointerCapture(event.pointerId) && placeIn(event) >= this.#width - END_PX) this.#listener.onEnd()
    })
    root.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return
      const { firstMs, lastMs } = this.#span
      const page = Math.max(this.#slotMs, (lastMs - firstMs) / 10)
      const moved: Readonly<Record<string, number>> = {
        ArrowLeft: this.#atMs - this.#slotMs,
        ArrowDown: this.#atMs - this.#slotMs,
        ArrowRight: this.#atMs + this.#slotMs,
        ArrowUp: this.#atMs + this.#slotMs,
        PageDown: this.#atMs - page,
        PageUp: this.#atMs + page,
        Home: firstMs,
      }
      const to = moved[event.key]
      if (event.key === 'End' || (to !== undefined && to > lastMs)) this.#listener.onEnd()
      else if (to !== undefined) this.#seek(Math.max(firstMs, to))
      else return
      event.preventDefault()
    })
  }

  /** Those that a place means, the nearest first. */
  #marksAt(placePx: number): readonly IncidentMark[] {
    return this.#timeline === null ? [] : marksNear(incidentMarks(this.#timeline, this.#span, this.#width), placePx)
  }

  #seekTo(placePx: number): void {
    this.#seek(momentAt(placePx, this.#span, this.#width))
  }

  #seek(timeMs: number): void {
    // The thumb is where the finger is, before any picture of that time has come.
    this.#atMs = timeMs
    this.#draw()
    this.#listener.onSeek(timeMs)
  }

  #point(placePx: number, isOnMarks: boolean): void {
    if (this.#timeline === null) return
    const timeMs = momentAt(placePx, this.#span, this.#width)
    const near = isOnMarks ? this.#marksAt(placePx) : []
    const row = this.#timeline.startMs.findLastIndex((startMs) => startMs <= timeMs)
    const trades = this.#timeline.trades[row] ?? 0
    const what =
      near.length === 0
        ? [words.time.trades(trades)]
        : near.map(({ kind, incidents }) => words.time.incident(words.time.incidents[kind], count(incidents.length)))
    const meantMs = near[0]?.incidents[0]?.timeMs ?? timeMs
    setText(this.#hint, [this.#times.moment(meantMs), ...what].join(' · '))
    this.#hint.hidden = false
    const half = this.#hint.offsetWidth / 2
    this.#hint.style.translate = `${Math.min(this.#width - 2 * half, Math.max(0, placePx - half))}px 0`
  }
}

/**
 * Told apart by shape: bars stand for what stood still, a triangle for what began again, a bolt for what was too much, a
 * lid over a wedge for what was held back: below it what homes took, above it what roofs gave; the rest is round or square.
 */
const markOf = {
  halted: 'M-3-4h2v7h-2zM1-4h2v7h-2z',
  stopped: 'M-3-4h6v7h-6z',
  started: 'M-3-4l7 3.5-7 3.5z',
  disputed: 'M0-5l4 4-4 4-4-4z',
  estimated: 'M0-3a2.5 2.5 0 1 1-.01 0z',
  silence: 'M-4-1h8v1h-8z',
  overloaded: 'M1-6L-4 0H-1L-2 4L4-2H1L2-6z',
  dimmed: 'M-4-5h8v2h-8zM-3-2h6L0 3z',
  curtailed: 'M-4-5h8v2h-8zM0-2l3 5h-6z',
} as const
