import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DeviceReport } from '#meter-agent/index.ts'
import { roleValues } from '#meter-agent/profiles/expected-values.ts'
import { hasPymodbus, startPymodbus, type UnitTables, wordsAt } from '../meter-agent/pymodbus.ts'
import {
  expectRecorded,
  expectSame,
  images as maps,
  recorded,
  frames as serial,
} from '../meter-agent/recorded-registers.ts'
import { compare, images as sunspec, there } from '../meter-agent/recorded-sunspec.ts'
import { commonwatt } from './command-line.ts'

const holding = (ranges: Parameters<typeof wordsAt>[0]): UnitTables => ({ holding: wordsAt(ranges), input: {} })
/** Every image is a unit of one server: those that describe themselves, then those of a profile. */
const units: Record<number, UnitTables> = {}
const sunspecUnit = (index: number) => 1 + index
const mapUnit = (index: number) => 101 + index
for (const [i, [, image]] of sunspec.entries()) units[sunspecUnit(i)] = holding(image.registers)
if (there) for (const [i, [name]] of maps.entries()) units[mapUnit(i)] = holding(recorded(name).registers ?? [])

/** What `commonwatt meter read --json` prints of a device. */
async function read(args: readonly string[]): Promise<DeviceReport> {
  const { code, stdout, stderr } = await commonwatt(['meter', 'read', '--json', ...args])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as DeviceReport
}

describe.skipIf(!hasPymodbus || !there)('a recorded image behind an independent Modbus server', () => {
  let server: Awaited<ReturnType<typeof startPymodbus>>
  beforeAll(async () => {
    server = await startPymodbus(units, 'tcp')
  })
  afterAll(() => server.stop())
  const urlOf = (unit: number) => `tcp://127.0.0.1:${server.port}?unit=${unit}`

  it.concurrent.each(sunspec.map(([file, image], i) => [file, image, sunspecUnit(i)] as const))(
    '%s reads as an independent reader read it',
    async (_, image, unit) => {
      const report = await read(['--modbus', urlOf(unit), '--base', String(image.base)])
      for (const [i, { id, points }] of image.expected.entries()) {
        expect(report.sunspec?.models[i]?.id).toBe(id)
        // A maker's own model (64,001 on) has no definition.
        if (id <= 64_000) compare(String(id), points, report.sunspec?.models[i]?.points)
      }
    },
  )

  it.concurrent.each(maps.map((map, i) => [...map, mapUnit(i)] as const))(
    '%s reads through %s as it was recorded',
    async (name, profile, pairs, unit) => {
      const report = await read(['--modbus', urlOf(unit), '--profile', profile])
      expectRecorded(recorded(name), pairs, { ...report.values, ...roleValues(report) })
    },
  )

  it.each(serial)('%s reads through %s over a line of frames with checksums', async (name, profile, paths) => {
    for (const [i, path] of paths.entries()) {
      const {
        request = '',
        response = '',
        value,
      } = recorded(name).expected[i] as Record<string, string> & { value: number }
      const unit = Number.parseInt(request.slice(0, 2), 16)
      const words = wordsAt([{ address: Number.parseInt(request.slice(4, 8), 16), hex: response.slice(6, -4) }])
      const line = await startPymodbus({ [unit]: { holding: {}, input: words } }, 'rtu')
      try {
        const report = await read(['--modbus', `rtu+tcp://127.0.0.1:${line.port}?unit=${unit}`, '--profile', profile])
        expectSame(path, roleValues(report)[path], value, path === 'grid.importWh' ? 1000 : 1)
      } finally {
        await line.stop()
      }
    }
  })
})
