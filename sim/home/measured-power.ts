import { type Series, WrappedSeries } from '../wrapped-series.ts'
import { type PowerSource, STEP_MS } from './power-source.ts'

/**
 * Power as it was measured: constant within each interval of the series (mean W), rounded to whole W once a minute.
 * After the end of the data it goes on from as many whole days before.
 */
export class MeasuredPower implements PowerSource {
  readonly #series: WrappedSeries

  /** Throws RangeError on a series of less than a day. */
  constructor(meanW: Series) {
    this.#series = new WrappedSeries(meanW)
  }

  /** Throws RangeError on a time before the data. */
  meanW(minuteMs: number): number {
    return Math.round(this.#series.mean(minuteMs, STEP_MS))
  }
}
