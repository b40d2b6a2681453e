import { once } from 'node:events'
import { createServer, type Server as HttpServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { Effect } from 'effect'
import { Server, type Socket } from 'socket.io'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GatewaySocket } from '../../ui/src/gateway-socket.ts'
import { freePort } from '../meter-agent/modbus-serial.ts'

let http: HttpServer
let server: Server
let port: number
let heard: string[]
let clients: Socket[]
let pongs: number
let page: GatewaySocket

async function serve(): Promise<void> {
  http = createServer()
  server = new Server(http, { pingInterval: 100, pingTimeout: 10_000 })
  server.on('connection', (client) => {
    clients.push(client)
    client.conn.on('heartbeat', () => pongs++)
    client.on('resume', (sequence: number) => heard.push(`resume ${sequence}`))
    client.on('subscribe', ({ slot }: { slot: number }) => heard.push(`subscribe ${slot}`))
  })
  await new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
}

beforeEach(async () => {
  port = await Effect.runPromise(freePort)
  heard = []
  clients = []
  pongs = 0
  await serve()
  page = new GatewaySocket(`http://127.0.0.1:${port}/`)
  page.listener = {
    connect: () => heard.push('connect'),
    disconnect: () => heard.push('disconnect'),
    snapshot: ({ toSequence }) => heard.push(`snapshot ${toSequence}`),
    frame: ({ toSequence }) => heard.push(`frame ${toSequence}`),
    status: ({ sequence }) => heard.push(`status ${sequence}`),
    depth: ({ slot }) => heard.push(`depth ${slot}`),
  }
  page.open()
})

afterEach(async () => {
  await server.close()
  // The page tries again for ever: as long as this process runs, nobody else may listen where it knocks.
  const holder = createTcpServer((socket) => socket.destroy()).listen(port, '127.0.0.1')
  await once(holder, 'listening')
  holder.unref()
})

describe('the page’s line to the gateway', () => {
  it('speaks with a socket.io server of today, in both directions and in order', async () => {
    await expect.poll(() => heard).toEqual(['connect'])
    page.resume(17)
    page.subscribe({ slot: 1_982_000 })
    await expect.poll(() => heard).toEqual(['connect', 'resume 17', 'subscribe 1982000'])
    heard = []
    clients[0]?.emit('snapshot', { toSequence: 20 })
    clients[0]?.emit('frame', { toSequence: 21 })
    clients[0]?.emit('nobody asked for this', 1)
    clients[0]?.emit('depth', { slot: 5 })
    clients[0]?.emit('status', { sequence: 21 })
    await expect.poll(() => heard).toEqual(['snapshot 20', 'frame 21', 'depth 5', 'status 21'])
  })

  it('answers the server’s pings: it is still there after several', async () => {
    await expect.poll(() => heard).toEqual(['connect'])
    await expect.poll(() => pongs).toBeGreaterThan(2)
    expect(clients[0]?.connected).toBe(true)
    expect(heard).toEqual(['connect'])
  })

  it('comes back when it was thrown out, and when the server was away', async () => {
    await expect.poll(() => heard).toEqual(['connect'])
    clients[0]?.disconnect(true)
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual(['connect', 'disconnect', 'connect'])
    await server.close()
    await expect.poll(() => heard.at(-1)).toBe('disconnect')
    page.resume(99)
    await serve()
    await expect.poll(() => heard.at(-1), { timeout: 8_000 }).toBe('connect')
    expect(heard).not.toContain('resume 99')
  })

  it('opens no socket where nobody answers, or somebody says that the gateway is away', async () => {
    await expect.poll(() => heard).toEqual(['connect'])
    await server.close()
    await expect.poll(() => heard.at(-1)).toBe('disconnect')
    const asked: string[] = []
    const proxy = createServer((_, response) => {
      asked.push('knocked')
      response.writeHead(502).end()
    })
    proxy.on('upgrade', (_, socket) => {
      asked.push('opened')
      socket.destroy()
    })
    await new Promise<void>((resolve) => proxy.listen(port, '127.0.0.1', resolve))
    await expect.poll(() => asked.filter((what) => what === 'knocked').length, { timeout: 5_000 }).toBeGreaterThan(2)
    // The first try after a loss is a socket: who was thrown out is back at once.
    expect(asked.filter((what) => what === 'opened').length).toBeLessThanOrEqual(1)
    await new Promise((resolve) => proxy.close(resolve))
    await serve()
    await expect.poll(() => heard.at(-1), { timeout: 8_000 }).toBe('connect')
  })

  it('waits no longer for an answer that a lost network swallowed when there may be one again', async () => {
    await expect.poll(() => heard).toEqual(['connect'])
    await server.close()
    await expect.poll(() => heard.at(-1)).toBe('disconnect')
    let knocks = 0
    const silent = createTcpServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (request) => {
        if (!/^upgrade:/im.test(String(request))) knocks++
        else socket.destroy()
      })
    })
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
    await expect.poll(() => knocks, { timeout: 5_000 }).toBe(1)
    // The knock still waits for its answer, while a gateway is at the door again.
    silent.close()
    await serve()
    const beginMs = performance.now()
    page.hurry()
    await expect.poll(() => heard.at(-1), { timeout: 4_000 }).toBe('connect')
    expect(performance.now() - beginMs).toBeLessThan(2_000)
    expect(heard).toEqual(['connect', 'disconnect', 'connect'])
    page.hurry()
    page.resume(5)
    await expect.poll(() => heard.at(-1)).toBe('resume 5')
    expect(clients).toHaveLength(2)
  })

  it('says nothing before it is connected', () => {
    page.resume(1)
    expect(heard).toEqual([])
  })
})
