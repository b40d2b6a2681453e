import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, type Scope } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { gatewayClient } from '#meter-agent/gateway-client.ts'
import { keyOfText, newKeyText } from '#meter-agent/keys/key-text.ts'
import type { Membership } from '#meter-agent/membership.ts'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import { publishOutbox } from '#meter-agent/publishing.ts'
import { emptyRecorder } from '#meter-agent/reading/recorder.ts'
import { openStream } from '#meter-agent/stream.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { digestOf } from '#protocol/signing.ts'
import { readingOf, statementOf } from './bodies.ts'
import { domain, serveGateway } from './test-gateway.ts'

const DAY_MS = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'meter-agent-stream-'))
afterAll(() => rmSync(folder, { recursive: true }))
let homes = 0
const test = <E>(steps: Effect.Effect<void, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))

/** A home's outbox and stream, and a market; readings are recorded a day apart. */
const home = (deviceKey = keyOfText(newKeyText('p256')), place = join(folder, `home-${++homes}`)) =>
  Effect.gen(function* () {
    const gateway = yield* serveGateway({ nowMs: () => 0 })
    const client = gatewayClient({ url: gateway.url, timeoutMs: 5_000 })
    const membership: Membership = {
      protocol: Effect.succeed({ domain, rules: defaultMarketRules, neighbourhood: 'elm-street' }),
      isEnrolled: () => true,
      enrol: Effect.void,
      register: Effect.succeed(true),
      forgotten: Effect.void,
    }
    mkdirSync(place, { recursive: true })
    const keys = () => readdirSync(place).filter((name) => name.startsWith('stream'))
    const opened = Effect.gen(function* () {
      const outbox = yield* openSqliteOutbox({ file: join(place, 'outbox.sqlite') })
      const uri = pathToFileURL(join(place, 'stream')).href
      const stream = yield* openStream({ outbox, uri, neighbourhood: 'elm-street', deviceId: 'meter-1' })
      const record = (day: number) =>
        Effect.gen(function* () {
          const { last } = yield* outbox.recorder
          const sequence = (last?.reading.sequence ?? 0) + 1
          const previousHash = last?.hash ?? (`0x${'0'.repeat(64)}` as const)
          const reading = { ...readingOf(sequence), timeMs: DAY_MS * (100 + day), previousHash }
          const hash = digestOf({ domain, kind: 'reading', body: reading })
          const signed = yield* stream.sign(hash, reading.timeMs)
          const state = { ...emptyRecorder, last: { reading, hash } }
          yield* outbox.record({ state, reading, signed, registers: '{}', statements: [statementOf(sequence)] })
          return signed
        })
      return { outbox, record, publish: publishOutbox({ outbox, gateway: client, membership, deviceKey }) }
    })
    return { gateway, deviceKey, keys, place, opened }
  })

