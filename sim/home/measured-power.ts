import type { MeasuredSeries } from '../scenario/measured-series.ts'
import { type PowerSource, STEP_MS } from './power-source.ts'

const DAY_MS = 86_400_000

/**
 * Power as it was measured: constant within each interval of the series, rounded to whole W once a minute. After the
 * end of the data it goes on from as many whole days before, so that the hour of the day stays right.
 */
export class MeasuredPower implements PowerSource {
  readonly #series: MeasuredSeries
  readonly #endMs: number
  readonly #wrapMs: number

  /** Throws RangeError on a series of less than a day. */
  constructor(series: MeasuredSeries) {
    this.#series = series
    this.#endMs = series.startMs + series.meanW.length * series.stepMs
    this.#wrapMs = Math.floor((this.#endMs - series.startMs) / DAY_MS) * DAY_MS
    if (this.#wrapMs === 0) throw new RangeError('a measured series covers at least a day')
  }

  /** Throws RangeError on a time before the data. */
  meanW(minuteMs: number): number {
    let energyJ = 0
    let fromMs = minuteMs
    while (fromMs < minuteMs + STEP_MS) {
      const index = Math.floor((this.#inData(fromMs) - this.#series.startMs) / this.#series.stepMs)
      const leftMs = this.#series.stepMs - ((this.#inData(fromMs) - this.#series.startMs) % this.#series.stepMs)
      const untilMs = Math.min(minuteMs + STEP_MS, fromMs + leftMs)
      energyJ += ((this.#series.meanW[index] ?? 0) * (untilMs - fromMs)) / 1000
      fromMs = untilMs
    }
    return Math.round((energyJ * 1000) / STEP_MS)
  }

  #inData(timeMs: number): number {
    if (timeMs < this.#series.startMs)
      throw new RangeError(`the data begin at ${this.#series.startMs}, not at ${timeMs}`)
    if (timeMs < this.#endMs) return timeMs
    return timeMs - Math.ceil((timeMs - this.#endMs + 1) / this.#wrapMs) * this.#wrapMs
  }
}
