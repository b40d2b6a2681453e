import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { FrameFeed, RESUME_EVENTS } from '#matching-engine/gateway/frame-feed.ts'
import { isSameOrigin } from '#matching-engine/gateway/same-origin.ts'
import { PageConnections } from '#matching-engine/gateway/socket.io.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { type ClientToServer, type Frame, type ServerToClient, statusOf } from '#protocol/messages.ts'
import { applyEvent, emptyStreet } from '#protocol/street.ts'

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
    const pages = new PageConnections({ http, feed })
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

describe('a client that asks again and again without reading', () => {
  it('is sent the next snapshot only when it has taken the last', async () => {
    const { street, feed, happen } = happening()
    happen(RESUME_EVENTS, 1_000)
    const http = createServer()
    const pages = new PageConnections({ http, feed })
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
  const pages = new PageConnections({ http, feed: happening().feed })
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
