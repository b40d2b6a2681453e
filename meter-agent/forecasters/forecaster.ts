/** What a home expects of a slot's net at its connection point, in Wh, export positive. */
export interface SlotForecast {
  readonly forecastNetWh: number
  /**
   * what the slots came to, less this forecast, whose forecasts of the last two weeks are most like it; ascending; none
   * where it never errs; valid until the forecaster is told more
   */
  readonly forecastErrorsWh: readonly number[]
}

/** How a slot that still runs has begun: its net so far (Wh, export positive), over so many of its minutes. */
export interface Begun {
  readonly slot: number
  readonly minutes: number
  readonly netWh: number
}

/**
 * A way of looking ahead. It is told what each slot came to, in order, and answers for slots after the last one it was
 * told; what it answers depends on nothing else. Each home has a forecaster of its own (`makeForecaster`).
 */
export interface Forecaster {
  readonly name: string
  /** Notes a slot's net (Wh, export positive). Slots may be missing; throws RangeError on one that is not after the last. */
  readonly note: (slot: number, netWh: number) => void
  /** Notes how the slot after the last noted one has begun: once, when a third of it is over; else nothing happens. */
  readonly begin: (begun: Begun) => void
  /** What is expected of a slot after the last noted one. */
  readonly of: (slot: number) => SlotForecast
  /** Its net alone, which is said without looking for errors: for who looks far ahead. */
  readonly netWhOf: (slot: number) => number
}
