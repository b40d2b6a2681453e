import { Effect, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import type { WritableBus } from '#meter-agent/drivers/bus.ts'
import { openWritableModbusLine } from '#meter-agent/drivers/modbus-line.ts'
import { crcOf } from './rtu-units.ts'
import { frame, serveFrames } from './serve-frames.ts'
import { againAfterStandstill } from './turns.ts'

const TIMEOUT_MS = 5_000
/** of a device that does not answer */
const SHORT_MS = 150
const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))
/** A line to a device that answers each request with a PDU, or not at all. */
const lineTo = (answer: (request: Buffer) => readonly number[] | null, timeoutMs = TIMEOUT_MS) =>
  Effect.gen(function* () {
    const { port } = yield* serveFrames((request, socket) => {
      const pdu = answer(request)
      if (pdu !== null) socket.write(frame(request, [...pdu]))
    })
    return yield* openWritableModbusLine({ line: { transport: 'tcp', host: '127.0.0.1', port }, timeoutMs })
  })
/** The PDU of a request: function, address, and what follows. */
const pduOf = (request: Buffer) => request.subarray(7)
const writeOne = (bus: WritableBus, words = [1]) => bus.write({ unit: 1, address: 258, words })

describe('a line that is written to', () => {
  it('has one request in flight, whether it reads or writes', () =>
    run(
      Effect.gen(function* () {
        let inFlight = 0
        let most = 0
        const { port } = yield* serveFrames((request, socket) => {
          most = Math.max(most, ++inFlight)
          setTimeout(() => {
            inFlight--
            const pdu = pduOf(request)
            socket.write(frame(request, pdu[0] === 3 ? [3, 2, pdu[1] ?? 0, pdu[2] ?? 0] : [...pdu.subarray(0, 5)]))
          }, 2)
        })
        const line = { transport: 'tcp', host: '127.0.0.1', port } as const
        const bus = yield* openWritableModbusLine({ line, timeoutMs: TIMEOUT_MS })
        const read = yield* Effect.forEach(
          Array.from({ length: 60 }, (_, i) => i),
          (address) =>
            address % 2 === 0
              ? bus.read({ unit: 1, address, count: 1 })
              : Effect.as(bus.write({ unit: 1, address, words: [1, 2] }), [address]),
          { concurrency: 'unbounded' },
        )
        expect(read).toEqual(Array.from({ length: 60 }, (_, i) => [i]))
        expect([most, bus.connections()]).toEqual([1, 1])
      }),
    ))

  it('writes with function 16, and one register with 6 where the device has no 16', () =>
    run(
      Effect.gen(function* () {
        const asked: string[] = []
        const bus = yield* lineTo((request) => {
          asked.push(pduOf(request).toString('hex'))
          return request[7] === 16 ? [0x90, 1] : [...pduOf(request)]
        })
        yield* writeOne(bus, [0xabcd])
        expect(asked).toEqual(['100102000102abcd', '060102abcd'])
        expect(yield* Effect.flip(writeOne(bus, [1, 2]))).toMatchObject({ _tag: 'ModbusException', code: 1, count: 2 })
        expect(asked).toHaveLength(3)
      }),
    ))

  it.each([2, 3, 4, 6])('says exception %i, and tries nothing else', (code) =>
    run(
      Effect.gen(function* () {
        let asked = 0
        const bus = yield* lineTo(() => {
          asked++
          return [0x90, code]
        })
        expect(yield* Effect.flip(writeOne(bus))).toMatchObject({ _tag: 'ModbusException', code, address: 258 })
        expect(asked).toBe(1)
      }),
    ),
  )

  it.each([
    ['another register', [16, 1, 3, 0, 1], 'ModbusProtocol'],
    ['another function', [3, 2, 0, 1], 'ModbusProtocol'],
    ['nothing', null, 'ModbusTimeout'],
  ] as const)('does not take %s for the answer', (_, answer, tag) => {
    const steps = Effect.gen(function* () {
      const bus = yield* lineTo(() => answer, answer === null ? SHORT_MS : TIMEOUT_MS)
      expect(yield* Effect.flip(writeOne(bus))).toMatchObject({ _tag: tag })
    })
    return run(answer === null ? againAfterStandstill(SHORT_MS, steps) : steps)
  })

  it('writes in the frames of a serial line, too', () =>
    run(
      Effect.gen(function* () {
        const asked: string[] = []
        const { port } = yield* serveFrames((request, socket) => {
          asked.push(request.toString('hex'))
          const answer = request.subarray(0, 6)
          socket.write(Buffer.from([...answer, ...crcOf(answer)]))
        })
        const line = { transport: 'rtu+tcp', host: '127.0.0.1', port } as const
        const bus = yield* openWritableModbusLine({ line, timeoutMs: TIMEOUT_MS })
        yield* bus.write({ unit: 7, address: 258, words: [0xabcd, 1] })
        const body = Buffer.from('07100102000204abcd0001', 'hex')
        expect(asked).toEqual([Buffer.from([...body, ...crcOf(body)]).toString('hex')])
      }),
    ))
})
