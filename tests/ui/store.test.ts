import { beforeEach, describe, expect, it } from 'vitest'
import { snapshotOf } from '#protocol/snapshot.ts'
import { applyEvent, emptyStreet, type Street } from '#protocol/street.ts'
import { pageState } from '../../ui/src/page-state.ts'
import { type Change, StreetStore } from '../../ui/src/store.ts'
import { StreetEvents, startMs } from './street-events.ts'

let events: StreetEvents
let wallMs: number
let asked: number[]
let scheduled: (() => void)[]
let store: StreetStore

const fold = (upTo: number): Street => {
  const street = emptyStreet()
  for (const logged of events.log.slice(0, upTo)) applyEvent(street, logged)
  return street
}
const state = () => pageState({ link: store.link, street: store.street, status: store.status, nowMs: wallMs })
const paint = () => {
  for (const run of scheduled.splice(0)) run()
}

beforeEach(() => {
  events = StreetEvents.trading()
  wallMs = 1_000_000
  asked = []
  scheduled = []
  store = new StreetStore({
    uplink: { resume: (sequence) => asked.push(sequence) },
    nowMs: () => wallMs,
    schedule: (run) => scheduled.push(run),
  })
})

describe('the page folds what the gateway says', () => {
  it('a snapshot and the frames after it give the street that the whole log gives', () => {
    store.connected()
    store.snapshot(snapshotOf(fold(4)))
    events.trade({ price: 150, energyWh: 400 })
    store.frame(events.frame(4, 7))
    store.frame(events.frame(7))
    expect(snapshotOf(store.street)).toEqual(snapshotOf(fold(events.log.length)))
  })

  it('frames from the very first event need no snapshot', () => {
    store.connected()
    store.frame(events.frame(0))
    expect(snapshotOf(store.street)).toEqual(snapshotOf(fold(events.log.length)))
  })

  it('events that come twice are folded once', () => {
    store.frame(events.frame(0, 5))
    store.frame(events.frame(2))
    store.frame(events.frame(0))
    expect(snapshotOf(store.street)).toEqual(snapshotOf(fold(events.log.length)))
  })

  it('listeners are told once a picture, with the trades since the last one', () => {
    const changes: Change[] = []
    store.subscribe((change) => changes.push(change))
    store.frame(events.frame(0))
    const from = events.log.length
    const first = events.trade({ price: 150, energyWh: 400 })
    const second = events.trade({ price: 151, energyWh: 300 })
    store.frame(events.frame(from, from + 3))
    store.frame(events.frame(from + 3))
    expect(scheduled).toHaveLength(1)
    paint()
    expect(changes).toEqual([{ trades: [first, second] }])
    store.heartbeat(events.status())
    paint()
    expect(changes[1]).toEqual({ trades: [] })
  })

  it('trades of a snapshot are history: they do not fly', () => {
    const changes: Change[] = []
    store.subscribe((change) => changes.push(change))
    events.trade({ price: 150, energyWh: 400 })
    store.snapshot(snapshotOf(fold(events.log.length)))
    paint()
    expect(changes).toEqual([{ trades: [] }])
  })
})

describe('what is missing is asked for', () => {
  it('a fresh page asks for a snapshot, a reconnected one for what follows its last sequence', () => {
    store.connected()
    store.frame(events.frame(0, 5))
    store.disconnected()
    expect(state()).toBe('disconnected')
    store.connected()
    expect(asked).toEqual([0, 5])
    expect(state()).toBe('catching-up')
    store.frame(events.frame(5))
    expect(state()).toBe('live')
    expect(snapshotOf(store.street)).toEqual(snapshotOf(fold(events.log.length)))
  })

  it('a gap is not folded over: the page asks once, waits, and goes on when it is filled', () => {
    store.connected()
    store.frame(events.frame(0, 3))
    store.frame(events.frame(5, 6))
    store.frame(events.frame(6))
    expect(asked).toEqual([0, 3])
    expect(store.street.sequence).toBe(3)
    expect(state()).toBe('catching-up')
    store.frame(events.frame(3))
    expect(snapshotOf(store.street)).toEqual(snapshotOf(fold(events.log.length)))
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
    store.frame(events.frame(0))
    store.disconnected()
    store.connected()
    expect(state()).toBe('catching-up')
    store.heartbeat(events.status())
    expect(state()).toBe('live')
  })

  it('a log that has become shorter is another log: the page starts over', () => {
    store.connected()
    store.frame(events.frame(0))
    store.heartbeat(events.status(2))
    expect(asked).toEqual([0])
    store.heartbeat(events.status(3))
    expect(asked).toEqual([0, 0])
    store.snapshot(snapshotOf(fold(3)))
    expect(store.street.sequence).toBe(3)
  })

  it('an event that cannot be true asks for a snapshot; the same failure again stops the page and says why', () => {
    store.connected()
    store.frame(events.frame(0))
    const sequence = events.log.length
    events.add({ type: 'BatchFinalized', number: 7, place: { transaction: '0x', block: 1 } })
    store.frame(events.frame(sequence))
    expect(asked).toEqual([0, 0])
    store.snapshot(snapshotOf(fold(sequence)))
    store.frame(events.frame(sequence))
    expect(state()).toBe('unreadable')
    expect(store.link.unreadable).toContain('batch 7')
  })
})

describe('what the page is to its viewer', () => {
  it('connecting until the gateway answers, then nothing, starting, live', () => {
    expect(state()).toBe('connecting')
    store.connected()
    expect(state()).toBe('connecting')
    store.snapshot(snapshotOf(emptyStreet()))
    expect(state()).toBe('nothing')
    store.frame(events.frame(0, 2))
    expect(state()).toBe('starting')
    store.frame(events.frame(2))
    expect(state()).toBe('live')
  })

  it('stale after two missed heartbeats, live with the next', () => {
    store.connected()
    store.frame(events.frame(0))
    wallMs += 2_400
    expect(state()).toBe('live')
    wallMs += 200
    expect(state()).toBe('stale')
    store.heartbeat(events.status())
    expect(state()).toBe('live')
  })

  it('catching up while it is far behind the log', () => {
    store.connected()
    store.frame(events.frame(0))
    store.heartbeat(events.status(events.log.length + 1_001))
    expect(state()).toBe('catching-up')
  })

  it('its clock runs on at the street’s speed between heartbeats, and stands still in silence', () => {
    store.connected()
    store.frame(events.frame(0))
    events.timeMs = startMs
    store.heartbeat(events.status(events.log.length, 900))
    wallMs += 500
    expect(store.clockMs).toBe(startMs + 450_000)
    wallMs += 60_000
    expect(store.clockMs).toBe(startMs + 1_800_000)
  })

  it('a home whose meter has missed two readings is overdue; one whose pace is not known is not', () => {
    store.frame(events.frame(0))
    const sequence = events.log.length
    events.timeMs += 60_000
    events.read({ home: 1, sequence: 1, powerW: 10 })
    store.frame(events.frame(sequence))
    const overdue = (home: string, afterMs: number) => {
      const found = store.street.homes.get(home)
      if (found === undefined) throw new Error(`no ${home}`)
      return store.pace.isOverdue(found, { nowMs: events.timeMs + afterMs, speed: 1 })
    }
    expect(overdue('home-1', 123_000)).toBe(false)
    expect(overdue('home-1', 123_001)).toBe(true)
    expect(overdue('home-2', 3_600_000)).toBe(false)
  })
})
