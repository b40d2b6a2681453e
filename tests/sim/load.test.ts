import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GeneratedLoad } from '#sim/home/generated-load.ts'
import curve from '#sim/home/household-curve.json' with { type: 'json' }
import { besideCheckout } from './reference.ts'

const startMs = Date.UTC(2026, 0, 1)
const loadOf = (home: string, seed = 1) => new GeneratedLoad({ seed, home, annualKwh: 3500, localOffsetMs: 3_600_000 })

const reference = besideCheckout('shared/reference/grid/bdew_slp.json')

describe('the curve of households', () => {
  it.skipIf(!reference.there)('is BDEW’s H25, dynamised, to the last digit of its table', () => {
    const { h25_table_kwh_qh_per_1e6kwh_a: table } = JSON.parse(readFileSync(reference.path, 'utf8')) as {
      readonly h25_table_kwh_qh_per_1e6kwh_a: Readonly<Record<string, readonly number[]>>
    }
    const types = { workday: ['WT', 5 / 7], saturday: ['SA', 1 / 7], sunday: ['FT', 1 / 7] } as const
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
    const monthDays = (month: number) => new Date(Date.UTC(2025, month + 1, 0)).getUTCDate()
    /** BDEW's factor of a day of the year, over the days of a month. */
    const factor = (month: number) => {
      const first = (Date.UTC(2025, month, 1) - Date.UTC(2025, 0, 1)) / 86_400_000 + 1
      const days = Array.from({ length: monthDays(month) }, (_, day) => first + day)
      return mean(days.map((t) => -3.92e-10 * t ** 4 + 3.2e-7 * t ** 3 - 7.02e-5 * t ** 2 + 2.1e-3 * t + 1.24))
    }
    const hoursOf = (month: number, type: string) => {
      const quarters = table[`${String(month + 1).padStart(2, '0')}-${type}`] ?? []
      return Array.from({ length: 24 }, (_, hour) => mean(quarters.slice(4 * hour, 4 * hour + 4)) * factor(month))
    }
    const months = Array.from({ length: 12 }, (_, month) => month)
    let year = 0
    for (const month of months) {
      for (const [type, share] of Object.values(types)) {
        year += (monthDays(month) / 365) * share * mean(hoursOf(month, type))
      }
    }
    for (const month of months) {
      for (const [name, [type]] of Object.entries(types)) {
        const shape = curve[name as keyof typeof types][month] ?? []
        for (const [hour, value] of hoursOf(month, type).entries()) {
          expect(Math.abs((shape[hour] ?? 0) - value / year), `${name} ${month} ${hour}`).toBeLessThan(0.000501)
        }
      }
    }
  })
})

describe('a generated load', () => {
  it('draws about what the household uses in a year', () => {
    let wattMinutes = 0
    for (const home of ['a', 'b', 'c', 'd']) {
      const load = loadOf(home)
      for (let minute = 0; minute < 365 * 1440; minute++) wattMinutes += load.meanW(startMs + minute * 60_000)
    }
    expect(wattMinutes / 60_000 / 4).toBeGreaterThan(3325)
    expect(wattMinutes / 60_000 / 4).toBeLessThan(3675)
  })

  it('rises in the evening and rests at night, in whole W that are never below the base', () => {
    const hours = new Float64Array(24)
    for (let home = 0; home < 10; home++) {
      const load = loadOf(`home-${home}`)
      for (let minute = 0; minute < 14 * 1440; minute++) {
        const powerW = load.meanW(startMs + minute * 60_000)
        expect(Number.isSafeInteger(powerW) && powerW > 0).toBe(true)
        const hour = Math.floor(minute / 60 + 1) % 24
        hours[hour] = (hours[hour] ?? 0) + powerW
      }
    }
    expect(hours[19] ?? 0).toBeGreaterThan(2 * (hours[3] ?? 0))
  })

  it('is a function of seed, home and time alone, in whatever order it is asked', () => {
    const minutes = Array.from({ length: 3 * 1440 }, (_, minute) => startMs + minute * 60_000)
    const forward = loadOf('a')
    const backward = loadOf('a')
    const seen = minutes.map((minuteMs) => forward.meanW(minuteMs))
    expect(minutes.toReversed().map((minuteMs) => backward.meanW(minuteMs))).toEqual(seen.toReversed())
    const neighbour = loadOf('b')
    expect(minutes.map((minuteMs) => neighbour.meanW(minuteMs))).not.toEqual(seen)
    const reseeded = loadOf('a', 2)
    expect(minutes.map((minuteMs) => reseeded.meanW(minuteMs))).not.toEqual(seen)
  })
})
