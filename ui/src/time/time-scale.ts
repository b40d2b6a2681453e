import type { Incident, Timeline } from '#protocol/picture/run.ts'
import { spreadApart } from '../price/spread-apart.ts'
import { roundTimes } from './round-times.ts'
import type { TimeSpan } from './time-span.ts'

/** Where a moment is on a bar of some width, px; beyond its ends at them. */
export function placeOf(timeMs: number, span: TimeSpan, widthPx: number): number {
  const length = span.lastMs - span.firstMs
  if (length <= 0) return widthPx
  return Math.min(widthPx, Math.max(0, ((timeMs - span.firstMs) / length) * widthPx))
}

/** Which moment is at a place. */
export function momentAt(placePx: number, span: TimeSpan, widthPx: number): number {
  const share = widthPx <= 0 ? 1 : Math.min(1, Math.max(0, placePx / widthPx))
  return Math.round(span.firstMs + share * (span.lastMs - span.firstMs))
}

/** Trades over the bar: for each of its equal parts the share of the busiest, 0 … 1. */
export function tradeBars(timeline: Timeline, span: TimeSpan, parts: number): readonly number[] {
  const sums = new Array<number>(Math.max(1, parts)).fill(0)
  const { startMs, trades } = timeline
  for (let row = 0; row < startMs.length; row++) {
    const from = startMs[row] as number
    const to = startMs[row + 1] ?? Math.max(from, timeline.lastMs)
    const first = Math.floor(placeOf(from, span, sums.length))
    const last = Math.max(first, Math.ceil(placeOf(to, span, sums.length)) - 1)
    // A slot wider than a part is spread over the parts that it covers.
    for (let part = first; part <= Math.min(last, sums.length - 1); part++) {
      sums[part] = (sums[part] as number) + (trades[row] as number) / (last - first + 1)
    }
  }
  const most = Math.max(...sums)
  return most === 0 ? sums : sums.map((sum) => sum / most)
}

/** Incidents of one kind at nearly one place are one mark; marks of several kinds stand beside each other. */
export interface IncidentMark {
  readonly kind: Incident['kind']
  readonly placePx: number
  readonly incidents: readonly Incident[]
}

/** What happened after one moment and up to another, each kind once. */
export function incidentsIn({ incidents }: Timeline, { firstMs, lastMs }: TimeSpan): readonly Incident['kind'][] {
  const kinds = incidents.filter(({ timeMs }) => timeMs > firstMs && timeMs <= lastMs).map(({ kind }) => kind)
  return [...new Set(kinds)]
}

/** Marks are at least so far apart, px, where there is room for all. */
const APART_PX = 9

export function incidentMarks(timeline: Timeline, span: TimeSpan, widthPx: number): readonly IncidentMark[] {
  const marks: { kind: Incident['kind']; placePx: number; incidents: Incident[] }[] = []
  const last = new Map<Incident['kind'], (typeof marks)[number]>()
  for (const incident of timeline.incidents) {
    const placePx = placeOf(incident.timeMs, span, widthPx)
    const before = last.get(incident.kind)
    if (before !== undefined && placePx - before.placePx < APART_PX) before.incidents.push(incident)
    else {
      const mark = { kind: incident.kind, placePx, incidents: [incident] }
      marks.push(mark)
      last.set(incident.kind, mark)
    }
  }
  if (marks.length * APART_PX > widthPx) return marks
  const places = spreadApart(
    marks.map(({ placePx }) => placePx),
    { gap: APART_PX, low: 0, high: widthPx },
  )
  return marks.map((mark, i) => ({ ...mark, placePx: places[i] as number }))
}

/** So near to a mark a viewer means what it marks, px. */
export const MARK_PX = 5

/** The marks that a place means, the nearest first. */
export function marksNear(marks: readonly IncidentMark[], placePx: number): readonly IncidentMark[] {
  const apart = ({ placePx: at }: IncidentMark) => Math.abs(at - placePx)
  return marks.filter((mark) => apart(mark) <= MARK_PX).sort((a, b) => apart(a) - apart(b))
}

const DAY_MINUTES = 1_440
const tickSteps = [15, 60, 180, 360, 720, ...[1, 2, 7, 28].map((days) => days * DAY_MINUTES)]

/** Round times of the viewer's clock, at most so many. */
export function tickTimes(span: TimeSpan, most: number): readonly number[] {
  const minutes = (span.lastMs - span.firstMs) / 60_000
  const step = tickSteps.find((minutesEach) => minutes / minutesEach <= most) ?? (tickSteps.at(-1) as number)
  return roundTimes(span, step)
    .filter((timeMs) => timeMs > span.firstMs)
    .slice(0, most + 1)
}
