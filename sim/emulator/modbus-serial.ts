import { Effect, type Scope } from 'effect'
import { ServerTCP } from 'modbus-serial'
import { EmulatorFailure } from './emulator-failure.ts'
import { EXCEPTION, ModbusException } from './register-source.ts'
import { takePort } from './take-port.ts'

const UNIT_ID = 1
const SERVICE = 'Modbus'

/** What a served device answers with: registers, or a thrown ModbusException. One call is one consistent moment. */
export type ReadRegisters = (request: { readonly address: number; readonly count: number }) => number[]

/**
 * Serves a device over Modbus TCP as unit 1 until the scope closes: functions 3 and 4 read the same registers, all
 * others are refused with exception 1, other units are not answered. Takes `port`, or if it is taken any free one,
 * and gives the port it has. Closing ends all connections at once.
 */
export function serveModbus(options: {
  readonly host: string
  readonly port: number
  readonly read: ReadRegisters
}): Effect.Effect<number, EmulatorFailure, Scope.Scope> {
  const { host, port, read } = options
  // ServerTCP would take port 0 for 502; takePort refuses it.
  const listenOn = (wish: number) => Effect.acquireRelease(listen({ host, port: wish, read }), close)
  return Effect.map(takePort({ service: SERVICE, host, port, listen: listenOn }), (taken) => taken.port)
}

function listen(options: {
  readonly host: string
  readonly port: number
  readonly read: ReadRegisters
}): Effect.Effect<ServerTCP, EmulatorFailure> {
  const { host, port, read } = options
  return Effect.callback<ServerTCP, EmulatorFailure>((resume) => {
    const refuse = (): never => {
      throw new ModbusException(EXCEPTION.illegalFunction)
    }
    const readOne = (address: number) => read({ address, count: 1 })[0] ?? 0
    const readMany = (address: number, count: number) => read({ address, count })
    const server = new ServerTCP(
      {
        getHoldingRegister: readOne,
        getInputRegister: readOne,
        getMultipleHoldingRegisters: readMany,
        getMultipleInputRegisters: readMany,
        getCoil: refuse,
        getDiscreteInput: refuse,
        setCoil: refuse,
        setRegister: refuse,
        setRegisterArray: refuse,
      },
      { host, port, unitID: UNIT_ID },
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
