import { Effect, type Scope } from 'effect'
import { DEFAULT_TIMEOUT_MS, type ModbusDevice } from '../device-address.ts'
import { openWritableModbusLine } from '../drivers/modbus-serial.ts'
import { type BadModbusUrl, modbusUrl } from '../modbus-url.ts'
import type { NotSunspec } from '../sunspec/not-sunspec.ts'
import type { ControlTerms } from './check-command.ts'
import type { ControlJournalFailure } from './control-failure.ts'
import { type ControlClock, type ControlError, type Controller, openController } from './controller.ts'
import { openJournalFile } from './journal-file.ts'
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
}): Effect.Effect<Controller, BadModbusUrl | NotSunspec | ControlError | ControlJournalFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const { device, journalFile, terms, clock, timeoutMs = DEFAULT_TIMEOUT_MS, repeatMs } = options
    const { line, unit } = yield* modbusUrl(device.url)
    const journal = yield* openJournalFile(journalFile)
    const bus = yield* openWritableModbusLine({ line, timeoutMs })
    return yield* openController({
      bus,
      url: device.url,
      device: openSunspecControl(bus, { unit, bases: device.bases ?? [] }),
      journal,
      terms,
      clock,
      ...(repeatMs === undefined ? {} : { repeatMs }),
    })
  })
