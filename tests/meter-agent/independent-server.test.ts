import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { readDevice } from '#meter-agent/index.ts'
import { roleValues } from '#meter-agent/profiles/expected-values.ts'
import { loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { tableOf } from '#meter-agent/profiles/modbus-profile.ts'
import { hasPymodbus, startPymodbus, wordsAt } from './pymodbus.ts'

describe.skipIf(!hasPymodbus)('an independent Modbus server', () => {
  it.each(['eastron-sdm630', 'goodwe-et', 'sma-inverter', 'solaredge-hybrid', 'sungrow-sh', 'victron-gx'])(
    'with the registers of a test of %s reads as the test expects',
    async (name) => {
      const profile = await Effect.runPromise(loadModbusProfile(name))
      const test = profile.tests.toSorted((a, b) => b.registers.length - a.registers.length)[0]
      const of = (table: 'holding' | 'input') =>
        wordsAt((test?.registers ?? []).filter((range) => tableOf(profile, range) === table))
      const { unit } = profile.transport
      const { port, stop } = await startPymodbus({ [unit]: { holding: of('holding'), input: of('input') } }, 'tcp')
      try {
        const device = { type: 'modbus', url: `tcp://127.0.0.1:${port}`, profile: name } as const
        const report = await Effect.runPromise(readDevice({ device }))
        const actual = { ...report.values, ...roleValues(report) }
        for (const [value, expected] of Object.entries(test?.expected ?? {}))
          expect(actual[value], value).toBe(expected)
      } finally {
        await stop()
      }
    },
  )
})
