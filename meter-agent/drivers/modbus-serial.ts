import { once } from 'node:events'
import { Socket } from 'node:net'
import { Effect, Result, type Scope, Semaphore } from 'effect'
import modbus from 'modbus-serial'
import { causeWords } from '../cause-words.ts'
import { lineName, type ModbusLine } from '../modbus-url.ts'
import type { RegisterRange, RegisterWrite } from './bus.ts'
import { mbapWatch } from './mbap-watch.ts'
import { ModbusClosed, type ModbusError, ModbusException, ModbusProtocol, ModbusTimeout } from './modbus-error.ts'
import { withUnitBreaker } from './unit-breaker.ts'

const ModbusRTU = modbus.default
type Client = InstanceType<typeof ModbusRTU>

const ignore = (): void => undefined

interface Connection {
  readonly client: Client
  /** when, by a clock that never jumps */
  madeMs: number
  open: boolean
  /** told once when the peer closes, or sends what is no frame, while a request is in flight */
  onLost: (error: ModbusError) => void
}

/** What the library makes of an answer: the words that were read, or where was written. */
interface Answer {
  readonly data?: readonly number[]
  readonly address?: number
}
type Answered = (cause: unknown, answer: Answer | undefined) => void

/** A request that waits for its answer; nobody does any more where there is none. */
interface Asked {
  answer: Answered | null
}

/** What is asked, and what an answer to it means, or what is wrong with it. */
interface Request<A> {
  readonly range: RegisterRange
  readonly waits: LineWaits
  readonly ask: (client: Client, answered: Answered) => void
  readonly meaning: (answer: Answer) => Result.Result<A, string>
}

/**
 * What the library calls with the answer. It keeps those of its last 256 requests, so they hold on to nothing else.
 * They do not tell at once: a serial port forgets what it was asked last after it has told the answer.
 */
const tell =
  (asked: Asked): Answered =>
  (cause, answer) =>
    queueMicrotask(() => asked.answer?.(cause, answer))

/** How long a serial line stays silent after a time-out: what comes late by so much is nobody's answer. */
const DRAIN_MS_MAX = 500

/** How patient who asks is. */
export interface LineWaits {
  /** a request waits this long for its answer, and a connection to be made */
  readonly timeoutMs: number
  /** some devices lose what they are asked right after a connection was made */
  readonly connectDelayMs: number
}

/** A physical line, whoever uses it: a `WritableBus` of which each request says how patient it is. */
export interface PhysicalLine {
  readonly connect: (waits: LineWaits) => Effect.Effect<void, ModbusError>
  readonly read: (range: RegisterRange & LineWaits) => Effect.Effect<readonly number[], ModbusError>
  readonly write: (registers: RegisterWrite & LineWaits) => Effect.Effect<void, ModbusError>
  readonly connections: () => number
}

/**
 * A Modbus line. Connects on the first request and again after a loss; ends with the scope.
 * The library answers wrongly when requests overlap and waits for ever without a time-out, so requests queue and
 * always have one. A time-out ends the connection: half an answer, or one that comes late, would be taken for a part of
 * the next one, and a wrong length would wedge it for good. (To end it only after three in a row, as other programs do to
 * spare a device its connections, was tried: an answer that came late was taken for that of the next request once, and a
 * home had a wrong value. A new connection costs a round trip, and a unit that is dead is kept from asking by its
 * breaker.) A serial line, whose answers have no number, is left silent
 * for a while, too.
 */
