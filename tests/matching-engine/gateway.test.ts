import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { Effect, type Scope } from 'effect'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { serveGateway } from '#matching-engine/gateway/serve-gateway.ts'
import type { NamePolicy } from '#matching-engine/picture/picture-events.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import type { ClientToServer, ServerToClient, Status } from '#protocol/messages.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import { publishedTypes } from '#protocol/typed-data.ts'
import { controlBy, Home, NOW_MS, orderIdOf, PARTITION, roseStreet, rules, run, SLOT, startMs } from './rose-street.ts'

const clock = { nowMs: () => NOW_MS, speed: 900 }

const served = (options: { readonly pageDir?: string; readonly names?: NamePolicy } = {}) =>
  Effect.gen(function* () {
    const street = yield* roseStreet
    const { neighbourhood } = street
    const { url, port } = yield* serveGateway({ neighbourhood, clock, host: '127.0.0.1', port: 0, ...options })
    const send = (method: string, path: string, body?: unknown, type = 'application/json') =>
      Effect.promise(async () => {
        const isRaw = typeof body === 'string'
        const response = await fetch(`${url}${path}`, {
          method,
          ...(body === undefined
            ? {}
            : { body: isRaw ? body : JSON.stringify(body), headers: { 'content-type': type } }),
        })
        const answer = await response.text()
        return {
          status: response.status,
          type: response.headers.get('content-type'),
          headers: response.headers,
          text: answer,
          json: (): unknown => JSON.parse(answer),
        }
      })
    return { ...street, url, port, send, get: (path: string) => send('GET', path) }
  })

type Served = Effect.Success<ReturnType<typeof served>>
const withGateway = (test: (gateway: Served) => Effect.Effect<void, unknown, Scope.Scope>) => () =>
  run(Effect.flatMap(served(), test))

