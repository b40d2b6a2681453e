import type { SolarPosition } from '#protocol/solar-position.ts'

const DEGREE = Math.PI / 180

/** What the ground in front of a roof reflects: grass and roofs. */
const ALBEDO = 0.2

/** How a roof lies: tilt from the horizontal, azimuth from north clockwise (180 faces south). */
export interface Orientation {
  readonly tiltDeg: number
  readonly azimuthDeg: number
}

/**
 * The diffuse share of global horizontal irradiance by the clearness index (Erbs, Klein and Duffie 1982).
 */
export function diffuseShare(clearness: number): number {
  if (clearness <= 0.22) return 1 - 0.09 * clearness
  if (clearness > 0.8) return 0.165
  return 0.9511 - 0.1604 * clearness + 4.388 * clearness ** 2 - 16.638 * clearness ** 3 + 12.336 * clearness ** 4
}

/**
 * Irradiance on a tilted plane, W/m², from direct normal, diffuse and global horizontal irradiance:
 * Hay and Davies (1980) for the sky, isotropic reflection from the ground.
 */
export function planeWPerM2(options: {
  readonly plane: Orientation
  readonly sun: SolarPosition
  readonly globalWPerM2: number
  readonly directNormalWPerM2: number
  readonly diffuseWPerM2: number
  readonly extraterrestrialWPerM2: number
}): number {
  const { plane, sun } = options
  const tilt = plane.tiltDeg * DEGREE
  const sineOfSun = Math.sin(sun.apparentElevationDeg * DEGREE)
  const towards =
    sineOfSun * Math.cos(tilt) +
    Math.cos(sun.apparentElevationDeg * DEGREE) *
      Math.sin(tilt) *
      Math.cos((sun.azimuthDeg - plane.azimuthDeg) * DEGREE)
  const beam = Math.max(0, towards)
  const anisotropy = options.directNormalWPerM2 / options.extraterrestrialWPerM2
  const sky =
    options.diffuseWPerM2 *
    ((anisotropy * beam) / Math.max(0.01745, sineOfSun) + ((1 - anisotropy) * (1 + Math.cos(tilt))) / 2)
  const ground = (options.globalWPerM2 * ALBEDO * (1 - Math.cos(tilt))) / 2
  return options.directNormalWPerM2 * beam + sky + ground
}
