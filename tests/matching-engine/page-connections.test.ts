import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { FrameFeed, RESUME_EVENTS } from '#matching-engine/gateway/frame-feed.ts'
import { isSameOrigin } from '#matching-engine/gateway/same-origin.ts'
import { PageConnections } from '#matching-engine/gateway/socket.io.ts'
import { MarketData } from '#matching-engine/market-data/market-data.ts'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import { type ClientToServer, type Depth, type Frame, type ServerToClient, statusOf } from '#protocol/messages.ts'
import { applyEvent, emptyStreet } from '#protocol/street.ts'
import { orderOf } from '../protocol/messages.ts'

/** A street and its feed, and a way to let things happen on it: each event as long as one likes. */
function happening() {
  const street = emptyStreet()
  const feed = new FrameFeed(street)
  const happen = (count: number, length = 1) => {
    const events = Array.from({ length: count }, (): LoggedEvent => {
      const orderId = `0x${'a'.repeat(length)}` as const
      const event = { type: 'OrderClosed', timeMs: 1, orderId, slot: 1, status: 'expired' } as const
      const logged = { sequence: street.sequence + 1, event }
      applyEvent(street, logged)
      return logged
    })
    feed.push(events)
  }
  return { street, feed, happen }
}

describe('what a client lacks', () => {
  it('is nothing, a frame, or everything once the gap is too large', () => {
    const { street, feed, happen } = happening()
    happen(RESUME_EVENTS + 10)
    const last = street.sequence
    expect(feed.updateSince(last)).toEqual({ type: 'none' })
    expect(feed.updateSince(last - 2)).toMatchObject({
      type: 'frame',
      frame: { fromSequence: last - 2, toSequence: last, events: [{ sequence: last - 1 }, { sequence: last }] },
    })
    expect(feed.updateSince(last - RESUME_EVENTS)).toMatchObject({ type: 'frame' })
    expect(feed.updateSince(last - RESUME_EVENTS - 1)).toMatchObject({ type: 'snapshot', snapshot: { sequence: last } })
    expect(feed.updateSince(null)).toMatchObject({ type: 'snapshot' })
    expect(feed.updateSince(last + 1)).toMatchObject({ type: 'snapshot' })
  })

  it('stays right when old events have been let go', () => {
    const { street, feed, happen } = happening()
    for (let round = 0; round < 25; round++) happen(1_000)
    const update = feed.updateSince(street.sequence - 700)
    expect(update.type === 'frame' ? update.frame.events.map(({ sequence }) => sequence) : []).toEqual(
      Array.from({ length: 700 }, (_, index) => street.sequence - 699 + index),
    )
  })

  it('is one frame for all who are at the same place', () => {
    const { feed, happen } = happening()
    happen(10)
    const [one, other] = [feed.updateSince(3), feed.updateSince(3)]
    expect(one.type === 'frame' && other.type === 'frame' && one.frame === other.frame).toBe(true)
  })
})

describe('the origin of a connection', () => {
  it.each([
    { origin: undefined, is: true },
    { origin: 'http://street.example:8080', is: true },
    { origin: 'http://street.example', is: false },
    { origin: 'https://evil.example', is: false },
    { origin: 'null', is: false },
  ])('$origin: $is', ({ origin, is }) => {
    const headers = { host: 'street.example:8080', ...(origin === undefined ? {} : { origin }) }
    expect(isSameOrigin({ headers })).toBe(is)
  })
})

