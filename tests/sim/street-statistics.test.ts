import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GeneratedLoad } from '#sim/home/generated-load.ts'
import { RandomStream } from '#sim/random-stream.ts'
import { buildStreet } from '#sim/scenario/build-street.ts'
import { expandHomes } from '#sim/scenario/expand-homes.ts'
import type { Scenario } from '#sim/scenario/scenario.ts'
import { lagCorrelation, loadFactor, meansOf, peakOf, sumOfHomes } from '#sim/validation/load-statistics.ts'
import { besideCheckout } from './reference.ts'

const HOMES = 100
const SEEDS = [1, 2, 3]
const LOCAL_OFFSET_MS = 3_600_000
/** A Tuesday in January, from local midnight. */
const WINTER_DAY_MS = Date.UTC(2026, 0, 13) - LOCAL_OFFSET_MS
const GROUPS = 60

/** What measured streets look like (IEEE and CREST profiles, HAMLET's homes, CLNR and LCL): mean 3,500 kWh, no heating by electricity. */
const bands = {
  annual_kwh_mean: [3325, 3675],
  winter_workday_kwh: [8, 13],
  peak_15min_per_home_n1: [2.0, 4.5],
  peak_15min_per_home_n10: [0.85, 1.7],
  peak_15min_per_home_n100: [0.55, 1.2],
  coincidence_15min_n10: [0.33, 0.5],
  coincidence_15min_n100: [0.2, 0.36],
  coincidence_1min_n100: [0.11, 0.25],
  autocorr_1min_lag1: [0.82, 0.95],
  autocorr_15min_lag1: [0.4, 0.8],
  load_factor_15min_individual_day: [0.1, 0.25],
  group100_load_factor_day: [0.38, 0.65],
  ev_home_annual_kwh: [1300, 3300],
} as const satisfies Readonly<Record<string, readonly [number, number]>>
const reference = besideCheckout('shared/reference/grid/synthetic_statistics.json')

const mean = (values: ArrayLike<number>) => sum(values) / values.length
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0)
function expectIn(figure: keyof typeof bands, value: number): void {
  const [low, high] = bands[figure]
  expect(value, figure).toBeGreaterThanOrEqual(low)
  expect(value, figure).toBeLessThanOrEqual(high)
}
/** Some groups of n homes, drawn from the street. */
function groupsOf<T>(homes: readonly T[], size: number): readonly (readonly T[])[] {
  const random = new RandomStream(1, 'groups', size)
  return Array.from({ length: size === homes.length ? 1 : GROUPS }, () => {
    const left = [...homes]
    return Array.from({ length: size }, () => left.splice(random.whole(0, left.length - 1), 1)[0] as T)
  })
}
const peakPerHomeKw = (days: readonly Float64Array[], size: number) =>
  mean(groupsOf(days, size).map((group) => peakOf(sumOfHomes(group)) / size / 1000))
const coincidence = (days: readonly Float64Array[], size: number) =>
  mean(groupsOf(days, size).map((group) => peakOf(sumOfHomes(group)) / sum(group.map(peakOf))))

const scenarioOf = (seed: number, generate: object): Scenario => ({
  neighbourhood: 'street',
  start: '2026-01-12T23:00:00Z',
  seed,
  homes: { generate: { homes: HOMES, ...generate } },
})
const noFiles = () => {
  throw new RangeError('a generated street reads no files')
}
function loadsOf(seed: number): readonly GeneratedLoad[] {
  const scenario = scenarioOf(seed, {})
  return expandHomes({ scenario, file: 'street', seed, csvIn: noFiles }).map(({ home, load }) => {
    if (!('annualKwh' in load)) throw new Error('a generated home has a generated load')
    return new GeneratedLoad({ seed, home, annualKwh: load.annualKwh, localOffsetMs: LOCAL_OFFSET_MS })
  })
}

describe('a synthetic street of 100 homes', () => {
  it.each(SEEDS)('peaks, smooths and repeats itself as measured ones do on a winter workday (seed %i)', (seed) => {
    const minutes = loadsOf(seed).map((load) =>
      Float64Array.from({ length: 1440 }, (_, minute) => load.meanW(WINTER_DAY_MS + minute * 60_000)),
    )
    const days = minutes.map((day) => meansOf(day, 15))
    expectIn('winter_workday_kwh', mean(minutes.map((day) => (mean(day) * 24) / 1000)))
    const peaks = [1, 2, 5, 10, 20, 50, 100].map((size) => peakPerHomeKw(days, size))
    expectIn('peak_15min_per_home_n1', peaks[0] ?? 0)
    expectIn('peak_15min_per_home_n10', peaks[3] ?? 0)
    expectIn('peak_15min_per_home_n100', peaks[6] ?? 0)
    expect(peaks).toEqual(peaks.toSorted((a, b) => b - a))
    expectIn('coincidence_15min_n10', coincidence(days, 10))
    expectIn('coincidence_15min_n100', coincidence(days, HOMES))
    expectIn('coincidence_1min_n100', coincidence(minutes, HOMES))
    expectIn('autocorr_1min_lag1', mean(minutes.map((day) => lagCorrelation(day, 1))))
    expectIn('autocorr_15min_lag1', mean(days.map((day) => lagCorrelation(day, 1))))
    expectIn('load_factor_15min_individual_day', mean(days.map(loadFactor)))
    expectIn('group100_load_factor_day', loadFactor(sumOfHomes(days)))
  })

  it('uses about 3,500 kWh a home and year', () => {
    // Every fifteenth day, every tenth minute: all days of the week, and all of the year.
    const newYearMs = Date.UTC(2026, 0, 1) - LOCAL_OFFSET_MS
    const annualKwh = SEEDS.map((seed) =>
      mean(
        loadsOf(seed).map((load) => {
          let [watts, count] = [0, 0]
          for (let day = 0; day < 365; day += 15) {
            for (let minute = day % 10; minute < 1440; minute += 10) {
              watts += load.meanW(newYearMs + (day * 1440 + minute) * 60_000)
              count++
            }
          }
          return ((watts / count) * 8760) / 1000
        }),
      ),
    )
    expectIn('annual_kwh_mean', mean(annualKwh))
  })

  it('charges at home what its cars drive in a year', () => {
    const scenario = scenarioOf(1, { homes: 12, carShare: 1 })
    const days = 21
    const { homes } = buildStreet({ scenario, file: 'street', files: { read: noFiles, csvIn: noFiles } })
    const drivenKwh = homes.map((home) => {
      home.advanceTo(home.startMs + days * 86_400_000)
      const { drivenJ, carElsewhereJ } = home.account
      expect(carElsewhereJ).toBeLessThan(0.1 * drivenJ)
      return ((drivenJ + carElsewhereJ) / 3_600_000 / days) * 365
    })
    expectIn('ev_home_annual_kwh', mean(drivenKwh))
  })

  it.skipIf(!reference.there)('is held against the bands of the reference', () => {
    const { acceptance } = JSON.parse(readFileSync(reference.path, 'utf8')) as {
      acceptance: { bands: Readonly<Record<string, unknown>> }
    }
    for (const [figure, band] of Object.entries(bands)) expect(acceptance.bands[figure], figure).toEqual(band)
  })
})
