import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { pathToFileURL } from 'node:url'
import { Effect, Fiber, type Scope } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import {
  type AgentOptions,
  decodeRegisters,
  type MeterError,
  makeAgent,
  rampTrader,
  readDevice,
} from '#meter-agent/index.ts'
import { openMqttMeter } from '#meter-agent/mqtt-meter.ts'
import type { SettlementMeter } from '#meter-agent/settlement-meter.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import { serveBroker, type TestBroker } from './aedes.ts'
import { freePort } from './modbus-serial.ts'
import { serveGateway } from './test-gateway.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-mqtt-'))
afterAll(() => rmSync(folder, { recursive: true }))

const TIMEOUT_MS = 5_000
const test = <A, E>(steps: Effect.Effect<A, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(steps))

/** A built-in profile with some of its fields replaced, as a file. */
const changed = (profile: string, change: Readonly<Record<string, unknown>>): string => {
  const json = JSON.parse(
    readFileSync(join(import.meta.dirname, `../../meter-agent/profiles/mqtt/${profile}.json`), 'utf8'),
  )
  const file = join(folder, `${profile}-${JSON.stringify(change).length}.json`)
  writeFileSync(file, JSON.stringify({ ...json, ...change }))
  return file
}

const sensor = (importKwh: number, exportKwh = 1, power: unknown = 250) =>
  JSON.stringify({ Time: '2026-07-01T12:00:00', ENERGY: { Total: importKwh, ExportActive: exportKwh, Power: power } })

const tasmotaAt = ({ port }: { readonly port: number }, profile = 'tasmota') =>
  ({ type: 'mqtt', url: `mqtt://127.0.0.1:${port}/plug?profile=${profile}` }) as const
const TOPIC = 'tele/plug/SENSOR'

/** What a step gives while a topic gets a message every so often. */
const whilePublishing = <A, E>(
  at: TestBroker,
  publish: () => readonly (readonly [string, string])[],
  step: Effect.Effect<A, E>,
) =>
  Effect.gen(function* () {
    const publishing = yield* Effect.forkChild(
      Effect.forever(
        Effect.gen(function* () {
          for (const [topic, payload] of publish()) yield* Effect.promise(() => at.publish(topic, payload))
          yield* Effect.sleep(30)
        }),
      ),
    )
    const result = yield* step
    yield* Fiber.interrupt(publishing)
    return result
  })

const sampleOf = (meter: SettlementMeter<never>) => Effect.map(meter.read, ({ sample }) => sample)

