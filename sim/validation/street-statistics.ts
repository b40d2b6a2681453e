import { GeneratedTrips } from '../home/car-trips.ts'
import { GeneratedLoad } from '../home/generated-load.ts'
import { GeneratedRoof } from '../home/generated-roof.ts'
import { designHeatW, HeatDemand } from '../home/heat-demand.ts'
import { type HeatPump, heatPumpFlow, restingHeatPump } from '../home/heat-pump.ts'
import { decodeScenario } from '../scenario/decode-scenario.ts'
import { expandHomes } from '../scenario/expand-homes.ts'
import { AirTemperature } from '../weather/air-temperature.ts'
import { CloudlessSky } from '../weather/cloudless-sky.ts'
import { Clouds } from '../weather/clouds.ts'
import { coincidence, lagCorrelation, loadFactor, meansOf, peakOf, sumOfHomes } from './load-statistics.ts'
import { between, same, type ValidationCase } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const SEEDS = [1, 2, 3] as const
const HOMES = 100
const DAY_MINUTES = 1440
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const LOCAL_OFFSET_MS = 3_600_000
/** A workday: Wednesday, 14 January, local time. */
const WINTER_DAY_MS = Date.UTC(2026, 0, 14) - LOCAL_OFFSET_MS
const YEAR_START_MS = Date.UTC(2026, 0, 1)
/** Of a year one day in so many is drawn, each home's another: together they are every day alike. */
const EVERY_DAYS = 73

const mean = (values: readonly number[]) => values.reduce((total, one) => total + one, 0) / values.length

/** The loads of a street as a scenario that generates its homes has them. */
function drawnLoads(seed: number): readonly GeneratedLoad[] {
  const street = { neighbourhood: 'street', start: '2026-01-14T00:00:00Z', homes: { generate: { homes: HOMES } } }
  const scenario = decodeScenario({ file: 'street', text: JSON.stringify(street) })
  return expandHomes({ scenario, file: 'street', seed, csvIn: () => [] }).map(({ home, load }) => {
    if (!('annualKwh' in load)) throw new Error(`${home} is not generated`)
    return new GeneratedLoad({ seed, home, annualKwh: load.annualKwh, localOffsetMs: LOCAL_OFFSET_MS })
  })
}

/** A street's loads on the winter day, W by the minute, and what its homes draw in a year, kWh. */
function drawnStreet(seed: number) {
  const loads = drawnLoads(seed)
  const dayOf = (load: GeneratedLoad, startMs: number) =>
    Float64Array.from({ length: DAY_MINUTES }, (_, minute) => load.meanW(startMs + minute * MINUTE_MS))
  const winterW = loads.map((load) => dayOf(load, WINTER_DAY_MS))
  const yearsKwh = loads.map((load, index) => {
    const days = Array.from({ length: 365 / EVERY_DAYS }, (_, turn) => (turn * EVERY_DAYS + index) % 365)
    const wattMinutes = days.map((day) =>
      dayOf(load, YEAR_START_MS + day * DAY_MS).reduce((total, watts) => total + watts, 0),
    )
    return (mean(wattMinutes) * 365) / 60_000
  })
  return { winterW, yearsKwh }
}

/** Peaks of a home where so many are one group, kW, in the mean of the groups. */
function peakPerHomeKw(loadsW: readonly Float64Array[], size: number): number {
  const groups = Array.from({ length: loadsW.length / size }, (_, index) =>
    loadsW.slice(index * size, (index + 1) * size),
  )
  return mean(groups.map((group) => peakOf(sumOfHomes(group)))) / size / 1_000
}

function loadCases(): readonly ValidationCase[] {
  const streets = SEEDS.map(drawnStreet)
  const minutes = streets.map(({ winterW }) => winterW)
  const quarters = minutes.map((homes) => homes.map((watts) => meansOf(watts, 15)))
  const over = (of: (index: number) => number) => mean(SEEDS.map((_, index) => of(index)))
  const [minuteOf, quarterOf] = [(index: number) => minutes[index] ?? [], (index: number) => quarters[index] ?? []]
  const kilowatts = (size: number) => over((index) => peakPerHomeKw(quarterOf(index), size))
  const inBand = (name: string, [low, high]: readonly [number, number], got: number, unit = '', decimals = 2) =>
    between({ name, low, high, got, unit, decimals })
  const peaks = [1, 2, 5, 10, 20, 50, 100].map(kilowatts)
  return [
    inBand(
      'energy of a year',
      [3325, 3675],
      over((index) => mean(streets[index]?.yearsKwh ?? [])),
      'kWh',
      0,
    ),
    inBand(
      'energy of a winter workday',
      [8, 13],
      over((index) => mean(minuteOf(index).map((watts) => mean([...watts]) * 0.024))),
      'kWh',
    ),
    inBand('peak of a home, 15 min', [2, 4.5], kilowatts(1), 'kW'),
    inBand('peak a home of 10, 15 min', [0.85, 1.7], kilowatts(10), 'kW'),
    inBand('peak a home of 100, 15 min', [0.55, 1.2], kilowatts(100), 'kW'),
    same({
      name: 'peak a home of 1, 2, 5, 10, 20, 50 and 100 homes falls',
      expected: 'yes',
      got: peaks.every((peak, index) => index === 0 || peak < (peaks[index - 1] ?? 0)) ? 'yes' : 'no',
    }),
    inBand(
      'coincidence of 10 homes, 15 min',
      [0.33, 0.5],
      over((index) => coincidence(quarterOf(index), 10)),
    ),
    inBand(
      'coincidence of 100 homes, 15 min',
      [0.2, 0.36],
      over((index) => coincidence(quarterOf(index), 100)),
    ),
    inBand(
      'coincidence of 100 homes, 1 min',
      [0.11, 0.25],
      over((index) => coincidence(minuteOf(index), 100)),
    ),
    inBand(
      'autocorrelation from a minute to the next',
      [0.82, 0.95],
      over((index) => mean(minuteOf(index).map((watts) => lagCorrelation(watts, 1)))),
    ),
    inBand(
      'autocorrelation from a quarter hour to the next',
      [0.4, 0.8],
      over((index) => mean(quarterOf(index).map((watts) => lagCorrelation(watts, 1)))),
    ),
    inBand(
      'load factor of a home, 15 min',
      [0.1, 0.25],
      over((index) => mean(quarterOf(index).map(loadFactor))),
    ),
    inBand(
      'load factor of 100 homes, 15 min',
      [0.38, 0.65],
      over((index) => loadFactor(sumOfHomes(quarterOf(index)))),
    ),
  ]
}

