import { ReadingQuality } from '#protocol/reading-quality.ts'
import type { CounterFacts } from '../witness.ts'

/** What limits a believable counter. */
export interface CounterLimits {
  /** what the connection can carry, W */
  readonly connectionPowerW: number
  /** how far a time stamp may be off, ms of the agent's clock */
  readonly timeToleranceMs: number
}

/** A count that a believed reset left: how it was published, and when it was last confirmed. */
export interface LeftCount {
  readonly offsetWh: number
  readonly publishedWh: number
  readonly atMs: number
  /** when the reset was believed: from then on the new count has counted. Absent in what was kept before */
  readonly untilMs?: number
}

/** METERING: a delta is bounded by nameplate × time × 1.1. */
const ENERGY_MARGIN = 1.1
const MS_PER_HOUR = 3_600_000

/** A way in which a value follows the one before: the offset that it makes of it, and what the reading says of it. */
export interface Step {
  readonly riseWh: number
  readonly offsetWh: number
  readonly quality: number
}

/** The believable way with the least energy; null if there is none. */
export function stepOf(
  counted: {
    readonly publishedWh: number
    readonly offsetWh: number
    readonly confirmedAtMs: number
    readonly left?: LeftCount | null
  },
  at: {
    readonly rawWh: number
    readonly atMs: number
    readonly limits: CounterLimits
    readonly facts: CounterFacts
    readonly boundWh: number
  },
): Step | null {
  const { publishedWh, offsetWh, confirmedAtMs, left } = counted
  const by = (offset: number, quality: number, boundWh: number) => {
    const riseWh = at.rawWh + offset - publishedWh
    return riseWh >= 0 && riseWh <= boundWh ? [{ riseWh, offsetWh: offset, quality }] : []
  }
  const { modulusWh } = at.facts
  /** What the count in between has counted is published, and does not come once more with the one that is back. */
  const uncountedMs = ({ publishedWh: leftWh, atMs, untilMs = atMs }: LeftCount): number =>
    publishedWh === leftWh ? at.atMs - atMs : untilMs - atMs + (at.atMs - confirmedAtMs)
  const ways: readonly Step[] = [
    ...by(offsetWh, 0, at.boundWh),
    ...(modulusWh === null ? [] : by(offsetWh + Math.floor(modulusWh), ReadingQuality.counterWrapped, at.boundWh)),
    ...(left == null ? [] : by(left.offsetWh, ReadingQuality.counterReturned, mostWh(uncountedMs(left), at.limits))),
  ]
  return ways.reduce<Step | null>((least, way) => (least === null || way.riseWh < least.riseWh ? way : least), null)
}

/** The most that can have flowed in a time, Wh. */
export function mostWh(elapsedMs: number, limits: CounterLimits): number {
  const hours = (Math.max(0, elapsedMs) + limits.timeToleranceMs) / MS_PER_HOUR
  return limits.connectionPowerW * ENERGY_MARGIN * hours + 1 // a counter moves in whole Wh
}
