import { createServer } from 'node:net'
import { Effect, type Scope } from 'effect'
import { ServerTCP } from 'modbus-serial'

/** Holding and input registers by address; what is not there is refused with exception 2. */
export type Registers = ReadonlyMap<number, number>

export interface TestDevice {
  readonly port: number
  readonly requests: () => number
}

/** The ports that are given out here: Linux gives those from 32,768 on to whoever asks for any. */
const FIRST_PORT = 16_384
const PORTS = 16_384
/** Processes whose numbers are near begin far from each other, and none of them gives a port twice. */
let nextPort = process.pid * 10_125

/** A port that nobody uses, and that nobody who asks for any gets either: it stays free until it is needed. */
export const freePort: Effect.Effect<number> = Effect.callback<number>((resume) => {
  const look = (): void => {
    const port = FIRST_PORT + (nextPort++ % PORTS)
    const probe = createServer()
    probe.once('error', look)
    probe.listen(port, '127.0.0.1', () => probe.close(() => resume(Effect.succeed(port))))
  }
  look()
})

/** A real Modbus TCP server on 127.0.0.1, as unit 1, until the scope closes. */
export const serveRegisters = (
  registers: () => Registers,
  onPort?: number,
  write?: (address: number, words: readonly number[], how: 'one' | 'many') => void,
): Effect.Effect<TestDevice, Error, Scope.Scope> =>
  Effect.gen(function* () {
    const port = onPort ?? (yield* freePort)
    let requests = 0
    const read = (address: number, length: number): number[] => {
      requests++
      const now = registers()
      return Array.from({ length }, (_, i) => {
        const word = now.get(address + i)
        if (word === undefined) throw Object.assign(new Error('illegal data address'), { modbusErrorCode: 2 })
        return word
      })
    }
    yield* Effect.acquireRelease(
      Effect.callback<ServerTCP, Error>((resume) => {
        const vector = {
          getMultipleHoldingRegisters: read,
          getHoldingRegister: (address: number) => read(address, 1)[0] ?? 0,
          getMultipleInputRegisters: read,
          getInputRegister: (address: number) => read(address, 1)[0] ?? 0,
          ...(write === undefined
            ? {}
            : {
                setRegister: (address: number, word: number) => write(address, [word], 'one'),
                setRegisterArray: (address: number, words: number[]) => write(address, words, 'many'),
              }),
        }
        const server = new ServerTCP(vector, { host: '127.0.0.1', port, unitID: 1 })
        server.on('initialized', () => resume(Effect.succeed(server)))
        server.on('serverError', (error) => resume(Effect.fail(error ?? new Error('server'))))
        server.on('socketError', () => undefined)
      }),
      (server) =>
        Effect.callback<void>((resume) => {
          for (const socket of server.socks.keys()) socket.destroy()
          server.close(() => resume(Effect.void))
        }),
    )
    return { port, requests: () => requests }
  })
