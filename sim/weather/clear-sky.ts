const DEGREE = Math.PI / 180

/** The turbidity of a mean mid-European day (Linke). */
const LINKE_TURBIDITY = 3

/** Irradiance outside the air on a plane facing the sun, W/m², on a day of the year (Spencer 1971). */
export function extraterrestrialWPerM2(timeMs: number): number {
  const startOfYearMs = Date.UTC(new Date(timeMs).getUTCFullYear(), 0, 1)
  const angle = (2 * Math.PI * Math.floor((timeMs - startOfYearMs) / 86_400_000)) / 365
  return (
    1366.1 *
    (1.00011 +
      0.034221 * Math.cos(angle) +
      0.00128 * Math.sin(angle) +
      0.000719 * Math.cos(2 * angle) +
      0.000077 * Math.sin(2 * angle))
  )
}

/** Relative air mass by the sun's apparent elevation (Kasten and Young 1989). */
function airMass(apparentElevationDeg: number): number {
  return 1 / (Math.sin(apparentElevationDeg * DEGREE) + 0.50572 * (apparentElevationDeg + 6.07995) ** -1.6364)
}

/**
 * Global horizontal irradiance of a cloudless sky at sea level, W/m² (Ineichen and Perez 2002, Linke turbidity 3);
 * 0 while the sun is down.
 */
export function clearSkyWPerM2(sky: {
  readonly apparentElevationDeg: number
  readonly extraterrestrialWPerM2: number
}): number {
  if (sky.apparentElevationDeg <= 0) return 0
  const mass = airMass(sky.apparentElevationDeg)
  const sine = Math.sin(sky.apparentElevationDeg * DEGREE)
  return 0.868 * sky.extraterrestrialWPerM2 * sine * Math.exp(-0.0387 * mass * LINKE_TURBIDITY)
}

/**
 * Direct normal irradiance of that sky, W/m² (the same model: the lesser of its two estimates, with what the sky
 * scatters back taken off); 0 while the sun is down.
 */
export function clearSkyDirectWPerM2(sky: {
  readonly apparentElevationDeg: number
  readonly extraterrestrialWPerM2: number
}): number {
  if (sky.apparentElevationDeg <= 0) return 0
  const sine = Math.sin(sky.apparentElevationDeg * DEGREE)
  const beam = 0.827 * Math.exp(-0.09 * airMass(sky.apparentElevationDeg) * (LINKE_TURBIDITY - 1))
  const scattered = (0.1 - 0.2 * Math.exp(-LINKE_TURBIDITY)) / (0.1 + 0.882)
  return Math.min(sky.extraterrestrialWPerM2 * beam, (clearSkyWPerM2(sky) * (1 - scattered)) / sine)
}