describe('a device that publishes by MQTT', () => {
  it('is read once, everything that its profile names', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        const payload = JSON.stringify({
          Time: '2026-07-01T12:00:00',
          ENERGY: { Total: 3705.123, ExportActive: 1200.5, Power: -1250, Voltage: 233 },
        })
        const report = yield* whilePublishing(
          broker,
          () => [[TOPIC, payload]],
          readDevice({ device: tasmotaAt(broker), timeoutMs: TIMEOUT_MS }),
        )
        expect(report).toMatchObject({
          profile: 'tasmota',
          device: { manufacturer: 'Tasmota', model: null },
          measurements: {
            grid: { importWh: { value: 3_705_123 }, exportWh: { value: 1_200_500 }, powerW: { value: -1250 } },
          },
        })
        expect(report.measurements.grid?.voltageV).toEqual([{ value: 233, quality: 'good' }])
        expect(report.measurements.grid?.frequencyHz).toEqual({ value: null, quality: 'not-available' })
        expect(broker.topics()).toEqual([TOPIC])
      }),
    ))

  it('gives samples whose registers decode to the same again', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        const meter = yield* openMqttMeter(tasmotaAt(broker), { timeoutMs: TIMEOUT_MS })
        let wh = 12_345_678
        const publish = () => [[TOPIC, sensor(++wh / 1000)] as const]
        const profileHash = yield* whilePublishing(broker, publish, meter.identify)
        const read = yield* whilePublishing(broker, publish, meter.read)
        expect(read.sample.importWh).toBeGreaterThan(12_345_678)
        expect(read).toMatchObject({ sample: { exportWh: 1000, powerW: 250 }, sourceTimeMs: null, origin: 'sent' })
        expect(yield* decodeRegisters(read.registers)).toEqual({ sample: read.sample, profileHash })
      }),
    ))

  it('never takes what the broker had kept for new, and says that it got only that', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        yield* Effect.promise(() => broker.publish(TOPIC, sensor(1), { retain: true }))
        const impatient = changed('tasmota', { silenceMs: 1_000 })
        const meter = yield* openMqttMeter(tasmotaAt(broker, impatient), { timeoutMs: TIMEOUT_MS })
        const silent = yield* Effect.flip(meter.read)
        expect(silent).toMatchObject({ _tag: 'MqttSilent', topics: [TOPIC], retained: 1 })
        expect(silent.message).toMatch(/only 1 that the broker had kept/)
        const read = yield* Effect.forkChild(sampleOf(meter))
        yield* broker.subscribed(2)
        yield* Effect.promise(() => broker.publish(TOPIC, sensor(2), { retain: true }))
        expect(yield* Fiber.join(read)).toMatchObject({ importWh: 2000 })
      }),
    ))

  it('never takes what came while nobody asked', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        const meter = yield* openMqttMeter(tasmotaAt(broker), { timeoutMs: TIMEOUT_MS })
        yield* meter.connect
        yield* Effect.promise(() => broker.publish(TOPIC, sensor(1)))
        yield* Effect.sleep(50)
        const read = yield* Effect.forkChild(sampleOf(meter))
        yield* Effect.sleep(50)
        yield* Effect.promise(() => broker.publish(TOPIC, sensor(2)))
        expect(yield* Fiber.join(read)).toMatchObject({ importWh: 2000 })
      }),
    ))

  it('in several topics is one sample only of messages that came together', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        const profile = changed('shelly-em-gen1', { freshMs: 2_000 })
        const device = { type: 'mqtt', url: `mqtt://127.0.0.1:${broker.port}/em?profile=${profile}` } as const
        const meter = yield* openMqttMeter(device, { timeoutMs: TIMEOUT_MS })
        yield* meter.connect
        const publish = (leaf: string, value: string) =>
          Effect.andThen(
            Effect.promise(() => broker.publish(`shellies/em/emeter/0/${leaf}`, value)),
            Effect.sleep(20),
          )
        const read = yield* Effect.forkChild(meter.read)
        yield* Effect.sleep(20)
        yield* publish('power', '99')
        yield* publish('total', '1000.5')
        yield* Effect.sleep(2_100) // too long: the counter belongs to another moment
        yield* publish('total_returned', '7')
        yield* publish('power', '-60.25')
        yield* publish('total', '1001.5')
        const { sample, registers } = yield* Fiber.join(read)
        expect(sample).toEqual({ importWh: 1001.5, exportWh: 7, powerW: -60.25 })
        expect((yield* decodeRegisters(registers)).sample).toEqual(sample)
        // A power that did not come again is not the power now.
        const next = yield* Effect.forkChild(sampleOf(meter))
        yield* Effect.sleep(20)
        yield* publish('total', '1002.5')
        yield* publish('total_returned', '7')
        expect(yield* Fiber.join(next)).toEqual({ importWh: 1002.5, exportWh: 7, powerW: null })
      }),
    ))

  it('with time stamps says when, is not taken twice, and not when it is old', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        const device = { type: 'mqtt', url: `mqtt://127.0.0.1:${broker.port}/pro?profile=shelly-em-rpc` } as const
        const meter = yield* openMqttMeter(device, { timeoutMs: TIMEOUT_MS })
        yield* meter.connect
        const status = (ts: number, params: object) =>
          Effect.promise(() =>
            broker.publish('pro/events/rpc', JSON.stringify({ method: 'NotifyStatus', params: { ts, ...params } })),
          )
        const counters = (total_act: number) => ({ 'emdata:0': { total_act, total_act_ret: 5 } })
        const nowS = Math.floor(Date.now() / 1000)
        const read = yield* Effect.forkChild(meter.read)
        yield* Effect.sleep(20)
        yield* status(nowS, { wifi: { rssi: -60 } })
        yield* status(nowS, { 'em:0': { total_act_power: -12 } })
        yield* status(nowS + 0.5, counters(100))
        expect(yield* Fiber.join(read)).toMatchObject({
          sample: { importWh: 100, exportWh: 5, powerW: -12 },
          sourceTimeMs: nowS * 1000 + 500,
        })
        const again = yield* Effect.forkChild(sampleOf(meter))
        yield* Effect.sleep(20)
        yield* status(nowS + 0.5, counters(100))
        yield* status(nowS + 1, counters(101))
        expect(yield* Fiber.join(again)).toMatchObject({ importWh: 101, powerW: null })
        const old = yield* Effect.forkChild(Effect.flip(meter.read))
        yield* Effect.sleep(20)
        yield* status(nowS - 3_600, counters(99))
        expect(yield* Fiber.join(old)).toMatchObject({ _tag: 'BadMqttMessage', path: '$.params.ts' })
      }),
    ))

  it('is no settlement meter without both counters', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        const meter = yield* openMqttMeter(tasmotaAt(broker), { timeoutMs: TIMEOUT_MS })
        const plug = JSON.stringify({ ENERGY: { Total: 3.7, Power: 5 } })
        const error = yield* whilePublishing(broker, () => [[TOPIC, plug]], Effect.flip(meter.identify))
        expect([error._tag, error.message]).toEqual(['NoGridMeter', expect.stringMatching(/no export counter/)])
      }),
    ))

  it('is asked for with a user and a password, and the broker may refuse', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker({ login: { user: 'me', password: 'secret' }, forbidden: 'tele/other/SENSOR' })
        const connecting = (password: string | null, topic = 'plug') =>
          Effect.scoped(
            Effect.flatMap(
              openMqttMeter(
                {
                  type: 'mqtt',
                  url: `mqtt://127.0.0.1:${broker.port}/${topic}?profile=tasmota`,
                  ...(password === null ? {} : { login: { user: 'me', password } }),
                },
                { timeoutMs: TIMEOUT_MS },
              ),
              ({ connect }) => connect,
            ),
          )
        yield* connecting('secret')
        for (const wrong of [connecting('wrong'), connecting(null), connecting('secret', 'other')]) {
          const error = yield* Effect.flip(wrong)
          expect(error._tag).toBe('MqttRefused')
          expect(error.message).not.toMatch(/secret|wrong/)
        }
      }),
    ))

  it('in a message that cannot be used is an error by topic and path, and never a value', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        const meter = yield* openMqttMeter(tasmotaAt(broker), { timeoutMs: TIMEOUT_MS })
        yield* meter.connect
        const bad: readonly (readonly [string | Uint8Array, string, RegExp])[] = [
          ['hello', '$', /no JSON, but hello/],
          ['', '$', /no JSON, but nothing/],
          ['NaN', '$', /no JSON/],
          ['{"ENERGY":{"Total":NaN}}', '$', /no JSON/],
          [new Uint8Array([0xff, 0xfe]), '$', /no JSON/],
          [`"${'x'.repeat(70_000)}"`, '$', /70002 bytes, and at most 65536/],
          [sensor(1).replace('"Total":1', '"Total":[1]'), '$.ENERGY.Total', /not a list of 1/],
          [sensor(1).replace('"Total":1', '"Total":{}'), '$.ENERGY.Total', /not an object/],
          [sensor(1).replace('"Total":1', '"Total":"1"'), '$.ENERGY.Total', /a number is expected, not "1"/],
          [sensor(1).replace('"Total":1', '"Total":true'), '$.ENERGY.Total', /not true/],
          [sensor(1).replace('"Total":1', '"Total":1e999'), '$.ENERGY.Total', /not Infinity/],
          [sensor(1).replace('"Total":1', '"Total":1e300'), '$.ENERGY.Total', /a number of up to 1000000000000000/],
          [sensor(1, 1, [1, 2, 3]), '$.ENERGY.Power', /not a list of 3/],
        ]
        for (const [payload, path, reason] of bad) {
          const read = yield* Effect.forkChild(Effect.flip(meter.read))
          yield* Effect.sleep(20)
          yield* Effect.promise(() => broker.publish(TOPIC, payload))
          const error: MeterError = yield* Fiber.join(read)
          expect(error, String(payload).slice(0, 60)).toMatchObject({ _tag: 'BadMqttMessage', topic: TOPIC, path })
          expect(error.message).toMatch(reason)
        }
        const read = yield* Effect.forkChild(sampleOf(meter))
        yield* Effect.sleep(20)
        yield* Effect.promise(() => broker.publish(TOPIC, sensor(2)))
        expect(yield* Fiber.join(read)).toMatchObject({ importWh: 2000 })
        expect(broker.connections()).toBe(1)
      }),
    ))

  it('with two meters in one message is refused, since only one can be meant', () =>
    test(
      Effect.gen(function* () {
        const broker = yield* serveBroker()
        const meter = yield* openMqttMeter(tasmotaAt(broker, 'tasmota-sml'), { timeoutMs: TIMEOUT_MS })
        const two = JSON.stringify({ SML: { Total_in: 1, Total_out: 1 }, MT175: { E_in: 2, E_out: 2 } })
        const error = yield* whilePublishing(broker, () => [[TOPIC, two]], Effect.flip(meter.read))
        expect(error.message).toMatch(/\$\.SML\.Total_in: there is a value at \$\.MT175\.E_in, too/)
      }),
    ))
})

