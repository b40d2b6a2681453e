import type { AirTemperature } from '../weather/air-temperature.ts'
import { meanYearC } from '../weather/air-temperature.ts'
import { dayHeat, meanYearHeat, referenceC } from './heat-curve.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** How a day's heat spreads over its hours, from local midnight: rooms are let cool at night, and warmed in the morning. */
const SPACE_HOURS = normalised([
  0.6, 0.6, 0.6, 0.6, 0.7, 1.1, 1.4, 1.4, 1.3, 1.2, 1.1, 1.1, 1.0, 1.0, 1.0, 1.0, 1.1, 1.2, 1.2, 1.2, 1.1, 1.0, 0.8,
  0.7,
])
const WATER_HOURS = normalised([
  0.2, 0.1, 0.1, 0.1, 0.2, 0.8, 2.0, 2.2, 1.6, 1.2, 1.0, 1.0, 1.0, 0.9, 0.7, 0.7, 0.9, 1.2, 1.6, 1.8, 1.6, 1.3, 1.0,
  0.8,
])
/** The ground a metre down: the mean of the year, less than half of its swing, a month and a half late. */
const GROUND_SHARE = 0.4
const GROUND_LATE_DAYS = 45

/** What a house needs within a minute, in W of heat, and what it is warm outside. */
export interface HeatNeed {
  readonly spaceW: number
  readonly waterW: number
  readonly outdoorC: number
  readonly groundC: number
}

/** The heat that a house needs, so much in a mean year, more in a cold one. */
export class HeatDemand {
  readonly #annualHeatKwh: number
  readonly #air: AirTemperature
  readonly #localOffsetMs: number
  #day = { day: Number.NaN, spaceMeanW: 0, waterMeanW: 0, groundC: 0 }

  constructor(options: {
    readonly annualHeatKwh: number
    readonly air: AirTemperature
    readonly localOffsetMs: number
  }) {
    this.#annualHeatKwh = options.annualHeatKwh
    this.#air = options.air
    this.#localOffsetMs = options.localOffsetMs
  }

  at(minuteMs: number): HeatNeed {
    const day = this.#air.dayOf(minuteMs)
    if (this.#day.day !== day) this.#day = this.#drawDay(day)
    const { spaceMeanW, waterMeanW, groundC } = this.#day
    const hour = Math.floor((minuteMs + this.#localOffsetMs - day * DAY_MS) / HOUR_MS)
    return {
      spaceW: spaceMeanW * (SPACE_HOURS[hour] ?? 1),
      waterW: waterMeanW * (WATER_HOURS[hour] ?? 1),
      outdoorC: this.#air.atC(minuteMs),
      groundC,
    }
  }

  #drawDay(day: number) {
    const meanC = (before: number) => this.#air.dayMeanC(day - before)
    const { total, water } = dayHeat(referenceC([meanC(0), meanC(1), meanC(2), meanC(3)]))
    const unitW = (this.#annualHeatKwh * 1000) / meanYearHeat() / 24
    const yearC = yearMeanC()
    const groundC = yearC + GROUND_SHARE * (meanYearC(day - GROUND_LATE_DAYS) - yearC)
    return { day, spaceMeanW: (total - water) * unitW, waterMeanW: water * unitW, groundC }
  }
}

/** What a house needs on a mean day of `outdoorC`, in W of heat: what its heat pump is sized by. */
export function designHeatW(options: { readonly annualHeatKwh: number; readonly outdoorC: number }): number {
  return (dayHeat(options.outdoorC).total * options.annualHeatKwh * 1000) / meanYearHeat() / 24
}

function yearMeanC(): number {
  // The mean of the warmest day and the one half a year from it.
  return (meanYearC(195) + meanYearC(195 + 183)) / 2
}

function normalised(hours: readonly number[]): readonly number[] {
  const mean = hours.reduce((sum, hour) => sum + hour, 0) / hours.length
  return hours.map((hour) => hour / mean)
}
