import { Result } from 'effect'
import { readModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import type { ModbusProfile } from '#meter-agent/profiles/modbus-profile.ts'

/** The JSON of a small meter's profile, with some of its fields replaced. */
export const meterProfile = (change: Readonly<Record<string, unknown>> = {}) => {
  const profile = {
    profile: 'mine',
    title: 'A meter',
    source: 'its manual',
    transport: { unit: 1, table: 'holding' },
    block: { words: 16, gap: 4 },
    wordOrder: 'high-first',
    registers: {
      power: { address: 0, type: 's16', unit: 'W' },
      import: { address: 2, type: 'u32', unit: 'Wh', counter: { bits: 32, resettable: false } },
      export: { address: 4, type: 'u32', unit: 'kWh', scale: 0.1, counter: { bits: 32, resettable: false } },
    },
    device: { manufacturer: { text: 'Me' } },
    grid: {
      powerW: { value: 'power', sign: 'as-is' },
      importWh: 'import',
      exportWh: 'export',
      voltageV: [],
      currentA: [],
    },
    tests: [
      {
        name: 'export',
        registers: [{ address: 0, hex: 'fe6400000000138800000032' }],
        expected: { 'grid.powerW': -412, 'grid.importWh': 5000, 'grid.exportWh': 5000 },
      },
    ],
  }
  return { ...profile, ...change } as typeof profile
}

/** A small meter's profile, with some of its fields replaced. */
export function profileOf(change: Readonly<Record<string, unknown>> = {}): ModbusProfile {
  const read = readModbusProfile('mine', meterProfile(change))
  if (Result.isFailure(read)) throw read.failure[0]
  return read.success
}
