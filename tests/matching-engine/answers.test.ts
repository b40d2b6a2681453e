import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { Deferred, Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { type Answer, text } from '#matching-engine/gateway/answer.ts'
import { DoorCounts } from '#matching-engine/gateway/door-counts.ts'
import { addressOf, httpServer, listening } from '#matching-engine/gateway/http-server.ts'
import { madeOnce } from '#matching-engine/gateway/made-once.ts'
import { responder } from '#matching-engine/gateway/respond.ts'
import type { Route } from '#matching-engine/gateway/router.ts'
import { run } from './rose-street.ts'

const get = (pattern: string, handle: Route['handle']): Route => ({ method: 'GET', pattern, summary: '', handle })

const serving = (routes: readonly Route[], bounds: { readonly answersBytesMax?: number } = {}) =>
  Effect.gen(function* () {
    const counts = new DoorCounts()
    const respond = responder(routes, () => undefined, counts, bounds)
    const http = httpServer({ respond, runFork: Effect.runFork, counts })
    const close = () => new Promise<void>((resolve) => http.close(() => resolve()))
    yield* listening(http, { host: '127.0.0.1', port: 0 }, close)
    return addressOf(http, '127.0.0.1')
  })

/** Asks for a path and reads nothing of the answer. */
const asking = (port: number, path: string, headers = '') =>
  Effect.promise(async () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.pause()
    socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n${headers}\r\n`)
    return socket
  })

const settled = Effect.sleep(300)

describe('answers', () => {
  it('that nobody reads hold a bounded amount of memory: the one too many is told to come again', () =>
    run(
      Effect.gen(function* () {
        const large = randomBytes(15_000_000).toString('hex')
        const routes = [
          get('/large', () => Effect.succeed(text(200, large))),
          get('/small', () => Effect.succeed(text(200, 'small'))),
        ]
        const { url, port } = yield* serving(routes, { answersBytesMax: 40_000_000 })
        const ask = (path: string) =>
          Effect.promise(async () => {
            const response = await fetch(url + path, { headers: { 'accept-encoding': 'identity' } })
            return { status: response.status, body: await response.text() }
          })
        const unread = yield* asking(port, '/large')
        yield* settled
        const refused = yield* ask('/large')
        expect(refused.status).toBe(429)
        expect(JSON.parse(refused.body)).toMatchObject({ code: 'TOO_MANY_REQUESTS' })
        expect(yield* ask('/small')).toEqual({ status: 200, body: 'small' })
        unread.destroy()
        yield* settled
        expect((yield* ask('/large')).body).toBe(large)
        expect((yield* ask('/large')).status).toBe(200)
      }),
    ))

  it('to who is gone are worked on no longer', () =>
    run(
      Effect.gen(function* () {
        const begun = yield* Deferred.make<void>()
        const ended = yield* Deferred.make<string>()
        const work = Deferred.succeed(begun, undefined).pipe(
          Effect.andThen(Effect.never),
          Effect.onInterrupt(() => Deferred.succeed(ended, 'interrupted')),
        )
        const { port } = yield* serving([get('/long', () => work)])
        const asked = yield* asking(port, '/long')
        yield* Deferred.await(begun)
        asked.destroy()
        expect(yield* Deferred.await(ended)).toBe('interrupted')
      }),
    ))

  it('are packed for who takes that, and say to others that they could be', () =>
    run(
      Effect.gen(function* () {
        const { url } = yield* serving([get('/text', () => Effect.succeed(text(200, 'watt '.repeat(20_000))))])
        const headersFor = (encoding: string) =>
          Effect.promise(async () => (await fetch(`${url}/text`, { headers: { 'accept-encoding': encoding } })).headers)
        const packed = yield* headersFor('gzip')
        expect([packed.get('content-encoding'), packed.get('vary')]).toEqual(['gzip', 'accept-encoding'])
        const plain = yield* headersFor('identity')
        expect([plain.get('content-encoding'), plain.get('vary')]).toEqual([null, 'accept-encoding'])
        expect(plain.get('content-length')).toBe('100000')
      }),
    ))

  it('are packed only in the way that is taken, once for all, and go out as they are where that fails', () =>
    run(
      Effect.gen(function* () {
        const made: string[] = []
        const packedAs = (encoding: string) => async () => {
          made.push(encoding)
          if (made.length === 1) throw new Error('no memory')
          return Buffer.from('packed')
        }
        const pack = { br: madeOnce(packedAs('br')), gzip: madeOnce(packedAs('gzip')) }
        const answer: Answer = { ...text(200, 'watt '.repeat(20)), pack }
        const { port } = yield* serving([get('/file', () => Effect.succeed(answer))])
        const ask = (encoding: string) =>
          Effect.promise(async () => {
            const asked = request({ port, host: '127.0.0.1', path: '/file', headers: { 'accept-encoding': encoding } })
            const [response] = (await once(asked.end(), 'response')) as [IncomingMessage]
            const { statusCode, headers } = response.resume()
            return [statusCode, headers['content-encoding'], headers['content-length']]
          })
        expect(yield* ask('gzip, br')).toEqual([200, undefined, '100'])
        expect(yield* ask('gzip, br')).toEqual([200, 'br', '6'])
        expect(yield* ask('gzip, br')).toEqual([200, 'br', '6'])
        expect(made).toEqual(['br', 'br'])
        expect(yield* ask('gzip')).toEqual([200, 'gzip', '6'])
        expect(made).toEqual(['br', 'br', 'gzip'])
      }),
    ))
})