/** kWh a kWp and year of a roof near Potsdam, 35° to the south. */
function roofYieldKwh(seed: number): number {
  const startMs = YEAR_START_MS
  const roof = new GeneratedRoof({
    seed,
    home: 'roof',
    sky: new CloudlessSky({ latitudeDeg: 52.4, longitudeDeg: 13.1 }),
    plane: { tiltDeg: 35, azimuthDeg: 180 },
    peakW: 1000,
    clouds: new Clouds({ seed, startMs }),
    air: new AirTemperature({ seed, startMs, localOffsetMs: LOCAL_OFFSET_MS }),
  })
  let wattHours = 0
  for (let minute = 0; minute < 365 * DAY_MINUTES; minute += 10)
    wattHours += roof.meanW(startMs + minute * MINUTE_MS) / 6
  return wattHours / 1000
}

/** What an average car takes from the grid in a year, kWh. */
function carKwh(seed: number): number {
  const trips = new GeneratedTrips({ seed, home: 'car', annualKwh: 12_733 * 0.18, localOffsetMs: LOCAL_OFFSET_MS })
  let drivenJ = 0
  for (let timeMs = YEAR_START_MS; timeMs < YEAR_START_MS + 365 * DAY_MS; ) {
    const trip = trips.after(timeMs)
    if (trip === null) break
    drivenJ += trip.drivenJ
    timeMs = trip.arrivesMs
  }
  return drivenJ / 3_600_000 / 0.9
}

/** Heat out per electricity in over a year, air to radiators. */
function seasonalEfficiency(seed: number): number {
  const annualHeatKwh = 14_000
  const pump: HeatPump = {
    source: 'air',
    sink: 'radiator',
    thermalPowerW: Math.round(designHeatW({ annualHeatKwh, outdoorC: -12 }) / 0.9),
    bufferWh: 5_000,
    minOnMinutes: 10,
    minOffMinutes: 10,
  }
  const air = new AirTemperature({ seed, startMs: YEAR_START_MS, localOffsetMs: LOCAL_OFFSET_MS })
  const demand = new HeatDemand({ annualHeatKwh, air, localOffsetMs: LOCAL_OFFSET_MS })
  let state = restingHeatPump(pump)
  let [heatJ, powerJ] = [0, 0]
  for (let minute = 0; minute < 365 * DAY_MINUTES; minute++) {
    const flow = heatPumpFlow(pump, state, demand.at(YEAR_START_MS + minute * MINUTE_MS))
    heatJ += flow.heatJ
    powerJ += flow.powerW * 60
    state = flow
  }
  return heatJ / powerJ
}

/** Whether a street that is drawn looks like one that was measured. */
export function streetStatistics(): ValidationSubject {
  const over = (of: (seed: number) => number) => mean(SEEDS.map(of))
  return {
    title: 'Synthetic street',
    about: `${HOMES} homes without car, heat pump and sun, by ${SEEDS.length} seeds in the mean; bands around what was measured: 100 profiles of the IEEE European feeder, 16 homes of HAMLET, 17 of CityLearn 2022, and the ADMD of CLNR and Low Carbon London.`,
    cases: [
      ...loadCases(),
      between({
        name: 'a roof 35° to the south in Germany, a kWp and year',
        low: 850,
        high: 1150,
        got: over(roofYieldKwh),
        unit: 'kWh',
        decimals: 0,
      }),
      between({ name: 'a car at home, a year', low: 1300, high: 3300, got: over(carKwh), unit: 'kWh', decimals: 0 }),
      between({
        name: 'seasonal efficiency of a heat pump, air to radiators',
        low: 2.3,
        high: 3.3,
        got: seasonalEfficiency(1),
        unit: '',
        decimals: 2,
      }),
    ],
  }
}
