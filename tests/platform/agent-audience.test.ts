import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Option, type Scope } from 'effect'
import { connect } from 'mqtt'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { audienceOf, openAudience } from '#platform/agent-audience.ts'
import type { Positions } from '#protocol/messages.ts'
import type { Reading } from '#protocol/reading.ts'
import { serveBroker } from '../meter-agent/aedes.ts'
import { freePort } from '../meter-agent/modbus-serial.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-audience-'))
afterAll(() => rmSync(folder, { recursive: true }))

const test = <A, E>(steps: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))

const reading = (change: Partial<Reading> = {}): Reading => ({
  version: 1,
  deviceId: 'anna',
  sequence: 7,
  bootId: 1,
  timeMs: Date.UTC(2026, 6, 1, 12),
  clock: 'free-running',
  monotonicMs: 1,
  importWh: 1_234_567,
  exportWh: 89_000,
  powerW: -412,
  quality: 0,
  source: 'certified-meter',
  profileHash: `0x${'0'.repeat(64)}`,
  registersHash: `0x${'0'.repeat(64)}`,
  previousHash: `0x${'0'.repeat(64)}`,
  ...change,
})
const positions: Positions = {
  home: 'anna',
  timeMs: 0,
  slots: [
    { slot: 1, phase: 'continuous', boughtWh: 100, soldWh: 0, openOrders: [] },
    { slot: 2, phase: 'continuous', boughtWh: 20, soldWh: 5, openOrders: [] },
  ],
}

const flags = (given: {
  homeAssistant?: string
  brokerUser?: string
  brokerPasswordFile?: string
  metrics?: string
}) => ({
  homeAssistant: Option.fromNullishOr(given.homeAssistant),
  brokerUser: Option.fromNullishOr(given.brokerUser),
  brokerPasswordFile: Option.fromNullishOr(given.brokerPasswordFile),
  metrics: Option.fromNullishOr(given.metrics),
})
const open = (given: Parameters<typeof flags>[0]) =>
  Effect.flatMap(audienceOf(flags(given)), (audience) =>
    openAudience(audience, { home: 'anna', neighbourhood: 'elm-street' }),
  )

/** Somebody else at the broker: every message of a topic filter, the newest of each topic. */
const listener = (port: number, filter: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.promise(async () => {
        const heard = new Map<string, string>()
        const client = connect({ host: '127.0.0.1', port, username: 'me', password: 'secret' })
        client.on('message', (topic, payload) => heard.set(topic, payload.toString()))
        await client.subscribeAsync(filter)
        return { client, heard }
      }),
      ({ client }) => Effect.promise(() => client.endAsync(true)),
    ),
    ({ heard }) => heard,
  )
const eventually = (check: () => void) => Effect.promise(() => vi.waitFor(check, 5_000))

interface DiscoveredSensor {
  readonly unique_id: string
  readonly state_topic: string
  readonly value_template: string
  readonly availability_topic: string
  readonly device: { readonly identifiers: readonly string[] }
}

