import { Effect } from 'effect'
import { GeneratedLoad } from '../home/generated-load.ts'
import { GeneratedRoof } from '../home/generated-roof.ts'
import { MeasuredPower } from '../home/measured-power.ts'
import type { PowerSource } from '../home/power-source.ts'
import { SimulatedHome } from '../home/simulated-home.ts'
import { lateSolver } from '../planner/late-solver.ts'
import { RandomStream } from '../random-stream.ts'
import type { TariffParts } from '../supplier/supplier-tariff.ts'
import { AirTemperature } from '../weather/air-temperature.ts'
import { CloudlessSky } from '../weather/cloudless-sky.ts'
import { Clouds } from '../weather/clouds.ts'
import { localOffsetMs, type Place } from '../weather/place.ts'
import { batteryOf } from './battery-of.ts'
import { carOf } from './car-of.ts'
import { csvSeries } from './csv-series.ts'
import { expandHomes } from './expand-homes.ts'
import { heatPumpOf } from './heat-pump-of.ts'
import type { Scenario } from './scenario.ts'
import { ScenarioRefused } from './scenario-refused.ts'
import { tariffOf } from './tariff-of.ts'
import { wishesOf } from './wishes-of.ts'

const DEFAULT_SEED = 1
/** A year after the days of prices and the like begin, whatever the local time. */
const START_MS_MIN = Date.UTC(1971)
/** Potsdam, whose weather the clouds are drawn from. */
const DEFAULT_PLACE = { latitudeDeg: 52.4, longitudeDeg: 13.1 }

/** A common pitch, facing south. */
const DEFAULT_PLANE = { tiltDeg: 30, azimuthDeg: 180 }

/** A street of homes, all at its start. */
export interface SimulatedStreet {
  readonly neighbourhood: string
  /** Unix ms, a whole minute. */
  readonly startMs: number
  readonly seed: number
  readonly homes: readonly SimulatedHome[]
  /** the supplier's, over time; null: the market's own */
  readonly tariff: TariffParts | null
  /** loads what its homes need, before the first of them is moved on: a solver where stores are planned, else nothing */
  readonly ready: Effect.Effect<void>
}

/** What a street's files are read with; a path starts at the scenario file's folder. Both throw ScenarioRefused. */
export interface ScenarioFiles {
  /** `expected` is what a refusal names; a CSV file */
  readonly read: (path: string, field: string, expected?: string) => string
  readonly csvIn: (folder: string, field: string) => readonly string[]
}

/** A street from its scenario, of at most `homesMax` homes (200). `file` is what refusals call it. Throws ScenarioRefused. */
export function buildStreet(options: {
  readonly scenario: Scenario
  readonly file: string
  readonly files: ScenarioFiles
  readonly homesMax?: number
}): SimulatedStreet {
  const { scenario, file, files } = options
  const { seed = DEFAULT_SEED, latitude, longitude } = scenario
  const startMs = startOf(scenario.start)
  if (startMs === null) {
    const expected = 'a day and time that exist, from 1971 on'
    throw new ScenarioRefused({ file, field: 'start', value: scenario.start, expected })
  }
  const place: Place = {
    latitudeDeg: latitude ?? DEFAULT_PLACE.latitudeDeg,
    longitudeDeg: longitude ?? DEFAULT_PLACE.longitudeDeg,
  }
  const offsetMs = localOffsetMs(place)
  const sky = new CloudlessSky(place)
  const clouds = new Clouds({ seed, startMs })
  const air = new AirTemperature({ seed, startMs, localOffsetMs: offsetMs })
  const listed = expandHomes({ scenario, file, seed, csvIn: files.csvIn, homesMax: options.homesMax })
  const measured = (csv: { readonly csv: string; readonly column?: string }, wattsPerUnit: number, field: string) => {
    const text = files.read(csv.csv, `${field}.csv`)
    const series = csvSeries({ file: csv.csv, text, column: csv.column, wattsPerUnit })
    const endMs = series.startMs + series.values.length * series.stepMs
    if (startMs < series.startMs || startMs >= endMs) {
      const span = `from ${new Date(series.startMs).toISOString()} to before ${new Date(endMs).toISOString()}`
      throw new ScenarioRefused({
        file,
        field: 'start',
        value: scenario.start,
        expected: `a time ${span} (${csv.csv})`,
      })
    }
    return new MeasuredPower(series)
  }
  const tariff =
    scenario.tariff === undefined
      ? null
      : tariffOf(scenario.tariff, { file, read: files.read, startMs, localOffsetMs: offsetMs })
  const solver = lateSolver()
  const names = new Set<string>()
  const homes = listed.map((one, index) => {
    const field = `homes.${index}`
    const { home, load, roof } = one
    if (names.has(home)) {
      throw new ScenarioRefused({ file, field: `${field}.home`, value: home, expected: 'a name no other home has' })
    }
    names.add(home)
    const loadSource: PowerSource =
      'csv' in load
        ? measured(load, 1, `${field}.load`)
        : new GeneratedLoad({ seed, home, annualKwh: load.annualKwh, localOffsetMs: offsetMs })
    const peakW = roof === undefined ? 0 : Math.round(roof.peakKw * 1000)
    const roofSource: PowerSource | null =
      roof === undefined
        ? null
        : 'csv' in roof
          ? measured(roof, peakW, `${field}.roof`)
          : new GeneratedRoof({ seed, home, sky, plane: { ...DEFAULT_PLANE, ...roof }, peakW, clouds, air })
    const parts = {
      home,
      startMs,
      load: loadSource,
      roof: roofSource === null ? null : { source: roofSource, peakW },
      battery: batteryOf(one, { file, field: `${field}.battery` }),
      heatPump: heatPumpOf(one, { air, localOffsetMs: offsetMs }),
      car: carOf(one, { seed, localOffsetMs: offsetMs, file, field: `${field}.car` }),
      counters: firstCounters({ seed, home, hasRoof: roof !== undefined }),
    }
    const wishes = wishesOf(one, { parts, tariff, solve: solver.solve, file, field: `${field}.stores` })
    return new SimulatedHome({ ...parts, wishes })
  })
  const ready = listed.some(({ stores }) => stores === 'planned') ? solver.open : Effect.void
  return { neighbourhood: scenario.neighbourhood, startMs, seed, homes, tariff, ready }
}

/**
 * What the counters showed when the simulation began: years of use, and on a register never used a few Wh from the
 * maker's test bench, since SunSpec's 0 may also mean that there is no counter.
 */
function firstCounters(options: { readonly seed: number; readonly home: string; readonly hasRoof: boolean }) {
  const random = new RandomStream(options.seed, options.home, 'counters')
  const importWh = random.whole(2_000_000, 30_000_000)
  const usedWh = random.whole(500_000, 10_000_000)
  const exportWh = random.whole(500_000, 20_000_000)
  const testedWh = random.whole(1, 20)
  return { importWh, exportWh: options.hasRoof ? exportWh : testedWh, producedWh: exportWh + usedWh }
}

/** Unix ms; null for 30 February, which Date.parse takes for March, and for what is too early. */
function startOf(start: string): number | null {
  const [year = 0, month = 0, day = 0] = start.slice(0, 10).split('-').map(Number)
  const startMs = Date.parse(start)
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && startMs >= START_MS_MIN ? startMs : null
}
