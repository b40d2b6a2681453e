import { Effect } from 'effect'
import type { RegisterWrite, WritableBus } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import { DeviceReplaced, ReadBackMismatch } from './control-failure.ts'
import { hexOf } from './control-journal.ts'

/** Reads what registers hold. */
export const readRegisters = (
  bus: WritableBus,
  registers: readonly RegisterWrite[],
): Effect.Effect<readonly RegisterWrite[], ModbusError> =>
  Effect.forEach(registers, ({ unit, address, words }) =>
    Effect.map(bus.read({ unit, address, count: words.length }), (read) => ({ unit, address, words: read })),
  )

/** Fails with DeviceReplaced unless registers read as they did. */
export const sameDevice = (
  bus: WritableBus,
  identity: readonly RegisterWrite[],
): Effect.Effect<void, ModbusError | DeviceReplaced> =>
  Effect.flatMap(readRegisters(bus, identity), (now) => {
    const [different] = differences(identity, now)
    if (different === undefined) return Effect.void
    const { unit, address, wanted, read } = different
    return Effect.fail(new DeviceReplaced({ unit, address, expected: wanted, read }))
  })

/** Writes registers one after the other, then reads all of them back: the first that holds something else is a ReadBackMismatch. */
export const writeRegisters = (
  bus: WritableBus,
  writes: readonly RegisterWrite[],
): Effect.Effect<void, ModbusError | ReadBackMismatch> =>
  Effect.gen(function* () {
    for (const write of writes) yield* bus.write(write)
    const [different] = differences(writes, yield* readRegisters(bus, writes))
    if (different === undefined) return
    const { unit, address, wanted, read } = different
    return yield* new ReadBackMismatch({ unit, address, written: wanted, read })
  })

function differences(wanted: readonly RegisterWrite[], read: readonly RegisterWrite[]) {
  return wanted.flatMap(({ unit, address, words }, i) => {
    const [want, have] = [hexOf(words), hexOf(read[i]?.words ?? [])]
    return want === have ? [] : [{ unit, address, wanted: want, read: have }]
  })
}

/** Those of the wanted registers that hold something else. */
export const differing = (wanted: readonly RegisterWrite[], read: readonly RegisterWrite[]): readonly RegisterWrite[] =>
  wanted.filter(({ words }, i) => hexOf(words) !== hexOf(read[i]?.words ?? []))
