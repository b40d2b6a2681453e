import { solarPosition } from '#protocol/solar-position.ts'
import { alternatingCurrentPerPeak, cellTemperatureC, directCurrentPerPeak } from '../home/photovoltaic.ts'
import { planeWPerM2 } from '../home/plane-irradiance.ts'
import { clearSkyDirectWPerM2, clearSkyWPerM2 } from '../weather/clear-sky.ts'
import known from './cases/sun.json' with { type: 'json' }
import { clearSkyYearCases } from './clear-sky-years.ts'
import { allNear, inWords, near, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const DEGREE = Math.PI / 180
/** What pvlib's clear sky of the rows assumes outside the air. */
const OUTSIDE_W_PER_M2 = 1364
/** Lower, the refraction and the path through the air are guesses of each formula. */
const LEAST_ELEVATION_DEG = 2
/** The sun's upper edge at the horizon, seen through the air (Reda and Andreas). */
const HORIZON_DEG = -0.8333

type Row = readonly [string, number, number, number, number, number, number]

function positionCases(place: string, of: { latitudeDeg: number; longitudeDeg: number; rows: unknown[][] }) {
  const rows = (of.rows as unknown as readonly Row[]).map(([utc, elevation, apparent, azimuth, global, direct]) => {
    const sun = solarPosition({ timeMs: Date.parse(utc), ...of })
    // Degrees of azimuth are narrower the higher the sun stands; 359° is next to 0°.
    const turned = ((((sun.azimuthDeg - azimuth + 180) % 360) + 360) % 360) - 180
    return { sun, elevation, apparent, acrossDeg: turned * Math.cos(elevation * DEGREE), global, direct }
  })
  const up = rows.filter(({ elevation }) => elevation > LEAST_ELEVATION_DEG)
  const sky = ({ sun }: (typeof rows)[number]) => ({ ...sun, extraterrestrialWPerM2: OUTSIDE_W_PER_M2 })
  // A hundredth and a watt: at the horizon a hundredth of nothing is nothing.
  const share = (got: number, expected: number) => (100 * (got - expected)) / (expected + 100)
  return [
    allNear({
      name: `${place}: elevation`,
      expected: rows.map(({ elevation }) => elevation),
      got: rows.map(({ sun }) => sun.elevationDeg),
      tolerance: 0.01,
      unit: '°',
    }),
    allNear({
      name: `${place}: azimuth, across the sky`,
      expected: rows.map(() => 0),
      got: rows.map(({ acrossDeg }) => acrossDeg),
      tolerance: 0.01,
      unit: '°',
    }),
    allNear({
      name: `${place}: elevation seen through the air, above ${LEAST_ELEVATION_DEG}°`,
      expected: up.map(({ apparent }) => apparent),
      got: up.map(({ sun }) => sun.apparentElevationDeg),
      tolerance: 0.02,
      unit: '°',
    }),
    allNear({
      name: `${place}: clear sky, global, of its value and 100 W/m²`,
      expected: up.map(() => 0),
      got: up.map((row) => share(clearSkyWPerM2(sky(row)), row.global)),
      tolerance: 1,
      unit: '%',
    }),
    allNear({
      name: `${place}: clear sky, direct, of its value and 100 W/m²`,
      expected: up.map(() => 0),
      got: up.map((row) => share(clearSkyDirectWPerM2(sky(row)), row.direct)),
      tolerance: 1,
      unit: '%',
    }),
  ]
}

/** The first moment, to a second, at which the sun's being up changes to `isUp` within ten minutes of a known one. */
function horizonMs(place: { latitudeDeg: number; longitudeDeg: number }, nearMs: number, isUp: boolean): number {
  for (let timeMs = nearMs - 600_000; timeMs <= nearMs + 600_000; timeMs += 1_000) {
    if (solarPosition({ ...place, timeMs }).elevationDeg > HORIZON_DEG === isUp) return timeMs
  }
  return Number.NaN
}

function horizonCases(): readonly ValidationCase[] {
  const off = known.horizons.flatMap((one) => {
    const [rise, set] = [Date.parse(one.sunrise), Date.parse(one.sunset)]
    return [horizonMs(one, rise, true) - rise, horizonMs(one, set, false) - set].map((ms) => ms / 1_000)
  })
  const name = 'sunrise and sunset, Golden (Colorado) and 35° south'
  return [allNear({ name, expected: off.map(() => 0), got: off, tolerance: 60, unit: 's' })]
}

/** The algorithm's own example (Reda and Andreas, NREL/TP-560-34302): Golden, 2003-10-17, 12:30:30 UTC-7. */
function exampleCases(): readonly ValidationCase[] {
  const timeMs = Date.UTC(2003, 9, 17, 19, 30, 30)
  const found = solarPosition({ timeMs, latitudeDeg: 39.742476, longitudeDeg: -105.1786 })
  const degrees = (name: string, expected: number, got: number) =>
    near({ name, expected, got, tolerance: 0.01, unit: '°' })
  return [
    degrees("the algorithm's example: elevation", 39.872046, found.elevationDeg),
    degrees("the algorithm's example: azimuth", 194.34024, found.azimuthDeg),
  ]
}

function planeCases(): readonly ValidationCase[] {
  const got = known.planes.map(({ tiltDeg, azimuthDeg, elevationDeg, sunAzimuthDeg, ...light }) => {
    const sun = { elevationDeg, apparentElevationDeg: elevationDeg, azimuthDeg: sunAzimuthDeg }
    return planeWPerM2({ plane: { tiltDeg, azimuthDeg }, sun, ...light })
  })
  const expected = known.planes.map((one) => one.planeWPerM2)
  return [allNear({ name: 'tilted planes (Hay and Davies)', expected, got, tolerance: 0.01, unit: 'W/m²' })]
}

/** PVsyst's and PVWatts' published examples; a PVWatts inverter of 95 % told for ours of 96 %. */
function moduleCases(): readonly ValidationCase[] {
  // A module at 30 °C is one in air colder by what the light warms it.
  const warmedK = cellTemperatureC({ planeWPerM2: 900, airC: 0 })
  const direct = directCurrentPerPeak({ planeWPerM2: 900, airC: 30 - warmedK })
  const [systemShare, ourGamma, theirGamma] = [0.86, 0.0035, 0.003]
  const alike = (direct / systemShare / (1 - 5 * ourGamma)) * (1 - 5 * theirGamma) * 100
  const inverter = (input: number) => (alternatingCurrentPerPeak(input) / 0.96) * 0.95 * 100
  return [
    near({
      name: 'cell at 900 W/m², 20 °C (PVsyst)',
      expected: 45.137,
      got: cellTemperatureC({ planeWPerM2: 900, airC: 20 }),
      tolerance: 0.01,
      unit: '°C',
    }),
    near({
      name: 'module of 100 W at 900 W/m² and 30 °C, -0.3 %/K (PVWatts)',
      expected: 88.65,
      got: alike,
      tolerance: 0.01,
      unit: 'W',
    }),
    near({
      name: 'inverter of 100 W at 90 W (PVWatts)',
      expected: 85.58556604752516,
      got: inverter(0.9),
      tolerance: 1e-4,
      unit: 'W',
    }),
    near({
      name: 'inverter of 100 W at 50 W (PVWatts)',
      expected: 47.60843624,
      got: inverter(0.5),
      tolerance: 1e-4,
      unit: 'W',
    }),
    near({
      name: 'inverter of 100 W at its limit (PVWatts)',
      expected: 95,
      got: inverter(1),
      tolerance: 1e-4,
      unit: 'W',
    }),
  ]
}

/** The day of the year and the hour alone (Spencer 1971), as many simulators place the sun. */
function simpleElevationDeg(of: { timeMs: number; latitudeDeg: number; longitudeDeg: number }): number {
  const time = new Date(of.timeMs)
  const hours = (of.timeMs % 86_400_000) / 3_600_000
  const day = (of.timeMs - Date.UTC(time.getUTCFullYear(), 0, 1)) / 86_400_000
  const angle = (2 * Math.PI * (Math.floor(day) + (hours - 12) / 24)) / 365
  const minutes =
    229.18 *
    (0.000075 +
      0.001868 * Math.cos(angle) -
      0.032077 * Math.sin(angle) -
      0.014615 * Math.cos(2 * angle) -
      0.040849 * Math.sin(2 * angle))
  const declination =
    0.006918 -
    0.399912 * Math.cos(angle) +
    0.070257 * Math.sin(angle) -
    0.006758 * Math.cos(2 * angle) +
    0.000907 * Math.sin(2 * angle) -
    0.002697 * Math.cos(3 * angle) +
    0.00148 * Math.sin(3 * angle)
  const hourAngle = (15 * (hours - 12) + of.longitudeDeg + minutes / 4) * DEGREE
  const latitude = of.latitudeDeg * DEGREE
  const sine =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle)
  return Math.asin(sine) / DEGREE
}

