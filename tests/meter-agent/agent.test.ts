import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, Exit, Fiber, Scope } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { type AgentOptions, makeAgent, makeTrader, rampTrader } from '#meter-agent/index.ts'
import { keyOfText, newKeyText } from '#meter-agent/keys/key-text.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import { freePort, serveRegisters } from './modbus-serial.ts'
import { homeImage } from './sunspec-image.ts'
import { serveGateway } from './test-gateway.ts'

const SLOT_MS = 900_000
const START_MS = 1_900_000 * SLOT_MS
const folder = mkdtempSync(join(tmpdir(), 'meter-agent-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0

/** A home with a steady 2,000 W export, its clock in the test's hand, and everything that an agent needs. */
const street = Effect.gen(function* () {
  const time = { nowMs: START_MS }
  const meter = { reset: false, powerW: -2000 }
  const image = () => {
    const exportWh = 100_000 + Math.floor(((time.nowMs - START_MS) / 3_600_000) * -meter.powerW)
    return homeImage({ powerW: meter.powerW, importWh: 5000, exportWh: meter.reset ? 0 : exportWh })
  }
  const port = yield* freePort
  const plugged = yield* Scope.make()
  yield* serveRegisters(image, port).pipe(Scope.provide(plugged))
  const gateway = yield* serveGateway({ nowMs: () => time.nowMs })
  const options: AgentOptions = {
    home: 'no-7',
    neighbourhood: 'elm-street',
    deviceId: 'meter-7',
    deviceKey: secp256k1Signer(`0x${'7'.repeat(64)}`),
    streamKeyUri: pathToFileURL(join(folder, `stream-${files + 1}`)).href,
    accountKey: `0x${'8'.repeat(64)}`,
    device: { type: 'modbus', url: `tcp://127.0.0.1:${port}?unit=1` },
    gatewayUrl: gateway.url,
    dataFile: join(folder, `${++files}.sqlite`),
    clock: { nowMs: () => time.nowMs, speed: 1 },
    trader: rampTrader,
    deviceTimeoutMs: 5_000,
    gatewayTimeoutMs: 5_000,
    monotonicMs: () => time.nowMs,
  }
  const agent = makeAgent(options)
  return { time, meter, gateway, options, agent, image, port, unplug: Scope.close(plugged, Exit.void) }
})
const test = <E>(steps: Effect.Effect<void, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))

describe('an agent', () => {
  it('enrols, records, states each slot once, and is heard', () =>
    test(
      Effect.gen(function* () {
        const { time, gateway, agent } = yield* street
        const home = yield* agent
        yield* home.enrol()
        yield* home.enrol()
        expect(gateway.enrolments()).toBe(1)
        for (let i = 0; i <= 9; i++) {
          time.nowMs = START_MS + i * 300_000
          yield* home.poll()
        }
        const published = yield* home.publish()
        expect(published).toEqual({ readings: 10, statements: 3, refusals: [] })
        expect(gateway.statements.map(({ body }) => [body.slot - 1_900_000, body.importWh, body.exportWh])).toEqual([
          [0, 0, 500],
          [1, 0, 500],
          [2, 0, 500],
        ])
        expect(gateway.readings[0]?.body).toMatchObject({ powerW: -2000, clock: 'free-running', quality: 0, bootId: 1 })
        expect(yield* home.publish()).toEqual({ readings: 0, statements: 0, refusals: [] })
      }),
    ))

  it('looks for its meter again when it was interrupted while it looked', () =>
    test(
      Effect.gen(function* () {
        const { options, image, gateway } = yield* street
        const port = yield* freePort
        const silent = createServer((socket) => socket.resume()).listen(port, '127.0.0.1')
        const home = yield* makeAgent({
          ...options,
          device: { type: 'modbus', url: `tcp://127.0.0.1:${port}?unit=1` },
          clockState: 'simulated',
        })
        yield* home.enrol()
        yield* Effect.timeoutOption(home.poll(), 100)
        expect(home.link()).toBe('discovering')
        yield* Effect.callback<void>((resume) => void silent.close(() => resume(Effect.void)))
        yield* serveRegisters(image, port)
        expect((yield* home.poll()).recorded).not.toBeNull()
        yield* home.publish()
        expect(gateway.readings[0]?.body.clock).toBe('simulated')
      }),
    ))

  it('marks a sun that shines at night where it knows its place, and a clock that jumps', () =>
    test(
      Effect.gen(function* () {
        const { time, options } = yield* street
        time.nowMs = Date.UTC(2026, 0, 15, 23)
        const ran = { offMs: 0 }
        const home = yield* makeAgent({
          ...options,
          place: { latitudeDeg: 52.4, longitudeDeg: 13.1 },
          monotonicMs: () => time.nowMs - ran.offMs,
        })
        yield* home.enrol()
        const { sunAtNight, clockJumped } = ReadingQuality
        expect((yield* home.poll()).recorded?.reading.quality).toBe(sunAtNight)
        time.nowMs += 60_000
        expect((yield* home.poll()).recorded?.reading.quality).toBe(sunAtNight)
        time.nowMs += 12 * 3_600_000 // to noon, in ten seconds that truly passed
        ran.offMs = 12 * 3_600_000 - 10_000
        expect((yield* home.poll()).recorded?.reading.quality).toBe(clockJumped)
      }),
    ))

  it('goes on with the same chain after a restart', () =>
    test(
      Effect.gen(function* () {
        const { time, gateway, agent } = yield* street
        for (let boot = 1; boot <= 3; boot++) {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const home = yield* agent
              expect(home.bootId).toBe(boot)
              yield* home.enrol()
              for (let i = 0; i < 2; i++) {
                time.nowMs += 300_000
                yield* home.poll()
              }
              if (boot !== 2) yield* home.publish() // what boot 2 recorded is delivered by boot 3
            }),
          )
        }
        expect(gateway.enrolments()).toBe(1)
        expect(gateway.readings.map(({ body }) => [body.sequence, body.bootId])).toEqual([
          [1, 1],
          [2, 1],
          [3, 2],
          [4, 2],
          [5, 3],
          [6, 3],
        ])
        expect(gateway.readings.map(({ body }) => body.quality)).toEqual([
          0,
          0,
          ReadingQuality.afterGap,
          0,
          ReadingQuality.afterGap,
          0,
        ])
        expect(gateway.statements.map(({ body }) => body.exportWh)).toEqual([500])
      }),
    ))

  it('keeps everything while the gateway is away, and takes a lost answer for no second message', () =>
    test(
      Effect.gen(function* () {
        const { time, gateway, options } = yield* street
        const home = yield* makeAgent({ ...options, gatewayTimeoutMs: 600 })
        yield* home.enrol()
        const day = Effect.gen(function* () {
          for (let i = 0; i < 4; i++) {
            time.nowMs += 300_000
            yield* home.poll()
          }
        })
        for (const mode of ['fails', 'is-silent', 'loses-answers'] as const) {
          gateway.mode = mode
          yield* day
          expect((yield* Effect.flip(home.publish()))._tag).toBe('GatewayUnreachable')
        }
        gateway.mode = 'answers'
        const published = yield* home.publish()
        expect(published.refusals).toEqual([])
        expect(gateway.readings.map(({ body }) => body.sequence)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
        expect(gateway.statements.map(({ body }) => body.slot - 1_900_000)).toEqual([1, 2, 3])
        expect(yield* home.publish()).toEqual({ readings: 0, statements: 0, refusals: [] })
      }),
    ))

  it('signs the very same statement again when it is not acknowledged, also after a restart', () =>
    test(
      Effect.gen(function* () {
        const { time, gateway, agent } = yield* street
        gateway.refuse.set('POST statements', 'SLOT_NOT_DELIVERED')
        for (let boot = 0; boot < 2; boot++) {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const home = yield* agent
              yield* home.enrol()
              for (let i = 0; i <= 3; i++) {
                time.nowMs = START_MS + i * 300_000
                yield* home.poll()
              }
              expect(yield* home.publish()).toMatchObject({ statements: 0 })
              yield* home.publish()
            }),
          )
        }
        const signed = gateway.arrived.filter(({ kind }) => kind === 'statement').map((one) => JSON.stringify(one))
        expect(signed).toHaveLength(4)
        expect(new Set(signed).size).toBe(1)
        gateway.refuse.clear()
        expect(yield* Effect.scoped(Effect.flatMap(agent, (home) => home.publish()))).toMatchObject({ statements: 1 })
      }),
    ))

  it('takes a final refusal of a statement for its end', () =>
    test(
      Effect.gen(function* () {
        const { time, gateway, agent } = yield* street
        const home = yield* agent
        yield* home.enrol()
        for (let i = 0; i <= 3; i++) {
          time.nowMs = START_MS + i * 300_000
          yield* home.poll()
        }
        gateway.refuse.set('POST statements', 'SLOT_SETTLED')
        expect((yield* home.publish()).refusals).toMatchObject([{ code: 'SLOT_SETTLED' }])
        expect(yield* home.publish()).toEqual({ readings: 0, statements: 0, refusals: [] })
      }),
    ))

  it('survives its device: offline, and back with a counter that reads zero for a moment', () =>
    test(
      Effect.gen(function* () {
        const { time, meter, gateway, agent, image, port, unplug } = yield* street
        const home = yield* agent
        yield* home.enrol()
        yield* home.poll()
        expect(home.link()).toBe('online')
        yield* unplug
        time.nowMs += 10_000
        expect((yield* Effect.flip(home.poll()))._tag).toBe('ModbusClosed')
        expect(home.link()).toBe('backingOff')
        expect((yield* home.poll()).recorded).toBeNull()
        meter.reset = true
        yield* serveRegisters(image, port)
        time.nowMs += 10_000
        const zero = (yield* home.poll()).recorded?.reading
        expect(zero?.exportWh).toBe(100_000)
        expect(zero?.quality).toBe(ReadingQuality.counterHeld | ReadingQuality.afterGap)
        meter.reset = false
        time.nowMs += 10_000
        expect((yield* home.poll()).recorded?.reading).toMatchObject({ exportWh: 100_016, quality: 0 })
        yield* home.publish()
        expect(gateway.readings.map(({ body }) => body.exportWh)).toEqual([100_000, 100_000, 100_016])
      }),
    ))

  it('sells what it expects to export, follows its ramp with amendments, and buys nothing', () =>
    test(
      Effect.gen(function* () {
        const { time, gateway, agent } = yield* street
        const home = yield* agent
        yield* home.enrol()
        gateway.market = 'not asked for: a ramp does not listen' as never
        expect(yield* home.trade()).toMatchObject({ placed: 0 }) // nothing stated yet, nothing expected
        for (let i = 0; i <= 3; i++) {
          time.nowMs = START_MS + i * 300_000
          yield* home.poll()
        }
        expect(yield* home.trade()).toEqual({ placed: 4, amended: 0, cancelled: 0, refusals: [] })
        const book = () =>
          [...gateway.orders.values()].map(({ order, openWh }) => [order.body.side, openWh, order.body.priceEurPerMWh])
        // Of 405, 364, 328 and 295 expected it promises what its price makes worth the risk: it knows one slot so far.
        const shares = [0.3, 0.6, 0.8, 1]
        expect(book().map(([side, wh]) => [side, wh])).toEqual(
          [405, 364, 328, 295].map((expectedWh, i) => ['sell', Math.round(expectedWh * (shares[i] ?? 0))]),
        )
        expect(yield* home.trade()).toEqual({ placed: 0, amended: 0, cancelled: 0, refusals: [] })
        const before = book().map(([, , price]) => Number(price))
        time.nowMs += 300_000
        expect(yield* home.trade()).toMatchObject({ placed: 0, amended: 4, refusals: [] })
        for (const [i, [, , price]] of book().entries()) expect(Number(price)).toBeLessThan(before[i] ?? 0)
      }),
    ))

  it('listens to the market where its trader learns', () =>
    test(
      Effect.gen(function* () {
        const { time, gateway, options } = yield* street
        const home = yield* makeAgent({ ...options, trader: makeTrader('zip'), forecaster: 'regression' })
        yield* home.enrol()
        for (let i = 0; i <= 3; i++) {
          time.nowMs = START_MS + i * 300_000
          yield* home.poll()
        }
        expect(yield* home.trade()).toMatchObject({ placed: 4, refusals: [] })
        const priceOf = (slot: number) =>
          [...gateway.orders.values()].find(({ order }) => order.body.slot === slot)?.order.body.priceEurPerMWh ?? 0
        const slot = Math.min(...[...gateway.orders.values()].map(({ order }) => order.body.slot))
        const before = priceOf(slot)
        // Others trade dearer and dearer in its first slot: it asks for more there.
        const columns = { slot: [slot], bidEurPerMWh: [null], askEurPerMWh: [null], lastWh: [100] }
        for (const price of [180, 190, 200]) {
          gateway.market = { ...columns, lastEurPerMWh: [price] }
          expect(yield* home.trade()).toMatchObject({ refusals: [] })
        }
        expect(priceOf(slot)).toBeGreaterThan(before)
        expect(priceOf(slot + 1)).toBeLessThanOrEqual(before + 30)

        gateway.market = { ...columns, lastEurPerMWh: ['nonsense'] } as never
        expect(yield* Effect.flip(home.trade())).toMatchObject({ _tag: 'GatewayUnreachable' })
      }),
    ))

  it('cancels what it does not want any more', () =>
    test(
      Effect.gen(function* () {
        const { time, meter, gateway, agent } = yield* street
        const home = yield* agent
        yield* home.enrol()
        for (let i = 0; i <= 3; i++) {
          time.nowMs = START_MS + i * 300_000
          yield* home.poll()
        }
        yield* home.trade()
        meter.powerW = 0 // the counter stands still; two slots later nothing is expected
        meter.reset = true
        for (let i = 4; i <= 12; i++) {
          time.nowMs = START_MS + i * 300_000
          yield* home.poll()
        }
        const traded = yield* home.trade()
        expect(traded.placed).toBe(0)
        expect(traded.cancelled).toBeGreaterThan(0)
        expect([...gateway.orders.values()].every(({ order }) => order.body.slot <= 1_900_004)).toBe(true)
      }),
    ))

  it('has nothing to hash its readings under before it knows its market', () =>
    test(
      Effect.gen(function* () {
        const home = yield* (yield* street).agent
        expect((yield* Effect.flip(home.poll()))._tag).toBe('NotJoined')
      }),
    ))

  it('keeps readings that are ahead of the market, whose clock may stand, until it has come so far', () =>
    test(
      Effect.gen(function* () {
        const { gateway, agent } = yield* street
        const home = yield* agent
        yield* home.enrol()
        yield* home.poll()
        gateway.refuse.set('POST readings', 'TIME_AHEAD')
        expect(yield* home.publish()).toMatchObject({ readings: 0, refusals: [{ code: 'TIME_AHEAD' }] })
        gateway.refuse.clear()
        expect(yield* home.publish()).toMatchObject({ readings: 1, refusals: [] })
      }),
    ))

  it('does not go on with the memory of another home', () =>
    test(
      Effect.gen(function* () {
        const { agent, options } = yield* street
        yield* Effect.scoped(Effect.flatMap(agent, (home) => home.enrol()))
        const other = makeAgent({ ...options, accountKey: `0x${'9'.repeat(64)}` })
        expect((yield* Effect.flip(other)).message).toMatch(/it is the memory of the home of 0x.*, not of 0x/)
      }),
    ))

  it('keeps what it has to say when its street begins anew under it, and says so', () =>
    test(
      Effect.gen(function* () {
        const { time, gateway, agent } = yield* street
        const home = yield* agent
        yield* home.enrol()
        for (let i = 0; i <= 4; i++) {
          time.nowMs = START_MS + i * 300_000
          yield* home.poll()
        }
        gateway.chainId = 1
        const { readings, statements, refusals } = yield* home.publish()
        expect([readings, statements]).toEqual([0, 0])
        expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['BAD_SIGNATURE']))
        expect((yield* Effect.flip(home.enrol())).message).toMatch(/has begun anew/)
        gateway.chainId = 31_337
        yield* home.enrol()
        expect(yield* home.publish()).toEqual({ readings: 5, statements: 1, refusals: [] })
      }),
    ))

  it('refuses a market of another neighbourhood, and one that changed its chain under it', () =>
    test(
      Effect.gen(function* () {
        const { gateway, agent, options } = yield* street
        const refusal = Effect.scoped(Effect.flatMap(agent, (home) => Effect.flip(home.enrol())))
        gateway.neighbourhood = 'oak-street'
        expect(yield* refusal).toMatchObject({ _tag: 'GatewayMismatch', field: 'neighbourhood' })
        gateway.neighbourhood = 'elm-street'
        yield* Effect.scoped(Effect.flatMap(agent, (home) => home.enrol()))
        gateway.chainId = 1
        const begunAnew = yield* refusal
        expect(begunAnew).toMatchObject({ _tag: 'GatewayMismatch', field: 'domain' })
        expect(begunAnew.message).toMatch(
          /on chain 1 with slots of 15 minutes, expected contract 0x1+ on chain 31337 .*has begun anew.*--data/,
        )
        gateway.chainId = 31_337
        gateway.neighbourhood = 'oak-street'
        const renamed = makeAgent({ ...options, neighbourhood: 'oak-street' })
        const other = yield* Effect.scoped(Effect.flatMap(renamed, (home) => Effect.flip(home.enrol())))
        expect(other.message).toMatch(/neighbourhood is oak-street, expected elm-street\. .*has begun anew/)
      }),
    ))

  it('takes "enrolled already" for itself only where the market shows this very account and device', () =>
    test(
      Effect.gen(function* () {
        const { gateway, options } = yield* street
        yield* Effect.scoped(Effect.flatMap(makeAgent(options), (home) => home.enrol()))
        // An agent whose memory is new: by another key or device it is a stranger, else it is the one that enrolled.
        const anew = (other: Partial<AgentOptions>) =>
          Effect.map(makeAgent({ ...options, ...other, dataFile: join(folder, `${++files}.sqlite`) }), (home) =>
            home.enrol(),
          )
        for (const other of [{ accountKey: `0x${'9'.repeat(64)}` }, { deviceId: 'meter-8' }] as const) {
          expect(yield* Effect.flip(Effect.flatten(anew(other)))).toMatchObject({
            _tag: 'GatewayRefused',
            code: 'ALREADY_ENROLLED',
          })
        }
        yield* Effect.flatten(anew({}))
        // Where names are not told, account and key still say whose it is.
        const { account = '', deviceSigner = '' } = gateway.enrolledAs ?? {}
        gateway.enrolledAs = { home: 'home-1', account, deviceSigner }
        yield* Effect.flatten(anew({}))
        for (const other of [
          { accountKey: `0x${'9'.repeat(64)}` },
          { deviceKey: keyOfText(newKeyText('p256')) },
        ] as const) {
          expect(yield* Effect.flip(Effect.flatten(anew(other)))).toMatchObject({ code: 'ALREADY_ENROLLED' })
        }
        expect(gateway.enrolments()).toBe(1)
      }),
    ))

  it.each([
    ['home', { home: 'No 7' }],
    ['gatewayUrl', { gatewayUrl: 'ftp://x' }],
    ['tradeSlotsAhead', { tradeSlotsAhead: 0 }],
    ['deviceKey', { deviceKey: keyOfText(newKeyText('ed25519')) }],
  ])('is not made with a bad %s', (field, bad) =>
    test(
      Effect.gen(function* () {
        const { options } = yield* street
        expect(yield* Effect.flip(makeAgent({ ...options, ...bad }))).toMatchObject({ _tag: 'BadAgentOption', field })
      }),
    ),
  )

  it('runs by itself: polls on the clock, survives refusals, and stops when told', () =>
    test(
      Effect.gen(function* () {
        const { options, gateway } = yield* street
        const startedMs = performance.now()
        const clock = { nowMs: () => START_MS + Math.floor((performance.now() - startedMs) * 9000), speed: 9000 }
        const home = yield* makeAgent({ ...options, clock })
        gateway.refuse.set('POST orders', 'TOO_MANY_ORDERS')
        const running = yield* Effect.forkChild(home.run({ pollEveryMs: 300_000, tradeEveryMs: 300_000 }))
        yield* Effect.sleep(1200)
        gateway.mode = 'fails'
        yield* Effect.sleep(200)
        gateway.mode = 'answers'
        yield* Effect.sleep(1200)
        yield* Fiber.interrupt(running)
        expect(gateway.enrolments()).toBe(1)
        expect(gateway.readings.length).toBeGreaterThan(20)
        expect(gateway.statements.length).toBeGreaterThan(5)
        expect(gateway.readings.every(({ body }) => body.clock === 'simulated')).toBe(true)
        yield* Effect.sleep(100) // what was on its way arrives
        const before = gateway.requests()
        yield* Effect.sleep(200)
        expect(gateway.requests()).toBe(before)
      }),
    ))
})
