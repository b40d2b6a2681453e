import { Effect, RcMap, Scope } from 'effect'
import type { ModbusLine } from '../modbus-url.ts'
import type { Bus, WritableBus } from './bus.ts'
import { type LineWaits, openPhysicalLine } from './modbus-serial.ts'

interface LineOptions extends Pick<LineWaits, 'timeoutMs'>, Partial<Pick<LineWaits, 'connectDelayMs'>> {
  readonly line: ModbusLine
}

/**
 * The lines that are open in this process, each once however many read by it: a tty cannot be opened twice, and what two
 * connections asked of one converter at a time would collide on the wire. A line closes with the last who uses it.
 */
const openLines = Effect.runSync(
  Scope.provide(
    RcMap.make({ lookup: (line: string) => openPhysicalLine(JSON.parse(line) as ModbusLine) }),
    Scope.makeUnsafe(),
  ),
)

/** The line that a Modbus device answers on, until the scope closes. Requests of all who use it queue. */
export const openModbusLine = (options: LineOptions): Effect.Effect<Bus, never, Scope.Scope> =>
  Effect.map(openWritableModbusLine(options), ({ connect, read }) => ({ connect, read }))

/** As `openModbusLine`, for control: what it writes queues with what is read. */
export const openWritableModbusLine = (options: LineOptions): Effect.Effect<WritableBus, never, Scope.Scope> => {
  const { line, timeoutMs, connectDelayMs = 0 } = options
  const waits = { timeoutMs, connectDelayMs }
  return Effect.map(RcMap.get(openLines, JSON.stringify(line)), ({ connect, read, write, connections }) => ({
    connect: connect(waits),
    read: (range) => read({ ...range, ...waits }),
    write: (registers) => write({ ...registers, ...waits }),
    connections,
  }))
}
