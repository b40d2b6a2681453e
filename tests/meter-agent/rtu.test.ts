import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Exit, Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import { openModbusLine, openWritableModbusLine } from '#meter-agent/drivers/modbus-line.ts'
import { lineName, type ModbusLine } from '#meter-agent/modbus-url.ts'
import { openProfiledDevice } from '#meter-agent/profiled-device.ts'
import { loadModbusProfile } from '#meter-agent/profiles/load-modbus-profile.ts'
import { freePort } from './modbus-serial.ts'
import { type RtuUnits, rtuUnits, scoped } from './rtu-units.ts'

const TIMEOUT_MS = 400
const LIVING = 1
const DEAD = 7

const hasSocat = spawnSync('socat', ['-V']).status === 0
if (!hasSocat) console.warn('no socat: a serial line is tested over TCP only')

/** A line whose other end the units listen at. */
type Line = (units: RtuUnits) => Effect.Effect<ModbusLine, never, Scope.Scope>

/** Two pseudo terminals, one wire. */
const overPty: Line = (units) =>
  Effect.gen(function* () {
    const folder = yield* scoped(
      async () => mkdtempSync(join(tmpdir(), 'commonwatt-rtu-')),
      (made) => rmSync(made, { recursive: true }),
    )
    const [near, far] = [join(folder, 'near'), join(folder, 'far')]
    yield* scoped(
      async () => spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`]),
      (wire) => wire.kill(),
    )
    while (!existsSync(near) || !existsSync(far)) yield* Effect.sleep(5)
    yield* scoped(
      async () => {
        const file = await open(far, 'r+')
        const listening = (async () => {
          const bytes = Buffer.alloc(256)
          for (;;) {
            const { bytesRead } = await file.read(bytes, 0, bytes.length, null)
            const answer = units.answer(bytes.subarray(0, bytesRead))
            await new Promise((resolve) => setTimeout(resolve, units.delayMs))
            if (answer !== null) await file.write(answer)
          }
        })()
        void listening.catch(() => file.close()) // the wire is gone
      },
      () => undefined,
    )
    return { transport: 'rtu', path: near, baud: 9_600, parity: 'none', stopBits: 1 }
  })

/** The same frames through a converter. */
const overTcp: Line = (units) =>
  Effect.gen(function* () {
    const port = yield* freePort
    yield* scoped(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer((socket) => {
            socket.on('error', () => undefined)
            socket.on('data', (request) => {
              const answer = units.answer(request)
              setTimeout(() => answer !== null && socket.write(answer), units.delayMs)
            })
          }).listen(port, '127.0.0.1', () => resolve(server))
        }),
      (server) => server.close(),
    )
    return { transport: 'rtu+tcp', host: '127.0.0.1', port }
  })

describe.each([
  ['a serial line', overPty, hasSocat],
  ['a serial line over TCP', overTcp, true],
] as const)('Modbus RTU on %s', (_, lineTo, isThere) => {
  const run = <A>(
    living: readonly number[],
    use: (units: RtuUnits, line: ModbusLine) => Effect.Effect<A, unknown, Scope.Scope>,
  ) => {
    const units = rtuUnits(new Set(living))
    return Effect.runPromise(Effect.scoped(Effect.flatMap(lineTo(units), (line) => use(units, line))))
  }

  it.skipIf(!isThere)('reads each unit its own registers, many asking at once', () =>
    run([1, 2], (units, line) =>
      Effect.gen(function* () {
        const bus = yield* openModbusLine({ line, timeoutMs: TIMEOUT_MS })
        const read = (unit: number) =>
          Effect.map(bus.read({ unit, address: 10, count: 4 }), (words) => [words, units.lastOf(unit)])
        const asks = Array.from({ length: 40 }, (__, n) => read(1 + (n % 2)))
        for (const [words, told] of yield* Effect.all(asks, { concurrency: 'unbounded' })) expect(words).toEqual(told)
        expect([units.asked(1), units.asked(2)]).toEqual([20, 20])
      }),
    ),
  )

  it.skipIf(!isThere)('is one line however many have opened it, each as patient as it is', () =>
    run([1, 2], (units, line) =>
      Effect.gen(function* () {
        const first = yield* Scope.make()
        const one = yield* Scope.provide(openWritableModbusLine({ line, timeoutMs: TIMEOUT_MS }), first)
        const other = yield* openWritableModbusLine({ line: { ...line }, timeoutMs: 5 * TIMEOUT_MS })
        const read = (unit: number) =>
          Effect.map((unit === 1 ? one : other).read({ unit, address: 10, count: 4 }), (words) => [
            words,
            units.lastOf(unit),
          ])
        const asks = Array.from({ length: 40 }, (__, n) => read(1 + (n % 2)))
        for (const [words, told] of yield* Effect.all(asks, { concurrency: 'unbounded' })) expect(words).toEqual(told)
        expect([one.connections(), other.connections()]).toEqual([1, 1])
        units.delayMs = TIMEOUT_MS * 1.5
        expect(yield* Effect.flip(read(1))).toMatchObject({ _tag: 'ModbusTimeout', timeoutMs: TIMEOUT_MS })
        const [words, told] = yield* read(2)
        expect(words).toEqual(told)
        units.delayMs = 0
        yield* Scope.close(first, Exit.void)
        const connections = other.connections()
        yield* read(2)
        expect(other.connections()).toBe(connections)
      }),
    ),
  )

  it.skipIf(!isThere)('never takes an answer that comes late for the next one', () =>
    run([LIVING], (units, line) =>
      Effect.gen(function* () {
        const bus = yield* openModbusLine({ line, timeoutMs: TIMEOUT_MS })
        // The line is left alone for one more time-out: what comes within it is nobody’s answer. On a slow machine late is later.
        for (const late of [1.1, 1.4, 1.7]) {
          units.delayMs = TIMEOUT_MS * late
          expect(Exit.isFailure(yield* Effect.exit(bus.read({ unit: LIVING, address: 0, count: 2 })))).toBe(true)
          units.delayMs = 0
          expect(yield* bus.read({ unit: LIVING, address: 0, count: 2 })).toEqual(units.lastOf(LIVING))
        }
      }),
    ),
  )

  it.skipIf(!isThere)(
    'lets a dead unit cost its living neighbour one poll, and then none until it is asked again',
    () =>
      run([LIVING], (units, line) =>
        Effect.gen(function* () {
          const bus = yield* openModbusLine({ line, timeoutMs: TIMEOUT_MS })
          const tags: string[] = []
          for (let poll = 0; poll < 12; poll++) {
            const dead = yield* Effect.exit(bus.read({ unit: DEAD, address: 0, count: 2 }))
            tags.push(
              Exit.isFailure(dead) ? String(dead.cause.reasons.map((reason) => 'error' in reason && reason.error)) : '',
            )
            const living = yield* bus.read({ unit: LIVING, address: 0, count: 2 })
            expect(living).toEqual(units.lastOf(LIVING))
          }
          expect(tags.slice(0, 3).every((said) => said.includes('did not answer within'))).toBe(true)
          expect(tags.slice(3).every((said) => said.includes('is asked again in 30 s'))).toBe(true)
          expect([units.asked(DEAD), units.asked(LIVING)]).toEqual([3, 12])
        }),
      ),
  )
})

describe('a serial line that a profile says the speed of', () => {
  const speedOf = (url: (path: string) => string) =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const line = yield* overPty(rtuUnits(new Set([LIVING])))
          const path = lineName(line)
          const profile = yield* loadModbusProfile('schneider-pm3200')
          const device = yield* openProfiledDevice({ type: 'modbus', url: url(path) }, { profile })
          yield* device.connect
          return spawnSync('stty', ['-F', path]).stdout.toString().split('\n')[0]
        }),
      ),
    )

  it.skipIf(!hasSocat)('is opened with it, unless its address says another', async () => {
    expect(await speedOf((path) => `rtu://${path}`)).toContain('speed 19200 baud')
    expect(await speedOf((path) => `rtu://${path}?baud=38400`)).toContain('speed 38400 baud')
  })
})
