import { Effect, type Scope } from 'effect'
import { DEFAULT_TIMEOUT_MS, type ModbusDevice } from '../device-address.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { openWritableModbusLine } from '../drivers/modbus-line.ts'
import type { OtherDevice } from '../meter-error.ts'
import { type BadModbusUrl, modbusUrl } from '../modbus-url.ts'
import type { BadProfile } from '../profiles/bad-profile.ts'
import { loadModbusProfile } from '../profiles/load-modbus-profile.ts'
import type { NotSunspec } from '../sunspec/not-sunspec.ts'
import type { ControlTerms } from './check-command.ts'
import type { ControlRefused } from './control-refused.ts'
import type { ControllableDevice } from './controllable-device.ts'
import { type ControlClock, type ControlError, type Controller, openController } from './controller.ts'
import { openJournalFile } from './journal-file.ts'
import { openProfileControl } from './profile-control.ts'
import { openSunspecControl } from './sunspec-control.ts'

/**
 * Takes control of a Modbus device until the scope closes, and keeps the record of it in `journalFile`. What an earlier
 * process left in the device is put back before anything else.
 */
export const openControl = (options: {
  readonly device: ModbusDevice
  readonly journalFile: string
  readonly terms: ControlTerms
  readonly clock: ControlClock
  readonly timeoutMs?: number
  readonly repeatMs?: number
}): Effect.Effect<Controller, BadModbusUrl | BadProfile | NotSunspec | OtherDevice | ControlError, Scope.Scope> =>
  Effect.gen(function* () {
    const { device, journalFile, terms, clock, repeatMs } = options
    const profile = device.profile === undefined ? null : yield* loadModbusProfile(device.profile)
    const transport = profile?.transport
    const { line, unit } = yield* modbusUrl(device.url, { port: transport?.port ?? 502, unit: transport?.unit ?? 1 })
    const journal = yield* openJournalFile(journalFile)
    const bus = yield* openWritableModbusLine({
      line,
      timeoutMs: options.timeoutMs ?? transport?.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      connectDelayMs: transport?.connectDelayMs ?? 0,
    })
    const found: Effect.Effect<ControllableDevice, ModbusError | NotSunspec | OtherDevice | ControlRefused> =
      profile === null
        ? openSunspecControl(bus, { unit, bases: device.bases ?? [] })
        : openProfileControl(bus, { unit, profile })
    return yield* openController({
      bus,
      url: device.url,
      device: found,
      journal,
      terms,
      clock,
      ...(repeatMs === undefined ? {} : { repeatMs }),
    })
  })
