import { Effect, type Scope } from 'effect'
import type { ModbusDevice } from './device-address.ts'
import { type MeterError, NoGridMeter } from './meter-error.ts'
import type { BadModbusUrl } from './modbus-url.ts'
import { openProfiledDevice } from './profiled-device.ts'
import type { BadProfile } from './profiles/bad-profile.ts'
import { loadModbusProfile } from './profiles/load-modbus-profile.ts'
import { profileHash, sampleOfValues, sampleValues } from './profiles/profile-sample.ts'
import { profileWitness, witnessValues } from './profiles/profile-witness.ts'
import { registersText, wordsText } from './registers.ts'
import type { SettlementMeter } from './settlement-meter.ts'

/** The settlement meter of a Modbus device that is read through a profile: its grid role. */
export const openProfileMeter = (
  device: ModbusDevice,
  options: {
    readonly profileName: string
    readonly timeoutMs: number
    readonly production: 'wanted' | 'as it comes'
  },
): Effect.Effect<SettlementMeter<never>, BadModbusUrl | BadProfile, Scope.Scope> =>
  Effect.gen(function* () {
    const { profileName, timeoutMs } = options
    const profile = yield* loadModbusProfile(profileName)
    const only = witnessValues(profile, { sample: sampleValues(profile), production: options.production })
    const { connect, read, unit } = yield* openProfiledDevice(device, { profile, timeoutMs, only })
    const identify: Effect.Effect<`0x${string}`, MeterError> = Effect.gen(function* () {
      if (profile.grid?.importWh === undefined || profile.grid.exportWh === undefined) {
        const detail = `profile ${profile.profile} has no counters of the grid`
        return yield* new NoGridMeter({ device: `unit ${unit}`, detail })
      }
      yield* read
      return profileHash(profile)
    })
    return {
      connect,
      identify,
      read: Effect.map(read, ({ blocks, values }) => ({
        sample: sampleOfValues(profile, values),
        witness: profileWitness(profile, values),
        registers: registersText({
          protocol: 'modbus-profile',
          profile: profileName,
          unit,
          blocks: blocks.map(({ table, address, words }) => ({ table, address, words: wordsText(words) })),
        }),
        sourceTimeMs: null,
        origin: 'asked' as const,
      })),
    }
  })
