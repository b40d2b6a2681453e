import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { loadScenario, type ScenarioRefused } from '#sim/index.ts'
import { tariffOver } from '#sim/supplier/supplier-tariff.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-tariff-'))
afterAll(() => rmSync(folder, { recursive: true }))

const START_MS = Date.UTC(2026, 2, 1)
const QUARTER_MS = 900_000
const file = (tariff: unknown) => {
  const path = join(folder, 's.json')
  const homes = [{ home: 'one', load: { annualKwh: 3_000 } }]
  writeFileSync(path, JSON.stringify({ neighbourhood: 'lane', start: '2026-03-01T00:00:00Z', homes, tariff }))
  return path
}
/** The tariff of a quarter of an hour, counted from the scenario's start. */
const at = (tariff: unknown) => {
  const { tariff: parts } = Effect.runSync(loadScenario(file(tariff)))
  if (parts === null) throw new Error('the scenario names a tariff')
  return (quarter: number) => tariffOver(parts, { startMs: START_MS + quarter * QUARTER_MS, durationMs: QUARTER_MS })
}
const refusal = (tariff: unknown): ScenarioRefused => Effect.runSync(Effect.flip(loadScenario(file(tariff))))
const prices = (name: string, header: string, values: readonly (string | number)[], fromMs = START_MS) => {
  const rows = values.map((value, hour) => `${(fromMs + hour * 3_600_000) / 1000},${value}`)
  writeFileSync(join(folder, name), [`timestamp,${header}`, ...rows].join('\n'))
}
const hours = Array.from({ length: 24 }, (_, hour) => hour)

describe('a supplier’s tariff', () => {
  it('is the sum of its parts and the VAT on them, and a neighbour’s energy bears the share that it does not avoid', () => {
    const flat = at({ energy: 120, network: 80.5, levies: 40, vat: 0.19, localNetworkShare: 0.5, feedIn: 78.65 })
    expect(flat(0)).toEqual({
      retailMilliEurPerMWh: 286_195,
      feedInMilliEurPerMWh: 78_650,
      localChargeMilliEurPerMWh: 95_498, // 80.25 × 1.19 = 95.4975, up
    })
    expect(flat(1000)).toEqual(flat(0))
  })

  it('may go by the time of day, in local standard time, the same every day', () => {
    // The street lies at 13.1° east: an hour ahead of UTC.
    const times = at({
      energy: [
        { from: '00:00', eurPerMWh: 100 },
        { from: '06:00', eurPerMWh: 300 },
        { from: '22:10', eurPerMWh: 100 },
      ],
      feedIn: 0,
    })
    expect(times(19).retailMilliEurPerMWh).toBe(100_000)
    expect(times(20).retailMilliEurPerMWh).toBe(300_000)
    // Within a slot it is the mean: ten minutes of 300 and five of 100.
    expect(times(84).retailMilliEurPerMWh).toBe(233_334)
    expect(times(84 + 96 * 30)).toEqual(times(84))
  })

  it('may follow a file, below nothing too, and goes on after its end from as many whole days before', () => {
    prices(
      'spot.csv',
      'eur_per_mwh',
      hours.map((hour) => 10 * hour - 30),
    )
    const spot = at({ energy: { csv: 'spot.csv' }, network: 50, vat: 0.2, feedIn: { csv: 'spot.csv' } })
    expect(spot(0)).toEqual({
      retailMilliEurPerMWh: 24_000,
      feedInMilliEurPerMWh: -30_000,
      localChargeMilliEurPerMWh: 60_000,
    })
    expect(spot(4 * 12 + 3).feedInMilliEurPerMWh).toBe(90_000)
    expect(spot(4 * 12 + 96 * 3)).toEqual(spot(4 * 12))
    prices(
      'ct.csv',
      'price_ct_per_kwh',
      hours.map(() => 27.895),
    )
    expect(at({ energy: { csv: 'ct.csv' }, feedIn: 0 })(5).retailMilliEurPerMWh).toBe(278_950)
  })

  it('rounds fractions in the supplier’s favour, and knows binary dust', () => {
    const parts = at({ energy: 0.1, network: 0.2, feedIn: 0.0005 })
    expect(parts(0)).toEqual({ retailMilliEurPerMWh: 300, feedInMilliEurPerMWh: 0, localChargeMilliEurPerMWh: 200 })
    expect(at({ energy: 0, feedIn: -0.0005 })(0).feedInMilliEurPerMWh).toBe(-1)
  })

  it('is left to the market where the scenario names none', () => {
    expect(Effect.runSync(loadScenario(file(undefined))).tariff).toBeNull()
  })

  it.each([
    ['has no price of energy', { feedIn: 80 }, 'tariff.energy', /a value/],
    [
      'has a day that begins late',
      { energy: [{ from: '06:00', eurPerMWh: 1 }], feedIn: 0 },
      'tariff.energy.0.from',
      /00:00/,
    ],
    [
      'has hours out of order',
      {
        energy: 1,
        feedIn: [
          { from: '00:00', eurPerMWh: 1 },
          { from: '08:00', eurPerMWh: 2 },
          { from: '08:00', eurPerMWh: 3 },
        ],
      },
      'tariff.feedIn.2.from',
      /later than 08:00/,
    ],
    [
      'has an hour that is none',
      { energy: [{ from: '24:00', eurPerMWh: 1 }], feedIn: 0 },
      'tariff.energy.0.from',
      /hour and minute/,
    ],
    ['has a tax of more than all', { energy: 1, vat: 19, feedIn: 0 }, 'tariff.vat', /between 0 and 1/],
    ['names a file that is not there', { energy: { csv: 'none.csv' }, feedIn: 0 }, 'tariff.energy.csv', /can be read/],
  ])('is refused when it %s', (_, tariff, field, message) => {
    const refused = refusal(tariff)
    expect(refused.field).toBe(field)
    expect(refused.message).toMatch(message)
  })

  it('is refused when its file has no price column, a word for a price, less than a day, or begins too late', () => {
    prices('odd.csv', 'cost', hours)
    expect(refusal({ energy: { csv: 'odd.csv' }, feedIn: 0 }).message).toMatch(
      /a column eur_per_mwh or price_eur_per_mwh/,
    )
    prices('word.csv', 'price', ['1', 'free', ...hours])
    expect(refusal({ energy: { csv: 'word.csv' }, feedIn: 0 }).message).toMatch(/line 3, column price: .*"free"/)
    prices('short.csv', 'price', hours.slice(1))
    expect(refusal({ energy: { csv: 'short.csv' }, feedIn: 0 }).message).toMatch(/a day of data or more/)
    prices('late.csv', 'price', hours, START_MS + 3_600_000)
    expect(refusal({ energy: { csv: 'late.csv' }, feedIn: 0 }).message).toMatch(/when the scenario starts/)
  })
})
