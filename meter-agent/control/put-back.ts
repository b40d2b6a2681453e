import { Effect } from 'effect'
import type { RegisterWrite, WritableBus } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import type { DeviceReplaced, ReadBackMismatch } from './control-failure.ts'
import { type Commanded, writeOf } from './control-journal.ts'
import type { PlannedWrite } from './controllable-device.ts'
import { differing, readRegisters, sameDevice, writeRegisters } from './write-registers.ts'

/**
 * Puts a device back to what it was before a command, if it is still the same one. What still holds that is left alone:
 * a register that refused to be written may refuse again.
 */
export const putBack = (
  bus: WritableBus,
  commanded: Commanded,
): Effect.Effect<void, ModbusError | DeviceReplaced | ReadBackMismatch> =>
  Effect.gen(function* () {
    yield* sameDevice(bus, commanded.identity.map(writeOf))
    const held = commanded.revert.map(writeOf)
    yield* writeRegisters(bus, differing(held, yield* readRegisters(bus, held)))
  })

/** What puts planned writes back, in the order in which it has to be: what the registers hold now, or words of their own. */
export const revertOf = (
  bus: WritableBus,
  planned: readonly PlannedWrite[],
): Effect.Effect<readonly RegisterWrite[], ModbusError> =>
  Effect.map(readRegisters(bus, planned), (held) =>
    planned
      .map(({ unit, address, words, revertTo }, i) => ({
        unit,
        address,
        words: revertTo === 'found' ? (held[i]?.words ?? words) : revertTo,
      }))
      .toReversed(),
  )
