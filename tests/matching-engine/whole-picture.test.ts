import { gunzipSync } from 'node:zlib'
import { Effect } from 'effect'
import { describe, expect, it, vi } from 'vitest'
import { SeededNumbers } from '#matching-engine/bench/seeded-numbers.ts'
import { acceptedOf, packedByGzip } from '#matching-engine/gateway/content-encoding.ts'
import { PictureAnswers } from '#matching-engine/gateway/picture-answers.ts'
import { PictureFeed } from '#matching-engine/gateway/picture-feed.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { applyPictureEvent } from '#protocol/picture/apply-picture-event.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'

const HOMES = 10_000
const BYTES_MAX = 140_000
const NOW_MS = 1_784_000_000_000
const EVERY_MS = 60_000

/** A large street: meters years old, six roofs in ten, each read once a minute at a time of its own, give or take. */
function largeStreet(options: { readonly names: 'names' | 'numbers' }) {
  const drawn = new SeededNumbers(7)
  const picture = emptyPicture()
  const tell = (event: PictureEvent) =>
    applyPictureEvent(picture, { sequence: picture.sequence + 1, timeMs: NOW_MS }, event)
  const name = (home: number) => (options.names === 'names' ? `home-${String(home + 1).padStart(5, '0')}` : '')
  for (let home = 0; home < HOMES; home++) tell({ type: 'joined', name: name(home) })
  for (let home = 0; home < HOMES; home++) {
    const hasRoof = drawn.below(10) < 6
    const powerW = hasRoof ? drawn.between(-7_000, 2_500) : 60 + drawn.geometric(500, 9_000)
    const importWh = drawn.between(500_000, 30_000_000)
    const exportWh = hasRoof ? drawn.between(500_000, 40_000_000) : 0
    const phaseMs = drawn.below(EVERY_MS)
    for (const beat of [2, 1]) {
      const timeMs = NOW_MS - beat * EVERY_MS + phaseMs + drawn.below(20)
      const quality = drawn.below(50) === 0 ? 4 : 0
      tell({ type: 'read', home, timeMs, powerW, importWh, exportWh, quality })
    }
  }
  return picture
}

describe('the picture of 10,000 homes', () => {
  it('is at most 140 kB by gzip', async () => {
    const json = JSON.stringify(frameSince(largeStreet({ names: 'numbers' }), 0))
    const bytes = (await packedByGzip(json)).length
    const named = (await packedByGzip(JSON.stringify(frameSince(largeStreet({ names: 'names' }), 0)))).length
    console.info(`10,000 homes: ${json.length} bytes of JSON, ${bytes} by gzip; ${named} with names`)
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX)
  })

  it('gives the same picture again', async () => {
    const street = largeStreet({ names: 'names' })
    const packed = await packedByGzip(JSON.stringify(frameSince(street, 0)))
    const picture = emptyPicture()
    applyFrame(picture, JSON.parse(gunzipSync(packed).toString()))
    const seen = ({ homes }: typeof picture) => homes.map(({ joinedAt: _, changedAt: _c, ...home }) => home)
    expect(seen(picture)).toEqual(seen(street))
  })
})

describe('the answer to who asks for the whole picture', () => {
  const nothingToSee = (sequence: number) => {
    const event = { type: 'OrderClosed', timeMs: 1, orderId: '0x', slot: 1, status: 'expired' } as const
    return [{ sequence, event }]
  }

  it('is made once a sequence, and at most four times a second', async () => {
    let nowMs = 0
    using _clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
    const feed = new PictureFeed({ names: 'numbers', grid: null, logSequence: 1 })
    feed.push(nothingToSee(1))
    const answers = new PictureAnswers(feed)
    const asked = () => Effect.runPromise(answers.answer)
    const [one, other] = await Promise.all([asked(), asked()])
    expect(other).toBe(one)
    feed.push(nothingToSee(2))
    nowMs += 249
    expect(await asked()).toBe(one)
    nowMs += 1
    const later = await asked()
    expect(later).not.toBe(one)
    expect(JSON.parse(String(later.body))).toMatchObject({ fromSequence: 0, toSequence: 2 })
    nowMs += 250
    expect(await asked()).toBe(later)
  })

  it('waits while the log is still being read', async () => {
    const feed = new PictureFeed({ names: 'numbers', grid: null, logSequence: 2 })
    feed.push(nothingToSee(1))
    setTimeout(() => feed.push(nothingToSee(2)), 120)
    const { body } = await Effect.runPromise(new PictureAnswers(feed).answer)
    expect(JSON.parse(String(body))).toMatchObject({ toSequence: 2 })
  })
})

describe('how an answer is packed', () => {
  const both = { br: new Uint8Array(), gzip: new Uint8Array() }
  it.each([
    ['gzip, deflate, br', both, 'br'],
    ['gzip, deflate', both, 'gzip'],
    ['gzip, br', { gzip: new Uint8Array() }, 'gzip'],
    ['gzip;q=0, *', both, 'br'],
    ['br;q=0, gzip;q=0.5', both, 'gzip'],
    ['*;q=0', both, null],
    ['identity', both, null],
    ['', both, null],
    [undefined, both, null],
    ['br', {}, null],
  ] as const)('%j', (accepted, packed, is) => {
    expect(acceptedOf(accepted, packed)).toBe(is)
  })
})
