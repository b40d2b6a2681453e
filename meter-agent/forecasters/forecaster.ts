/** What a home expects of a slot's net at its connection point, in Wh, export positive. */
export interface SlotForecast {
  readonly forecastNetWh: number
  /**
   * what the slots came to, less this forecast, of which the last week's forecasts, as many slots ahead, said most
   * nearly the same; ascending, empty while nothing is known
   */
  readonly forecastErrorsWh: readonly number[]
}

/**
 * A way of looking ahead. It is told what each slot came to, in order, and answers for slots after the last one it was
 * told; what it answers depends on nothing else. Each home has a forecaster of its own (`makeForecaster`).
 */
export interface Forecaster {
  readonly name: string
  /** Notes a slot's net (Wh, export positive). Slots may be missing; throws RangeError on one that is not after the last. */
  readonly note: (slot: number, netWh: number) => void
  /** What is expected of a slot after the last noted one. */
  readonly of: (slot: number) => SlotForecast
}
