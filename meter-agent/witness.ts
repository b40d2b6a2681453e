/** How a device counts. What it does not say is null. */
export interface CounterFacts {
  /** Wh of one count */
  readonly unitWh: number | null
  /** Wh after which it begins at 0 again */
  readonly modulusWh: number | null
  /** the power of ten that the device multiplies it by, where that may change while it runs */
  readonly scale: number | null
  /** whether somebody can set it to 0; left out where nobody knows */
  readonly resettable?: boolean
}

/** The lowest and the highest believable value. */
export interface Band {
  readonly min: number
  readonly max: number
}

/**
 * What else a device said with a sample. None of it is settled: a sample that contradicts it is doubted. Only what the
 * device has is there.
 */
export interface Witness {
  readonly importCounter?: CounterFacts
  readonly exportCounter?: CounterFacts
  /** of each phase that has one, V */
  readonly voltageV?: readonly number[]
  readonly frequencyHz?: number
  /** of each phase, W, import positive; only where all of them are there */
  readonly phasePowerW?: readonly number[]
  /** what the meter itself can measure, W */
  readonly nameplateW?: number
  readonly voltageBandV?: Band
  readonly frequencyBandHz?: Band
  /** what an inverter makes of the sun, W, and what its nameplate allows */
  readonly production?: { readonly powerW: number; readonly nameplateW: number | null }
}
