import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { BadMqttMessage } from '#meter-agent/mqtt/bad-message.ts'
import { MessageSet } from '#meter-agent/mqtt/message-set.ts'
import { mqttSample, neededMessages } from '#meter-agent/mqtt/mqtt-sample.ts'
import { openMqttMeter } from '#meter-agent/mqtt-meter.ts'
import { loadMqttProfile } from '#meter-agent/profiles/load-mqtt-profile.ts'

const TIMEOUT_MS = 200
const folder = mkdtempSync(join(tmpdir(), 'commonwatt-mqtt-faults-'))
afterAll(() => rmSync(folder, { recursive: true }))

const tasmota = join(import.meta.dirname, '../../meter-agent/profiles/mqtt/tasmota.json')
const impatient = join(folder, 'impatient.json')
writeFileSync(impatient, JSON.stringify({ ...JSON.parse(readFileSync(tasmota, 'utf8')), silenceMs: 1_000 }))

const CONNACK = Buffer.from([0x20, 2, 0, 0])
const subackOf = (subscribe: Buffer): Buffer => Buffer.from([0x90, 3, subscribe[2] ?? 0, subscribe[3] ?? 0, 0])
const payloadOf = (kwh: number) => JSON.stringify({ ENERGY: { Total: kwh, ExportActive: 1, Power: 5 } })

/** An MQTT 3.1.1 PUBLISH with quality of service 0. */
function publishOf(kwh: number): Buffer {
  const topic = Buffer.from('tele/plug/SENSOR')
  const payload = Buffer.from(payloadOf(kwh))
  const length = 2 + topic.length + payload.length
  return Buffer.concat([Buffer.from([0x30, length, 0, topic.length]), topic, payload])
}

type Deed =
  | { readonly do: 'publish'; readonly kwh: number; readonly cutAt: number; readonly after: 'on' | 'hang-up' }
  | { readonly do: 'bytes'; readonly bytes: Uint8Array }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'hang-up' }
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({
    do: fc.constant('publish' as const),
    kwh: fc.integer({ min: 1_000, max: 1_999 }),
    cutAt: fc.nat(110),
    after: fc.constantFrom('on' as const, 'hang-up' as const),
  }),
  fc.record({ do: fc.constant('bytes' as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20) }),
  fc.constant({ do: 'hang-up' as const }),
)

/** A peer that opens as a broker does, and then does with each connection what it is told to do. */
const serveOddly = (behave: (socket: Socket) => Promise<void>): Effect.Effect<number, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const listening = createServer((socket) => {
          sockets.add(socket)
          socket.on('error', () => undefined)
          socket.on('data', (bytes: Buffer) => {
            if (bytes[0] === 0x10) socket.write(CONNACK)
            if (bytes[0] === 0x82) {
              socket.write(subackOf(bytes))
              void behave(socket)
            }
          })
        }).listen(0, '127.0.0.1', () => resume(Effect.succeed(listening)))
      }),
      (listening) =>
        Effect.callback<void>((resume) => {
          for (const socket of sockets) socket.destroy()
          listening.close(() => resume(Effect.void))
        }),
    )
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  })

const pause = (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms))

async function doDeeds(socket: Socket, deeds: readonly Deed[]): Promise<void> {
  for (const each of deeds) {
    if (socket.destroyed) return
    if (each.do === 'wait') await pause(each.ms)
    else if (each.do === 'bytes') socket.write(each.bytes)
    else if (each.do === 'hang-up') socket.destroy()
    else {
      const packet = publishOf(each.kwh)
      socket.write(packet.subarray(0, each.cutAt))
      await pause(2)
      if (each.after === 'hang-up') socket.destroy()
      else socket.write(packet.subarray(each.cutAt))
    }
    await pause(1)
  }
}

const errors = ['MqttClosed', 'MqttSilent', 'MqttRefused', 'BadMqttMessage']

/** Each takes seconds: a hundred are enough of a long run. */
const RUNS = Math.min(100, Number(process.env.COMMONWATT_TEST_FAULTS ?? 8))

describe('an MQTT broker that misbehaves', () => {
  it(
    'never gives a value that nobody published, never holds up a reader, and is asked again',
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(deed, { maxLength: 6 }), { minLength: 1, maxLength: 3 }), (connections) =>
          Effect.runPromise(
            Effect.scoped(
              Effect.gen(function* () {
                let connection = 0
                const last: readonly Deed[] = Array.from({ length: 40 }, () => ({
                  do: 'publish',
                  kwh: 1_500,
                  cutAt: 0,
                  after: 'on',
                }))
                const port = yield* serveOddly((socket) => doDeeds(socket, connections[connection++] ?? last))
                const url = `mqtt://127.0.0.1:${port}/plug?profile=${impatient}`
                const meter = yield* openMqttMeter({ type: 'mqtt', url }, { timeoutMs: TIMEOUT_MS })
                const published = new Set([1_500_000])
                for (const each of connections.flat()) if (each.do === 'publish') published.add(each.kwh * 1_000)
                const startMs = performance.now()
                for (let reads = 0; reads < 40 && connection <= connections.length; reads++) {
                  const said = yield* Effect.result(meter.read)
                  if (said._tag === 'Success') expect(published).toContain(said.success.sample.importWh)
                  else expect(errors).toContain(said.failure._tag)
                }
                expect(performance.now() - startMs).toBeLessThan(40 * 1_000)
                for (let reads = 0; ; reads++) {
                  expect(reads).toBeLessThan(4)
                  const said = yield* Effect.result(meter.read)
                  if (said._tag === 'Success' && said.success.sample.importWh === 1_500_000) return
                }
              }),
            ),
          ),
        ),
        { numRuns: RUNS },
      )
    },
    15_000 * RUNS,
  )

  it('does not fill the memory with a packet that never ends', async () => {
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const port = yield* serveOddly(async (socket) => {
            socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))
            for (let i = 0; i < 400 && !socket.destroyed; i++) {
              socket.write(Buffer.alloc(65_536))
              await pause(1)
            }
          })
          const url = `mqtt://127.0.0.1:${port}/plug?profile=${impatient}`
          const meter = yield* openMqttMeter({ type: 'mqtt', url }, { timeoutMs: TIMEOUT_MS })
          const error = yield* Effect.flip(meter.read)
          expect(error.message).toMatch(/a packet of more than 1048576 bytes/)
        }),
      ),
    )
  })
})

describe('the messages of a device', () => {
  it('make a sample or a typed error, whatever JSON stands in them', async () => {
    const profile = await Effect.runPromise(loadMqttProfile('tasmota'))
    const json = fc.oneof(
      fc.jsonValue(),
      fc.record({ ENERGY: fc.record({ Total: fc.jsonValue(), ExportActive: fc.jsonValue(), Power: fc.jsonValue() }) }),
      fc.record({
        ENERGY: fc.record({ Total: fc.double(), ExportActive: fc.double({ noNaN: true }), Power: fc.double() }),
      }),
    )
    fc.assert(
      fc.property(json, (said) => {
        const set = new MessageSet(profile, { device: 'plug', needed: neededMessages(profile) })
        const payload = JSON.stringify(said)
        const arrived = {
          topic: 'tele/plug/SENSOR',
          payload,
          payloadBytes: payload.length,
          retained: false,
          arrivedMs: 0,
        }
        try {
          const gathered = set.take(arrived, { wallMs: 0 })
          if (gathered === null) return
          for (const value of Object.values(mqttSample(profile, { device: 'plug', messages: gathered.messages }))) {
            expect(value === null || Number.isFinite(value)).toBe(true)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(BadMqttMessage)
        }
      }),
    )
  })
})