export const openPhysicalLine = (to: ModbusLine): Effect.Effect<PhysicalLine, never, Scope.Scope> =>
  Effect.gen(function* () {
    const line = lineName(to)
    const isSerial = to.transport !== 'tcp'
    const oneInFlight = yield* Semaphore.make(1)
    let connection: Connection | null = null
    let connections = 0
    /** ends when the line that was dropped last can be opened again */
    let isFree: Promise<unknown> = Promise.resolve()

    const drop = (): void => {
      if (connection !== null) isFree = hangUp(connection.client, to)
      connection = null
    }
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        Effect.sync(drop),
        Effect.promise(() => isFree),
      ),
    )

    const dial = (timeoutMs: number): Effect.Effect<Connection, ModbusError> =>
      Effect.callback<Connection, ModbusError>((resume) => {
        const client = new ModbusRTU()
        client.on('error', ignore) // errors reach us through the promises; without a listener Node would throw them
        const fresh: Connection = { client, madeMs: 0, open: true, onLost: ignore }
        const lost = (error: ModbusError): void => {
          fresh.open = false
          fresh.onLost(error)
        }
        client.on('close', () => lost(new ModbusClosed({ line, detail: 'closed by the device' })))
        // Listens before the library does, which takes an answer of any protocol.
        const socket = new Socket().on(
          'data',
          mbapWatch((detail) => lost(new ModbusProtocol({ line, detail }))),
        )
        connect(client, to, socket).then(
          () => {
            fresh.madeMs = performance.now()
            connection = fresh
            connections++
            resume(Effect.succeed(fresh))
          },
          (cause: unknown) => {
            isFree = hangUp(client, to)
            resume(Effect.fail(new ModbusClosed({ line, detail: detailOf(cause) })))
          },
        )
        return Effect.sync(() => {
          socket.destroy()
          isFree = hangUp(client, to)
        })
      }).pipe(
        Effect.timeoutOrElse({
          duration: timeoutMs,
          orElse: () => Effect.fail(new ModbusClosed({ line, detail: `not connected within ${timeoutMs} ms` })),
        }),
      )

    const openConnection = ({ timeoutMs }: LineWaits): Effect.Effect<Connection, ModbusError> =>
      Effect.suspend(() => {
        if (connection?.open === true) return Effect.succeed(connection)
        drop()
        return Effect.andThen(
          Effect.promise(() => isFree),
          dial(timeoutMs),
        )
      })

    /** Only a refusal leaves the line as it was. */
    const failed = (error: ModbusError): Effect.Effect<never, ModbusError> => {
      const failure = Effect.fail(error)
      if (error._tag === 'ModbusException') return failure
      drop()
      return error._tag === 'ModbusTimeout' && isSerial
        ? Effect.andThen(Effect.sleep(Math.min(error.timeoutMs, DRAIN_MS_MAX)), failure)
        : failure
    }

    /** One callback and one timer a request: a home may have hundreds of them a second. */
    const request = <A>(
      at: Connection,
      { range, waits: { timeoutMs }, ask, meaning }: Request<A>,
    ): Effect.Effect<A, ModbusError> =>
      Effect.callback<A, ModbusError>((resume) => {
        const asked: Asked = {
          answer: (cause, answer) => {
            over()
            if (answer === undefined) return resume(failed(errorOf(cause, { line, timeoutMs, range })))
            const said = meaning(answer)
            resume(
              Result.isSuccess(said)
                ? Effect.succeed(said.success)
                : failed(new ModbusProtocol({ line, detail: said.failure })),
            )
          },
        }
        const over = (): void => {
          clearTimeout(longest)
          asked.answer = null
          at.onLost = ignore
        }
        const lost = (error: ModbusError): void => {
          over()
          resume(failed(error))
        }
        const longest = setTimeout(() => lost(new ModbusTimeout({ line, timeoutMs })), timeoutMs * 2)
        at.onLost = lost
        at.client.setTimeout(timeoutMs)
        ask(at.client, tell(asked))
        // Interrupted in flight: only a new connection is surely free of the old answer.
        return Effect.sync(() => {
          over()
          drop()
        })
      })

    /** Whoever made the connection, each device gets the pause after it that it needs. */
    const requestAfterPause = <A>(at: Connection, asked: Request<A>): Effect.Effect<A, ModbusError> => {
      const { connectDelayMs } = asked.waits
      const pauseMs = connectDelayMs === 0 ? 0 : at.madeMs + connectDelayMs - performance.now()
      return pauseMs > 0 ? Effect.andThen(Effect.sleep(pauseMs), request(at, asked)) : request(at, asked)
    }

    const inTurn = <A>(asked: Request<A>): Effect.Effect<A, ModbusError> =>
      oneInFlight.withPermits(1)(
        Effect.suspend(() =>
          connection?.open === true
            ? requestAfterPause(connection, asked)
            : Effect.flatMap(openConnection(asked.waits), (established) => requestAfterPause(established, asked)),
        ),
      )

    return {
      connect: (waits) => Effect.asVoid(oneInFlight.withPermits(1)(openConnection(waits))),
      read: withUnitBreaker((range: RegisterRange & LineWaits) => inTurn(reading(range))),
      write: (registers) =>
        inTurn(writing(registers, 'many')).pipe(
          Effect.catchTag('ModbusException', (refused) =>
            refused.code === ILLEGAL_FUNCTION && registers.words.length === 1
              ? inTurn(writing(registers, 'one'))
              : Effect.fail(refused),
          ),
        ),
      connections: () => connections,
    }
  })

