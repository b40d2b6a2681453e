import type { Series } from '../wrapped-series.ts'
import { WrappedSeries } from '../wrapped-series.ts'

/** A price as a function of time: the mean, EUR/MWh, over so many ms from a time (Unix ms). */
export type PriceSchedule = (startMs: number, durationMs: number) => number

/** From a minute of the local day on, until the next one. */
export interface DayPrice {
  readonly fromMinute: number
  readonly eurPerMWh: number
}

const MINUTE_MS = 60_000
const DAY_MINUTES = 1440

/** The same at all times. */
export function flatPrice(eurPerMWh: number): PriceSchedule {
  return () => eurPerMWh
}

/**
 * By the time of day, the same every day. `prices` begin at minute 0 and follow one another; local time is so many ms
 * ahead of UTC. Throws RangeError on prices that are not in order.
 */
export function timeOfUsePrice(prices: readonly DayPrice[], localOffsetMs: number): PriceSchedule {
  const minutes = new Float64Array(DAY_MINUTES)
  if (prices[0]?.fromMinute !== 0) throw new RangeError('a day of prices begins at minute 0')
  for (const [index, { fromMinute, eurPerMWh }] of prices.entries()) {
    const until = prices[index + 1]?.fromMinute ?? DAY_MINUTES
    if (until <= fromMinute || until > DAY_MINUTES) throw new RangeError('prices follow one another through the day')
    minutes.fill(eurPerMWh, fromMinute, until)
  }
  // A day that repeats itself for ever is a series of one day that begins long ago.
  const days = new WrappedSeries({ startMs: 0 - localOffsetMs, stepMs: MINUTE_MS, values: minutes })
  return (startMs, durationMs) => days.mean(startMs, durationMs)
}

/** As a series says, EUR/MWh; after its end from as many whole days before. */
export function dynamicPrice(series: Series): PriceSchedule {
  const wrapped = new WrappedSeries(series)
  return (startMs, durationMs) => wrapped.mean(startMs, durationMs)
}