describe('a stream of readings', () => {
  it('is signed when it is recorded, by a key that the device authorises before the first reading needs it', () =>
    test(
      Effect.gen(function* () {
        const { gateway, deviceKey, opened, keys, place } = yield* home()
        const { outbox, record, publish } = yield* opened
        yield* record(0)
        yield* record(1)
        const pending = yield* outbox.pendingReadings(9)
        expect(pending.map(({ signed }) => signed?.session)).toEqual([1, 1])
        expect(keys()).toEqual(['stream-1'])
        expect(statSync(join(place, 'stream-1')).mode & 0o777).toBe(0o600)
        expect(yield* publish).toEqual({ readings: 2, statements: 2, refusals: [] })
        expect(gateway.arrived.map(({ kind, algorithm }) => `${kind} ${algorithm}`)).toEqual([
          'session p256',
          'reading ed25519',
          'reading ed25519',
          'statement p256',
          'statement p256',
        ])
        const session = gateway.sessions[0]
        expect(session).toMatchObject({ signer: deviceKey.signer, body: { deviceId: 'meter-1', sequence: 1 } })
        expect(gateway.readings.map(({ signature }) => signature)).toEqual(
          pending.map(({ signed }) => signed?.signature),
        )
        expect(gateway.readings[0]?.signer).toBe(session?.body.streamKey)
        yield* record(2)
        yield* publish
        expect(gateway.sessions).toHaveLength(1)
      }),
    ))

  it('gets another key before the time of the last one ends, and goes on with the same one after a restart', () =>
    test(
      Effect.gen(function* () {
        const { gateway, opened, keys } = yield* home()
        const days = [0, 28, 29, 57, 58, 200]
        for (const day of days) yield* Effect.scoped(Effect.flatMap(opened, ({ record }) => record(day)))
        expect(keys()).toEqual(['stream-4'])
        yield* Effect.scoped(Effect.flatMap(opened, ({ publish }) => publish))
        const from = gateway.sessions.map(({ body }) => body.fromMs / DAY_MS - 100)
        expect(from).toEqual([0, 29, 58, 200])
        expect(new Set(gateway.sessions.map(({ body }) => body.streamKey)).size).toBe(4)
        expect(gateway.readings).toHaveLength(6)
      }),
    ))

  it('is authorised again when the market has forgotten it, and when the answer was lost', () =>
    test(
      Effect.gen(function* () {
        const { gateway, opened } = yield* home()
        const { record, publish } = yield* opened
        yield* record(0)
        gateway.mode = 'loses-answers'
        yield* Effect.flip(publish)
        gateway.mode = 'answers'
        expect(yield* publish).toMatchObject({ readings: 1, refusals: [] })
        gateway.sessions.length = 0
        yield* record(1)
        yield* record(2)
        expect(yield* publish).toMatchObject({ readings: 2, refusals: [] })
        expect(gateway.sessions).toHaveLength(1)
        const sessions = gateway.arrived.filter(({ kind }) => kind === 'session').map((one) => JSON.stringify(one))
        expect(new Set(sessions).size).toBe(1) // the very same bytes each time
      }),
    ))

  it("is signed by the device's own key where the market takes no session", () =>
    test(
      Effect.gen(function* () {
        const { gateway, opened, deviceKey } = yield* home()
        const { record, publish } = yield* opened
        gateway.refuse.set('POST sessions', 'STALE_SEQUENCE') // another one has used this sequence
        yield* record(0)
        yield* record(1)
        expect(yield* publish).toMatchObject({ readings: 2, refusals: [] })
        expect(gateway.readings.map(({ signer }) => signer)).toEqual([deviceKey.signer, deviceKey.signer])
      }),
    ))

  it("is signed by the device's own key where no stream key can be kept", () =>
    test(
      Effect.gen(function* () {
        const { gateway, opened, deviceKey, place } = yield* home()
        const { record, publish } = yield* opened
        writeFileSync(join(place, 'stream-1'), 'no key', { mode: 0o600 })
        expect(yield* record(0)).toBeNull()
        expect(yield* publish).toMatchObject({ readings: 1, refusals: [] })
        expect(gateway.readings[0]?.signer).toBe(deviceKey.signer)
        rmSync(join(place, 'stream-1'))
        expect((yield* record(1))?.session).toBe(1)
      }),
    ))

  it('does not go on with a key that is gone, or that others could read', () =>
    test(
      Effect.gen(function* () {
        const { opened, keys, place } = yield* home()
        const recordOnce = (day: number) => Effect.scoped(Effect.flatMap(opened, ({ record }) => record(day)))
        expect((yield* recordOnce(0))?.session).toBe(1)
        rmSync(join(place, 'stream-1'))
        expect((yield* recordOnce(1))?.session).toBe(2)
        chmodSync(join(place, 'stream-2'), 0o644)
        expect((yield* recordOnce(2))?.session).toBe(3)
        expect(keys()).toEqual(['stream-3'])
        expect(existsSync(join(place, 'stream-2'))).toBe(false)
      }),
    ))

  it('leaves no key behind where a crash came before the last one was deleted', () =>
    test(
      Effect.gen(function* () {
        const { opened, keys, place } = yield* home()
        const recordOnce = (day: number) => Effect.scoped(Effect.flatMap(opened, ({ record }) => record(day)))
        yield* recordOnce(0)
        yield* recordOnce(40)
        for (const left of ['stream-1', 'stream-1.part']) {
          writeFileSync(join(place, left), newKeyText('ed25519'), { mode: 0o600 })
        }
        expect((yield* recordOnce(41))?.session).toBe(2)
        expect(keys()).toEqual(['stream-2'])
        writeFileSync(join(place, 'stream-2.part'), newKeyText('ed25519'), { mode: 0o600 })
        yield* recordOnce(80)
        expect(keys()).toEqual(['stream-3'])
      }),
    ))
})
