import { Effect } from 'effect'
import type { RegisterWrite, WritableBus } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { OtherDevice } from '../meter-error.ts'
import { makePlannedReader } from '../planning/planned-reader.ts'
import { profilePlan } from '../planning/profile-plan.ts'
import { mismatchOf } from '../profiled-device.ts'
import { identityRegisters } from '../profiles/control-faults.ts'
import { codingOf, controlWrites } from '../profiles/control-writes.ts'
import { decodeValues } from '../profiles/decode-values.ts'
import { type ModbusProfile, wordsOf } from '../profiles/modbus-profile.ts'
import { ControlRefused } from './control-refused.ts'
import type { ControllableDevice } from './controllable-device.ts'
import { readRegisters } from './write-registers.ts'

/** Control of a device by the `control` section of its profile. Refused where it has none, or another device answers. */
export const openProfileControl = (
  bus: WritableBus,
  { unit, profile }: { readonly unit: number; readonly profile: ModbusProfile },
): Effect.Effect<ControllableDevice, ModbusError | OtherDevice | ControlRefused> =>
  Effect.gen(function* () {
    const { control, limits, transport } = profile
    if (control === undefined) {
      const expected = 'one with a "control" section'
      return yield* new ControlRefused({ reason: 'not-capable', field: 'profile', value: profile.profile, expected })
    }
    const rated = limits?.powerRegister
    const identity = identityRegisters(profile)
    const only = [...identity, ...(rated === undefined ? [] : [rated])]
    const reader = makePlannedReader(bus, { unit, plan: profilePlan(profile, only), gapMs: transport.gapMs ?? 0 })
    const values = decodeValues(profile, (yield* reader).blocks)
    const detail = mismatchOf(profile, values)
    if (detail !== null) return yield* new OtherDevice({ unit, profile: profile.profile, detail })
    const ratedValue = rated === undefined ? limits?.powerW : values[rated]
    const ratedW = typeof ratedValue === 'number' && ratedValue > 0 ? { ratedW: ratedValue } : {}
    const places = identity.flatMap((id): readonly RegisterWrite[] => {
      const register = profile.registers[id]
      if (register === undefined) return []
      return [{ unit, address: register.address, words: new Array<number>(wordsOf(register)).fill(0) }]
    })
    return {
      identity: yield* readRegisters(bus, places),
      allowed: Object.entries(control.registers).map(([name, register]) => {
        const factor = register.unit === 'kW' ? 1_000 : 1
        const { address, min, max } = register
        return { name, unit, address, coding: codingOf(profile, register), min: min * factor, max: max * factor }
      }),
      plan: ({ action, powerW, timeoutS }) =>
        Effect.try({
          try: () =>
            controlWrites(profile, control, { action, powerW, timeoutS, ...ratedW }).map((write) => ({
              unit,
              ...write,
            })),
          catch: (cause) => {
            if (!(cause instanceof RangeError)) throw cause
            return new ControlRefused({
              reason: 'out-of-range',
              field: action,
              value: `${powerW} W`,
              expected: cause.message,
            })
          },
        }).pipe(
          Effect.filterOrFail(
            (writes) => writes.length > 0,
            () =>
              new ControlRefused({
                reason: 'not-capable',
                field: 'action',
                value: action,
                expected: `one that ${profile.profile} has`,
              }),
          ),
        ),
    }
  })
