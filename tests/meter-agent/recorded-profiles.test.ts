import { existsSync, readFileSync } from 'node:fs'
import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import type { Bus } from '#meter-agent/drivers/bus.ts'
import { ModbusException } from '#meter-agent/drivers/modbus-error.ts'
import { makePlannedReader } from '#meter-agent/planning/planned-reader.ts'
import { profilePlan } from '#meter-agent/planning/profile-plan.ts'
import { decodeValues } from '#meter-agent/profiles/decode-values.ts'
import { roleValues } from '#meter-agent/profiles/expected-values.ts'
import { loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { profileReport } from '#meter-agent/profiles/profile-report.ts'

interface Recorded {
  readonly registers?: readonly { readonly address: number; readonly hex: string }[]
  readonly frames?: readonly { readonly address: number; readonly hex: string }[]
  readonly device_info?: { readonly model: string; readonly serial: string }
  readonly expected: readonly Readonly<Record<string, unknown>>[]
}

const folder = new URL('../../../shared/reference/meter/dumps/', import.meta.url)
const there = existsSync(folder)
if (!there) console.warn(`skipped: recorded devices are not at ${folder.pathname}`)
const recorded = (name: string): Recorded => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

const wordsOf = (hex: string) => (hex.match(/.{4}/g) ?? []).map((word) => Number.parseInt(word, 16))

/** A device that has what was recorded, and refuses everything else. */
function recordedBus(ranges: readonly { readonly address: number; readonly hex: string }[]): Bus {
  const registers = new Map(
    ranges.flatMap(({ address, hex }) => wordsOf(hex).map((word, i) => [address + i, word] as const)),
  )
  return {
    connect: Effect.void,
    read: ({ unit, address, count }) => {
      const words = Array.from({ length: count }, (_, i) => registers.get(address + i))
      return words.every((word) => word !== undefined)
        ? Effect.succeed(words)
        : Effect.fail(new ModbusException({ line: 'recorded', code: 2, unit, address, count }))
    },
  }
}

/** What a profile makes of it: its values by name, its roles by path. */
const readThrough = (profileName: string, ranges: readonly { readonly address: number; readonly hex: string }[]) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const profile = yield* loadModbusProfile(profileName)
      const reader = makePlannedReader(recordedBus(ranges), { unit: 1, plan: profilePlan(profile) })
      const values = decodeValues(profile, (yield* reader).blocks)
      return { ...values, ...roleValues(profileReport(profile, values)) }
    }),
  )

/** A recorded value, and the value of a profile that has to be it: how many of ours make one of theirs, and its sign. */
type Pairs = Readonly<Record<string, readonly [ours: string, factor?: number]>>

const goodweEt: Pairs = {
  ppv1: ['pv1Power'],
  ppv2: ['pv2Power'],
  ppv: ['pv.powerW', -1],
  vgrid: ['grid.voltageV.0'],
  vgrid2: ['grid.voltageV.1'],
  vgrid3: ['grid.voltageV.2'],
  total_inverter_power: ['inverterPower'],
  pbattery1: ['battery.powerW', -1],
  battery_soc: ['battery.soc'],
  e_total: ['pv.exportWh', 1000],
  e_total_exp: ['inverterExport', 1000],
  meter_freq: ['grid.frequencyHz'],
  meter_e_total_exp: ['grid.exportWh', 1000],
  meter_e_total_imp: ['grid.importWh', 1000],
  meter_active_power_total: ['grid.powerW', -1],
}
const images: readonly (readonly [image: string, profile: string, pairs: Pairs])[] = [
  ['goodwe-gw10k-et-day', 'goodwe-et', goodweEt],
  ['goodwe-gw25k-et', 'goodwe-et', goodweEt],
  ['goodwe-gw6000-eh', 'goodwe-et', goodweEt],
  [
    'goodwe-gw8k-dt',
    'goodwe-dt',
    {
      vgrid1: ['voltageL1'],
      vgrid2: ['voltageL2'],
      vgrid3: ['voltageL3'],
      fgrid1: ['frequency'],
      total_inverter_power: ['pv.powerW', -1],
      e_total: ['pv.exportWh', 1000],
    },
  ],
  ['e3dc-swapped-int32', 'e3dc-s10', { gridPower: ['grid.powerW'] }],
  [
    'huawei-sun2000-3ktl-standby',
    'huawei-sun2000',
    {
      model_name: ['device.model'],
      serial_number: ['device.serial'],
      rated_power: ['ratedPower'],
      input_power: ['dcPower'],
      active_power: ['pv.powerW', -1],
      accumulated_yield_energy: ['pv.exportWh', 1000],
    },
  ],
  [
    'schneider-pm3200',
    'schneider-pm3200',
    {
      powerL1: ['powerL1'],
      powerL2: ['powerL2'],
      powerL3: ['powerL3'],
      powerTotal: ['grid.powerW'],
      frequency: ['grid.frequencyHz'],
      energyDelivered: ['grid.importWh'],
      energyReceived: ['grid.exportWh'],
      model: ['device.model'],
      manufacturer: ['device.manufacturer'],
    },
  ],
]