const madeCertificate = spawnSync(
  'openssl',
  ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat(
    ['-subj', '/CN=broker', '-addext', 'subjectAltName=IP:127.0.0.1'],
    ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')],
  ),
)
const hasCertificate = madeCertificate.status === 0
if (!hasCertificate) console.warn('SKIPPED: MQTT by TLS; openssl, which makes the certificate, is not installed')

describe.skipIf(!hasCertificate)('an MQTT broker with TLS', () => {
  it('is spoken to only if its certificate is trusted', () =>
    test(
      Effect.gen(function* () {
        const tls = {
          key: readFileSync(join(folder, 'key.pem'), 'utf8'),
          cert: readFileSync(join(folder, 'certificate.pem'), 'utf8'),
        }
        const broker = yield* serveBroker({ tls })
        const device = { type: 'mqtt', url: `mqtts://127.0.0.1:${broker.port}/plug?profile=tasmota` } as const
        const read = readDevice({ device, timeoutMs: 2_000 })
        const error = yield* Effect.flip(read)
        expect([error._tag, error.message]).toEqual(['MqttClosed', expect.stringMatching(/self-signed/)])
        expect(broker.topics()).toEqual([])

        const trusted = getCACertificates('default')
        yield* Effect.acquireRelease(
          Effect.sync(() => setDefaultCACertificates([...trusted, tls.cert])),
          () => Effect.sync(() => setDefaultCACertificates(trusted)),
        )
        const report = yield* whilePublishing(broker, () => [[TOPIC, sensor(2)]], read)
        expect(report.measurements.grid?.importWh.value).toBe(2000)
      }),
    ))
})

