import { Effect } from 'effect'
import { beforeAll, describe, expect, it } from 'vitest'
import { problems, serveGateway, stateHash } from '#matching-engine/index.ts'
import { refusals } from '#protocol/refusal.ts'
import {
  controlBy,
  NOW_MS,
  orderIdOf,
  PARTITION,
  p256Verifier,
  roseStreet,
  SLOT,
} from '../../matching-engine/rose-street.ts'
import { throughDoor } from './door.ts'
import { fuzzing } from './fuzzing.ts'
import { httpClient, sendRaw } from './http-client.ts'
import type { SeededInput } from './seeded-input.ts'

const { opened } = fuzzing()

describe('HTTP and socket.io', () => {
  let port = 0
  let hash = () => ''
  let envelopes: readonly (readonly [method: string, path: string, envelope: unknown])[] = []
  const known = new Set([...Object.keys(refusals), ...Object.keys(problems)])

  beforeAll(async () => {
    const street = await opened(roseStreet)
    const { neighbourhood, anna } = street
    const clock = { nowMs: () => NOW_MS, speed: 900 }
    const registry = { p256Verifier, registerDevice: () => Effect.succeed(7) }
    const gateway = await opened(serveGateway({ neighbourhood, clock, registry, host: '127.0.0.1', port: 0 }))
    port = gateway.port
    hash = () => stateHash(neighbourhood.street)
    // All of these were taken, or will not be: sent again as they are, they change nothing either.
    const order = anna.order({ nonce: 500 })
    const cancelled = anna.order({ nonce: 501 })
    const cancel = anna.cancel(orderIdOf(cancelled), { nonce: 502 })
    const reading = anna.reading()
    await Effect.runPromise(neighbourhood.submit([order, cancelled, cancel, reading, anna.session()], NOW_MS))
    envelopes = [
      ['POST', '/api/v1/orders', order],
      ['DELETE', `/api/v1/orders/${orderIdOf(cancelled)}`, cancel],
      ['POST', '/api/v1/readings', reading],
      ['POST', '/api/v1/readings', anna.streamReading()],
      ['POST', '/api/v1/sessions', anna.session()],
      ['POST', '/api/v1/statements', anna.statement()],
      ['POST', '/api/v1/enrolments', anna.enrolment()],
      ['POST', '/api/v1/devices', anna.deviceJoin()],
      ['POST', '/api/v1/controls', controlBy('stop', { privateKey: anna.accountKey })],
    ]
  })

  const paths = [
    '/',
    '/api/v1/orders',
    '/api/v1/homes/anna/positions',
    '/api/v1/slots/1001/book',
    '/api/v1/slots/1001/statistics',
    '/api/v1/market',
    '/metrics',
    '/readyz',
  ]
  const request = (input: SeededInput) => {
    const [method, path, envelope] = input.pick(envelopes)
    const odd = () => encodeURI(input.text(40).replace(/[^!-~]/g, '?')).replaceAll('\\', '')
    const body = () => {
      if (input.chance(0.1)) return input.bytes(2_000)
      if (input.chance(0.1)) return input.json(Array.from({ length: 1 + input.below(4) }, () => envelope))
      return input.json(envelope)
    }
    const types = [
      'application/json',
      'application/json; charset=utf-8',
      'text/plain',
      'application/json;charset=x',
      '',
    ]
    return input.chance(0.8)
      ? {
          method: input.chance(0.95) ? method : input.pick(['PUT', 'PATCH', 'OPTIONS', 'TRACE', 'DELETE']),
          path: input.chance(0.95) ? path : `${path}/${odd()}`,
          headers: { 'content-type': input.chance(0.95) ? 'application/json' : input.pick(types) },
          body: body(),
        }
      : {
          method: input.pick(['GET', 'HEAD', 'POST', 'DELETE']),
          path: input.chance(0.5)
            ? `${input.pick(paths)}?limit=${odd()}`
            : `/${input.pick(['', 'api/v1/', 'api/v1/homes/', 'api/v1/slots/', '../', '%2e%2e/', '//'])}${odd()}`,
          headers: { [`x-${input.below(5)}`]: 'a'.repeat(input.below(3_000)), origin: 'null' },
        }
  }

  it('every request has an answer; each refusal is a problem document with a known code; the state stays', async () => {
    const before = hash()
    const client = httpClient(port)
    await throughDoor({
      door: 'HTTP',
      lanes: 8,
      send: async (input) => {
        const asked = request(input)
        if (asked.path.startsWith('/socket.io/')) return
        const answer = await client.send(asked)
        if (answer === 'broken off') throw new Error(`no answer to ${JSON.stringify(asked).slice(0, 500)}`)
        if (answer.status >= 500) throw new Error(`${answer.status} ${answer.text} to ${JSON.stringify(asked)}`)
        if (answer.status < 400 || asked.method === 'HEAD') return
        if (answer.type !== 'application/problem+json; charset=utf-8')
          throw new Error(`${answer.status} ${answer.text} to ${JSON.stringify(asked)}`)
        const { code, status } = JSON.parse(answer.text) as { readonly code: string; readonly status: number }
        if (!known.has(code) || status !== answer.status) throw new Error(`an unknown refusal: ${answer.text}`)
      },
    })
    client.close()
    expect(hash()).toBe(before)
  })

  it('bytes that are no HTTP do no harm', async () => {
    const before = hash()
    const whole = Buffer.from(
      `POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nnull`,
    )
    await throughDoor({
      door: 'no HTTP',
      lanes: 32,
      send: async (input) => {
        const answer = await sendRaw(port, input.chance(0.3) ? input.bytes(200) : input.mutatedBytes(whole), 60)
        if (/^HTTP\/1.1 5/.test(answer.toString())) throw new Error(answer.toString())
      },
    })
    expect(hash()).toBe(before)
  })

  it('packets that are no socket.io, or ask for nonsense, do no harm, and others are served all the while', async () => {
    const before = hash()
    const url = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`
    const packet = (input: SeededInput): string | Uint8Array<ArrayBuffer> => {
      switch (input.below(9)) {
        case 0:
          return new Uint8Array(input.bytes(200))
        case 1:
          return input.text(100)
        case 2:
          return `4${input.below(10)}${input.text(30)}`
        case 3:
          return `45${input.below(4)}-["resume",{"_placeholder":true,"num":${input.below(3)}}]`
        case 4:
          return `42${input.json(['resume', 7])}`
        case 5:
          return `42${input.json([input.pick(['subscribe', 'unsubscribe']), { slot: SLOT }])}`
        case 6:
          return `42["subscribe",${input.json({ slot: SLOT })}]`
        case 7:
          return `42["resume",${input.json(1)}]`
        default:
          return `42${input.below(1e6)}${input.json(['resume', 0, 0])}`
      }
    }
    const perConnection = 20
    await throughDoor({
      door: 'socket.io',
      each: perConnection,
      lanes: 4,
      send: (input) =>
        new Promise<void>((resolve) => {
          const socket = new WebSocket(url)
          const sendAll = () => {
            for (let i = 0; i < perConnection; i++) socket.send(packet(input))
            socket.close()
          }
          socket.onopen = () => (input.chance(0.9) ? socket.send('40') : sendAll())
          socket.onmessage = ({ data }) => {
            if (String(data).startsWith('40')) sendAll()
          }
          socket.onclose = () => resolve()
          socket.onerror = () => resolve()
        }),
    })
    const served = await new Promise<string>((resolve, reject) => {
      const socket = new WebSocket(url)
      socket.onopen = () => socket.send('40')
      socket.onmessage = ({ data }) => {
        if (String(data).startsWith('40')) socket.send('42["resume",0]')
        if (!String(data).startsWith('42["snapshot"')) return
        socket.close()
        resolve(String(data))
      }
      socket.onerror = () => reject(new Error('the door is closed'))
    })
    expect(served).toContain(PARTITION)
    expect(hash()).toBe(before)
  })
})
