import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { readDevice } from '#meter-agent/index.ts'
import { roleValues } from '#meter-agent/profiles/expected-values.ts'
import { loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { tableOf } from '#meter-agent/profiles/modbus-profile.ts'
import { command, controllerAt, folder, hybrid } from './controlled-device.ts'
import { hasPymodbus, startPymodbus, wordsAt } from './pymodbus.ts'
import { sunspecImage } from './sunspec-image.ts'

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

  it('keeps what control writes, and is put back to what was found', async () => {
    const holding = Object.fromEntries(sunspecImage(hybrid))
    const { port, stop } = await startPymodbus({ 1: { holding, input: {} } }, 'tcp')
    try {
      const device = { type: 'modbus', url: `tcp://127.0.0.1:${port}?unit=1` } as const
      const controls = async () =>
        (await Effect.runPromise(readDevice({ device }))).sunspec?.models
          .filter(({ id }) => id === 123 || id === 124)
          .map(({ points }) => points)
      const before = await controls()
      await Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const controller = yield* controllerAt(port, { folder: yield* folder })
            yield* controller.accept(command({ powerW: 2_500 }))
            expect((yield* Effect.promise(controls))?.[0]).toMatchObject({ WMaxLimPct: 25, WMaxLim_Ena: 1 })
            yield* controller.accept(command({ action: 'charge', powerW: 1_000 }))
            expect((yield* Effect.promise(controls))?.[1]).toMatchObject({ InWRte: 25, OutWRte: -20, StorCtl_Mod: 3 })
          }),
        ),
      )
      expect(await controls()).toEqual(before)
    } finally {
      await stop()
    }
  })
})