/** The exception of a device that does not have a function. */
const ILLEGAL_FUNCTION = 1

const reading = (range: RegisterRange & LineWaits): Request<readonly number[]> => ({
  range,
  waits: range,
  ask: (client, answered) => {
    const ask = range.table === 'input' ? client.writeFC4 : client.writeFC3
    ask.call(client, range.unit, range.address, range.count, answered)
  },
  // A byte count smaller than asked for passes the library.
  meaning: ({ data = [] }) =>
    data.length === range.count
      ? Result.succeed(data)
      : Result.fail(`${data.length} registers instead of ${range.count}`),
})

const writing = (
  { unit, address, words, ...waits }: RegisterWrite & LineWaits,
  how: 'many' | 'one',
): Request<void> => ({
  range: { unit, address, count: words.length },
  waits,
  ask: (client, answered) =>
    how === 'many'
      ? client.writeFC16(unit, address, [...words], answered)
      : client.writeFC6(unit, address, words[0] ?? 0, answered),
  meaning: (answer) =>
    answer.address === address
      ? Result.void
      : Result.fail(`an answer for register ${answer.address} instead of ${address}`),
})

/** Connects; over Modbus TCP by the socket. */
async function connect(client: Client, line: ModbusLine, socket: Socket): Promise<void> {
  switch (line.transport) {
    case 'tcp': {
      const { host, port } = line
      socket.on('error', ignore) // what is lost is told by its close
      await once(socket.setNoDelay().connect({ host, port }), 'connect')
      return client.connectTCP(host, { port, socket })
    }
    case 'rtu+tcp':
      return client.connectTelnet(line.host, { port: line.port })
    case 'rtu': {
      const { path, baud: baudRate, parity, stopBits } = line
      return client.connectRTUBuffered(path, { baudRate, parity, stopBits, dataBits: 8 })
    }
  }
}

/** The library's `destroy` leaves a serial port open, and its `close` waits for a TCP peer that may be gone. */
function hangUp(client: Client, line: ModbusLine): Promise<unknown> {
  if (line.transport === 'rtu') return new Promise((resolve) => client.close(resolve))
  client.destroy(ignore)
  return Promise.resolve()
}

/** The library's errors carry what they are in loose fields. */
function errorOf(
  cause: unknown,
  context: { readonly line: string; readonly timeoutMs: number; readonly range: RegisterRange },
): ModbusError {
  const { line, timeoutMs, range } = context
  const { modbusCode, errno, name } = (cause ?? {}) as { modbusCode?: unknown; errno?: unknown; name?: unknown }
  if (typeof modbusCode === 'number') {
    const { unit, address, count } = range
    return new ModbusException({ line, code: modbusCode, unit, address, count })
  }
  if (errno === 'ETIMEDOUT') return new ModbusTimeout({ line, timeoutMs })
  if (name === 'PortNotOpenError') return new ModbusClosed({ line, detail: 'closed' })
  return new ModbusProtocol({ line, detail: detailOf(cause) })
}

function detailOf(cause: unknown): string {
  return causeWords(cause)
}
