const DEGREE = Math.PI / 180

/** Where the sun stands, in degrees. */
export interface SolarPosition {
  /** Above the horizon, without refraction. */
  readonly elevationDeg: number
  /** Above the horizon as seen, refraction included. */
  readonly apparentElevationDeg: number
  /** From north, clockwise. */
  readonly azimuthDeg: number
}

/**
 * The sun's position to about 0.01°, 1900 to 2100. Formulas: Meeus, Astronomical Algorithms (low accuracy), in the
 * form of NOAA's solar calculator; refraction by Bennett's inverse as in Saemundsson (1986) at 10 °C, 1010 hPa.
 */
export function solarPosition(at: {
  readonly timeMs: number
  readonly latitudeDeg: number
  readonly longitudeDeg: number
}): SolarPosition {
  const day = at.timeMs / 86_400_000 + 2_440_587.5 - 2_451_545
  const century = day / 36_525
  const meanLongitude = 280.46646 + century * (36_000.76983 + century * 0.0003032)
  const anomaly = (357.52911 + century * (35_999.05029 - 0.0001537 * century)) * DEGREE
  const centre =
    Math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century)) +
    Math.sin(2 * anomaly) * (0.019993 - 0.000101 * century) +
    Math.sin(3 * anomaly) * 0.000289
  const node = (125.04 - 1934.136 * century) * DEGREE
  const longitude = (meanLongitude + centre - 0.00569 - 0.00478 * Math.sin(node)) * DEGREE
  const obliquity = (23.439291 - 0.0130042 * century + 0.00256 * Math.cos(node)) * DEGREE
  const declination = Math.asin(Math.sin(obliquity) * Math.sin(longitude))
  const rightAscension = Math.atan2(Math.cos(obliquity) * Math.sin(longitude), Math.cos(longitude))
  // Greenwich sidereal time with the main term of the nutation in longitude.
  const sidereal = 280.46061837 + 360.98564736629 * day - 0.00478 * Math.sin(node) * Math.cos(obliquity)
  const hourAngle = (sidereal + at.longitudeDeg) * DEGREE - rightAscension
  const latitude = at.latitudeDeg * DEGREE
  const sine =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle)
  const elevationDeg = Math.asin(Math.max(-1, Math.min(1, sine))) / DEGREE
  const azimuth = Math.atan2(
    Math.sin(hourAngle),
    Math.cos(hourAngle) * Math.sin(latitude) - Math.tan(declination) * Math.cos(latitude),
  )
  return {
    elevationDeg,
    apparentElevationDeg: elevationDeg + refractionDeg(elevationDeg),
    azimuthDeg: (azimuth / DEGREE + 540) % 360,
  }
}

/** How much the air lifts the sun: nothing once it is below the horizon by more than refraction and radius. */
function refractionDeg(elevationDeg: number): number {
  if (elevationDeg < -0.84) return 0
  return 1.02 / (60 * Math.tan((elevationDeg + 10.3 / (elevationDeg + 5.11)) * DEGREE))
}
