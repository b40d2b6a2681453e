import { beforeEach, describe, expect, it } from 'vitest'
import type { Depth, Status } from '#protocol/messages.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import type { PictureFrame } from '#protocol/picture/picture-frame.ts'
import { isOverdue } from '../../ui/src/is-overdue.ts'
import { type Circumstances, pageState } from '../../ui/src/page-state.ts'
import { type Change, StreetStore } from '../../ui/src/store.ts'
import { StreetStory, slot, startMs } from './street-story.ts'

let story: StreetStory
let wallMs: number
let asked: number[]
/** the log that each of these was asked of */
let askedOf: (string | undefined)[]
let seen: number[]
let books: string[]
let scheduled: (() => void)[]
let store: StreetStore

/** As over the wire: nothing shared, and what comes later changes nothing of it. */
const frame = (fromSequence: number): PictureFrame => structuredClone(frameSince(story.picture, fromSequence))
const whole = (picture: StreetStory['picture']) => frameSince(picture, 0)
const state = (more: Partial<Circumstances> = {}) =>
  pageState({
    ...{ time: { mode: 'live' }, slot: null, motion: 'full', nowMs: wallMs, ...more },
    ...{ link: store.link, picture: store.picture, status: store.status },
  })
const paint = () => {
  for (const run of scheduled.splice(0)) run()
}
const status = (sequence: number = story.picture.sequence, speed = 900): Status => ({
  homes: 2,
  slot,
  speed,
  timeMs: story.timeMs,
  readings: 0,
  statements: 0,
  orders: 0,
  trades: 0,
  tradedWh: 0,
  batches: { proposed: 0, final: 0 },
  settledTrades: 0,
  settledWh: 0,
  chainBlock: 0,
  sequence,
  log: story.picture.log,
})

beforeEach(() => {
  story = StreetStory.trading()
  wallMs = 1_000_000
  asked = []
  askedOf = []
  seen = []
  books = []
  scheduled = []
  store = new StreetStore({
    uplink: {
      resume: (sequence, log) => {
        asked.push(sequence)
        askedOf.push(log)
      },
      seen: (sequence) => seen.push(sequence),
      subscribe: ({ slot: of }) => books.push(`+${of}`),
      unsubscribe: ({ slot: of }) => books.push(`-${of}`),
    },
    nowMs: () => wallMs,
    schedule: (run) => scheduled.push(run),
  })
})

describe('the page takes what the gateway says', () => {
  it('a whole picture and the frames after it give the picture that the whole log gives', () => {
    store.connected()
    store.snapshot(frame(0))
    const before = store.picture.sequence
    story.trade({ price: 150, energyWh: 400 })
    store.frame(frame(before))
    story.read({ home: 1, powerW: 700 })
    // From before what is here already: absolute values do no harm twice.
    store.frame(frame(before))
    expect(whole(store.picture)).toEqual(whole(story.picture))
  })

  it('frames that come twice are taken once', () => {
    store.snapshot(frame(0))
    const before = store.picture.sequence
    story.trade({ price: 150, energyWh: 400 })
    const again = frame(before)
    store.frame(again)
    store.frame(again)
    expect(whole(store.picture)).toEqual(whole(story.picture))
  })

  it('listeners are told once a picture, with the trades since the last one', () => {
    const changes: Change[] = []
    store.snapshot(frame(0))
    paint()
    store.subscribe((change) => changes.push(change))
    for (const price of [150, 151]) {
      const before = story.picture.sequence
      story.trade({ price, energyWh: 400 })
      store.frame(frame(before))
    }
    expect(scheduled).toHaveLength(1)
    paint()
    expect(changes.map(({ trades }) => trades.map(({ priceEurPerMWh }) => priceEurPerMWh))).toEqual([[150, 151]])
    store.heartbeat(status())
    paint()
    expect(changes[1]).toEqual({ trades: [], untoldTrades: 0 })
  })

  it('trades of a whole picture are history: they do not fly', () => {
    const changes: Change[] = []
    store.subscribe((change) => changes.push(change))
    story.trade({ price: 150, energyWh: 400 })
    store.snapshot(frame(0))
    paint()
    expect(changes).toEqual([{ trades: [], untoldTrades: 0 }])
    expect(store.picture.tape).toHaveLength(1)
  })

  it('more trades than a page can show are counted and not told', () => {
    store.snapshot(frame(0))
    const before = story.picture.sequence
    for (let n = 0; n < 450; n++) story.trade({ price: 150, energyWh: 1 })
    store.frame(frame(before))
    const changes: Change[] = []
    store.subscribe((change) => changes.push(change))
    paint()
    const [change] = changes
    expect(change?.trades.length).toBeLessThanOrEqual(400)
    expect((change?.trades.length ?? 0) + (change?.untoldTrades ?? 0)).toBe(450)
    expect(store.picture.counts.trades).toBe(450)
  })
})

