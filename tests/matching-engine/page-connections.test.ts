import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, it, vi } from 'vitest'
import {
  PageReader,
  PROMPT_MS,
  REMINDER_MS,
  UNSEEN_MS_MAX,
  WAITING_PACKETS_MAX,
} from '#matching-engine/gateway/page-reader.ts'
import { PictureFeed } from '#matching-engine/gateway/picture-feed.ts'
import { isSameOrigin } from '#matching-engine/gateway/same-origin.ts'
import { PageConnections } from '#matching-engine/gateway/socket.io.ts'
import { MarketData } from '#matching-engine/market-data/market-data.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import { type ClientToServer, type Depth, type ServerToClient, statusOf } from '#protocol/messages.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import { emptyStreet } from '#protocol/street.ts'
import { orderOf } from '../protocol/messages.ts'

const status = () => statusOf({ street: emptyStreet(), slot: 1, speed: 1, timeMs: 1, log: '' })

/** A street of as many homes, and a way to let things happen on it: at each event the next home is read. */
function happening(homes = 1) {
  const feed = new PictureFeed({ names: 'names', grid: null, logSequence: 0 })
  const tell = (...events: readonly MarketEvent[]) =>
    feed.push(events.map((event, index) => ({ sequence: feed.sequence + 1 + index, event })))
  const signed = { algorithm: 'secp256k1', signer: `0x${'1'.repeat(40)}`, signature: '0x' } as const
  for (let home = 0; home < homes; home++) {
    const account = `0x${home.toString(16).padStart(40, '0')}` as const
    const body = { neighbourhood: 'street', home: `home-${home}`, account, deviceId: `meter-${home}`, nonce: 1 }
    const enrolment = { kind: 'enrolment', ...signed, body: { ...body, deviceSigner: account } } as const
    tell({ type: 'HomeEnrolled', timeMs: 1, enrolment })
  }
  let readings = 0
  const happen = (count: number) => {
    for (let each = 0; each < count; each++) {
      const deviceId = `meter-${readings++ % homes}`
      const hash = `0x${'0'.repeat(64)}` as const
      const body = {
        ...({ version: 1, deviceId, sequence: readings, bootId: 1, clock: 'simulated', monotonicMs: 1 } as const),
        ...({ timeMs: readings, importWh: readings, exportWh: 2 * readings, powerW: -readings, quality: 0 } as const),
        ...({ source: 'utility-meter', profileHash: hash, registersHash: hash, previousHash: hash } as const),
      }
      tell({ type: 'ReadingAccepted', timeMs: readings, reading: { kind: 'reading', ...signed, body }, hash })
    }
  }
  return { feed, happen }
}