describe('messages over HTTP', () => {
  it(
    'one envelope is created, or refused with a problem document',
    withGateway(({ send, anna }) =>
      Effect.gen(function* () {
        const order = anna.order()
        const created = yield* send('POST', '/api/v1/orders', order)
        expect(created.status).toBe(201)
        expect(created.json()).toEqual({ accepted: true, id: orderIdOf(order) })
        const again = yield* send('POST', '/api/v1/orders', order)
        expect(again.status).toBe(409)
        expect(again.type).toBe('application/problem+json; charset=utf-8')
        expect(again.json()).toMatchObject({
          status: 409,
          code: 'NONCE_USED',
          field: 'body.nonce',
          title: expect.any(String),
        })
      }),
    ),
  )

  it(
    'an array has an outcome each, in order',
    withGateway(({ send, anna, ben }) =>
      Effect.gen(function* () {
        const [one, two] = [anna.order(), ben.order({ side: 'sell' })]
        const answer = yield* send('POST', '/api/v1/orders', [one, anna.reading(), { ...one, signer: 'me' }, two])
        expect(answer.status).toBe(200)
        expect(answer.json()).toMatchObject([
          { accepted: true, id: orderIdOf(one) },
          { accepted: false, code: 'MALFORMED', field: 'kind' },
          { accepted: false, code: 'MALFORMED', field: 'signer' },
          { accepted: true, id: orderIdOf(two) },
        ])
        expect((yield* send('POST', '/api/v1/readings', [])).json()).toEqual([])
        const tooMany = yield* send(
          'POST',
          '/api/v1/orders',
          Array.from({ length: 257 }, () => one),
        )
        expect([tooMany.status, tooMany.json()]).toMatchObject([413, { code: 'TOO_MANY_MESSAGES' }])
      }),
    ),
  )

  it(
    'every kind has its door',
    withGateway(({ send, neighbourhood, anna, ben }) =>
      Effect.gen(function* () {
        const carla = new Home('carla')
        expect((yield* send('POST', '/api/v1/enrolments', carla.enrolment())).status).toBe(201)
        expect((yield* send('POST', '/api/v1/sessions', anna.session())).status).toBe(201)
        const readings = [anna.streamReading(), anna.session()]
        expect((yield* send('POST', '/api/v1/readings', readings)).json()).toMatchObject([
          { accepted: true },
          { accepted: false, code: 'MALFORMED', field: 'kind' },
        ])
        const early = yield* send('POST', '/api/v1/statements', ben.statement())
        expect([early.status, early.json()]).toMatchObject([409, { code: 'SLOT_NOT_DELIVERED' }])
        expect(neighbourhood.street.counts).toMatchObject({ readings: 1, statements: 0 })
        const posing = controlBy('stop', { privateKey: anna.accountKey })
        const refused = yield* send('POST', '/api/v1/controls', posing)
        expect([refused.status, refused.json()]).toMatchObject([403, { code: 'NOT_AUTHORISED', field: 'signer' }])
        expect((yield* send('POST', '/api/v1/controls', controlBy('stop'))).status).toBe(201)
        expect(neighbourhood.street.isStopped).toBe(true)
        expect((yield* send('GET', '/metrics')).text).toMatch(/^commonwatt_trading_stopped 1$/m)
        expect((yield* send('GET', '/metrics')).text).toMatch(/^commonwatt_slots_halted 4$/m)
      }),
    ),
  )

  it(
    'an order is cancelled by its id',
    withGateway(({ send, anna }) =>
      Effect.gen(function* () {
        const order = anna.order()
        yield* send('POST', '/api/v1/orders', order)
        const path = `/api/v1/orders/${orderIdOf(order)}`
        const other = yield* send('DELETE', path, anna.cancel(`0x${'00'.repeat(32)}`))
        expect([other.status, other.json()]).toMatchObject([400, { field: 'body.orderId' }])
        const done = yield* send('DELETE', path, anna.cancel(orderIdOf(order)))
        expect([done.status, done.json()]).toEqual([200, { accepted: true, id: orderIdOf(order) }])
        expect((yield* send('DELETE', path, anna.cancel(orderIdOf(order)))).json()).toMatchObject({ code: 'NOT_OPEN' })
      }),
    ),
  )

  it(
    'refuses what is no message, and changes nothing',
    withGateway(({ send, neighbourhood, anna }) =>
      Effect.gen(function* () {
        const hash = stateHash(neighbourhood.street)
        const orders = '/api/v1/orders'
        const cases = [
          [yield* send('POST', orders, '{"kind":'), 400, 'BAD_JSON'],
          [yield* send('POST', orders, anna.order(), 'text/plain'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
          [
            yield* send('POST', orders, anna.order(), 'application/json; charset=utf-16'),
            415,
            'UNSUPPORTED_MEDIA_TYPE',
          ],
          [yield* send('POST', orders), 415, 'UNSUPPORTED_MEDIA_TYPE'],
          [yield* send('POST', orders, ' '.repeat(1_048_577)), 413, 'BODY_TOO_LARGE'],
          [yield* send('POST', orders, 'null'), 400, 'MALFORMED'],
          [yield* send('POST', orders, { ...anna.order(), signature: `0x${'11'.repeat(64)}1b` }), 401, 'BAD_SIGNATURE'],
          [yield* send('PUT', orders, anna.order()), 405, 'METHOD_NOT_ALLOWED'],
          [yield* send('POST', '/api/v1/status', {}), 405, 'METHOD_NOT_ALLOWED'],
          [yield* send('GET', '/api/v2'), 404, 'NOT_FOUND'],
          [yield* send('GET', '/api/v1/slots/x/book'), 404, 'NOT_FOUND'],
          [yield* send('GET', '/api/v1/homes/nobody/positions'), 404, 'UNKNOWN_HOME'],
          [yield* send('GET', '/api/v1/trades?limit=501'), 400, 'BAD_QUERY'],
          [yield* send('GET', '/api/v1/trades?limit=two'), 400, 'BAD_QUERY'],
        ] as const
        for (const [answer, status, code] of cases) {
          expect([answer.status, answer.type], code).toEqual([status, 'application/problem+json; charset=utf-8'])
          expect(answer.json()).toMatchObject({ status, code, type: expect.stringContaining(code.toLowerCase()) })
        }
        expect(cases[7][0].headers.get('allow')).toBe('POST')
        expect(stateHash(neighbourhood.street)).toBe(hash)
      }),
    ),
  )

  it(
    'what is no HTTP is refused like everything else, and cut off',
    withGateway(({ port }) =>
      Effect.promise(async () => {
        const answer = await new Promise<string>((resolve, reject) => {
          const socket = connect({ host: '127.0.0.1', port })
          let text = ''
          socket.on('data', (chunk) => {
            text += String(chunk)
          })
          socket.on('error', reject)
          socket.on('close', () => resolve(text))
          socket.write('GET / HTTP/9\r\n\r\n')
        })
        expect(answer).toMatch(/^HTTP\/1\.1 400 .*content-type: application\/problem\+json/s)
        expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ status: 400, code: 'BAD_REQUEST' })
      }),
    ),
  )

  it(
    'a body that does not say its length is cut off all the same',
    withGateway(({ port }) =>
      Effect.promise(async () => {
        const status = await new Promise<number | undefined>((resolve, reject) => {
          const request = httpRequest(
            { port, method: 'POST', path: '/api/v1/orders', headers: { 'content-type': 'application/json' } },
            (response) => {
              response.resume()
              resolve(response.statusCode)
            },
          )
          request.on('error', reject)
          for (let chunk = 0; chunk < 20; chunk++) request.write(' '.repeat(100_000))
          request.end()
        })
        expect(status).toBe(413)
      }),
    ),
  )
})

