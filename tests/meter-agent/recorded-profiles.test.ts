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
import { expectRecorded, expectSame, frames, images, recorded, there } from './recorded-registers.ts'

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

describe.skipIf(!there)('a recorded device', () => {
  it.each(images)('%s reads through %s as it was recorded', async (image, profile, pairs) => {
    const { registers = [] } = recorded(image)
    expectRecorded(recorded(image), pairs, await readThrough(profile, registers))
  })

  it.each(frames)('%s reads through %s as it was recorded', async (image, profile, paths) => {
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
