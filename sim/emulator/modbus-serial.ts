import { Effect, type Scope } from 'effect'
import { ServerTCP } from 'modbus-serial'
import { EmulatorFailure } from './emulator-failure.ts'
import { EXCEPTION, ModbusException } from './register-source.ts'
import { takePort } from './take-port.ts'

const DEFAULT_UNITS = [1]
/** How the library is told to answer for all units. */
const ALL_UNITS = 255
const SERVICE = 'Modbus'

/** What a served device answers with: registers, or a thrown ModbusException. One call is one consistent moment. */
export type ReadRegisters = (request: {
  readonly unit: number
  readonly table: 'holding' | 'input'
  readonly address: number
  readonly count: number
}) => number[]

/** What a served device does with what is written to its holding registers; or a thrown ModbusException. */
export type WriteRegisters = (request: {
  readonly unit: number
  readonly address: number
  readonly words: readonly number[]
}) => void

/**
 * Serves a device over Modbus TCP as unit 1, or another, until the scope closes: functions 3 and 4 read holding and
 * input registers, 6 and 16 write them where there is a `write`, all others are refused with exception 1, other units are not answered; of several units `read`
 * answers for all. Takes `port`, or if it is taken any free one, and gives the port it has. Closing ends all
 * connections at once.
 */
export function serveModbus(options: {
  readonly host: string
  readonly port: number
  readonly units?: readonly number[]
  readonly read: ReadRegisters
  readonly write?: WriteRegisters
}): Effect.Effect<number, EmulatorFailure, Scope.Scope> {
  const { host, port, read, write, units = DEFAULT_UNITS } = options
  // ServerTCP would take port 0 for 502; takePort refuses it.
  const listenOn = (wish: number) => Effect.acquireRelease(listen({ host, port: wish, read, write, units }), close)
  return Effect.map(takePort({ service: SERVICE, host, port, listen: listenOn }), (taken) => taken.port)
}

const refuse = (): never => {
  throw new ModbusException(EXCEPTION.illegalFunction)
}

function listen(options: {
  readonly host: string
  readonly port: number
  readonly units: readonly number[]
  readonly read: ReadRegisters
  readonly write: WriteRegisters | undefined
}): Effect.Effect<ServerTCP, EmulatorFailure> {
  const { host, port, read, write = refuse, units } = options
  const [only, another] = units
  return Effect.callback<ServerTCP, EmulatorFailure>((resume) => {
    const readOne = (table: 'holding' | 'input') => (address: number, unit: number) =>
      read({ unit, table, address, count: 1 })[0] ?? 0
    const readMany = (table: 'holding' | 'input') => (address: number, count: number, unit: number) =>
      read({ unit, table, address, count })
    const server = new ServerTCP(
      {
        getHoldingRegister: readOne('holding'),
        getInputRegister: readOne('input'),
        getMultipleHoldingRegisters: readMany('holding'),
        getMultipleInputRegisters: readMany('input'),
        getCoil: refuse,
        getDiscreteInput: refuse,
        setCoil: refuse,
        setRegister: (address: number, word: number, unit: number) => write({ unit, address, words: [word] }),
        setRegisterArray: (address: number, words: number[], unit: number) => write({ unit, address, words }),
      },
      { host, port, unitID: only === undefined || another !== undefined ? ALL_UNITS : only },
    )
    server.once('initialized', () => resume(Effect.succeed(server)))
    server.once('serverError', (error) => {
      const reason = (error as NodeJS.ErrnoException | null)?.code ?? String(error)
      resume(Effect.fail(new EmulatorFailure({ service: SERVICE, host, port, reason })))
    })
  })
}

function close(server: ServerTCP): Effect.Effect<void> {
  return Effect.callback<void>((resume) => server.close(() => resume(Effect.void)))
}
