import type { Effect } from 'effect'
import type { ModbusError } from './modbus-error.ts'

/** Consecutive registers of one unit; zero-based PDU address, 1…125 registers. */
export interface RegisterRange {
  readonly unit: number
  /** holding registers (function 3) if left out, or input registers (function 4) */
  readonly table?: 'holding' | 'input'
  readonly address: number
  readonly count: number
}

/** The most registers one request may ask for (Modbus application protocol, functions 3 and 4). */
export const MAX_REGISTERS = 125

/** One physical line. Requests of all users queue; one is in flight. */
export interface Bus<Range extends RegisterRange = RegisterRange> {
  /** Opens the line if it is closed; `read` does so by itself. */
  readonly connect: Effect.Effect<void, ModbusError>
  /** Exactly `count` words (0…65535), or an error: never fewer, never another register's. */
  readonly read: (range: Range) => Effect.Effect<readonly number[], ModbusError>
}

/** What consecutive holding registers of one unit are to hold: words (0…65535), the lowest address first. */
export interface RegisterWrite {
  readonly unit: number
  readonly address: number
  readonly words: readonly number[]
}

/** A line that can also be written to. Only control asks for one. */
export interface WritableBus extends Bus {
  /** Writes with function 16, or one register with function 6 where a device has only that. */
  readonly write: (registers: RegisterWrite) => Effect.Effect<void, ModbusError>
  /** How often the line was connected: behind a new connection may be a device that has started anew. */
  readonly connections: () => number
}
