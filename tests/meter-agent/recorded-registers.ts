import { existsSync, readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** Registers or frames of a device, and what they mean. */
export interface Recorded {
  readonly registers?: readonly { readonly address: number; readonly hex: string }[]
  readonly frames?: readonly { readonly address: number; readonly hex: string }[]
  readonly device_info?: { readonly model: string; readonly serial: string }
  readonly expected: readonly Readonly<Record<string, unknown>>[]
}

/** Where they are. */
const folder = new URL('../../../shared/reference/meter/dumps/', import.meta.url)
/** Whether there are recordings; where not, it is said. */
export const there = existsSync(folder)
if (!there) console.warn(`skipped: recorded devices are not at ${folder.pathname}`)
export const recorded = (name: string): Recorded => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))

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
/** Images of registers, each with the profile that it is read through and what has to come out. */
export const images: readonly (readonly [image: string, profile: string, pairs: Pairs])[] = [
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

/** Frames of a serial line, each with the profile that it is read through and the paths of its values in order. */
export const frames = [
  ['eastron-sdm630-rtu-frames', 'eastron-sdm630', ['grid.voltageV.0', 'grid.currentA.1', 'grid.currentA.1']],
  ['eastron-sdm230-solax-bus', 'eastron-sdm120', ['grid.importWh', 'grid.importWh', 'grid.powerW']],
] as const

/** The same text, or the same number within what a float32 and the recorded rounding of counters to 1 Wh leave. */
export function expectSame(name: string, actual: unknown, value: unknown, factor: number): void {
  if (typeof value !== 'number') expect(actual, name).toBe(value)
  else {
    const wanted = value * factor
    const tolerance = Math.max(factor === 1000 ? 0.5 : 1e-9, Math.abs(wanted) * 1e-6)
    expect(typeof actual, name).toBe('number')
    expect(Math.abs(Number(actual) - wanted), `${name}: ${String(actual)} for ${wanted}`).toBeLessThanOrEqual(tolerance)
  }
}

/** Every value of an image that its pairs name is as it was recorded. */
export function expectRecorded(
  { registers = [], expected, device_info: info }: Recorded,
  pairs: Pairs,
  actual: Readonly<Record<string, unknown>>,
): void {
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
}
