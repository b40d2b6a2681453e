import { ReadingQuality } from '#protocol/reading-quality.ts'
import { solarPosition } from '#protocol/solar-position.ts'
import type { Witness } from '../witness.ts'

/** Where a home is: degrees, north and east positive. */
export interface Place {
  readonly latitudeDeg: number
  readonly longitudeDeg: number
}

/** METERING: below this no roof gives anything; the last light of civil dusk is gone. */
const NIGHT_ELEVATION_DEG = -6
/** What an inverter says at night though it does nothing: noise of its current sensors, W. */
const NOISE_W = 50

/** Quality bits of an inverter's production: some of it at night. Nothing is said of a home whose place is not known. */
export function sunQuality({ production }: Witness, place: Place | undefined, timeMs: number): number {
  if (place === undefined || production === undefined || production.powerW <= NOISE_W) return 0
  const { elevationDeg } = solarPosition({ timeMs, ...place })
  return elevationDeg < NIGHT_ELEVATION_DEG ? ReadingQuality.sunAtNight : 0
}