describe('the page says how far it is', () => {
  it('after a whole picture at once, then at most twice a second', () => {
    store.connected()
    store.snapshot(frame(0))
    expect(seen).toEqual([6])
    story.trade({ price: 150, energyWh: 400 })
    store.frame(frame(6))
    expect(seen).toEqual([6])
    wallMs += 500
    store.tick()
    expect(seen).toEqual([6, 7])
    store.tick()
    expect(seen).toEqual([6, 7])
  })
})

describe('the book of the slot that is shown', () => {
  const depth = (fromSequence: number, bids: Depth['bids']): Depth => ({
    ...{ slot, fromSequence, toSequence: fromSequence + 1, phase: 'continuous', bids, asks: [] },
    ...{ lastEurPerMWh: null, lastWh: null },
  })

  it('is followed, and no other', () => {
    store.connected()
    store.followBook(slot)
    store.followBook(slot)
    store.followBook(slot + 1)
    store.followBook(null)
    expect(books).toEqual([`+${slot}`, `-${slot}`, `+${slot + 1}`, `-${slot + 1}`])
  })

  it('begins anew with each connection', () => {
    store.connected()
    store.followBook(slot)
    store.depth(depth(0, [[120, 500, 1]]))
    expect(store.book?.bids.get(120)).toEqual([120, 500, 1])
    store.disconnected()
    expect(store.book?.bids.size).toBe(1)
    store.connected()
    expect(store.book?.bids.size).toBe(0)
    expect(books).toEqual([`+${slot}`, `+${slot}`])
  })
})

describe('what is missing is asked for', () => {
  it('a fresh page asks for everything, a reconnected one for what follows its last sequence', () => {
    store.connected()
    store.snapshot(frame(0))
    store.disconnected()
    expect(state()).toBe('disconnected')
    story.trade({ price: 150, energyWh: 400 })
    store.connected()
    expect(asked).toEqual([0, 6])
    expect(state()).toBe('catching-up')
    store.frame(frame(6))
    expect(state()).toBe('live')
    expect(whole(store.picture)).toEqual(whole(story.picture))
  })

  it('before its first connection a page with a picture is catching up, for as long as one may be silent', () => {
    store.snapshot(frame(0))
    expect(state()).toBe('catching-up')
    wallMs += 3_000
    expect(state()).toBe('disconnected')
    store.connected()
    store.heartbeat(status())
    expect(state()).toBe('live')
    store.disconnected()
    expect(state()).toBe('disconnected')
  })

  it('a gap is not jumped: the page asks once, waits, and goes on when it is filled', () => {
    store.connected()
    store.snapshot(frame(0))
    story.trade({ price: 150, energyWh: 400 })
    const missed = story.picture.sequence
    story.trade({ price: 151, energyWh: 400 })
    store.frame(frame(missed))
    store.frame(frame(missed))
    expect(asked).toEqual([0, 6])
    expect(store.picture.sequence).toBe(6)
    expect(state()).toBe('catching-up')
    store.frame(frame(6))
    expect(whole(store.picture)).toEqual(whole(story.picture))
  })

  it('a resume that nobody answers is asked again after three seconds', () => {
    store.connected()
    wallMs += 2_000
    store.tick()
    expect(asked).toEqual([0])
    wallMs += 2_000
    store.tick()
    expect(asked).toEqual([0, 0])
  })

  it('nothing to catch up with: the status says so and the page is live', () => {
    store.connected()
    store.snapshot(frame(0))
    store.disconnected()
    store.connected()
    expect(state()).toBe('catching-up')
    store.heartbeat(status())
    expect(state()).toBe('live')
  })

  it('a log that has become shorter has lost its end: the page starts over', () => {
    store.connected()
    store.snapshot(frame(0))
    store.heartbeat(status(2))
    expect(asked).toEqual([0])
    store.heartbeat(status(3))
    expect(asked).toEqual([0, 0])
    story = new StreetStory()
    store.snapshot(frame(0))
    expect(store.picture.sequence).toBe(1)
    expect(store.picture.homes).toEqual([])
  })

  it('says of which log it has what it has, and starts over with another one, though that is longer', () => {
    store.connected()
    store.snapshot(frame(0))
    const before = story.picture.sequence
    story = new StreetStory({ log: '2b' })
    while (story.picture.sequence <= before) story.join(`${story.picture.sequence}`)
    store.disconnected()
    store.connected()
    expect(asked).toEqual([0, before])
    expect(askedOf).toEqual(['', '1a'])
    store.snapshot(frame(0))
    expect(whole(store.picture)).toEqual(frame(0))
    expect(store.picture.log).toBe('2b')
  })

  it('a whole picture is read again where one of another log could not be', () => {
    store.connected()
    store.snapshot(frame(0))
    const wrong = { ...frame(6), toSequence: 7, homes: { home: [7], powerW: [1] } }
    store.frame(wrong)
    store.snapshot(frame(0))
    store.frame(wrong)
    expect(state()).toBe('unreadable')
    story = StreetStory.trading({ log: '2b' })
    store.snapshot(frame(0))
    expect(state()).toBe('live')
  })

  it('a frame that cannot be true asks for a whole picture; the same failure again stops the page and says why', () => {
    store.connected()
    store.snapshot(frame(0))
    story.trade({ price: 150, energyWh: 400 })
    const wrong = { ...frame(6), homes: { home: [7], powerW: [1] } }
    store.frame(wrong)
    expect(asked).toEqual([0, 0])
    story = StreetStory.trading()
    store.snapshot(frame(0))
    store.frame(wrong)
    expect(state()).toBe('unreadable')
    expect(store.link.unreadable).toContain('home 7')
  })
})

