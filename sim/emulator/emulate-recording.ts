import type { Effect, Scope } from 'effect'
import type { EmulatorFailure } from './emulator-failure.ts'
import { type ReadRegisters, serveModbus, type WriteRegisters } from './modbus-serial.ts'
import type { Recording } from './recording.ts'
import { EXCEPTION, ModbusException, recordedAt } from './register-source.ts'
import { serveP1 } from './serve-p1.ts'

/**
 * Puts a recorded device on a port until the scope closes; gives the port it has, another one if `port` is taken.
 * Registers answer as they were recorded, by Modbus TCP: exception 2 outside of what was recorded, only the units and
 * the tables (holding, input) that it has. A P1 telegram is sent again and again over TCP. Nothing can be written to it
 * unless its holding registers are to keep what is.
 */
export function emulateRecording(options: {
  readonly recording: Recording
  readonly host: string
  readonly port: number
  readonly writes?: 'refused' | 'kept'
}): Effect.Effect<number, EmulatorFailure, Scope.Scope> {
  const { recording, host, port } = options
  if (recording.type === 'p1') return serveP1({ host, port, telegram: recording.telegram })
  const units = new Map(
    [...recording.units].map(([unit, { holding, input }]) => [unit, { holding: new Map(holding), input }]),
  )
  const tablesOf = (unit: number) => {
    const tables = units.get(unit)
    // Behind a gateway a unit that is not there is answered for by the gateway.
    if (tables === undefined) throw new ModbusException(EXCEPTION.noSuchUnit)
    return tables
  }
  const read: ReadRegisters = ({ unit, table, address, count }) => recordedAt(tablesOf(unit)[table], { address, count })
  const write: WriteRegisters = ({ unit, address, words }) => {
    const { holding } = tablesOf(unit)
    recordedAt(holding, { address, count: words.length })
    for (const [i, word] of words.entries()) holding.set(address + i, word)
  }
  const kept = options.writes === 'kept' ? { write } : {}
  return serveModbus({ host, port, units: [...units.keys()], read, ...kept })
}
