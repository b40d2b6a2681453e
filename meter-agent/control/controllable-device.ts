import type { Effect } from 'effect'
import type { DeviceAction } from '#protocol/device-command.ts'
import type { RegisterWrite } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { decodeNumber, type NumberCoding } from '../register-number.ts'
import { ControlRefused } from './control-refused.ts'

/** What a device is told to do, other than to stop. */
export type ControlAction = Exclude<DeviceAction, 'release'>

/** A register that may be written, and how far, in the unit of its number. Anything else is never written. */
export interface AllowedRegister {
  readonly name: string
  readonly unit: number
  readonly address: number
  readonly coding: NumberCoding
  readonly min: number
  readonly max: number
}

/** A write, and what puts it back: what was found there before, or words of its own. */
export interface PlannedWrite extends RegisterWrite {
  /** whether it is after how long without us the device reverts by itself: then all has to be written again in time */
  readonly isTimeout: boolean
  readonly revertTo: 'found' | readonly number[]
}

/** A device as control sees it. */
export interface ControllableDevice {
  /** what has to read so for it to be the same device: read before each time that it is written to */
  readonly identity: readonly RegisterWrite[]
  readonly allowed: readonly AllowedRegister[]
  /**
   * The writes that make it do so, in order; the last of them sets it off, and is the first to be put back.
   * `found` is what some of the registers held before a command that is still at work.
   */
  readonly plan: (command: {
    readonly action: ControlAction
    readonly powerW: number
    /** after how long without us the device shall revert by itself, where it can */
    readonly timeoutS: number
    readonly found: readonly RegisterWrite[]
  }) => Effect.Effect<readonly PlannedWrite[], ControlRefused | ModbusError>
}

/** The first of the writes that is not allowed; null if all are. */
export function refusedWrite(
  allowed: readonly AllowedRegister[],
  writes: readonly RegisterWrite[],
): ControlRefused | null {
  for (const { unit, address, words } of writes) {
    const register = allowed.find((one) => one.unit === unit && one.address === address)
    const field = register?.name ?? `register ${address} of unit ${unit}`
    if (register === undefined || register.coding.words !== words.length) {
      const expected = 'a register of the allow-list, whole'
      return new ControlRefused({ reason: 'not-allowed', field, value: `${words.length} words`, expected })
    }
    const { min, max, coding } = register
    const value = decodeNumber(words, coding)
    if (!(value >= min && value <= max)) {
      return new ControlRefused({ reason: 'out-of-range', field, value: `${value}`, expected: `${min} to ${max}` })
    }
  }
  return null
}