describe('what the page is to its viewer', () => {
  it('connecting until the gateway answers, then nothing, starting, live', () => {
    expect(state()).toBe('connecting')
    store.connected()
    expect(state()).toBe('connecting')
    store.snapshot(frameSince(emptyPicture(), 0))
    expect(state()).toBe('nothing')
    story = new StreetStory()
    story.join('home-1')
    store.snapshot(frame(0))
    expect(state()).toBe('starting')
    story = StreetStory.trading()
    store.snapshot(frame(0))
    expect(state()).toBe('live')
  })

  it('stale after two missed heartbeats, live with the next', () => {
    store.connected()
    store.snapshot(frame(0))
    wallMs += 2_400
    expect(state()).toBe('live')
    wallMs += 200
    expect(state()).toBe('stale')
    store.heartbeat(status())
    expect(state()).toBe('live')
  })

  it('catching up while it is far behind the log', () => {
    store.connected()
    store.snapshot(frame(0))
    store.heartbeat(status(story.picture.sequence + 1_001))
    expect(state()).toBe('catching-up')
  })

  it('halted while the market is stopped, or the slot that is shown is', () => {
    store.connected()
    story.phase('halted')
    story.phase('continuous', slot + 1)
    store.snapshot(frame(0))
    expect(state({ slot })).toBe('halted')
    expect(state({ slot: slot + 1 })).toBe('live')
    story.tell({ type: 'market', is: 'stopped' })
    store.snapshot(frame(0))
    expect(state({ slot: slot + 1 })).toBe('halted')
  })

  it('chain behind while settlement fails for longer than a moment', () => {
    store.connected()
    store.snapshot(frame(0))
    store.heartbeat({ ...status(), settlementFailingMs: 5_000 })
    expect(state()).toBe('live')
    store.heartbeat({ ...status(), settlementFailingMs: 5_001 })
    expect(state()).toBe('chain-behind')
    store.heartbeat({ ...status(), settlementFailingMs: null })
    expect(state()).toBe('live')
  })

  it('paused and replaying whatever happens in the meantime', () => {
    expect(state({ time: { mode: 'paused' } })).toBe('paused')
    expect(state({ time: { mode: 'playing' } })).toBe('replaying')
  })

  it('slow where the browser cannot keep up', () => {
    store.connected()
    store.snapshot(frame(0))
    expect(state({ motion: 'less' })).toBe('slow')
  })

  it('its clock runs on at the street’s speed between heartbeats, and stands still in silence', () => {
    store.connected()
    store.snapshot(frame(0))
    story.timeMs = startMs
    store.heartbeat(status(story.picture.sequence, 900))
    wallMs += 500
    expect(store.clockMs).toBe(startMs + 450_000)
    wallMs += 60_000
    expect(store.clockMs).toBe(startMs + 1_800_000)
  })

  it('a home whose meter has missed two readings is overdue; one whose pace is not known is not', () => {
    story.timeMs += 60_000
    story.read({ home: 0, powerW: 10 })
    const overdue = (home: number, afterMs: number) => {
      const found = story.picture.homes[home]
      if (found === undefined) throw new Error(`no home ${home}`)
      return isOverdue(found, { nowMs: story.timeMs + afterMs, speed: 1 })
    }
    expect(overdue(0, 123_000)).toBe(false)
    expect(overdue(0, 123_001)).toBe(true)
    expect(overdue(1, 3_600_000)).toBe(false)
  })
})