describe('what can be read', () => {
  it(
    'answers come from the street',
    withGateway(({ get, send, neighbourhood, anna, ben }) =>
      Effect.gen(function* () {
        yield* send('POST', '/api/v1/readings', anna.reading())
        yield* send('POST', '/api/v1/orders', [
          ben.order({ side: 'sell', priceEurPerMWh: 150, energyWh: 300 }),
          anna.order({ nonce: 60, energyWh: 300 }),
          ben.order({ side: 'sell', priceEurPerMWh: 220, energyWh: 30 }),
          ben.order({ side: 'sell', priceEurPerMWh: 220, energyWh: 12 }),
          anna.order({ nonce: 61, priceEurPerMWh: 90, energyWh: 7 }),
        ])
        expect((yield* get('/api/v1/status')).json()).toMatchObject({
          homes: 2,
          slot: SLOT - 1,
          speed: 900,
          readings: 1,
          orders: 5,
          trades: 1,
          tradedWh: 300,
          batches: { proposed: 0, final: 0 },
        })
        expect((yield* get('/api/v1/homes')).json()).toMatchObject([
          { home: 'home-1', account: anna.account, powerW: -350, importWh: 100, exportWh: 20, readingTimeMs: NOW_MS },
          { home: 'home-2', powerW: 0 },
        ])
        expect((yield* get('/api/v1/slots')).json()).toMatchObject([
          {
            slot: SLOT,
            startMs: startMs(SLOT),
            phase: 'continuous',
            trades: 1,
            tradedWh: 300,
            vwapEurPerMWh: 150,
            bestBidEurPerMWh: 90,
            bestAskEurPerMWh: 220,
          },
          { slot: SLOT + 1, vwapEurPerMWh: null, bestBidEurPerMWh: null, bestAskEurPerMWh: null },
          {},
          {},
        ])
        expect((yield* get(`/api/v1/slots/${SLOT}/book`)).json()).toEqual({
          slot: SLOT,
          phase: 'continuous',
          bids: [[90, 7]],
          asks: [[220, 42]],
          orders: 3,
        })
        expect((yield* get(`/api/v1/slots/${SLOT}/statistics`)).json()).toEqual({
          sequence: neighbourhood.street.sequence,
          slot: SLOT,
          phase: 'continuous',
          trades: 1,
          openEurPerMWh: 150,
          highEurPerMWh: 150,
          lowEurPerMWh: 150,
          lastEurPerMWh: 150,
          referenceEurPerMWh: 150,
          tradedMicroEur: '45000',
          tradedWh: '300',
        })
        expect((yield* get('/api/v1/market')).json()).toMatchObject({
          sequence: neighbourhood.street.sequence,
          slot: [SLOT, SLOT + 1, SLOT + 2, SLOT + 3],
          bidEurPerMWh: [90, null, null, null],
          bidWh: [7, null, null, null],
          askEurPerMWh: [220, null, null, null],
          askWh: [42, null, null, null],
          lastEurPerMWh: [150, null, null, null],
          lastWh: [300, null, null, null],
        })
        for (const path of ['book', 'statistics']) {
          const unknown = yield* get(`/api/v1/slots/${SLOT + 9}/${path}`)
          expect([unknown.status, unknown.json()]).toMatchObject([404, { code: 'NOT_FOUND' }])
        }
        expect((yield* get('/api/v1/trades?limit=1')).json()).toMatchObject([{ id: `${SLOT}.1`, energyWh: 300 }])
        expect((yield* get('/api/v1/batches')).json()).toEqual([])
        expect((yield* get('/api/v1/protocol')).json()).toMatchObject({
          neighbourhood: PARTITION,
          rules,
          timeMs: NOW_MS,
          types: publishedTypes,
          p256Verifier: null,
        })
        const positions = (yield* get(`/api/v1/homes/${anna.account}/positions`)).json()
        expect(positions).toMatchObject({ home: 'home-1', slots: expect.any(Array) })
        expect((positions as { readonly slots: readonly unknown[] }).slots[0]).toMatchObject({
          slot: SLOT,
          boughtWh: 300,
          soldWh: 0,
          openOrders: [{ nonce: 61, side: 'buy', priceEurPerMWh: 90, energyWh: 7, openWh: 7 }],
        })
        expect((yield* get('/healthz')).status).toBe(200)
        expect((yield* get('/readyz')).status).toBe(200)
      }),
    ),
  )

  it(
    'without a page / says what runs here',
    withGateway(({ get }) =>
      Effect.gen(function* () {
        const answer = yield* get('/')
        expect([answer.status, answer.type]).toEqual([200, 'text/plain; charset=utf-8'])
        expect(answer.text).toMatch(/market is running/)
      }),
    ),
  )

  it('serves the files of the page with their types and policy, and nothing beside it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'commonwatt-page-'))
    try {
      writeFileSync(join(directory, 'secret.txt'), 'secret')
      const pageDir = join(directory, 'dist')
      mkdirSync(join(pageDir, 'assets'), { recursive: true })
      writeFileSync(join(pageDir, 'index.html'), '<!doctype html>')
      const source = `export const street = '${'home '.repeat(200)}'`
      writeFileSync(join(pageDir, 'assets', 'index-1a2b.js'), source)
      writeFileSync(join(pageDir, 'assets', 'later-3c4d.js'), source)
      const beside = brotliCompressSync(`${source} `)
      writeFileSync(join(pageDir, 'assets', 'later-3c4d.js.br'), beside)
      await run(
        Effect.gen(function* () {
          const { get, send, port } = yield* served({ pageDir })
          const page = yield* get('/')
          expect([page.status, page.type, page.text]).toEqual([200, 'text/html; charset=utf-8', '<!doctype html>'])
          const policy = page.headers.get('content-security-policy')?.split('; ')
          expect(policy).toEqual(
            expect.arrayContaining([
              "script-src 'self'",
              "style-src 'self'",
              "object-src 'none'",
              "frame-ancestors 'none'",
            ]),
          )
          expect(String(policy)).not.toMatch(/unsafe|ws:|\*/)
          expect(page.headers.get('cache-control')).toBe('no-cache')
          const packed = async (encoding: string, name = 'index-1a2b.js') => {
            const headers = { 'accept-encoding': encoding }
            return fetch(`http://127.0.0.1:${port}/assets/${name}`, { headers })
          }
          yield* Effect.promise(async () => {
            for (const encoding of ['br', 'gzip']) {
              const answer = await packed(encoding)
              expect(answer.headers.get('content-encoding')).toBe(encoding)
              expect(Number(answer.headers.get('content-length'))).toBeLessThan(source.length)
              expect(await answer.text()).toBe(source)
            }
            const built = await packed('br', 'later-3c4d.js')
            expect(Number(built.headers.get('content-length'))).toBe(beside.length)
            expect(await built.text()).toBe(`${source} `)
            expect(await (await packed('gzip', 'later-3c4d.js')).text()).toBe(source)
            expect((await packed('br', 'later-3c4d.js.br')).status).toBe(404)
            const plain = await packed('identity')
            expect([plain.headers.get('content-encoding'), plain.headers.get('vary')]).toEqual([
              null,
              'accept-encoding',
            ])
          })
          const script = yield* get('/assets/index-1a2b.js')
          expect(script.type).toBe('text/javascript; charset=utf-8')
          expect(script.headers.get('cache-control')).toMatch(/immutable/)
          expect((yield* send('HEAD', '/')).text).toBe('')
          expect((yield* send('POST', '/', {})).status).toBe(405)
          const again = (path: string, tag: string, method = 'GET') =>
            Effect.promise(async () => {
              const headers = { 'if-none-match': tag }
              const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, cache: 'no-store' })
              return { status: answer.status, headers: answer.headers, text: await answer.text() }
            })
          for (const [path, first] of [
            ['/', page],
            ['/assets/index-1a2b.js', script],
          ] as const) {
            const tag = first.headers.get('etag') ?? ''
            expect(tag).toMatch(/^W\/"[\w-]{22}"$/)
            for (const kept of [tag, `"other", ${tag}`, '*']) {
              const { status, text, headers } = yield* again(path, kept)
              expect([status, text, headers.get('etag'), headers.get('content-length')]).toEqual([304, '', tag, null])
              expect(headers.get('cache-control')).toBe(first.headers.get('cache-control'))
            }
            expect((yield* again(path, tag, 'HEAD')).status).toBe(304)
            const newer = yield* again(path, 'W/"another"')
            expect([newer.status, newer.text]).toEqual([200, first.text])
          }
          expect(script.headers.get('etag')).not.toBe(page.headers.get('etag'))
          for (const path of ['/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '//etc/passwd']) {
            const status = yield* Effect.promise(
              () =>
                new Promise((resolve, reject) => {
                  // fetch would tidy the path up before sending it
                  httpRequest({ port, path }, (response) => resolve(response.resume().statusCode))
                    .on('error', reject)
                    .end()
                }),
            )
            expect(status, path).toBe(404)
          }
        }),
      )
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  it(
    'a port that is taken is a failure that names it',
    withGateway(({ neighbourhood, port }) =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(serveGateway({ neighbourhood, clock, host: '127.0.0.1', port }))
        expect(failure).toMatchObject({ _tag: 'GatewayFailure', port, host: '127.0.0.1' })
      }),
    ),
  )
})