/** Where the sun stands, how it shines, and what a module makes of it. */
export function sun(): ValidationSubject {
  const places = Object.entries(known.positions.places)
  const rows = places.flatMap(([, place]) =>
    (place.rows as unknown as readonly Row[]).map(([utc, elevation]) => ({
      ...place,
      timeMs: Date.parse(utc),
      elevation,
    })),
  )
  const most = (of: (row: (typeof rows)[number]) => number) =>
    Math.max(...rows.map((row) => Math.abs(of(row) - row.elevation)))
  return {
    title: 'Sun',
    about: known.about,
    cases: [
      ...exampleCases(),
      ...places.flatMap(([place, of]) => positionCases(place, of)),
      ...horizonCases(),
      ...planeCases(),
      ...moduleCases(),
      ...clearSkyYearCases(known.years),
    ],
    missing: [
      {
        name: 'Haurwitz and simplified Solis, isotropic sky, Faiman and SAPM',
        expected: "pvlib's tests",
        why: 'Other formulas for what Ineichen, Hay and Davies, and PVsyst say here.',
      },
    ],
    peers: [
      {
        name: `elevation of ${rows.length} moments, farthest off`,
        peer: "Spencer's series by the day of the year",
        theirs: `${inWords(most(simpleElevationDeg), 2)}°`,
        ours: `${inWords(
          most((row) => solarPosition(row).elevationDeg),
          4,
        )}°`,
        why: 'A short series that holds for every year alike; many simulators place the sun by it.',
      },
    ],
  }
}
