import { request } from 'node:http'
import { Effect, type Scope } from 'effect'
import { describe, expect, it } from 'vitest'
import type { AttachFailure, AttachPort } from '#matching-engine/gateway/attach-port.ts'
import { ownerOnly } from '#matching-engine/gateway/owner-only.ts'
import { serveGateway } from '#matching-engine/gateway/serve-gateway.ts'
import type { AttachedMeter } from '#protocol/attach.ts'
import { NOW_MS, roseStreet, run } from './rose-street.ts'

const clock = { nowMs: () => NOW_MS, speed: 1 }
const anna: AttachedMeter = {
  home: 'anna',
  number: 2,
  address: 'tcp://10.0.0.9:502?unit=1',
  profile: 'sunspec',
  sign: 'as-is',
  state: 'starting',
  cause: null,
  reading: null,
}
const device = { profile: 'sunspec', address: '10.0.0.9' }

/** A port that remembers what it was asked, and fails as it is told. */
function remembering(failure?: AttachFailure) {
  const asked: unknown[] = []
  const done = <A>(what: unknown, answer: A): Effect.Effect<A, AttachFailure> =>
    Effect.suspend(() => {
      asked.push(what)
      return failure === undefined ? Effect.succeed(answer) : Effect.fail(failure)
    })
  const port: AttachPort = {
    status: () => {
      asked.push('status')
      return { speed: 1, meters: [anna] }
    },
    profiles: Effect.sync(() => {
      asked.push('profiles')
      return []
    }),
    scan: (wish) => done(wish, { asked: 1, complete: true, devices: [] }),
    probe: (at) =>
      done(at, {
        address: at.address,
        profile: at.profile,
        device: { manufacturer: null, model: null, serial: null, firmware: null },
        measurements: {},
        fault: null,
      }),
    attach: (meter) => done(meter, anna),
    remove: (home) => done(home, { home, cancelled: 3 }),
  }
  return { asked, port }
}

interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** Asks with exactly these headers: fetch would not let Host be another's. */
const asking = (port: number) => (wish: Asked) =>
  Effect.promise(
    () =>
      new Promise<{ readonly status: number; readonly json: Record<string, unknown> }>((resolve, reject) => {
        const { method = 'GET', path = '', headers = {}, body } = wish
        const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
        const asked = request(
          {
            host: '127.0.0.1',
            port,
            method,
            path: `/api/v1/attach${path}`,
            headers: { host: `127.0.0.1:${port}`, ...type, ...headers },
          },
          (response) => {
            let text = ''
            response.on('data', (piece) => {
              text += piece
            })
            response.on('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }))
          },
        )
        asked.on('error', reject)
        asked.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
      }),
  )

const withDoors = (
  attach: AttachPort | undefined,
  test: (ask: ReturnType<typeof asking>, port: number) => Effect.Effect<void, unknown, Scope.Scope>,
) =>
  run(
    Effect.gen(function* () {
      const { neighbourhood } = yield* roseStreet
      const served = { neighbourhood, clock, host: '127.0.0.1', port: 0 }
      const { port } = yield* serveGateway(attach === undefined ? served : { ...served, attach })
      yield* test(asking(port), port)
    }),
  )

const everyDoor: readonly Asked[] = [
  {},
  { path: '/profiles' },
  { method: 'POST', path: '/scan', body: { hosts: '10.0.0.1' } },
  { method: 'POST', path: '/probe', body: device },
  { method: 'POST', path: '/meters', body: { home: 'anna', device } },
  { method: 'DELETE', path: '/meters/anna' },
]

describe('the doors for attaching meters', () => {
  it('open for who sits at the machine, with a page or without', () => {
    const { asked, port } = remembering()
    return withDoors(port, (ask, at) =>
      Effect.gen(function* () {
        for (const door of everyDoor) expect((yield* ask(door)).status).toBe(200)
        for (const name of ['localhost', '127.0.0.1', '[::1]']) {
          const headers = { host: `${name}:${at}`, origin: `http://${name}:${at}`, 'sec-fetch-site': 'same-origin' }
          expect((yield* ask({ headers })).json).toEqual({ speed: 1, meters: [anna] })
        }
        expect(asked.slice(0, everyDoor.length)).toEqual([
          'status',
          'profiles',
          { hosts: '10.0.0.1' },
          device,
          { home: 'anna', device },
          'anna',
        ])
      }),
    )
  })

  const strangers: readonly [string, Readonly<Record<string, string>>][] = [
    ["a stranger's name that leads here", { host: 'evil.example' }],
    ['a name that only begins like ours', { host: 'localhost.evil.example' }],
    ['an address of the network', { host: '192.168.1.10:4800' }],
    ['a name with a tail', { host: '127.0.0.1:4800.evil.example' }],
    ['a page of another host', { origin: 'http://evil.example' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }],
    ['a page without an origin', { origin: 'null' }],
    ['a picture on another page', { 'sec-fetch-site': 'cross-site' }],
    ['a page of the same site', { 'sec-fetch-site': 'same-site' }],
    ['a proxy', { 'x-forwarded-for': '203.0.113.9' }],
    ['a proxy by the standard', { forwarded: 'for=203.0.113.9' }],
  ]
  it.each(strangers)('are shut for %s, every one, and do nothing', (_, headers) => {
    const { asked, port } = remembering()
    return withDoors(port, (ask) =>
      Effect.gen(function* () {
        for (const door of everyDoor) {
          const { status, json } = yield* ask({ ...door, headers })
          expect([status, json.code]).toEqual([403, 'NOT_THE_OWNER'])
        }
        expect(asked).toEqual([])
      }),
    )
  })

  it('are shut for who comes from another machine', () => {
    const headers = { host: 'localhost:4800' }
    const from = (address: string) =>
      Effect.runSync(
        ownerOnly({ from: address, headers }).pipe(
          Effect.match({ onFailure: ({ code }) => code, onSuccess: () => 'open' }),
        ),
      )
    expect(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'].map(from)).toEqual(['open', 'open', 'open', 'open'])
    expect(Effect.runSync(Effect.flip(ownerOnly({ from: '127.0.0.1', headers: {} }))).code).toBe('NOT_THE_OWNER')
    for (const address of ['192.168.1.7', '10.127.0.1', '::ffff:10.0.0.1', 'fe80::1', '127.0.0.1.evil', '']) {
      expect([address, from(address)]).toEqual([address, 'NOT_THE_OWNER'])
    }
  })

  it('are not there where nothing can be attached', () =>
    withDoors(undefined, (ask) =>
      Effect.gen(function* () {
        for (const door of everyDoor) expect((yield* ask(door)).json.code).toBe('NOT_FOUND')
      }),
    ))

  const POST = { method: 'POST' } as const
  const malformed: readonly [string, Asked, number, string, string | undefined][] = [
    ['what is no JSON', { ...POST, path: '/probe', body: '{' }, 400, 'BAD_JSON', undefined],
    [
      'a form, as any page could send it',
      { ...POST, path: '/probe', body: '{}', headers: { 'content-type': 'text/plain' } },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      undefined,
    ],
    ['a list', { ...POST, path: '/probe', body: [device] }, 400, 'BAD_ATTACH', undefined],
    [
      'a field too many',
      { ...POST, path: '/probe', body: { ...device, password: 'x' } },
      400,
      'BAD_ATTACH',
      'password',
    ],
    [
      'a profile that is a path',
      { ...POST, path: '/probe', body: { ...device, profile: '../x' } },
      400,
      'BAD_ATTACH',
      'profile',
    ],
    [
      'an address of two lines',
      { ...POST, path: '/probe', body: { ...device, address: 'a\nb' } },
      400,
      'BAD_ATTACH',
      'address',
    ],
    [
      'an endless address',
      { ...POST, path: '/probe', body: { ...device, address: 'a'.repeat(301) } },
      400,
      'BAD_ATTACH',
      'address',
    ],
    ['a unit that is none', { ...POST, path: '/probe', body: { ...device, unit: 256 } }, 400, 'BAD_ATTACH', 'unit'],
    ['a sign that is none', { ...POST, path: '/probe', body: { ...device, sign: '-' } }, 400, 'BAD_ATTACH', 'sign'],
    [
      'a name that is a path',
      { ...POST, path: '/meters', body: { home: '../anna', device } },
      400,
      'BAD_ATTACH',
      'home',
    ],
    ['a home without a meter', { ...POST, path: '/meters', body: { home: 'anna' } }, 400, 'BAD_ATTACH', 'device'],
    ['a port that is none', { ...POST, path: '/scan', body: { hosts: 'a', port: 0 } }, 400, 'BAD_ATTACH', 'port'],
    ['another method', { method: 'DELETE', path: '/probe' }, 405, 'METHOD_NOT_ALLOWED', undefined],
  ]
  it.each(malformed)('refuse %s', (_, wish, status, code, field) => {
    const { asked, port } = remembering()
    return withDoors(port, (ask) =>
      Effect.gen(function* () {
        const answer = yield* ask(wish)
        expect([answer.status, answer.json.code, answer.json.field]).toEqual([status, code, field])
        expect(asked).toEqual([])
      }),
    )
  })

  const failures: readonly [AttachFailure, number, object][] = [
    [{ is: 'wrong', field: 'address', detail: 'no' }, 400, { code: 'BAD_ATTACH', field: 'address', detail: 'no' }],
    [
      { is: 'unreadable', error: 'ModbusClosed', detail: 'no' },
      502,
      { code: 'METER_UNREADABLE', error: 'ModbusClosed' },
    ],
    [
      { is: 'refused', code: 'HOME_TAKEN', field: 'home', detail: 'no' },
      409,
      { code: 'HOME_TAKEN', field: 'home', detail: 'no' },
    ],
    [
      { is: 'refused', code: 'HOME_NOT_JOINED', error: 'NEIGHBOURHOOD_FULL', detail: 'no' },
      502,
      { code: 'HOME_NOT_JOINED', error: 'NEIGHBOURHOOD_FULL' },
    ],
    [{ is: 'busy', detail: 'no' }, 429, { code: 'TOO_MANY_REQUESTS' }],
    [{ is: 'unknown', detail: 'no' }, 404, { code: 'NOT_FOUND' }],
    [
      { is: 'refused', code: 'ORDERS_STAY', detail: `\u001b[31m${'x'.repeat(5_000)}` },
      503,
      { detail: `\ufffd[31m${'x'.repeat(595)}` },
    ],
  ]
  it.each(failures)('say %o as a problem with its code', (failure, status, problem) =>
    withDoors(remembering(failure).port, (ask) =>
      Effect.gen(function* () {
        const answer = yield* ask({ method: 'POST', path: '/meters', body: { home: 'anna', device } })
        expect(answer.status).toBe(status)
        expect(answer.json).toMatchObject(problem)
      }),
    ),
  )
})
