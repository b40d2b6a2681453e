const DAY_MS = 86_400_000

/** Values at regular steps: each holds for a whole step. */
export interface Series {
  /** Unix ms */
  readonly startMs: number
  readonly stepMs: number
  readonly values: Float64Array
}

/** A series that goes on after its end from as many whole days before, so that the hour of the day stays right. */
export class WrappedSeries {
  readonly #series: Series
  readonly #endMs: number
  readonly #wrapMs: number

  /** Throws RangeError on a series of less than a day. */
  constructor(series: Series) {
    this.#series = series
    this.#endMs = series.startMs + series.values.length * series.stepMs
    this.#wrapMs = Math.floor((this.#endMs - series.startMs) / DAY_MS) * DAY_MS
    if (this.#wrapMs === 0) throw new RangeError('a measured series covers at least a day')
  }

  /** The mean over so many ms (1 or more) from a time (Unix ms). Throws RangeError on a time before the data. */
  mean(startMs: number, durationMs: number): number {
    const { values, stepMs } = this.#series
    let sum = 0
    let fromMs = startMs
    while (fromMs < startMs + durationMs) {
      const inDataMs = this.#inData(fromMs) - this.#series.startMs
      const untilMs = Math.min(startMs + durationMs, fromMs + stepMs - (inDataMs % stepMs))
      sum += ((values[Math.floor(inDataMs / stepMs)] ?? 0) * (untilMs - fromMs)) / 1000
      fromMs = untilMs
    }
    return (sum * 1000) / durationMs
  }

  #inData(timeMs: number): number {
    if (timeMs < this.#series.startMs)
      throw new RangeError(`the data begin at ${this.#series.startMs}, not at ${timeMs}`)
    if (timeMs < this.#endMs) return timeMs
    return timeMs - Math.ceil((timeMs - this.#endMs + 1) / this.#wrapMs) * this.#wrapMs
  }
}
