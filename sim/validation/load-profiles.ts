import { GeneratedLoad } from '../home/generated-load.ts'
import curve from '../home/household-curve.json' with { type: 'json' }
import known from './cases/household-profile.json' with { type: 'json' }
import { allNear, between } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

const DAY_TYPES = ['workday', 'saturday', 'sunday'] as const
const HOMES = 60
const WORKDAYS = 20
const START_MS = Date.UTC(2026, 0, 5)
const DAY_MS = 86_400_000

const SHARES = { workday: 5 / 7, saturday: 1 / 7, sunday: 1 / 7 } as const

const monthDays = (month: number) => new Date(Date.UTC(2025, month + 1, 0)).getUTCDate()
const sum = (values: Iterable<number>) => [...values].reduce((total, one) => total + one, 0)

/** BDEW's factor of a day of the year, 1 to 365. */
const dynamisation = (day: number) =>
  -3.92e-10 * day ** 4 + 3.2e-7 * day ** 3 - 7.02e-5 * day ** 2 + 2.1e-3 * day + 1.24

/** The factors of a month's days of a common year, in the mean. */
function monthFactor(month: number): number {
  const first = (Date.UTC(2025, month, 1) - Date.UTC(2025, 0, 1)) / DAY_MS + 1
  const days = Array.from({ length: monthDays(month) }, (_, day) => first + day)
  return sum(days.map(dynamisation)) / days.length
}

/** Mean power by local hour of winter workdays of many homes, against the mean of the day. */
function drawnHours(): readonly number[] {
  const hours = new Float64Array(24)
  for (let home = 0; home < HOMES; home++) {
    const load = new GeneratedLoad({ seed: 1, home: `home-${home}`, annualKwh: 3_500, localOffsetMs: 0 })
    for (let day = 0; day < WORKDAYS; day++) {
      const startMs = START_MS + (Math.floor(day / 5) * 7 + (day % 5)) * DAY_MS
      for (let minute = 0; minute < 1440; minute++) {
        const hour = Math.floor(minute / 60)
        hours[hour] = (hours[hour] as number) + load.meanW(startMs + minute * 60_000)
      }
    }
  }
  const mean = sum(hours) / 24
  return Array.from(hours, (watts) => watts / mean)
}

function correlation(ones: readonly number[], others: readonly number[]): number {
  const centred = [ones, others].map((values) => values.map((value) => value - sum(values) / values.length))
  const product = (a: number, b: number) =>
    sum((centred[a] ?? []).map((value, index) => value * (centred[b]?.[index] ?? Number.NaN)))
  return product(0, 1) / Math.sqrt(product(0, 0) * product(1, 1))
}

/** The daily curves of households: the table that days are drawn by, and days as they are drawn. */
export function loadProfiles(): ValidationSubject {
  const expected = DAY_TYPES.map((type) =>
    known.hoursKwh[type].map((hours, month) => hours.map((kwh) => kwh * monthFactor(month))),
  )
  // The curve is against the mean of the year, in which five of seven days are workdays.
  const meanKwh = sum(
    DAY_TYPES.flatMap((type, index) =>
      (expected[index] ?? []).map((hours, month) => (SHARES[type] * monthDays(month) * sum(hours)) / (365 * 24)),
    ),
  )
  const january = curve.workday[0] ?? []
  return {
    title: 'Load profiles',
    about: known.about,
    missing: [
      {
        name: 'H0 (1999), and H25 by the quarter hour',
        expected: '997.166 kWh in 2025 for 1,000',
        why: 'Homes are drawn by the hours of H25; a standard profile itself is no load that a home can have.',
      },
    ],
    cases: [
      ...DAY_TYPES.map((type, index) => {
        const hours = (expected[index] ?? []).flat().map((kwh) => kwh / meanKwh)
        return allNear({
          name: `${type}: hours of twelve months, against the mean of the year`,
          expected: hours,
          got: curve[type].flat(),
          tolerance: 0.00051,
          unit: '',
        })
      }),
      between({
        name: `${HOMES} homes on ${WORKDAYS} workdays of January: correlation of their hours with H25's`,
        low: 0.95,
        high: 1,
        got: correlation(drawnHours(), january),
        unit: '',
        decimals: 3,
      }),
    ],
  }
}
