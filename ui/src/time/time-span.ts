/** A stretch of time, Unix ms. */
export interface TimeSpan {
  readonly firstMs: number
  readonly lastMs: number
}