describe('what a client lacks', () => {
  it('is what has changed since its sequence, or everything where it has seen nothing of this log', () => {
    const { feed, happen } = happening(3)
    happen(10)
    expect(feed.sequence).toBe(13)
    expect(feed.frameSince(11)).toMatchObject({
      ...{ fromSequence: 11, toSequence: 13, counts: { readings: 10 } },
      homes: { home: [0, 2], importWh: [10, 9] },
    })
    expect(feed.frameSince(13)).toMatchObject({ fromSequence: 13, toSequence: 13, homes: {} })
    for (const from of [0, 14, 999_999]) expect(feed.frameSince(from)).toMatchObject({ fromSequence: 0, homeCount: 3 })
  })

  it('is one frame for all who are at the same place, until something happens', () => {
    const { feed, happen } = happening()
    happen(10)
    const frame = feed.frameSince(3)
    expect(feed.frameSince(3)).toBe(frame)
    happen(1)
    expect(feed.frameSince(3)).toMatchObject({ fromSequence: 3, toSequence: feed.sequence })
  })

  it('counts what nobody can see as well', () => {
    const { feed } = happening()
    const orderId = `0x${'a'.repeat(64)}` as const
    const event = { type: 'OrderClosed', timeMs: 7, orderId, slot: 1, status: 'expired' } as const
    feed.push([{ sequence: 2, event }])
    expect(feed.frameSince(1)).toMatchObject({ toSequence: 2, timeMs: 7 })
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

/** A gateway's connections alone, driven by hand, and pages that keep the picture by what they are sent. */
async function connections(feed: PictureFeed, marketData = new MarketData()) {
  const http = createServer()
  const pages = new PageConnections({ http, feed, marketData, status })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const sockets: Socket[] = []
  const page = (from = 0) => {
    const socket: Socket<ServerToClient, ClientToServer> = io(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    })
    sockets.push(socket as Socket)
    const picture = emptyPicture()
    const kept = { socket, picture, frames: [] as PictureFrame[], snapshots: [] as PictureFrame[] }
    const take = (frame: PictureFrame, into: PictureFrame[]) => {
      into.push(frame)
      applyFrame(picture, frame)
    }
    socket.on('frame', (frame) => take(frame, kept.frames))
    socket.on('snapshot', (frame) => take(frame, kept.snapshots))
    socket.on('connect', () => socket.emit('resume', from))
    return {
      ...kept,
      wire: () => (socket.io.engine.transport as unknown as { ws: { pause(): void; resume(): void } }).ws,
    }
  }
  const until = async (isSo: () => boolean) => {
    for (let turn = 0; turn < 600 && !isSo(); turn++) {
      pages.sendFrames()
      await wall(10)
    }
    expect(isSo()).toBe(true)
  }
  const close = async () => {
    for (const socket of sockets) socket.disconnect()
    await pages.close()
  }
  return { pages, port, page, until, close }
}

describe('a client that is too slow', () => {
  it('is sent no more frames, and then one with all it lacks; the others are not held up', async () => {
    const homes = 4_000
    const { feed, happen } = happening(homes)
    const { pages, page, until, close } = await connections(feed)
    try {
      const [slow, quick] = [page(), page()]
      await until(() => slow.snapshots.length === 1 && quick.snapshots.length === 1)
      slow.wire().pause()
      const ticks = 120
      for (let tick = 0; tick < ticks; tick++) {
        happen(homes)
        pages.sendFrames()
        await wall(1)
      }
      await until(() => quick.picture.sequence === feed.sequence)
      slow.wire().resume()
      await until(() => slow.picture.sequence === feed.sequence)
      // It got what fitted into the wire and its packets, not all of it, and never everything again.
      expect(slow.frames.length).toBeLessThan(ticks)
      expect(slow.snapshots).toHaveLength(1)
      for (const { picture } of [slow, quick]) {
        expect(picture.counts.readings).toBe(ticks * homes)
        expect(picture.homes.at(-1)?.importWh).toBe(ticks * homes)
      }
      happen(1)
      await until(() => slow.frames.at(-1)?.toSequence === feed.sequence)
      expect(quick.snapshots).toHaveLength(1)
    } finally {
      await close()
    }
  }, 30_000)

  it('by its own word is left out, and told all it lacks at once when it has seen what it was sent', async () => {
    // Time goes by with what happens: by the wall's clock the slow one is left out as soon as the machine stands still.
    let nowMs = 0
    using _clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    const street = happening(2)
    const { feed } = street
    const happen = () => {
      nowMs += 10
      street.happen(1)
    }
    const { page, until, close } = await connections(feed)
    try {
      const [slow, quick] = [page(), page()]
      await until(() => slow.snapshots.length === 1 && quick.snapshots.length === 1)
      const seenOf = ({ socket, picture }: typeof slow) => socket.emit('seen', picture.sequence)
      seenOf(slow)
      // The one says what it sees, the other takes all of it and says nothing more.
      await until(() => {
        happen()
        seenOf(quick)
        return nowMs > UNSEEN_MS_MAX + 1_000
      })
      const { frames } = slow
      const sentSlow = frames.length
      expect(sentSlow).toBeGreaterThan(20)
      expect(quick.frames.length).toBeGreaterThan(sentSlow + 20)
      seenOf(slow)
      await until(() => slow.picture.sequence === feed.sequence)
      expect(frames.length).toBe(sentSlow + 1)
      expect(frames.at(-1)?.fromSequence).toBe(frames.at(-2)?.toSequence)
      // It has seen that late: one frame more, and that in time, and it is told everything again.
      for (let round = 0; round < 2; round++) {
        seenOf(slow)
        happen()
        await until(() => slow.picture.sequence === feed.sequence)
      }
      await until(() => {
        happen()
        seenOf(slow)
        return frames.length > sentSlow + 10
      })
      expect(slow.snapshots).toHaveLength(1)
    } finally {
      await close()
    }
  }, 30_000)
})

describe('a client that resumes', () => {
  it('is told what it lacks from any sequence, and everything where that is of another log', async () => {
    const { feed, happen } = happening(2)
    const { page, until, close } = await connections(feed)
    happen(50)
    try {
      const [late, alien] = [page(3), page(1_000_000)]
      late.picture.sequence = 3
      await until(() => late.frames.length === 1 && alien.snapshots.length === 1)
      expect(late.frames[0]).toMatchObject({ fromSequence: 3, toSequence: 52, counts: { readings: 50 } })
      expect(alien.picture.counts.readings).toBe(50)
      expect(late.snapshots).toEqual([])
    } finally {
      await close()
    }
  })
})

describe('what a reader is to be sent', () => {
  const moment = { nowMs: 0, waitingPackets: 0, liveSequence: 100, dueSequence: 60 }
  const live = (seen?: number) => {
    const reader = new PageReader()
    reader.resume(0)
    reader.sent(60, 'live', 0)
    if (seen !== undefined) reader.see(seen, 0)
    return reader
  }

  it('is nothing while it keeps up: it has seen what is two seconds old, or never says so and has nothing waiting', () => {
    for (const reader of [live(), live(60), live(90)]) {
      expect(reader.next({ ...moment, nowMs: 60_000 })).toEqual({ type: 'none' })
    }
    expect(live(59).next({ ...moment, nowMs: UNSEEN_MS_MAX - 1 })).toEqual({ type: 'none' })
    expect(live(59).next({ ...moment, nowMs: UNSEEN_MS_MAX })).toEqual({ type: 'leave' })
    expect(live().next({ ...moment, waitingPackets: WAITING_PACKETS_MAX + 1 })).toEqual({ type: 'leave' })
  })

  it('is one frame at a time once it is behind, and a reminder where it says nothing', () => {
    const reader = live(59)
    expect(reader.next({ ...moment, nowMs: 2_000 })).toEqual({ type: 'leave' })
    reader.see(99, 2_100)
    expect(reader.next({ ...moment, nowMs: 2_200 })).toEqual({ type: 'none' })
    expect(reader.next({ ...moment, nowMs: 2_000 + REMINDER_MS })).toEqual({
      ...{ type: 'send', sequence: 99, becomes: 'behind' },
    })
    reader.see(100, 2_000 + PROMPT_MS)
    expect(reader.next({ ...moment, nowMs: 3_100, waitingPackets: 1 })).toEqual({ type: 'none' })
    expect(reader.next({ ...moment, nowMs: 3_100 })).toEqual({ type: 'send', sequence: 100, becomes: 'live' })
  })

  it('is one frame and no more where it was slow to see the last', () => {
    const reader = live(59)
    reader.next({ ...moment, nowMs: 2_000 })
    reader.see(100, 2_001 + PROMPT_MS)
    expect(reader.next({ ...moment, nowMs: 4_000 })).toEqual({ type: 'send', sequence: 100, becomes: 'behind' })
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
    const pages = new PageConnections({ http, feed: happening().feed, marketData, status })
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
      const { port, until, close } = await connections(happening().feed, marketData)
      const client = (): Socket<ServerToClient, ClientToServer> =>
        io(`http://127.0.0.1:${port}`, { transports: ['websocket'], reconnection: false, forceNew: true })
      const [bad, good] = [client(), client()]
      try {
        const letGo = new Promise<string>((resolve) => bad.on('disconnect', resolve))
        const told: number[] = []
        good.on('depth', ({ slot }) => told.push(slot))
        bad.on('connect', () => bad.emit('subscribe', subscription as never))
        expect(await letGo).toBe('io server disconnect')
        good.emit('subscribe', { slot: SLOT })
        await until(() => told.length > 0)
        expect(told).toEqual([SLOT])
        good.emit('unsubscribe', { slot: SLOT })
        expect(good.connected).toBe(true)
      } finally {
        bad.disconnect()
        good.disconnect()
        await close()
      }
    },
  )
})

describe('a client that asks again and again without reading', () => {
  it('is sent the next snapshot only when it has taken the last', async () => {
    const { feed, happen } = happening(10_000)
    happen(10_000)
    const { pages, page, until, close } = await connections(feed)
    try {
      const greedy = page(1)
      greedy.picture.sequence = 1
      let isUpToDate = false
      greedy.socket.on('status', () => {
        isUpToDate = true
      })
      await new Promise<void>((resolve) => greedy.socket.once('connect', resolve))
      greedy.wire().pause()
      for (let turn = 0; turn < 40; turn++) {
        greedy.socket.emit('resume', 1) // all but one of the events: half a megabyte
        await wall(10)
        pages.sendFrames()
      }
      greedy.wire().resume()
      // The status goes to those who are up to date, behind all that waits for them.
      await until(() => {
        pages.sendStatus()
        return isUpToDate
      })
      // What the kernel buffers, and one on the wire.
      expect(greedy.frames.length).toBeLessThan(20)
    } finally {
      await close()
    }
  })
})

describe('a client that talks too much', () => {
  it('is let go; the others are not', async () => {
    const { feed } = happening()
    const { page, until, close } = await connections(feed)
    try {
      const [chatty, quiet] = [page(), page()]
      await until(() => chatty.snapshots.length === 1 && quiet.snapshots.length === 1)
      const letGo = new Promise<string>((resolve) => chatty.socket.on('disconnect', resolve))
      for (let message = 0; message < 400; message++) chatty.socket.emit('seen', 1)
      expect(await letGo).toBe('io server disconnect')
      expect(quiet.socket.connected).toBe(true)
    } finally {
      await close()
    }
  })
})

it('takes no more clients than it can serve, whatever the address says of sessions', async () => {
  const http = createServer()
  const pages = new PageConnections({ http, feed: happening().feed, marketData: new MarketData(), status })
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

it('takes 64 clients of an address that is not its own, and others all the same', async () => {
  const { pages, port, close } = await connections(happening().feed)
  const connect = async (address: string) => {
    const headers = { 'x-forwarded-for': address }
    return (await fetch(`http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`, { headers })).status
  }
  try {
    for (let client = 0; client < 64; client++) expect(await connect('192.0.2.7')).toBe(200)
    expect(await connect('192.0.2.7')).toBe(403)
    expect(await connect('192.0.2.8')).toBe(200)
    expect(pages.size).toBe(65)
  } finally {
    await close()
  }
})