const wall = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a client that is too slow', () => {
  it('is sent no more frames, and begins again with a snapshot when it has caught up; the others are not held up', async () => {
    const { street, feed, happen } = happening()
    happen(1)
    const http = createServer()
    const pages = new PageConnections({ http, feed, marketData: new MarketData() })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    const connected = () => {
      const socket: Socket<ServerToClient, ClientToServer> = io(`http://127.0.0.1:${port}`, {
        transports: ['websocket'],
        reconnection: false,
        forceNew: true,
      })
      const seen = { socket, frames: [] as Frame[], snapshots: [] as number[] }
      socket.on('frame', (frame) => seen.frames.push(frame))
      socket.on('snapshot', ({ sequence }) => seen.snapshots.push(sequence))
      socket.on('connect', () => socket.emit('resume', 0))
      return seen
    }
    const [slow, quick] = [connected(), connected()]
    const until = async (isSo: () => boolean) => {
      for (let turn = 0; turn < 400 && !isSo(); turn++) {
        pages.sendFrames()
        await wall(10)
      }
      expect(isSo()).toBe(true)
    }
    try {
      await until(() => slow.snapshots.length === 1 && quick.snapshots.length === 1)
      const wire = (slow.socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws
      wire.pause()
      for (let tick = 0; tick < 150; tick++) {
        happen(1, 200_000)
        pages.sendFrames()
        await wall(2)
      }
      await until(() => quick.frames.at(-1)?.toSequence === street.sequence)
      wire.resume()
      await until(() => slow.snapshots.length === 2)
      // It got what fitted into the wire and its packets, not all of it.
      expect(slow.frames.length).toBeLessThan(150)
      expect(slow.snapshots.at(-1)).toBe(street.sequence)
      happen(1)
      await until(() => slow.frames.at(-1)?.toSequence === street.sequence)
      expect(quick.snapshots).toHaveLength(1)
    } finally {
      slow.socket.disconnect()
      quick.socket.disconnect()
      await pages.close()
    }
  })
})

describe('a client that follows a book and never reads', () => {
  const PRICES = 40
  const SLOT = 9

  /** Market data, and rounds in which every price of its book changes. */
  function changingBook() {
    const marketData = new MarketData()
    let round = 0
    const push = (events: readonly MarketEvent[]) => {
      marketData.push(events.map((event, index) => ({ sequence: marketData.sequence + 1 + index, event })))
    }
    push([{ type: 'SlotPhaseChanged', timeMs: 1, slot: SLOT, phase: 'continuous', cause: 'clock' }])
    const placed = (price: number): MarketEvent => {
      const body = { ...orderOf({ slot: SLOT, priceEurPerMWh: price, energyWh: 1 }) }
      const order = { kind: 'order', body, algorithm: 'secp256k1', signer: body.account, signature: '0x' } as const
      return { type: 'OrderPlaced', timeMs: 1, orderId: `0x${round}.${price}`, order }
    }
    const changeAll = () => {
      round++
      push(Array.from({ length: PRICES }, (_, price) => placed(price)))
    }
    return { marketData, changeAll }
  }

  /** Somebody who keeps a book by what is sent. */
  function follower() {
    const seen = {
      depths: 0,
      upTo: 0,
      hasGap: false,
      bids: new Map<number, number>(),
      take({ fromSequence, toSequence, bids }: Depth) {
        seen.depths++
        if (fromSequence !== 0 && fromSequence !== seen.upTo) seen.hasGap = true
        seen.upTo = toSequence
        for (const [price, openWh] of bids) seen.bids.set(price, openWh)
      },
    }
    return seen
  }

  /** A client of socket.io that reads exactly when it is told to: what is sent to it waits in the gateway until then. */
  async function pollingClient(port: number) {
    const opened = await (await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`)).text()
    const { sid } = JSON.parse(opened.slice(1)) as { readonly sid: string }
    const url = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling&sid=${sid}`
    const post = async (packet: string) => {
      const { status } = await fetch(url, { method: 'POST', body: packet, headers: { 'content-type': 'text/plain' } })
      expect(status).toBe(200)
    }
    const poll = async () => (await (await fetch(url)).text()).split('\x1e')
    await post('40')
    expect((await poll())[0]).toMatch(/^40/)
    const depths = async (): Promise<Depth[]> =>
      (await poll())
        .filter((packet) => packet.startsWith('42["depth"'))
        .map((packet) => (JSON.parse(packet.slice(2)) as [string, Depth])[1])
    return { post, depths }
  }

  it('costs the others and the book nothing, gets the latest when it reads again, and piles nothing up', async () => {
    const { marketData, changeAll } = changingBook()
    changeAll()
    const http = createServer()
    const pages = new PageConnections({ http, feed: happening().feed, marketData })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    const socket: Socket<ServerToClient, ClientToServer> = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    })
    const quick = follower()
    socket.on('depth', (depth) => quick.take(depth))
    socket.on('connect', () => socket.emit('subscribe', { slot: SLOT }))
    try {
      const stuck = await pollingClient(port)
      await stuck.post(`42["subscribe",{"slot":${SLOT}}]`)
      const rounds = 1_000
      for (let round = 0; round < rounds; round++) {
        changeAll()
        pages.sendFrames()
        if (round % 20 === 0) await wall(5)
      }
      for (let turn = 0; turn < 400 && quick.upTo !== marketData.sequence; turn++) {
        pages.sendFrames()
        await wall(10)
      }
      // One that has not read for a thousand changes: the book as it was when it subscribed, and one piece with the rest.
      const slow = follower()
      const pieces: number[] = []
      while (slow.upTo !== marketData.sequence) {
        for (const depth of await stuck.depths()) {
          slow.take(depth)
          pieces.push(depth.bids.length)
        }
        pages.sendFrames()
      }
      expect(pieces).toEqual([PRICES, PRICES])
      expect(quick.depths).toBeGreaterThan(2)
      for (const { bids, hasGap } of [slow, quick]) {
        expect(hasGap).toBe(false)
        expect(new Set(bids.values())).toEqual(new Set([1 + rounds]))
        expect(bids.size).toBe(PRICES)
      }
    } finally {
      socket.disconnect()
      await pages.close()
    }
  })

  it.each([[null], [7], ['9'], [{}], [{ slot: '9' }], [{ slot: -1 }], [{ slot: 0.5 }], [{ slot: 2 ** 53 }], [[9]]])(
    'and subscribes to %j is let go, the others are not',
    async (subscription) => {
      const { marketData } = changingBook()
      const http = createServer()
      const pages = new PageConnections({ http, feed: happening().feed, marketData })
      await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
      const { port } = http.address() as AddressInfo
      const client = (): Socket<ServerToClient, ClientToServer> =>
        io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false, forceNew: true })
      const [bad, good] = [client(), client()]
      try {
        const letGo = new Promise<string>((resolve) => bad.on('disconnect', resolve))
        const told = new Promise<number>((resolve) => good.on('depth', ({ slot }) => resolve(slot)))
        bad.on('connect', () => bad.emit('subscribe', subscription as never))
        expect(await letGo).toBe('io server disconnect')
        good.emit('subscribe', { slot: SLOT })
        await wall(50)
        pages.sendFrames()
        expect(await told).toBe(SLOT)
        good.emit('unsubscribe', { slot: SLOT })
        expect(good.connected).toBe(true)
      } finally {
        bad.disconnect()
        good.disconnect()
        await pages.close()
      }
    },
  )
})

