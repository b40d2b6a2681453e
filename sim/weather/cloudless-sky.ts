import { type SolarPosition, solarPosition } from '#protocol/solar-position.ts'
import { clearSkyDirectWPerM2, clearSkyWPerM2, extraterrestrialWPerM2 } from './clear-sky.ts'
import type { Place } from './place.ts'

/** Where the sun stands, and what it gives where no cloud is, W/m². */
export interface CloudlessMoment {
  readonly timeMs: number
  readonly sun: SolarPosition
  /** outside the air, on a plane facing the sun */
  readonly outsideWPerM2: number
  /** on the ground, from the whole sky */
  readonly globalWPerM2: number
  /** on a plane facing the sun, from the sun alone */
  readonly directNormalWPerM2: number
}

const MINUTE_MS = 60_000
/** One a minute: the roofs of a street go through the minutes of a slot one after the other. */
const MOMENTS_KEPT = 64

/** The sky over a place as if there were no clouds: the same for all roofs of a street, and computed once for them. */
export class CloudlessSky {
  readonly #place: Place
  readonly #moments: (CloudlessMoment | undefined)[] = new Array(MOMENTS_KEPT).fill(undefined)

  constructor(place: Place) {
    this.#place = place
  }

  at(timeMs: number): CloudlessMoment {
    const index = Math.floor(timeMs / MINUTE_MS) % MOMENTS_KEPT
    const known = this.#moments[index]
    if (known !== undefined && known.timeMs === timeMs) return known
    const moment = cloudlessMoment(timeMs, this.#place)
    this.#moments[index] = moment
    return moment
  }
}

function cloudlessMoment(timeMs: number, place: Place): CloudlessMoment {
  const sun = solarPosition({ timeMs, ...place })
  const outsideWPerM2 = extraterrestrialWPerM2(timeMs)
  const sky = { ...sun, extraterrestrialWPerM2: outsideWPerM2 }
  return {
    timeMs,
    sun,
    outsideWPerM2,
    globalWPerM2: clearSkyWPerM2(sky),
    directNormalWPerM2: clearSkyDirectWPerM2(sky),
  }
}
