import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TurnMessages } from '#matching-engine/gateway/turn-messages.ts'
import type { Depth, Status } from '#protocol/messages.ts'

/** A book whose rows take so many bytes and more, in letters of two bytes each. */
const depthOf = (slot: number, length: number) => ({ slot, phase: 'ü'.repeat(length / 2) }) as unknown as Depth
const status = { homes: 3 } as Status

describe.each(['websocket', 'polling'] as const)('what clients are told in one turn over %s', (transport) => {
  const http = createServer()
  const server = new Server(http, { serveClient: false })
  let url: string

  beforeAll(async () => {
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  })

  afterAll(() => server.close())

  const clientThatHears = async () => {
    const heard: unknown[] = []
    const client = io(url, { transports: [transport], upgrade: false, forceNew: true, reconnection: false })
    client.onAny((event, content) => heard.push([event, content]))
    await new Promise<void>((resolve) => client.once('connect', resolve))
    const connection = server.sockets.sockets.get(client.id ?? '')
    if (connection === undefined) throw new Error('the server knows who connected')
    return { heard, connection, close: () => client.disconnect() }
  }

  it('comes whole and in order to each, whatever others are told and however long it is', async () => {
    const [all, some, none] = [await clientThatHears(), await clientThatHears(), await clientThatHears()]
    const messages = new TurnMessages()
    const told: { readonly [who in 'all' | 'some']: unknown[] } = { all: [], some: [] }
    // Around each length at which a frame's header is written differently.
    for (const [turn, length] of [2, 60, 64, 126, 65_400, 65_500, 65_536, 200_000].entries()) {
      const depth = depthOf(turn, length)
      messages.tell([all.connection, some.connection], 'status', status)
      messages.tell([all.connection], 'depth', depth)
      messages.tell([some.connection, all.connection], 'depth', depthOf(turn, 2))
      messages.write()
      told.all.push(['status', status], ['depth', depth], ['depth', depthOf(turn, 2)])
      told.some.push(['status', status], ['depth', depthOf(turn, 2)])
    }
    await expect.poll(() => [all.heard.length, some.heard.length], { timeout: 10_000 }).toEqual([24, 16])
    expect(all.heard).toEqual(told.all)
    expect(some.heard).toEqual(told.some)
    expect(none.heard).toEqual([])
    for (const { close } of [all, some, none]) close()
  })

  it('is not told again in the next turn, nor to who has gone', async () => {
    const [gone, stays] = [await clientThatHears(), await clientThatHears()]
    const messages = new TurnMessages()
    messages.tell([gone.connection, stays.connection], 'status', status)
    gone.close()
    await expect.poll(() => gone.connection.connected).toBe(false)
    messages.write()
    messages.write()
    messages.tell([stays.connection], 'depth', depthOf(1, 2))
    messages.write()
    await expect
      .poll(() => stays.heard)
      .toEqual([
        ['status', status],
        ['depth', depthOf(1, 2)],
      ])
    expect(gone.heard).toEqual([])
    stays.close()
  })
})
