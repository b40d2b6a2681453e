import { Effect, type Scope, Semaphore } from 'effect'
import modbus from 'modbus-serial'
import type { Bus, RegisterRange } from './bus.ts'
import { ModbusClosed, type ModbusError, ModbusException, ModbusProtocol, ModbusTimeout } from './modbus-error.ts'

const ModbusRTU = modbus.default
type Client = InstanceType<typeof ModbusRTU>

/** After so many time-outs in a row the connection is dropped: a wrong length field wedges it while it looks open. */
const TIMEOUTS_BEFORE_REOPEN = 3
const ignore = (): void => undefined

interface Connection {
  readonly client: Client
  open: boolean
  /** told once when the peer closes while a request is in flight */
  onClose: () => void
}

/**
 * A Modbus TCP line. Connects on the first request and again after a loss; ends with the scope.
 * The library answers wrongly when requests overlap and waits for ever without a time-out, so requests queue and
 * always have one. Over TCP a late answer is dropped by its transaction id.
 */
export const openModbusTcp = (options: {
  readonly host: string
  readonly port: number
  readonly timeoutMs: number
  /** some devices lose what they are asked right after a connection was made (0) */
  readonly connectDelayMs?: number
}): Effect.Effect<Bus, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { host, port, timeoutMs, connectDelayMs = 0 } = options
    const line = `${host}:${port}`
    const oneInFlight = yield* Semaphore.make(1)
    let connection: Connection | null = null
    let timeoutsInARow = 0

    const drop = (): void => {
      connection?.client.destroy(ignore)
      connection = null
      timeoutsInARow = 0
    }
    yield* Effect.addFinalizer(() => Effect.sync(drop))

    const openConnection: Effect.Effect<Connection, ModbusError> = Effect.suspend(() => {
      if (connection?.open === true) return Effect.succeed(connection)
      drop()
      return Effect.callback<Connection, ModbusError>((resume) => {
        const client = new ModbusRTU()
        client.setTimeout(timeoutMs)
        client.on('error', ignore) // errors reach us through the promises; without a listener Node would throw them
        const fresh: Connection = { client, open: true, onClose: ignore }
        client.on('close', () => {
          fresh.open = false
          fresh.onClose()
        })
        client.connectTCP(host, { port }).then(
          () => {
            connection = fresh
            resume(Effect.succeed(fresh))
          },
          (cause: unknown) => {
            client.destroy(ignore)
            resume(Effect.fail(new ModbusClosed({ line, detail: detailOf(cause) })))
          },
        )
        return Effect.sync(() => client.destroy(ignore))
      }).pipe(
        Effect.timeoutOrElse({
          duration: timeoutMs,
          orElse: () => Effect.fail(new ModbusClosed({ line, detail: `not connected within ${timeoutMs} ms` })),
        }),
        (fresh) => (connectDelayMs > 0 ? Effect.tap(fresh, () => Effect.sleep(connectDelayMs)) : fresh),
      )
    })

    const request = (at: Connection, range: RegisterRange): Effect.Effect<readonly number[], ModbusError> =>
      Effect.callback<readonly number[], ModbusError>((resume) => {
        at.onClose = () => resume(Effect.fail(new ModbusClosed({ line, detail: 'closed by the device' })))
        at.client.setID(range.unit)
        const { address, count } = range
        const answer =
          range.table === 'input'
            ? at.client.readInputRegisters(address, count)
            : at.client.readHoldingRegisters(address, count)
        answer.then(
          ({ data }) => {
            timeoutsInARow = 0
            // A byte count smaller than asked for passes the library.
            if (data.length === range.count) resume(Effect.succeed(data))
            else {
              const detail = `${data.length} registers instead of ${range.count}`
              resume(Effect.fail(new ModbusProtocol({ line, detail })))
            }
          },
          (cause: unknown) => resume(Effect.fail(errorOf(cause, { line, timeoutMs, range }))),
        )
        // Interrupted in flight: only a new connection is surely free of the old answer.
        return Effect.sync(drop)
      }).pipe(
        Effect.timeoutOrElse({
          duration: timeoutMs * 2,
          orElse: () => Effect.fail(new ModbusTimeout({ line, timeoutMs })),
        }),
        Effect.tapError((error) =>
          Effect.sync(() => {
            if (error._tag === 'ModbusTimeout') timeoutsInARow++
            else timeoutsInARow = 0
            const unusable = error._tag === 'ModbusProtocol' || error._tag === 'ModbusClosed'
            if (unusable || timeoutsInARow >= TIMEOUTS_BEFORE_REOPEN) drop()
          }),
        ),
      )

    return {
      connect: Effect.asVoid(oneInFlight.withPermits(1)(openConnection)),
      read: (range) =>
        oneInFlight.withPermits(1)(Effect.flatMap(openConnection, (established) => request(established, range))),
    }
  })

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
  return cause instanceof Error ? cause.message : String(cause)
}