describe('a home in Home Assistant', () => {
  it('is discovered with its sensors, shows its state, and is unavailable when its agent is gone', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker({ login: { user: 'me', password: 'secret' } })
        const passwordFile = join(folder, 'password')
        writeFileSync(passwordFile, 'secret\n')
        const later = yield* Effect.scoped(
          Effect.gen(function* () {
            const watch = yield* open({
              homeAssistant: `mqtt://127.0.0.1:${broker.port}`,
              brokerUser: 'me',
              brokerPasswordFile: passwordFile,
            })
            yield* watch.polled({ reading: reading(), error: null, link: 'online' })
            yield* watch.held(positions)
            // It comes later than the agent, as a restarted Home Assistant does.
            const heard = yield* listener(broker.port, '#')
            const config = (id: string) => `homeassistant/sensor/commonwatt_elm-street_anna/${id}/config`
            yield* eventually(() => expect(heard.get('commonwatt/anna/availability')).toBe('online'))
            const sensors = [...heard].filter(([topic]) => topic.endsWith('/config'))
            expect(sensors).toHaveLength(9)
            for (const [topic, payload] of sensors) {
              const sensor = JSON.parse(payload) as DiscoveredSensor
              const [, id = ''] = /\/(\w+)\/config$/.exec(topic) ?? []
              expect(sensor.state_topic).toBe('commonwatt/anna/state')
              expect(sensor.availability_topic).toBe('commonwatt/anna/availability')
              expect(sensor.value_template).toBe(`{{ value_json.${id} }}`)
              expect(sensor.device.identifiers).toEqual(['commonwatt_elm-street_anna'])
            }
            expect(
              new Set(sensors.map(([, payload]) => (JSON.parse(payload) as DiscoveredSensor).unique_id)).size,
            ).toBe(9)
            const energy = { device_class: 'energy', state_class: 'total_increasing', unit_of_measurement: 'Wh' }
            expect(JSON.parse(heard.get(config('importWh')) ?? '')).toMatchObject(energy)
            expect(JSON.parse(heard.get(config('exportWh')) ?? '')).toMatchObject(energy)
            expect(JSON.parse(heard.get(config('powerW')) ?? '')).toMatchObject({
              device_class: 'power',
              state_class: 'measurement',
              unit_of_measurement: 'W',
            })
            yield* eventually(() =>
              expect(JSON.parse(heard.get('commonwatt/anna/state') ?? '{}')).toEqual({
                importWh: 1_234_567,
                exportWh: 89_000,
                powerW: -412,
                boughtWh: 120,
                soldWh: 5,
                quality: 'good',
                trust: 100,
                link: 'online',
                readAt: '2026-07-01T12:00:00.000Z',
              }),
            )
            yield* watch.polled({ reading: reading({ quality: 5 }), error: null, link: 'online' })
            yield* watch.polled({ reading: null, error: 'ModbusClosed', link: 'backingOff' })
            yield* eventually(() =>
              expect(JSON.parse(heard.get('commonwatt/anna/state') ?? '{}')).toMatchObject({
                importWh: 1_234_567,
                quality: 'counterHeld, implausible',
                trust: 72,
                link: 'backingOff',
              }),
            )
            return heard
          }),
        )
        expect(later.size).toBeGreaterThan(0)
        const after = yield* listener(broker.port, 'commonwatt/anna/availability')
        yield* eventually(() => expect(after.get('commonwatt/anna/availability')).toBe('offline'))
      }),
    ))

  it(
    'is said to be gone by the broker where its agent could not say so',
    () =>
      test(
        Effect.gen(function* () {
          const broker = yield* serveBroker()
          yield* open({ homeAssistant: `mqtt://127.0.0.1:${broker.port}` })
          const heard = yield* listener(broker.port, 'commonwatt/anna/availability')
          yield* eventually(() => expect(heard.get('commonwatt/anna/availability')).toBe('online'))
          broker.hangUp('first')
          yield* eventually(() => expect(heard.get('commonwatt/anna/availability')).toBe('offline'))
          // It is back by itself.
          yield* Effect.promise(() =>
            vi.waitFor(() => expect(heard.get('commonwatt/anna/availability')).toBe('online'), 10_000),
          )
        }),
      ),
    20_000,
  )

  it('does not hold up an agent whose broker is not there', () =>
    test(
      Effect.gen(function* () {
        const watch = yield* open({ homeAssistant: `mqtt://127.0.0.1:${yield* freePort}` })
        const startMs = performance.now()
        for (let i = 0; i < 1_000; i++) yield* watch.polled({ reading: reading(), error: null, link: 'online' })
        expect(performance.now() - startMs).toBeLessThan(1_000)
      }),
    ))
})