/** The same text, or the same number within what a float32 and the recorded rounding of counters to 1 Wh leave. */
function expectSame(name: string, actual: unknown, value: unknown, factor: number): void {
  if (typeof value !== 'number') expect(actual, name).toBe(value)
  else {
    const wanted = value * factor
    const tolerance = Math.max(factor === 1000 ? 0.5 : 1e-9, Math.abs(wanted) * 1e-6)
    expect(typeof actual, name).toBe('number')
    expect(Math.abs(Number(actual) - wanted), `${name}: ${String(actual)} for ${wanted}`).toBeLessThanOrEqual(tolerance)
  }
}

describe.skipIf(!there)('a recorded device', () => {
  it.each(images)('%s reads through %s as it was recorded', async (image, profile, pairs) => {
    const { registers = [], expected, device_info: info } = recorded(image)
    const actual = await readThrough(profile, registers)
    if (info !== undefined) {
      expect(actual['device.serial']).toBe(info.serial)
      expect(actual['device.model']).toBe(info.model === '' ? null : info.model)
    }
    const known = expected.filter(({ id }) => Object.hasOwn(pairs, String(id)))
    expect(known.length).toBeGreaterThan(0)
    const isIn = (register: unknown) =>
      registers.some(({ address, hex }) => address <= Number(register) && Number(register) < address + hex.length / 4)
    for (const { id, value, register = 0 } of known) {
      const [ours = '', factor = 1] = pairs[String(id)] ?? []
      // The recorded reader makes 0 of a register that the image does not have.
      const wanted = register === 0 || isIn(register) ? value : null
      expectSame(`${String(id)} as ${ours}`, actual[ours], wanted, factor)
    }
  })

  it.each([
    ['eastron-sdm630-rtu-frames', 'eastron-sdm630', ['grid.voltageV.0', 'grid.currentA.1', 'grid.currentA.1']],
    ['eastron-sdm230-solax-bus', 'eastron-sdm120', ['grid.importWh', 'grid.importWh', 'grid.powerW']],
  ] as const)('%s reads through %s as it was recorded', async (image, profile, paths) => {
    for (const [i, path] of paths.entries()) {
      const { request, response, value } = recorded(image).expected[i] as Record<string, string> & { value: number }
      const address = Number.parseInt(request?.slice(4, 8) ?? '', 16)
      const actual = await readThrough(profile, [{ address, hex: response?.slice(6, -4) ?? '' }])
      expectSame(path, actual[path], value, path === 'grid.importWh' ? 1000 : 1)
    }
  })

  it('solaredge-hybrid-103-trace reads through solaredge-hybrid as its SunSpec model does', async () => {
    const { registers = [], expected } = recorded('solaredge-hybrid-103-trace')
    const points = (expected[1]?.points ?? {}) as Record<string, { readonly value: number }>
    const actual = await readThrough('solaredge-hybrid', registers)
    expectSame('W', actual['pv.powerW'], points.W?.value, -1)
    expectSame('WH', actual['pv.exportWh'], points.WH?.value, 1)
  })

  it('kostal-plenticore-chain has its models where kostal-plenticore looks for them', async () => {
    const { frames = [] } = recorded('kostal-plenticore-chain')
    expect(await readThrough('kostal-plenticore', frames)).toMatchObject({ meterModel: 203, batteryModel: 802 })
  })
})
