import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { generateScenario, loadScenario, type ScenarioRefused, type SimulatedStreet } from '#sim/index.ts'
import { csvSeries } from '#sim/scenario/csv-series.ts'
import { readScenario } from '#sim/scenario/load-scenario.ts'
import { scenarioJsonSchema } from '#sim/scenario/scenario.ts'
import { besideCheckout } from './reference.ts'

const hamlet = besideCheckout('shared/data/hamlet')
const folder = mkdtempSync(join(tmpdir(), 'commonwatt-scenario-'))
afterAll(() => rmSync(folder, { recursive: true }))

const START_S = Date.UTC(2021, 1, 1) / 1000
const csv = (header: string, value: (row: number) => string | number, rows = 96) =>
  [header, ...Array.from({ length: rows }, (_, row) => `${START_S + row * 900},${value(row)}`)].join('\n')
const write = (name: string, content: unknown) => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}
write(
  'day.csv',
  csv('timestamp,electricity', (row) => row),
)
write(
  'roof.csv',
  csv('timestamp,electricity', (row) => (row === 48 ? 0.5 : 0)),
)

const scenario = (homes: unknown, rest = {}) => ({
  neighbourhood: 'lane',
  start: '2021-02-01T00:00:00Z',
  homes,
  ...rest,
})
const load = (content: unknown): SimulatedStreet => Effect.runSync(loadScenario(write('s.json', content)))
const refusal = (content: unknown): ScenarioRefused =>
  Effect.runSync(Effect.flip(loadScenario(write('refused.json', content))))

describe('a scenario', () => {
  it('is written as its published JSON Schema says', () => {
    const path = join(import.meta.dirname, '../../sim/scenario.schema.json')
    // After a change of the schema: write what scenarioJsonSchema() gives into that file, then biome format.
    expect(scenarioJsonSchema()).toEqual(JSON.parse(readFileSync(path, 'utf8')))
  })

  it('takes measured load and roof, per unit of peak power, as constant power within each step', () => {
    const roof = { csv: 'roof.csv', peakKw: 5 }
    const { homes, startMs } = load(scenario([{ home: 'one', load: { csv: 'day.csv' }, roof }]))
    const state = homes[0]?.advanceTo(startMs + 48 * 900_000 + 899_999)
    expect(state).toMatchObject({ loadW: 48, roof: { powerW: 2500, peakW: 5000 }, grid: { powerW: 48 - 2500 } })
    expect(homes[0]?.advanceTo(startMs + 49 * 900_000)).toMatchObject({ loadW: 49, roof: { powerW: 0 } })
  })

  it('goes on after the end of the data from as many whole days before', () => {
    const { homes, startMs } = load(scenario([{ home: 'one', load: { csv: 'day.csv' } }]))
    expect(homes[0]?.advanceTo(startMs + 5 * 86_400_000 + 3 * 900_000).loadW).toBe(3)
  })

  it('takes generated homes written out, and a count to generate', () => {
    const roof = { peakKw: 4, tiltDeg: 30, azimuthDeg: 180 }
    const battery = { capacityWh: 5000, powerW: 2500, initialSoc: 0.2 }
    const written = load(scenario([{ home: 'one', load: { annualKwh: 3000 }, roof, battery }]))
    expect(written.homes[0]?.advanceTo(written.startMs).battery?.socBasisPoints).toBe(2000)
    const generated = load(scenario({ generate: { homes: 3, pvShare: 1, batteryShare: 0 } }))
    const states = generated.homes.map((home) => home.advanceTo(generated.startMs))
    expect(states.every((state) => state.roof !== null && state.battery === null)).toBe(true)
  })

  it('takes a roof of which only the peak power is told as one of 30° that faces south', () => {
    const noon = (roof: object) => {
      const { homes, startMs } = load(scenario([{ home: 'one', load: { annualKwh: 3000 }, roof }]))
      return homes[0]?.advanceTo(startMs + 12 * 3_600_000).roof?.powerW
    }
    const told = noon({ peakKw: 4, tiltDeg: 30, azimuthDeg: 180 })
    expect(told).toBeGreaterThan(0)
    expect(noon({ peakKw: 4 })).toBe(told)
    expect(noon({ peakKw: 4, azimuthDeg: 90 })).not.toBe(told)
  })

  it('takes a file that begins with a byte order mark', () => {
    const file = join(folder, 'marked.json')
    writeFileSync(file, `\uFEFF${JSON.stringify(scenario([{ home: 'one', load: { annualKwh: 3000 } }]))}`)
    expect(readScenario(file).homes).toHaveLength(1)
  })

  it.skipIf(!hamlet.there)('takes a folder of measured homes and roofs in a few lines', () => {
    const folders = { load: join(hamlet.path, 'load'), roofs: join(hamlet.path, 'pv'), roofPeakKw: [5, 8] }
    const street = load(scenario({ folder: folders }, { start: '2021-03-20T10:00:00Z' }))
    expect(street.homes).toHaveLength(16)
    expect(street.homes[0]?.home).toBe('hh-2012-3')
    const states = street.homes.map((home) => home.advanceTo(street.startMs))
    expect(states.filter((state) => state.roof !== null)).toHaveLength(9)
    // The data's own value of that quarter of an hour.
    const [header, ...rows] = readFileSync(join(folders.load, 'hh_2012_3.csv'), 'utf8').trim().split('\n')
    expect(header).toBe('timestamp,electricity')
    const measured = rows.find((row) => row.startsWith(`${street.startMs / 1000},`))
    expect(states[0]?.loadW).toBe(Number(measured?.split(',')[1]))
  })
})