/** The samples of a page in Prometheus' text format, and the type of each family; throws on a line that is neither. */
function scraped(text: string) {
  const types = new Map<string, string>()
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue
    const [, family = '', type = ''] = /^# TYPE ([a-z_]+) (counter|gauge)$/.exec(line) ?? []
    if (family !== '') {
      types.set(family, type)
      continue
    }
    const [, name = '', labels = '', value] = /^([a-z_]+)(\{(?:[a-z_]+="[^"]*",?)+\})? (\S+)$/.exec(line) ?? []
    if (!types.has(name) || !Number.isFinite(Number(value))) throw new Error(`no sample: ${line}`)
    samples.set(name + labels, Number(value))
  }
  return { types, samples }
}

describe("an agent's metrics", () => {
  it('are scraped as Prometheus does, on this computer alone', () =>
    test(
      Effect.gen(function* () {
        const port = yield* freePort
        const watch = yield* open({ metrics: String(port) })
        const at = (path: string, init: RequestInit = {}) =>
          Effect.promise(() => fetch(`http://127.0.0.1:${port}${path}`, init))
        expect((yield* at('/healthz')).status).toBe(200)
        expect((yield* at('/metrics')).headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
        expect((yield* at('/')).status).toBe(404)
        expect((yield* at('/metrics', { method: 'POST' })).status).toBe(405)

        yield* watch.polled({ reading: reading(), error: null, link: 'online' })
        yield* watch.polled({
          reading: reading({ sequence: 8, importWh: 1_234_577, quality: 8 }),
          error: null,
          link: 'online',
        })
        yield* watch.polled({ reading: null, error: 'ModbusTimeout', link: 'stale' })
        const refusals = [{ what: 'place', code: 'NO_FUNDS' as never, detail: '' }]
        yield* watch.published({ readings: 2, statements: 1, refusals: [] })
        yield* watch.traded({ placed: 3, amended: 1, cancelled: 0, refusals })
        yield* watch.held(positions)
        const { types, samples } = scraped(
          yield* Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
        )
        const expected = {
          import_watthours_total: 1_234_577,
          export_watthours_total: 89_000,
          power_watts: -412,
          reading_sequence: 8,
          reading_time_seconds: Date.UTC(2026, 6, 1, 12) / 1_000,
          readings_total: 2,
          'reading_doubtful{reason="afterGap"}': 1,
          'reading_doubtful{reason="counterHeld"}': 0,
          'meter_failures_total{error="ModbusTimeout"}': 1,
          'meter_link{state="online"}': 0,
          'meter_link{state="stale"}': 1,
          'published_total{kind="reading"}': 2,
          'published_total{kind="statement"}': 1,
          'orders_total{did="placed"}': 3,
          'refusals_total{code="NO_FUNDS"}': 1,
          'ahead_watthours{side="bought"}': 120,
          'ahead_watthours{side="sold"}': 5,
        }
        for (const [name, value] of Object.entries(expected)) {
          expect(samples.get(`commonwatt_agent_${name}`), name).toBe(value)
        }
        expect(types.get('commonwatt_agent_import_watthours_total')).toBe('counter')
        expect(types.get('commonwatt_agent_power_watts')).toBe('gauge')
        expect(samples.get('commonwatt_agent_resident_memory_bytes')).toBeGreaterThan(1e7)
      }),
    ))

  it.each<[string, Parameters<typeof flags>[0], RegExp]>([
    ['no port', { metrics: 'localhost' }, /--metrics localhost: a port from 1 to 65535/],
    ['a port that is none', { metrics: '70000' }, /--metrics 70000/],
    ['an address', { metrics: 'http://127.0.0.1:9464' }, /--metrics http/],
    ['a host that is not ours', { metrics: '192.0.2.1:9464' }, /--metrics: .*192\.0\.2\.1/],
    ['a broker with a topic', { homeAssistant: 'mqtt://h/topic' }, /--home-assistant: topic "\/topic"/],
    ['a broker of another kind', { homeAssistant: 'http://h' }, /--home-assistant: scheme "http"/],
    ['a password in the address', { homeAssistant: 'mqtt://me:secret@h' }, /--home-assistant: login/],
    ['half a login', { homeAssistant: 'mqtt://h', brokerUser: 'me' }, /--broker-user and --broker-password-file/],
    ['a login for no broker', { brokerUser: 'me', brokerPasswordFile: '/dev/null' }, /goes with --home-assistant/],
  ])('are refused with %s', async (_, given, reason) => {
    const refused = await Effect.runPromise(Effect.flip(Effect.scoped(open(given))))
    expect(refused._tag).toBe('BadInput')
    expect(refused.message).toMatch(reason)
    expect(refused.message).not.toContain('secret')
  })
})
