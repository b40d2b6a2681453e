import { meanYearC } from '../weather/air-temperature.ts'

/** A day's heat of a house by the temperature outside, in units of that at 8 °C. */
export interface DayHeat {
  readonly total: number
  /** of it for hot water */
  readonly water: number
}

/** A detached house of mean build (BGW 2006, BDEW 2015; fitted as When2Heat uses it). */
const [A, B, C, D] = [1.6209544, -37.1833141, 5.6727847, 0.0716431]
const [SPACE_SLOPE, SPACE_BASE] = [-0.04957, 0.8401015]
const [WATER_SLOPE, WATER_BASE] = [-0.002209, 0.1074468]
/** Colder than this nobody uses more hot water. */
const WATER_COLDEST_C = 15

/** What a house needs on a day whose reference temperature is `outdoorC`. */
export function dayHeat(outdoorC: number): DayHeat {
  const sigmoid = A / (1 + (B / (outdoorC - 40)) ** C) + D
  const total = sigmoid + Math.max(SPACE_SLOPE * outdoorC + SPACE_BASE, WATER_SLOPE * outdoorC + WATER_BASE)
  const water = WATER_SLOPE * Math.max(WATER_COLDEST_C, outdoorC) + WATER_BASE + D
  return { total, water }
}

/** Walls remember: today and the three days before, each half as heavy as the one after it. °C, today first. */
export function referenceC(days: readonly [number, number, number, number]): number {
  return (days[0] + 0.5 * days[1] + 0.25 * days[2] + 0.125 * days[3]) / 1.875
}

let meanYear: number | null = null

/** The sum of `dayHeat` over the days of a mean year: what a year's heat is divided by. */
export function meanYearHeat(): number {
  meanYear ??= Array.from({ length: 365 }, (_, day) => dayHeat(meanYearC(day)).total).reduce((sum, one) => sum + one, 0)
  return meanYear
}
