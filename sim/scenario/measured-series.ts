/** Power measured at a regular step: `meanW[i]` holds from startMs + i × stepMs for stepMs. */
export interface MeasuredSeries {
  readonly startMs: number
  readonly stepMs: number
  readonly meanW: Float64Array
}