/** A page's connection, which keeps what it was told. */
class Page {
  readonly socket: Socket<ServerToClient, ClientToServer>
  readonly snapshots: PictureFrame[] = []
  readonly frames: PictureFrame[] = []
  readonly statuses: Status[] = []
  readonly #changed: (() => void)[] = []

  constructor(url: string, options: { readonly origin?: string } = {}) {
    this.socket = io(url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      ...(options.origin === undefined ? {} : { extraHeaders: { origin: options.origin } }),
    })
    this.socket.on('snapshot', (snapshot) => this.#keep(this.snapshots, snapshot))
    this.socket.on('frame', (frame) => this.#keep(this.frames, frame))
    this.socket.on('status', (status) => this.#keep(this.statuses, status))
    for (const event of ['connect', 'disconnect', 'connect_error'] as const) this.socket.on(event, () => this.#wake())
  }

  /** Waits until it is so; gives up after fifty tenths of a second in which it was told nothing. */
  until(isSo: () => boolean): Effect.Effect<void> {
    return Effect.promise(async () => {
      for (let silences = 0; !isSo(); ) {
        if (silences === 50) throw new Error('the page waited in vain')
        silences += await Promise.race([
          new Promise<number>((resolve) => this.#changed.push(() => resolve(0))),
          new Promise<number>((resolve) => setTimeout(resolve, 100, 1)),
        ])
      }
    })
  }

  #keep<A>(kept: A[], one: A): void {
    kept.push(one)
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake()
  }
}

const pageOf = (url: string, options: { readonly origin?: string } = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => new Page(url, options)),
    (page) => Effect.sync(() => page.socket.disconnect()),
  )

describe('what of a home others may see', () => {
  /** Everything that can be read, with a trade whose homes have stated. */
  const told = (names: NamePolicy) =>
    run(
      Effect.gen(function* () {
        const { get, send, url, neighbourhood, anna, ben } = yield* served({ names })
        yield* send('POST', '/api/v1/sessions', anna.session())
        yield* send('POST', '/api/v1/readings', [anna.streamReading()])
        yield* send('POST', '/api/v1/readings', [ben.reading()])
        yield* send('POST', '/api/v1/orders', [ben.order({ side: 'sell' }), anna.order()])
        const page = yield* pageOf(url)
        yield* page.until(() => page.socket.connected)
        page.socket.emit('resume', 0)
        yield* page.until(() => page.snapshots.length === 1)
        const paths = [
          ...[
            'homes',
            'slots',
            'market',
            'batches',
            'trades',
            'status',
            'picture',
            'runs',
            `homes/${anna.account}/positions`,
          ],
          ...[`receipts/${SLOT}.1`, 'runs/0/picture?sequence=3', 'runs/0/homes/0', `runs/0/trades/${SLOT}.1`],
        ]
        const answers = yield* Effect.forEach(paths, (path) =>
          Effect.map(get(`/api/v1/${path}`), ({ status, text }) => ({ path, status, text })),
        )
        expect(neighbourhood.street.counts.trades).toBe(1)
        const byName = yield* get('/api/v1/homes/anna/positions')
        return { answers, byName: byName.status, snapshot: JSON.stringify(page.snapshots[0]), anna }
      }),
    )

  it('is a number and an account by default, wherever one looks', async () => {
    const { answers, byName, snapshot } = await told('numbers')
    for (const { path, status, text } of answers) {
      expect(status, path).toBe(200)
      expect(text, path).not.toMatch(/anna|ben/)
    }
    expect(snapshot).not.toMatch(/anna|ben/)
    expect(byName).toBe(404)
    const { seller, buyer } = JSON.parse(answers.find(({ path }) => path.startsWith('receipts'))?.text ?? '')
    expect([seller.home, buyer.home]).toEqual(['home-2', 'home-1'])
    expect(seller.enrolment).toMatchObject({ body: { home: 'home-2', deviceId: 'home-2' }, signature: '0x' })
    expect(seller.order.signature).toMatch(/^0x[0-9a-f]{130}$/)
  })

  it('is its name where the street says so', async () => {
    const { answers, byName, snapshot, anna } = await told('names')
    const textOf = (start: string) => answers.find(({ path }) => path.startsWith(start))?.text ?? ''
    expect(JSON.parse(textOf('homes'))).toMatchObject([{ home: 'anna', deviceId: anna.deviceId }, { home: 'ben' }])
    expect(JSON.parse(textOf('receipts'))).toMatchObject({ seller: { home: 'ben' }, buyer: { home: 'anna' } })
    expect(JSON.parse(snapshot)).toMatchObject({ joined: { first: 0, names: ['anna', 'ben'] } })
    expect(JSON.parse(textOf('picture'))).toMatchObject({ joined: { names: ['anna', 'ben'] } })
    expect(byName).toBe(200)
  })
})

describe('the live page', () => {
  it(
    'begins with a snapshot; the frames after it lead to what everybody may see of the street of the engine',
    withGateway(({ url, send, neighbourhood, anna, ben }) =>
      Effect.gen(function* () {
        const page = yield* pageOf(url)
        yield* page.until(() => page.socket.connected)
        page.socket.emit('resume', 0)
        yield* page.until(() => page.snapshots.length === 1)
        for (let round = 0; round < 10; round++) {
          yield* send('POST', '/api/v1/orders', [
            ben.order({ side: 'sell', slot: SLOT + 1 }),
            anna.order({ slot: SLOT + 1 }),
          ])
        }
        const { sequence } = neighbourhood.street
        yield* page.until(() => page.frames.at(-1)?.toSequence === sequence)
        const [snapshot] = page.snapshots
        if (snapshot === undefined) throw new Error('there is a snapshot')
        const picture = emptyPicture()
        for (const frame of [snapshot, ...page.frames]) {
          expect(frame.fromSequence).toBe(picture.sequence)
          applyFrame(picture, frame)
        }
        const { counts, slots } = neighbourhood.street
        expect(picture.counts).toMatchObject({ trades: 10, orders: 20, tradedWh: counts.tradedWh })
        expect(picture.slots.get(SLOT + 1)).toMatchObject({
          ...{ phase: 'continuous', trades: 10, tradedMicroEur: slots.get(SLOT + 1)?.tradedMicroEur, openOrders: 0 },
        })
        expect(picture.tape.map(({ seller, buyer }) => [seller, buyer])).toEqual(
          Array.from({ length: 10 }, () => [1, 0]),
        )
        // No account, no key, no signature, and by default no name.
        for (const frame of [snapshot, ...page.frames]) expect(JSON.stringify(frame)).not.toMatch(/0x|anna|ben/)
      }),
    ),
  )

  it(
    'may ask for the whole picture over HTTP, and go on from there',
    withGateway(({ url, get, send, anna }) =>
      Effect.gen(function* () {
        const whole = yield* get('/api/v1/picture')
        expect([whole.status, whole.type]).toEqual([200, 'application/json; charset=utf-8'])
        expect(whole.headers.get('content-encoding')).toBe('gzip')
        const picture = emptyPicture()
        applyFrame(picture, whole.json() as PictureFrame)
        expect(picture).toMatchObject({ neighbourhood: PARTITION, homes: [{ home: 0, name: '' }, { home: 1 }] })
        yield* send('POST', '/api/v1/orders', anna.order())
        const page = yield* pageOf(url)
        yield* page.until(() => page.socket.connected)
        page.socket.emit('resume', picture.sequence)
        yield* page.until(() => page.frames.length > 0)
        for (const frame of page.frames) applyFrame(picture, frame)
        expect(picture.counts.orders).toBe(1)
      }),
    ),
  )

  it(
    'resumes from its last sequence with exactly what it missed',
    withGateway(({ url, send, neighbourhood, anna }) =>
      Effect.gen(function* () {
        const { sequence } = neighbourhood.street
        yield* send('POST', '/api/v1/orders', [anna.order(), anna.order()])
        const page = yield* pageOf(url)
        yield* page.until(() => page.socket.connected)
        page.socket.emit('resume', sequence)
        yield* page.until(() => page.frames.length > 0)
        expect(page.snapshots).toEqual([])
        expect(page.frames[0]).toMatchObject({
          ...{ fromSequence: sequence, toSequence: sequence + 2, counts: { orders: 2 }, homes: {}, trades: {} },
          slots: { slot: [SLOT], openOrders: [2] },
        })
        page.socket.emit('resume', 999_999)
        yield* page.until(() => page.snapshots.length === 1) // more than there is: begins again
      }),
    ),
  )

  it(
    'resumes from its last sequence of this log only: of another one it gets everything',
    withGateway(({ url, get, send, neighbourhood, anna }) =>
      Effect.gen(function* () {
        const { log, sequence } = (yield* get('/api/v1/status')).json() as Status
        expect(log).toMatch(/^[0-9a-f]{16}$/)
        yield* send('POST', '/api/v1/orders', anna.order())
        const page = yield* pageOf(url)
        yield* page.until(() => page.socket.connected)
        page.socket.emit('resume', sequence, log)
        yield* page.until(() => page.frames.length > 0)
        expect(page.frames[0]).toMatchObject({ fromSequence: sequence, toSequence: sequence + 1 })
        page.socket.emit('resume', sequence, 'another')
        yield* page.until(() => page.snapshots.length === 1)
        expect(page.snapshots[0]).toMatchObject({ toSequence: neighbourhood.street.sequence, opened: { log } })
        expect((yield* get('/api/v1/picture')).json()).toMatchObject({ opened: { log } })
        expect((yield* get('/api/v1/runs')).json()).toMatchObject([{ run: 0, log }])
        expect((yield* get(`/api/v1/runs/${log}/timeline`)).json()).toMatchObject({ lastSequence: sequence + 1 })
        const other = yield* get('/api/v1/runs/0123456789abcdef/timeline')
        expect([other.status, other.json()]).toMatchObject([404, { code: 'NOT_FOUND' }])
      }),
    ),
  )

  it(
    'hears the status once a second',
    withGateway(({ url }) =>
      Effect.gen(function* () {
        const page = yield* pageOf(url)
        yield* page.until(() => page.socket.connected)
        page.socket.emit('resume', 0)
        yield* page.until(() => page.statuses.length > 0)
        expect(page.statuses[0]).toMatchObject({ homes: 2, speed: 900, settlementFailingMs: null })
      }),
    ),
  )

  it.each<{ sequence: unknown; log?: unknown }>([
    ...[{ sequence: -1 }, { sequence: 1.5 }, { sequence: '7' }, { sequence: null }, { sequence: { valueOf: 1 } }],
    ...[
      { sequence: 1, log: 7 },
      { sequence: 1, log: {} },
    ],
  ])('that asks to resume from $sequence of $log is hung up on, and nobody else notices', ({ sequence, log }) =>
    run(
      Effect.gen(function* () {
        const { url } = yield* served()
        const [bad, good] = [yield* pageOf(url), yield* pageOf(url)]
        yield* bad.until(() => bad.socket.connected && good.socket.connected)
        bad.socket.emit('resume', sequence as number, log as string)
        yield* bad.until(() => bad.socket.disconnected)
        good.socket.emit('resume', 0)
        yield* good.until(() => good.snapshots.length === 1)
      }),
    ),
  )

  it(
    'of another origin is turned away',
    withGateway(({ url, port }) =>
      Effect.gen(function* () {
        const errors: string[] = []
        const stranger = yield* pageOf(url, { origin: 'https://evil.example' })
        stranger.socket.on('connect_error', ({ message }) => errors.push(message))
        const own = yield* pageOf(url, { origin: `http://127.0.0.1:${port}` })
        yield* own.until(() => own.socket.connected)
        yield* stranger.until(() => errors.length > 0)
        expect(stranger.socket.connected).toBe(false)
      }),
    ),
  )

  it(
    'many requests to resume at once are answered by one snapshot a frame',
    withGateway(({ url }) =>
      Effect.gen(function* () {
        const page = yield* pageOf(url)
        yield* page.until(() => page.socket.connected)
        for (let again = 0; again < 200; again++) page.socket.emit('resume', 0)
        yield* page.until(() => page.snapshots.length > 0)
        yield* Effect.sleep(200)
        expect(page.snapshots.length).toBeLessThan(10)
      }),
    ),
  )
})
