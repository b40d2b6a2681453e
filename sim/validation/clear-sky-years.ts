import { solarPosition } from '#protocol/solar-position.ts'
import { alternatingCurrentPerPeak, directCurrentPerPeak } from '../home/photovoltaic.ts'
import { planeWPerM2 } from '../home/plane-irradiance.ts'
import { clearSkyDirectWPerM2, clearSkyWPerM2, extraterrestrialWPerM2 } from '../weather/clear-sky.ts'
import { allNear, type ValidationCase } from './validation-case.ts'

const START_MS = Date.UTC(2023, 0, 1) - 3_600_000
const QUARTERS = 365 * 96
const AIR_C = 15

/** A roof's year without clouds, as pvlib's chain has it. */
interface KnownYear {
  readonly place: string
  readonly latitudeDeg: number
  readonly longitudeDeg: number
  readonly tiltDeg: number
  readonly azimuthDeg: number
  readonly kWhPerKwp: number
  readonly globalKwhPerM2: number
  readonly june21Kwh: number
  readonly december21Kwh: number
  readonly mostKw: number
}

type RoofFigure = 'kWhPerKwp' | 'june21Kwh' | 'december21Kwh' | 'mostKw'
const FIGURES: Readonly<Record<RoofFigure, string>> = {
  kWhPerKwp: 'a clear year',
  june21Kwh: '21 June',
  december21Kwh: '21 December',
  mostKw: 'most power of the year',
}
/** Days of the year from 0. */
const [JUNE_21, DECEMBER_21] = [171, 354]

/** The year 2023 of the roofs of one place, in the middles of quarter hours: kWh on a level square metre, and kWh and kW a kWp. */
function yearAt(roofs: readonly KnownYear[]) {
  const [{ latitudeDeg, longitudeDeg }] = roofs as readonly [KnownYear]
  const sums = {
    globalKwh: 0,
    roofs: roofs.map((): Record<RoofFigure, number> => ({ kWhPerKwp: 0, june21Kwh: 0, december21Kwh: 0, mostKw: 0 })),
  }
  for (let quarter = 0; quarter < QUARTERS; quarter++) {
    const day = Math.floor(quarter / 96)
    const timeMs = START_MS + (quarter + 0.5) * 900_000
    const sun = solarPosition({ timeMs, latitudeDeg, longitudeDeg })
    if (sun.apparentElevationDeg <= 0) continue
    const outsideWPerM2 = extraterrestrialWPerM2(timeMs)
    const sky = { ...sun, extraterrestrialWPerM2: outsideWPerM2 }
    const [globalWPerM2, directNormalWPerM2] = [clearSkyWPerM2(sky), clearSkyDirectWPerM2(sky)]
    const sine = Math.sin((sun.apparentElevationDeg * Math.PI) / 180)
    const diffuseWPerM2 = Math.max(0, globalWPerM2 - directNormalWPerM2 * sine)
    const light = { globalWPerM2, directNormalWPerM2, diffuseWPerM2, extraterrestrialWPerM2: outsideWPerM2 }
    sums.globalKwh += globalWPerM2 / 4_000
    for (const [index, { tiltDeg, azimuthDeg }] of roofs.entries()) {
      const plane = planeWPerM2({ plane: { tiltDeg, azimuthDeg }, sun, ...light })
      const direct = directCurrentPerPeak({ planeWPerM2: plane, airC: AIR_C })
      const kilowatts = alternatingCurrentPerPeak(direct)
      const roof = sums.roofs[index] as Record<RoofFigure, number>
      roof.kWhPerKwp += kilowatts / 4
      if (day === JUNE_21) roof.june21Kwh += kilowatts / 4
      if (day === DECEMBER_21) roof.december21Kwh += kilowatts / 4
      roof.mostKw = Math.max(roof.mostKw, kilowatts)
    }
  }
  return sums
}

/** A year without clouds: light on the level, and roofs, by place. */
export function clearSkyYearCases(known: readonly KnownYear[]): readonly ValidationCase[] {
  return [...Map.groupBy(known, ({ place }) => place)].flatMap(([place, roofs]) => {
    const { globalKwh, roofs: found } = yearAt(roofs)
    const level = roofs[0]?.globalKwhPerM2 ?? Number.NaN
    const percent = (got: number, expected: number) => (100 * got) / expected
    return [
      allNear({
        name: `${place}: a clear year on the level, of pvlib's`,
        expected: [100],
        got: [percent(globalKwh, level)],
        tolerance: 1,
        unit: '%',
      }),
      ...(Object.keys(FIGURES) as RoofFigure[]).map((figure) =>
        allNear({
          name: `${place}, roofs: ${FIGURES[figure]}, of pvlib's`,
          expected: roofs.map(() => 100),
          got: found.map((roof, index) => percent(roof[figure], roofs[index]?.[figure] ?? Number.NaN)),
          tolerance: 1,
          unit: '%',
        }),
      ),
    ]
  })
}
