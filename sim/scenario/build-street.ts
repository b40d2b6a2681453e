import type { Battery } from '../home/battery.ts'
import { GeneratedLoad } from '../home/generated-load.ts'
import { GeneratedRoof } from '../home/generated-roof.ts'
import { MeasuredPower } from '../home/measured-power.ts'
import type { PowerSource } from '../home/power-source.ts'
import { SimulatedHome } from '../home/simulated-home.ts'
import { RandomStream } from '../random-stream.ts'
import { Clouds } from '../weather/clouds.ts'
import { localOffsetMs, type Place } from '../weather/place.ts'
import { csvSeries } from './csv-series.ts'
import { expandHomes } from './expand-homes.ts'
import type { Scenario, ScenarioHome } from './scenario.ts'
import { ScenarioRefused } from './scenario-refused.ts'

const DEFAULT_SEED = 1
/** Potsdam, whose weather the clouds are drawn from. */
const DEFAULT_PLACE = { latitudeDeg: 52.4, longitudeDeg: 13.1 }

/** A street of homes, all at its start. */
export interface SimulatedStreet {
  readonly neighbourhood: string
  /** Unix ms, a whole minute. */
  readonly startMs: number
  readonly seed: number
  readonly homes: readonly SimulatedHome[]
}

/** What a street's files are read with; a path starts at the scenario file's folder. Both throw ScenarioRefused. */
export interface ScenarioFiles {
  readonly read: (path: string, field: string) => string
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
  const startMs = Date.parse(scenario.start)
  if (Number.isNaN(startMs)) {
    throw new ScenarioRefused({ file, field: 'start', value: scenario.start, expected: 'a day and time that exist' })
  }
  const place: Place = {
    latitudeDeg: latitude ?? DEFAULT_PLACE.latitudeDeg,
    longitudeDeg: longitude ?? DEFAULT_PLACE.longitudeDeg,
  }
  const clouds = new Clouds({ seed, startMs })
  const listed = expandHomes({ scenario, file, seed, csvIn: files.csvIn, homesMax: options.homesMax })
  const measured = (csv: { readonly csv: string; readonly column?: string }, wattsPerUnit: number, field: string) => {
    const text = files.read(csv.csv, `${field}.csv`)
    const series = csvSeries({ file: csv.csv, text, column: csv.column, wattsPerUnit })
    const endMs = series.startMs + series.meanW.length * series.stepMs
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
        : new GeneratedLoad({ seed, home, annualKwh: load.annualKwh, localOffsetMs: localOffsetMs(place) })
    const peakW = roof === undefined ? 0 : Math.round(roof.peakKw * 1000)
    const roofSource: PowerSource | null =
      roof === undefined
        ? null
        : 'csv' in roof
          ? measured(roof, peakW, `${field}.roof`)
          : new GeneratedRoof({ seed, home, place, plane: roof, peakW, clouds })
    return new SimulatedHome({
      home,
      startMs,
      load: loadSource,
      roof: roofSource === null ? null : { source: roofSource, peakW },
      battery: batteryOf(one, { file, field: `${field}.battery` }),
      counters: firstCounters({ seed, home, hasRoof: roof !== undefined }),
    })
  })
  return { neighbourhood: scenario.neighbourhood, startMs, seed, homes }
}

function batteryOf(one: ScenarioHome, place: { readonly file: string; readonly field: string }): Battery | null {
  const { battery, roof } = one
  if (battery === undefined) return null
  if (roof === undefined) {
    throw new ScenarioRefused({ ...place, value: 'a battery', expected: 'a roof beside it, to be charged from' })
  }
  const { minSoc = 0.05, maxSoc = 0.95, initialSoc = 0.5 } = battery
  if (!(minSoc <= initialSoc && initialSoc <= maxSoc && minSoc < maxSoc)) {
    const value = `${minSoc}, ${initialSoc}, ${maxSoc}`
    throw new ScenarioRefused({ ...place, value, expected: 'minSoc ≤ initialSoc ≤ maxSoc, minSoc < maxSoc' })
  }
  const perMille = (share: number) => Math.round(share * 1000)
  return {
    capacityWh: battery.capacityWh,
    powerW: battery.powerW,
    chargePerMille: perMille(battery.chargeEfficiency ?? 0.95),
    dischargePerMille: perMille(battery.dischargeEfficiency ?? 0.95),
    minSocPerMille: perMille(minSoc),
    maxSocPerMille: perMille(maxSoc),
    initialSocPerMille: perMille(initialSoc),
  }
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
