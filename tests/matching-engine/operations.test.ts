import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, type Scope, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { serveGateway } from '#matching-engine/index.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import { NOW_MS, roseStreet, run } from './rose-street.ts'

const clock = { nowMs: () => NOW_MS, speed: 900 }

const served = Effect.gen(function* () {
  const street = yield* roseStreet
  const troubles: string[] = []
  const failing: { forMs: number | null } = { forMs: null }
  const gateway = yield* serveGateway({
    neighbourhood: street.neighbourhood,
    clock,
    host: '127.0.0.1',
    port: 0,
    troubles: () => troubles,
    settlementFailingMs: () => failing.forMs,
  })
  const ask = (path: string, body?: unknown) =>
    Effect.promise(async () => {
      const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      const response = await fetch(`${gateway.url}${path}`, body === undefined ? {} : post)
      return { status: response.status, headers: response.headers, text: await response.text() }
    })
  return { ...street, gateway, troubles, failing, ask }
})

const withGateway = (test: (given: Effect.Success<typeof served>) => Effect.Effect<void, unknown, Scope.Scope>) => () =>
  run(Effect.flatMap(served, test))

describe('/metrics', () => {
  it(
    'counts what the market took and what its doors refused, by code and status',
    withGateway(({ ask, anna, ben }) =>
      Effect.gen(function* () {
        const order = anna.order({ energyWh: 300 })
        yield* ask('/api/v1/orders', [order, ben.order({ side: 'sell', priceEurPerMWh: 1, energyWh: 300 }), order])
        yield* ask('/api/v1/orders', order)
        yield* ask('/api/v1/homes/nobody/positions')
        yield* ask('/nowhere')
        const { text, headers } = yield* ask('/metrics')
        expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
        const samples = new Map(
          text
            .split('\n')
            .filter((line) => line !== '' && !line.startsWith('#'))
            .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
        )
        const of = (name: string) => samples.get(`commonwatt_${name}`)
        expect([of('orders_total'), of('trades_total'), of('traded_watthours_total'), of('homes')]).toEqual([
          2, 1, 300, 2,
        ])
        expect(of('refusals_total{code="NONCE_USED"}')).toBe(2)
        expect(of('refusals_total{code="UNKNOWN_HOME"}')).toBe(1)
        expect(of('refusals_total{code="NOT_FOUND"}')).toBe(1)
        expect(of('http_answers_total{status="409"}')).toBe(1)
        expect(of('log_sequence')).toBeGreaterThan(0)
        expect(of('heap_used_bytes')).toBeGreaterThan(1e6)
        for (const value of samples.values()) expect(Number.isFinite(value)).toBe(true)
      }),
    ),
  )

  it(
    'names, types and explains each family once, and docs/operate.md has them all',
    withGateway(({ ask }) =>
      Effect.gen(function* () {
        const { text } = yield* ask('/metrics')
        const families = [...text.matchAll(/^# TYPE (\w+) (counter|gauge)$/gm)].map(([, name]) => name)
        expect(new Set(families).size).toBe(families.length)
        const guide = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8')
        const told = [...guide.matchAll(/`(commonwatt_\w+)/g)].map(([, name]) => name)
        expect(told.sort()).toEqual([...families].sort())
        for (const name of families) expect(text).toMatch(new RegExp(`^# HELP ${name} .+\\.$`, 'm'))
      }),
    ),
  )
})

describe('/healthz and /readyz', () => {
  it('say so when what nobody waits for has broken inside, and the rest goes on', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood } = yield* roseStreet
        // A log that could not be: the view cannot go on from there.
        const impossible = { type: 'BatchDisputed', timeMs: NOW_MS, number: 9 } as unknown as MarketEvent
        const events = () => Stream.make({ sequence: 1, event: impossible })
        const gateway = yield* serveGateway({
          neighbourhood: { ...neighbourhood, events },
          ...{ clock, host: '127.0.0.1', port: 0 },
        })
        yield* Effect.sleep(100)
        const ask = (path: string) =>
          Effect.promise(async () => {
            const response = await fetch(gateway.url + path)
            return { status: response.status, text: await response.text() }
          })
        const ready = yield* ask('/readyz')
        expect(ready.status).toBe(503)
        expect(ready.text).toContain('the live view has stopped')
        expect((yield* ask('/api/v1/homes')).status).toBe(200)
      }),
    ))

  it(
    'a part that does not do its work makes it not ready, with the reason; the process is alive all the same',
    withGateway(({ ask, troubles }) =>
      Effect.gen(function* () {
        expect((yield* ask('/readyz')).status).toBe(200)
        troubles.push('settlement has failed for 6 minutes: no node', 'the disk is full')
        const answer = yield* ask('/readyz')
        expect([answer.status, answer.headers.get('content-type')]).toEqual([
          503,
          'application/problem+json; charset=utf-8',
        ])
        expect(JSON.parse(answer.text)).toMatchObject({
          code: 'NOT_READY',
          detail: 'settlement has failed for 6 minutes: no node; the disk is full',
          type: '/docs/errors.md#not_ready',
        })
        expect((yield* ask('/healthz')).status).toBe(200)
      }),
    ),
  )

  it(
    'the status tells for how long settlement has failed',
    withGateway(({ ask, failing }) =>
      Effect.gen(function* () {
        const said = Effect.map(ask('/api/v1/status'), ({ text }) => JSON.parse(text).settlementFailingMs)
        expect(yield* said).toBeNull()
        failing.forMs = 7_000
        expect(yield* said).toBe(7_000)
      }),
    ),
  )

  it(
    'before it stops, it takes what meters have to say and refuses the rest',
    withGateway(({ ask, gateway, anna }) =>
      Effect.gen(function* () {
        gateway.prepareToStop()
        const refused = yield* ask('/api/v1/orders', anna.order())
        expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10'])
        expect(JSON.parse(refused.text)).toMatchObject({ code: 'MARKET_STOPPING' })
        expect((yield* ask('/api/v1/readings', anna.reading())).status).toBe(201)
        expect((yield* ask('/readyz')).status).toBe(503)
      }),
    ),
  )
})

describe('/openapi.json', () => {
  it(
    'describes every path with the schemas that the doors check by, and every reference resolves',
    withGateway(({ ask }) =>
      Effect.gen(function* () {
        const { text } = yield* ask('/openapi.json')
        const document = JSON.parse(text) as {
          readonly openapi: string
          readonly paths: Record<string, Record<string, { readonly summary: string }>>
          readonly components: { readonly schemas: Record<string, object> }
        }
        expect(document.openapi).toBe('3.1.0')
        expect(Object.keys(document.paths)).toEqual(
          expect.arrayContaining(['/api/v1/orders', '/api/v1/orders/{id}', '/api/v1/slots/{slot}/book', '/metrics']),
        )
        for (const methods of Object.values(document.paths))
          for (const { summary } of Object.values(methods)) expect(summary).toMatch(/.\.$/)
        for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
          expect(document.components.schemas).toHaveProperty(name as string)
        expect(document.components.schemas.SignedOrder).toMatchObject({
          properties: { kind: { enum: ['order'] }, body: { required: expect.arrayContaining(['slot', 'nonce']) } },
        })
        expect(text).not.toContain('/$defs/')
      }),
    ),
  )
})