describe('a client that asks again and again without reading', () => {
  it('is sent the next snapshot only when it has taken the last', async () => {
    const { street, feed, happen } = happening()
    happen(RESUME_EVENTS, 1_000)
    const http = createServer()
    const pages = new PageConnections({ http, feed, marketData: new MarketData() })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    const socket: Socket<ServerToClient, ClientToServer> = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    })
    let [frames, isUpToDate] = [0, false]
    socket.on('frame', () => frames++)
    socket.on('status', () => {
      isUpToDate = true
    })
    try {
      await new Promise<void>((resolve) => socket.on('connect', resolve))
      const wire = (socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws
      wire.pause()
      for (let turn = 0; turn < 40; turn++) {
        socket.emit('resume', 1) // all but one of the events: 5 MB
        await wall(10)
        pages.sendFrames()
      }
      wire.resume()
      // The status goes to those who are up to date, behind all that waits for them.
      for (let turn = 0; turn < 400 && !isUpToDate; turn++) {
        pages.sendFrames()
        pages.sendStatus(statusOf({ street, slot: 1, speed: 1, timeMs: 1 }))
        await wall(20)
      }
      expect(isUpToDate).toBe(true)
      // One on the wire, and what the kernel buffers.
      expect(frames).toBeLessThan(10)
    } finally {
      socket.disconnect()
      await pages.close()
    }
  })
})

it('takes no more clients than it can serve, whatever the address says of sessions', async () => {
  const http = createServer()
  const pages = new PageConnections({ http, feed: happening().feed, marketData: new MarketData() })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const refused = async () =>
    (await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling&xsid=1`)).status === 403
  try {
    let taken = 0
    while (taken < 3_000 && !(await refused())) taken++
    expect(taken).toBe(2_000)
  } finally {
    await pages.close()
  }
})