describe('a scenario that is wrong', () => {
  const home = { home: 'one', load: { annualKwh: 3000 } }
  const roof = { peakKw: 4, tiltDeg: 30, azimuthDeg: 180 }
  const battery = { capacityWh: 5000, powerW: 2500 }
  it.each<[string, unknown, string, RegExp]>([
    ['is no JSON', '{', '', /expected JSON/],
    ['has a field too many', scenario([{ ...home, rof: roof }]), 'homes.0.rof', /no such field \(there are home, load/],
    ['lacks a field', { start: '2021-02-01T00:00:00Z', homes: [home] }, 'neighbourhood', /a value, not nothing/],
    ['lacks a field of a roof', scenario([{ ...home, roof: { tiltDeg: 3 } }]), 'homes.0.roof.peakKw', /a value/],
    ['asks for too many', scenario({ generate: { homes: 201 } }), 'homes.generate.homes', /between 1 and 200, not 201/],
    ['has a start without zone', scenario([home], { start: '2021-02-01T00:00' }), 'start', /ISO 8601 with a zone/],
    ['starts on no day', scenario([home], { start: '2021-02-41T00:00Z' }), 'start', /exist/],
    ['starts on a day that Date makes another of', scenario([home], { start: '2021-02-30T00:00Z' }), 'start', /exist/],
    ['starts before time', scenario([home], { start: '1970-12-31T23:59Z' }), 'start', /from 1971 on, not 1970/],
    ['has a home twice', scenario([home, home]), 'homes.1.home', /no other home has, not one/],
    ['has a battery without a roof', scenario([{ ...home, battery }]), 'homes.0.battery', /a roof beside it/],
    [
      'has a window upside down',
      scenario([{ ...home, roof, battery: { ...battery, minSoc: 0.99 } }]),
      'homes.0.battery',
      /minSoc ≤/,
    ],
    [
      'names no file',
      scenario([{ home: 'one', load: { csv: 'gone.csv' } }]),
      'homes.0.load.csv',
      /can be read.*ENOENT/,
    ],
    [
      'starts before its data',
      scenario([{ home: 'one', load: { csv: 'day.csv' } }], { start: '2021-01-31T23:59Z' }),
      'start',
      /2021-02-01T00:00:00.000Z to before 2021-02-02/,
    ],
    [
      'starts at their end',
      scenario([{ home: 'one', load: { csv: 'day.csv' } }], { start: '2021-02-02T00:00Z' }),
      'start',
      /before 2021-02-02/,
    ],
    [
      'has a charger that nobody sells',
      scenario([{ home: 'one', load: { annualKwh: 3000 }, car: { capacityWh: 50_000, chargePowerW: 7_400 } }]),
      'homes.0.car.chargePowerW',
      /3700 \| 11000 \| 22000/,
    ],
    [
      'has a car that gives back while it charges at once',
      scenario([
        { home: 'one', load: { annualKwh: 3000 }, car: { capacityWh: 50_000, chargePowerW: 11_000, v2g: true } },
      ]),
      'homes.0.car.v2g',
      /with-the-sun/,
    ],
    [
      'has a car that may be emptier than it leaves',
      scenario([
        {
          home: 'one',
          load: { annualKwh: 3000 },
          car: { capacityWh: 50_000, chargePowerW: 11_000, minSoc: 0.9, targetSoc: 0.7 },
        },
      ]),
      'homes.0.car.minSoc',
      /at most targetSoc \(0.7\)/,
    ],
    [
      'has a heat pump without heat',
      scenario([{ home: 'one', load: { annualKwh: 3000 }, heatPump: { source: 'air' } }]),
      'homes.0.heatPump.annualHeatKwh',
      /a value/,
    ],
    [
      'names an empty folder',
      scenario({ folder: { load: '/proc/self/task' } }),
      'homes.folder.load',
      /1 to 200 CSV files/,
    ],
  ])('is refused when it %s', (_, content, field, message) => {
    const refused = refusal(content)
    expect(refused).toMatchObject({ _tag: 'ScenarioRefused', field })
    expect(refused.file).toMatch(/refused\.json$/)
    expect(refused.message).toMatch(message)
  })

  it('is refused when its file is not there', () => {
    expect(Effect.runSync(Effect.flip(loadScenario(join(folder, 'none.json')))).message).toMatch(
      /none\.json: expected a file/,
    )
  })

  it('is refused when a generated street has no homes, too many, or half a seed', () => {
    const failure = (options: { homes: number; seed: number }) => Effect.runSync(Effect.flip(generateScenario(options)))
    expect(failure({ homes: 0, seed: 1 }).field).toBe('homes.generate.homes')
    expect(failure({ homes: 2.5, seed: 1 }).field).toBe('homes.generate.homes')
    expect(failure({ homes: 3, seed: 0.5 }).field).toBe('seed')
  })
})

describe('measured data', () => {
  const series = (text: string, column?: string) => csvSeries({ file: 'x.csv', text, column, wattsPerUnit: 1 })

  it('is read as the README shows one, and by every column that it names', () => {
    const guide = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    const [, example = ''] = /```csv\n([^`]*)```/.exec(guide) ?? []
    const later = Array.from(
      { length: 93 },
      (_, row) => `${Date.parse('2021-03-20T06:45:00Z') / 1_000 + 900 * row},5\n`,
    )
    const day = example + later.join('')
    expect([...series(day).values.slice(0, 4)]).toEqual([312, 298, 1740, 5])
    const [, names = ''] = /a column of values: (.*)\. Other columns/.exec(guide) ?? []
    const columns = [...names.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name ?? '')
    expect(columns).toHaveLength(6)
    for (const column of columns) expect(series(day.replace('power_w', column)).values[0]).toBeGreaterThan(0)
  })
  const refused = (text: string, wattsPerUnit = 1): string => {
    try {
      csvSeries({ file: 'x.csv', text, wattsPerUnit })
    } catch (error) {
      return (error as ScenarioRefused).message
    }
    return 'taken'
  }

  it('may be power or energy by the ending of the column, in Unix seconds or ISO 8601', () => {
    expect(series(csv('timestamp,power_kw', () => 1.5)).values[0]).toBe(1500)
    expect(series(csv('timestamp,energy_wh', () => 100)).values[0]).toBe(400)
    expect(series(csv('timestamp,energy_kwh', () => 0.1)).values[0]).toBeCloseTo(400, 9)
    expect(
      series(
        csv('timestamp,mine', () => 7),
        'mine',
      ).values[0],
    ).toBe(7)
    const hour = (row: number) => new Date(Date.UTC(2021, 0, 1, row)).toISOString()
    const rows = Array.from({ length: 24 }, (_, row) => row)
    const iso = rows.map((row) => `${row},"${hour(row)}"`).join('\r\n')
    expect(series(`\uFEFFpower_w,timestamp\r\n${iso}\r\n`)).toMatchObject({
      startMs: Date.UTC(2021, 0, 1),
      stepMs: 3_600_000,
    })
    const spaced = rows.map((row) => `${row},${hour(row).slice(0, 19).replace('T', ' ')}`).join('\n')
    expect(series(`power_w,timestamp\n${spaced}`).startMs).toBe(Date.UTC(2021, 0, 1))
  })

  it('is refused with line, column, what stands there and what would be right', () => {
    const at = (row: number, value: string) => csv('timestamp,power_w', (index) => (index === row ? value : '5'))
    expect(refused(csv('time,power_w', () => 1))).toMatch(
      /x\.csv: line 1, column timestamp: expected a column timestamp/,
    )
    expect(refused(csv('timestamp,watts', () => 1))).toMatch(/line 1.*power_w or power_kw.*not timestamp,watts/)
    expect(refused(at(15, 'NaN'))).toMatch(/line 17, column power_w: expected a number of 0 or more, not "NaN"/)
    expect(refused(at(15, '-3'))).toMatch(/line 17.*not "-3"/)
    expect(refused(at(15, ''))).toMatch(/line 17.*not nothing/)
    const gap = csv('timestamp,power_w', () => 1)
      .split('\n')
      .toSpliced(20, 1)
      .join('\n')
    expect(refused(gap)).toMatch(/line 21, column timestamp: expected .*every step as long as the first/)
    expect(refused(csv('timestamp,power_w', () => 1, 95))).toMatch(/a day of data/)
    expect(refused('timestamp,power_w')).toMatch(/two rows or more/)
    expect(refused('')).toMatch(/a column timestamp/)
    expect(
      refused(
        csv('timestamp,power', () => 300),
        5000,
      ),
    ).toMatch(/line 2, column power: expected at most 1.5 of the peak/)
    expect(
      refused(
        csv('timestamp,power_w', () => 300),
        5000,
      ),
    ).toBe('taken')
  })
})
