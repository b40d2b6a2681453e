import { Effect, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import type { Bus } from '#meter-agent/drivers/bus.ts'
import type { ModbusError } from '#meter-agent/drivers/modbus-error.ts'
import { openModbusLine } from '#meter-agent/drivers/modbus-line.ts'
import { freePort, serveRegisters } from './modbus-serial.ts'
import { frame, serveFrames } from './serve-frames.ts'
import { againAfterStandstill } from './turns.ts'

const TIMEOUT_MS = 5_000
/** of a device that is silent or late */
const SHORT_MS = 150

const withBus = <A, E>(port: number, use: (bus: Bus) => Effect.Effect<A, E, Scope.Scope>, timeoutMs = TIMEOUT_MS) =>
  Effect.flatMap(openModbusLine({ line: { transport: 'tcp', host: '127.0.0.1', port }, timeoutMs }), use)
const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> => Effect.runPromise(Effect.scoped(effect))
const runShort = <E>(steps: Effect.Effect<void, E, Scope.Scope>): Promise<void> =>
  Effect.runPromise(againAfterStandstill(SHORT_MS, steps))
const failureOf = (read: Effect.Effect<unknown, ModbusError>) => Effect.flip(read)

describe('a Modbus line', () => {
  it('gives every one of 600 reads started at once its own registers', () =>
    run(
      Effect.gen(function* () {
        const registers = new Map(Array.from({ length: 700 }, (_, i) => [i, i]))
        const { port } = yield* serveRegisters(() => registers)
        const answers = yield* withBus(port, (bus) =>
          Effect.forEach(
            Array.from({ length: 600 }, (_, i) => i),
            (address) => bus.read({ unit: 1, address, count: 2 }),
            { concurrency: 'unbounded' },
          ),
        )
        expect(answers).toEqual(Array.from({ length: 600 }, (_, i) => [i, i + 1]))
      }),
    ))

  it.each([1, 2, 3, 5, 7, 10, 99])('says exception %i by its number and goes on using the line', (code) =>
    run(
      Effect.gen(function* () {
        const { port, connections } = yield* serveFrames((request, socket) => {
          const refused = request.readUInt16BE(8) === 0
          socket.write(refused ? frame(request, [0x83, code]) : frame(request, [3, 2, 0, 7]))
        })
        yield* withBus(port, (bus) =>
          Effect.gen(function* () {
            expect(yield* failureOf(bus.read({ unit: 1, address: 0, count: 1 }))).toMatchObject({
              _tag: 'ModbusException',
              code,
            })
            expect(yield* bus.read({ unit: 1, address: 1, count: 1 })).toEqual([7])
          }),
        )
        expect(connections()).toBe(1)
      }),
    ),
  )

  it.each([
    ['a byte count that is too small', (request: Buffer) => frame(request, [3, 2, 0, 1, 0, 2])],
    ['an odd byte count', (request: Buffer) => frame(request, [3, 3, 0, 1, 0])],
    ['another unit', (request: Buffer) => frame(request, [3, 4, 0, 1, 0, 2], 9)],
    ['another function', (request: Buffer) => frame(request, [4, 4, 0, 1, 0, 2])],
    ['another protocol', (request: Buffer) => Buffer.from(frame(request, [3, 4, 0, 1, 0, 2]).with(2, 0x12))],
    ['a length that no frame has', (request: Buffer) => Buffer.from(frame(request, [3, 4, 0, 1, 0, 2]).with(4, 0x7f))],
  ])('takes nothing from an answer with %s, and opens a new connection', (_, answer) =>
    run(
      Effect.gen(function* () {
        let spoilt = true
        const { port, connections } = yield* serveFrames((request, socket) => {
          socket.write(spoilt ? answer(request) : frame(request, [3, 4, 0, 7, 0, 8]))
        })
        yield* withBus(port, (bus) =>
          Effect.gen(function* () {
            const read = bus.read({ unit: 1, address: 0, count: 2 })
            expect((yield* failureOf(read))._tag).toBe('ModbusProtocol')
            spoilt = false
            expect(yield* read).toEqual([7, 8])
          }),
        )
        expect(connections()).toBe(2)
      }),
    ),
  )

  it('times out on a silent device, and opens a new connection after each time-out', () =>
    runShort(
      Effect.gen(function* () {
        const { port, connections } = yield* serveFrames(() => undefined)
        const thrice = (bus: Bus) =>
          Effect.gen(function* () {
            const read = bus.read({ unit: 1, address: 0, count: 2 })
            for (let reads = 1; reads <= 3; reads++) {
              expect((yield* failureOf(read))._tag).toBe('ModbusTimeout')
              expect(connections()).toBe(reads)
            }
          })
        yield* withBus(port, thrice, SHORT_MS)
      }),
    ))

  it('never takes a late answer for the next one', () =>
    runShort(
      Effect.gen(function* () {
        const { port } = yield* serveFrames((request, socket) => {
          const address = request.readUInt16BE(8)
          const answer = frame(request, [3, 4, 0, address, 0, address + 1])
          setTimeout(() => socket.write(answer), address === 100 ? SHORT_MS + 50 : 0)
        })
        const thrice = (bus: Bus) =>
          Effect.gen(function* () {
            expect((yield* failureOf(bus.read({ unit: 1, address: 100, count: 2 })))._tag).toBe('ModbusTimeout')
            expect(yield* bus.read({ unit: 1, address: 200, count: 2 })).toEqual([200, 201])
            yield* Effect.sleep(80)
            expect(yield* bus.read({ unit: 1, address: 50, count: 2 })).toEqual([50, 51])
          })
        yield* withBus(port, thrice, SHORT_MS)
      }),
    ))

  it('says at once when nobody listens, and when the device hangs up on a request', () =>
    run(
      Effect.gen(function* () {
        const nobody = yield* freePort
        const refused = yield* withBus(nobody, (bus) => failureOf(bus.read({ unit: 1, address: 0, count: 1 })))
        expect(refused._tag).toBe('ModbusClosed')
        const { port } = yield* serveFrames((_, socket) => socket.destroy())
        const hungUp = yield* withBus(port, (bus) => failureOf(bus.read({ unit: 1, address: 0, count: 1 })))
        expect(hungUp._tag).toBe('ModbusClosed')
      }),
    ))
})
