import { connect } from 'node:net'
import { Effect, Fiber, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import { problems } from '#matching-engine/gateway/problems.ts'
import { serveGateway } from '#matching-engine/gateway/serve-gateway.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import type { Outcome } from '#protocol/messages.ts'
import { refusals } from '#protocol/refusal.ts'
import { type Home, NOW_MS, rules, run, streetWith } from './rose-street.ts'

const clock = { nowMs: () => NOW_MS, speed: 900 }
const known = new Set([...Object.keys(refusals), ...Object.keys(problems)])

const served = Effect.gen(function* () {
  const street = yield* streetWith({ rules: { ...rules, maxOpenOrdersPerAccountAndSlot: 64 } })
  const gateway = yield* serveGateway({ neighbourhood: street.neighbourhood, clock, host: '127.0.0.1', port: 0 })
  const send = (body: string, path = '/api/v1/orders', method = 'POST') =>
    Effect.promise(async () => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(`${gateway.url}${path}`, { method, body, headers })
      return { status: response.status, json: (await response.json()) as Readonly<Record<string, unknown>> }
    })
  return { ...street, ...gateway, send }
})
type Served = Effect.Success<typeof served>
const withGateway = (test: (given: Served) => Effect.Effect<void, unknown, Scope.Scope>) => () =>
  run(Effect.flatMap(served, test))

/** An order as JSON, one of its fields replaced by any text. */
const withField = (anna: Home, field: string, json: string) => {
  const order = anna.order()
  const text = JSON.stringify({ ...order, body: { ...order.body, [field]: '§' } })
  return text.replace('"§"', json)
}

describe('what a hostile client sends is refused with a code, and changes nothing', () => {
  const numbers = ['1e308', '1e400', '-1e400', '9007199254740992', '-9007199254740993', '0.1', '9'.repeat(400), '[1]']
  const texts = ['"ä😀"', '"\\ud800"', '"\\u0000"', '"__proto__"', '"constructor"', `"${'x'.repeat(100_000)}"`, '{}']
  const cases: readonly (readonly [what: string, body: (anna: Home) => string])[] = [
    ...['energyWh', 'priceEurPerMWh', 'slot', 'nonce', 'expiresAtMs', 'replaces'].flatMap((field) =>
      numbers.map((json) => [`${field} ${json.slice(0, 20)}`, (anna: Home) => withField(anna, field, json)] as const),
    ),
    ...['account', 'neighbourhood', 'side', 'type', 'timeInForce', 'selfTradePrevention'].flatMap((field) =>
      texts.map((json) => [`${field} ${json.slice(0, 20)}`, (anna: Home) => withField(anna, field, json)] as const),
    ),
    ['a prototype', () => '{"__proto__":{"kind":"order"}}'],
    ['a prototype beside an order', (anna) => JSON.stringify(anna.order()).replace('{', '{"__proto__":{},')],
    ['a prototype in an order', (anna) => JSON.stringify(anna.order()).replace('"body":{', '"body":{"__proto__":{},')],
    ['a kind that every object has', () => '{"kind":"constructor","body":{}}'],
    ['a field twice', (anna) => JSON.stringify(anna.order()).replace('"kind"', '"kind":"cancel","kind"').slice(0, -1)],
    ['half an order', (anna) => JSON.stringify(anna.order()).slice(0, 200)],
    ['half a character', () => '"\\ud8'],
    ['a million brackets', () => '['.repeat(1_000_000)],
    ['half a million orders', () => `[${'0,'.repeat(500_000)}0]`],
    ['a million orders', () => `[${'0,'.repeat(1_000_000)}0]`],
    ['nothing', () => ''],
  ]

  it(
    'over HTTP, one after the other',
    withGateway(({ send, neighbourhood, anna }) =>
      Effect.gen(function* () {
        const before = stateHash(neighbourhood.street)
        for (const [what, body] of cases) {
          const { status, json } = yield* send(body(anna))
          expect(status, what).toBeGreaterThanOrEqual(400)
          expect(status, what).toBeLessThan(500)
          expect(known, what).toContain(json.code)
          // What is wrong is said, not echoed at any length.
          expect(JSON.stringify(json).length, what).toBeLessThan(2_000)
        }
        expect(stateHash(neighbourhood.street)).toBe(before)
        expect(({} as { kind?: unknown }).kind).toBeUndefined()
      }),
    ),
  )

  it(
    'in the path as well',
    withGateway(({ send }) =>
      Effect.gen(function* () {
        for (const id of ['%F0%9F%98%80', '%00', '__proto__', '..%2f..', 'x'.repeat(5_000)]) {
          for (const [path, method] of [
            [`/api/v1/orders/${id}`, 'DELETE'],
            [`/api/v1/controls/${id}`, 'POST'],
          ] as const) {
            const { status, json } = yield* send('{}', path, method)
            expect([status >= 400 && status < 500, known.has(json.code as string)], path).toEqual([true, true])
          }
        }
      }),
    ),
  )
})

describe('while a hostile client does its worst', () => {
  /** Says that it will send a whole body, sends half of it, and is gone. */
  const halfARequest = (port: number) =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        const head = `POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n`
        socket.write(head + '['.repeat(450_000), () => socket.destroy())
      })
      socket.once('close', () => resolve())
      socket.once('error', () => resolve())
    })

  it(
    'requests that break off give back what they held: more of them than all bodies may hold together',
    withGateway(({ port, send, anna, ben }) =>
      Effect.gen(function* () {
        for (let round = 0; round < 20; round++) {
          yield* Effect.promise(() => Promise.all(Array.from({ length: 8 }, () => halfARequest(port))))
        }
        for (const home of [anna, ben]) expect((yield* send(JSON.stringify(home.order()))).status).toBe(201)
      }),
    ),
  )

  it(
    'an order of another home is taken after a turn of the flood, not after the flood',
    withGateway(({ send, neighbourhood, anna, ben }) =>
      Effect.gen(function* () {
        // More orders than the rules allow, eight requests at a time: what is over the limit costs a signature each.
        const batches = Array.from({ length: 8 }, () => Array.from({ length: 64 }, () => anna.order({ energyWh: 1 })))
        let answered = 0
        const sent = batches.map((batch) =>
          Effect.tap(send(JSON.stringify(batch)), () => Effect.sync(() => void answered++)),
        )
        const flood = yield* Effect.forkChild(Effect.all(sent, { concurrency: 'unbounded' }), {
          startImmediately: true,
        })
        const { counts } = neighbourhood.street
        while (counts.orders === 0) yield* Effect.sleep(1)
        expect((yield* send(JSON.stringify(ben.order()))).status).toBe(201)
        // One after the other it would have been the last of all.
        expect(answered).toBeLessThan(batches.length / 2)
        const outcomes = (yield* Fiber.join(flood)).flatMap(({ json }) => json as unknown as readonly Outcome[])
        expect(outcomes.filter(({ accepted }) => accepted)).toHaveLength(64)
        expect(new Set(outcomes.map((outcome) => (outcome.accepted ? 'taken' : outcome.code)))).toEqual(
          new Set(['taken', 'TOO_MANY_ORDERS']),
        )
      }),
    ),
  )
})
