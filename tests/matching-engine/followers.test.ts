import { describe, expect, it } from 'vitest'
import { Followers } from '#matching-engine/gateway/followers.ts'
import { PictureFeed } from '#matching-engine/gateway/picture-feed.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'

/** Followers by number, and a log that grows by one event a turn. */
function following() {
  const feed = new PictureFeed({ names: 'numbers', grid: null, logSequence: 1 })
  const sent = new Map<number, PictureFrame[]>()
  let sendings = 0
  const followers = new Followers<number>({
    feed,
    send: (clients, frame) => {
      sendings++
      for (const client of clients) sent.set(client, [...(sent.get(client) ?? []), frame])
    },
  })
  let nowMs = 0
  const turn = (waitingPackets = (_client: number) => 0) => {
    nowMs += 50
    const event = { type: 'OrderClosed', timeMs: 1, orderId: '0x', slot: 1, status: 'expired' } as const
    feed.push([{ sequence: feed.sequence + 1, event }])
    followers.sendFrames({ nowMs, waitingPackets })
  }
  return { feed, followers, sent, turn, sendings: () => sendings }
}

/** A home joins, as far as a picture looks at that. */
const enrolled = (home: number) => {
  const body = { home: `home-${home}`, account: `0x${home}`, deviceId: `home-${home}` }
  return { sequence: home + 1, event: { type: 'HomeEnrolled', timeMs: 1, enrolment: { body } } } as LoggedEvent
}

/** Whether frames follow upon each other without a gap. */
const isChain = (frames: readonly PictureFrame[]) =>
  frames.every(({ fromSequence }, index) => fromSequence === (frames[index - 1]?.toSequence ?? 0))

describe('those who follow', () => {
  it('are told together at each turn while they are few', () => {
    const { feed, followers, sent, turn, sendings } = following()
    for (let client = 0; client < 250; client++) followers.resume(client, 0)
    for (let at = 0; at < 10; at++) turn()
    expect(sendings()).toBe(10)
    for (const frames of sent.values()) {
      expect(frames).toHaveLength(10)
      expect(isChain(frames)).toBe(true)
      expect(frames.at(-1)?.toSequence).toBe(feed.sequence)
    }
  })

  it('take turns when they are many, each in half as many frames of twice as much', () => {
    const { feed, followers, sent, turn } = following()
    for (let client = 0; client < 500; client++) followers.resume(client, 0)
    for (let at = 0; at < 24; at++) turn()
    expect(sent.size).toBe(500)
    for (const frames of sent.values()) {
      expect(isChain(frames)).toBe(true)
      expect(frames.length).toBeLessThanOrEqual(13)
      expect(frames.at(-1)?.toSequence).toBeGreaterThanOrEqual(feed.sequence - 1)
    }
    expect(followers.live).toHaveLength(500)
  })

  it('have all turns again when others have gone, and lose nothing by it', () => {
    const { feed, followers, sent, turn } = following()
    for (let client = 0; client < 600; client++) followers.resume(client, 0)
    for (let at = 0; at < 10; at++) turn()
    for (let client = 100; client < 600; client++) followers.forget(client)
    for (let at = 0; at < 6; at++) turn()
    const before = sent.get(0)?.length ?? 0
    for (let at = 0; at < 10; at++) turn()
    for (let client = 0; client < 100; client++) {
      const frames = sent.get(client) ?? []
      expect(isChain(frames)).toBe(true)
      expect(frames.at(-1)?.toSequence).toBe(feed.sequence)
    }
    expect(sent.get(0)).toHaveLength(before + 10)
  })

  it('come from many places a few at a time, and all of them soon', () => {
    const { feed, followers, sent, turn, sendings } = following()
    for (let at = 0; at < 1_000; at++) turn()
    for (let client = 1; client <= 200; client++) followers.resume(client, client)
    turn()
    expect(sendings()).toBeLessThanOrEqual(64)
    for (let at = 0; at < 5; at++) turn()
    expect(sent.size).toBe(200)
    for (const [client, frames] of sent) {
      expect(frames[0]?.fromSequence).toBe(client)
      expect(frames.at(-1)?.toSequence).toBe(feed.sequence)
    }
  })

  it('come from many places a few at a time, the fewer the more each of them lacks', () => {
    const homes = 1_000
    const feed = new PictureFeed({ names: 'numbers', grid: null, logSequence: 1 })
    const rowsOfTurn: number[] = []
    let rows = 0
    const reached = new Map<number, number>()
    const followers = new Followers<number>({
      feed,
      send: (clients, { homes, toSequence }) => {
        rows += homes.powerW?.length ?? 0
        for (const client of clients) reached.set(client, toSequence)
      },
    })
    feed.push(Array.from({ length: homes }, (_, home) => enrolled(home)))
    for (let client = 1; client <= 60; client++) followers.resume(client, client)
    for (let nowMs = 50; nowMs <= 500; nowMs += 50) {
      rows = 0
      followers.sendFrames({ nowMs, waitingPackets: () => 0 })
      rowsOfTurn.push(rows)
    }
    expect(Math.max(...rowsOfTurn)).toBeLessThan(11 * homes)
    expect(rowsOfTurn[0]).toBeGreaterThan(0)
    expect(reached.size).toBe(60)
    expect(new Set(reached.values())).toEqual(new Set([feed.sequence]))
  })

  it('are told nothing before the log has been read to where it ended', () => {
    const feed = new PictureFeed({ names: 'numbers', grid: null, logSequence: 10 })
    let sendings = 0
    const followers = new Followers<number>({ feed, send: () => sendings++ })
    followers.resume(1, 0)
    followers.sendFrames({ nowMs: 50, waitingPackets: () => 0 })
    expect(sendings).toBe(0)
  })
})
