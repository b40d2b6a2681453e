import { createServer } from 'node:net'
import { Data, Effect, type Scope } from 'effect'
import { ServerTCP } from 'modbus-serial'
import { EXCEPTION, ModbusException } from './register-source.ts'

const UNIT_ID = 1

/** How often another port is tried when the chosen one was taken meanwhile. */
const PORT_TRIES = 8

/** An emulated device could not be put on a port. */
export class EmulatorFailure extends Data.TaggedError('EmulatorFailure')<{
  readonly host: string
  readonly port: number
  readonly reason: string
}> {
  override get message(): string {
    return `no Modbus server on ${this.host}:${this.port}: ${this.reason}`
  }
}

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
  const { host, read } = options
  const listenOn = (port: number, triesLeft: number): Effect.Effect<number, EmulatorFailure, Scope.Scope> =>
    Effect.acquireRelease(listen({ host, port, read }), close).pipe(
      Effect.as(port),
      Effect.catch((failure) =>
        failure.reason === 'EADDRINUSE' && triesLeft > 0
          ? Effect.flatMap(freePort(host), (free) => listenOn(free, triesLeft - 1))
          : Effect.fail(failure),
      ),
    )
  const { port } = options
  // ServerTCP would take port 0 for 502.
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return Effect.fail(new EmulatorFailure({ host, port, reason: 'a port is a whole number from 1 to 65535' }))
  }
  return listenOn(port, PORT_TRIES)
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
      resume(Effect.fail(new EmulatorFailure({ host, port, reason })))
    })
  })
}

function close(server: ServerTCP): Effect.Effect<void> {
  return Effect.callback<void>((resume) => server.close(() => resume(Effect.void)))
}

/** A port that is free now, chosen by the system. */
function freePort(host: string): Effect.Effect<number, EmulatorFailure> {
  return Effect.callback<number, EmulatorFailure>((resume) => {
    const probe = createServer()
    probe.once('error', (error) => resume(Effect.fail(new EmulatorFailure({ host, port: 0, reason: error.message }))))
    probe.listen(0, host, () => {
      const address = probe.address()
      const port = address === null || typeof address === 'string' ? 0 : address.port
      probe.close(() => resume(Effect.succeed(port)))
    })
  })
}