describe('an agent with a device that publishes by MQTT', () => {
  it('comes back after each loss with a back-off, and keeps counting', () =>
    test(
      Effect.gen(function* () {
        const time = { nowMs: Date.UTC(2026, 6, 1, 10, 30) }
        let importKwh = 1000
        const port = yield* freePort
        const gateway = yield* serveGateway({ nowMs: () => time.nowMs })
        const options: AgentOptions = {
          home: 'no-9',
          neighbourhood: 'elm-street',
          deviceId: 'meter-9',
          deviceKey: secp256k1Signer(`0x${'7'.repeat(64)}`),
          streamKeyUri: pathToFileURL(join(folder, 'stream')).href,
          accountKey: `0x${'8'.repeat(64)}`,
          device: tasmotaAt({ port }, changed('tasmota', { silenceMs: 1_000 })),
          gatewayUrl: gateway.url,
          dataFile: join(folder, 'agent.sqlite'),
          clock: { nowMs: () => time.nowMs, speed: 1 },
          trader: rampTrader,
          deviceTimeoutMs: TIMEOUT_MS,
          gatewayTimeoutMs: 5_000,
          monotonicMs: () => time.nowMs,
        }
        const home = yield* makeAgent(options)
        yield* home.enrol()
        const poll = (broker: TestBroker, payload = () => sensor(importKwh)) =>
          Effect.map(
            whilePublishing(broker, () => [[TOPIC, payload()]], home.poll()),
            ({ recorded }) => recorded?.reading,
          )
        const step = (ms: number, kwh: number) => {
          time.nowMs += ms
          importKwh += kwh
        }

        expect((yield* Effect.flip(home.poll()))._tag).toBe('MqttClosed')
        expect((yield* home.poll()).recorded).toBeNull() // backing off
        step(1_000, 0)
        yield* Effect.scoped(
          Effect.gen(function* () {
            const broker = yield* serveBroker({ port })
            expect(yield* poll(broker)).toMatchObject({ importWh: 1_000_000, powerW: 250, source: 'inverter-estimate' })
            step(10_000, 0.007)
            expect(yield* poll(broker)).toMatchObject({ importWh: 1_000_007, quality: 0, timeMs: time.nowMs })
            // A spoilt message costs its reading and nothing else.
            const spoilt = Effect.flip(home.poll())
            expect((yield* whilePublishing(broker, () => [[TOPIC, '{']], spoilt))._tag).toBe('BadMqttMessage')
            expect([home.link(), broker.connections()]).toEqual(['stale', 1])
            step(10_000, 0.001)
            expect(yield* poll(broker)).toMatchObject({ importWh: 1_000_008 })
            // Silence: away, and back when the wait is over.
            expect((yield* Effect.flip(home.poll()))._tag).toBe('MqttSilent')
            expect(home.link()).toBe('backingOff')
            step(1_000, 0.001)
            expect(yield* poll(broker)).toMatchObject({ importWh: 1_000_009 })
            const cut = yield* Effect.forkChild(Effect.flip(home.poll()))
            yield* Effect.sleep(30)
            broker.hangUp()
            expect((yield* Fiber.join(cut))._tag).toBe('MqttClosed')
          }),
        )
        step(1_000, 0)
        expect((yield* Effect.flip(home.poll()))._tag).toBe('MqttClosed')
        const again = yield* serveBroker({ port })
        step(60_000, 0.01)
        expect(yield* poll(again)).toMatchObject({ importWh: 1_000_019, exportWh: 1_000 })
        expect(yield* home.publish()).toMatchObject({ readings: 5, refusals: [] })
      }),
    ))
})
