import { beforeEach, describe, expect, it } from 'vitest'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'
import type { Timeline } from '#protocol/picture/run.ts'
import { StreetStore } from '../../ui/src/store.ts'
import { nearestSpeed, speedBeside, speeds } from '../../ui/src/time/speeds.ts'
import { TimeControl } from '../../ui/src/time/time-control.ts'
import {
  incidentMarks,
  incidentsIn,
  marksNear,
  momentAt,
  placeOf,
  tickTimes,
  tradeBars,
} from '../../ui/src/time/time-scale.ts'
import { ToldRun } from './told-run.ts'

const slot = 1_982_000
const firstMs = slot * 900_000

/** Two homes, a slot, and a trade every ten seconds of a log. */
function tale(trades: number): { timeMs: number; event: PictureEvent }[] {
  const said = { neighbourhood: 'linden-street', rules: defaultMarketRules, grid: null }
  const opened = { type: 'opened', log: '1a', ...said } as const
  const told: { timeMs: number; event: PictureEvent }[] = [
    { timeMs: firstMs, event: opened },
    { timeMs: firstMs, event: { type: 'joined', name: 'a' } },
    { timeMs: firstMs, event: { type: 'joined', name: 'b' } },
    { timeMs: firstMs, event: { type: 'phase', slot, phase: 'continuous', cause: 'clock', untilMs: null } },
  ]
  for (let n = 1; n <= trades; n++) {
    const trade = { id: `${slot}.${n}`, slot, seller: 0, buyer: 1, makerSide: 'sell', priceEurPerMWh: 100 + n } as const
    told.push({ timeMs: firstMs + n * 10_000, event: { type: 'traded', trade: { ...trade, energyWh: 100 } } })
  }
  return told
}

let run: ToldRun
let wallMs: number
let live: StreetStore
let control: TimeControl
const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
/** Lets the wall's time pass in ticks of 50 ms, and says how many trades were told. */
const pass = async (lengthMs: number): Promise<number> => {
  let trades = 0
  for (let passed = 0; passed < lengthMs; passed += 50) {
    wallMs += 50
    trades += control.tick().trades.length
    await turns()
  }
  return trades
}
const whole = (sequence: number) => frameSince(run.at(sequence), 0)
const shown = () => frameSince(control.picture, 0)

beforeEach(() => {
  run = new ToldRun(tale(60))
  wallMs = 5_000_000
  const uplink = { resume: () => {}, seen: () => {}, subscribe: () => {}, unsubscribe: () => {} }
  live = new StreetStore({ uplink, nowMs: () => wallMs, schedule: () => {} })
  live.connected()
  live.snapshot(whole(30))
  control = new TimeControl({ live, client: run, nowMs: () => wallMs, changed: () => {} })
})

describe('time that stands', () => {
  it('keeps the picture of the moment, while the street that lives goes on beside it', () => {
    control.pause()
    live.frame(frameSince(run.at(40), 30))
    expect(control.time.mode).toBe('paused')
    expect(shown()).toEqual(whole(30))
    expect(live.picture.sequence).toBe(40)
    control.goLive()
    expect(shown()).toEqual(whole(40))
    expect(run.asked).toEqual([])
  })

  it('goes one event on and back', async () => {
    await control.step(1)
    expect(control.time.mode).toBe('paused')
    expect(shown()).toEqual(whole(31))
    await control.step(-1)
    await control.step(-1)
    expect(shown()).toEqual(whole(29))
    expect(control.clockMs).toBe(firstMs + 25 * 10_000)
    expect(run.asked).toEqual(['30+1', '31-1', '30-1'])
  })

  it('says that nothing has happened since the last event, until something has', async () => {
    live.frame(frameSince(run.at(64), 30))
    await control.step(1)
    expect([control.isNewest, control.isWaiting, control.trouble]).toEqual([true, false, null])
    await control.step(-1)
    expect(control.isNewest).toBe(false)
    await control.step(1)
    expect(control.isNewest).toBe(false)
    await control.step(1)
    expect(control.isNewest).toBe(true)
    expect(shown()).toEqual(whole(64))
    run = new ToldRun(tale(61))
    live.frame(frameSince(run.at(65), 64))
    expect(control.isNewest).toBe(false)
  })

  it('takes steps together that are asked for while one is on its way', async () => {
    run.hold()
    const first = control.step(1)
    const more = [control.step(1), control.step(1)]
    await run.letGo()
    await Promise.all([first, ...more])
    await turns()
    expect(shown()).toEqual(whole(33))
    expect(run.asked).toEqual(['30+1', '31+2'])
  })
})

describe('time that is dragged', () => {
  it('shows the moment that was asked for last, and asks for none that nobody waits for', async () => {
    run.hold()
    const asked = [1, 2, 3, 4].map((n) => control.seek({ timeMs: firstMs + n * 50_000 }))
    expect(control.clockMs).toBe(firstMs + 200_000)
    await run.letGo()
    await Promise.all(asked)
    expect(run.asked).toEqual([`@${firstMs + 50_000}`, `@${firstMs + 200_000}`])
    expect(shown()).toEqual(whole(24))
    expect(control.time.mode).toBe('paused')
  })

  it('steps from the place that is on its way, and its clock with it', async () => {
    run.hold()
    const sought = control.seek({ timeMs: firstMs + 100_000 })
    const stepped = control.step(1)
    await run.letGo()
    await Promise.all([sought, stepped])
    expect(shown()).toEqual(whole(15))
    expect(control.clockMs).toBe(firstMs + 110_000)
  })

  it('forgets steps where another place is asked for after them', async () => {
    run.hold()
    const asked = [control.step(1), control.step(1), control.seek({ timeMs: firstMs + 100_000 })]
    await run.letGo()
    await Promise.all(asked)
    expect(shown()).toEqual(whole(14))
  })

  it('goes to the last place that was asked for, though the one before it failed', async () => {
    run.hold()
    run.isGone = true
    const first = control.seek({ timeMs: firstMs + 50_000 })
    const last = control.seek({ timeMs: firstMs + 100_000 })
    const answered = run.letGo()
    await Promise.resolve()
    run.isGone = false
    await answered
    await Promise.all([first, last])
    expect(shown()).toEqual(whole(14))
    expect(control.trouble).toBeNull()
  })

  it('goes nowhere in another log that has taken the place of the one that is shown', async () => {
    await control.open('0', { sequence: 14 })
    expect(control.run).toBe('1a')
    run.isReplaced = true
    await control.step(1)
    await control.seek({ sequence: 20 })
    expect(shown()).toEqual(whole(14))
    expect(control.trouble).toBe('there is no run 1a')
  })

  it('goes to a sequence, and its clock is that event’s', async () => {
    await control.open('0', { sequence: 14 })
    expect(shown()).toEqual(whole(14))
    expect(control.clockMs).toBe(firstMs + 100_000)
  })
})

describe('time that plays', () => {
  it('goes at its speed, tells each trade once, and ends where it happens', async () => {
    await control.open('0', { sequence: 4 })
    control.setSpeed(100)
    control.play()
    await pass(200)
    const startMs = control.clockMs
    const trades = await pass(1_000)
    expect(control.clockMs - startMs).toBe(100_000)
    expect(trades).toBeGreaterThanOrEqual(9)
    expect(trades).toBeLessThanOrEqual(11)
    const { sequence } = control.picture
    expect({ ...shown(), timeMs: 0 }).toEqual({ ...whole(sequence), timeMs: 0 })
    await pass(10_000)
    expect(control.time.mode).toBe('live')
  })

  it('of a run that is over stands still at its end', async () => {
    control.withoutLive()
    await control.open('0', { sequence: 4 })
    control.setSpeed(1_000)
    control.play()
    const trades = await pass(3_000)
    expect(trades).toBe(60)
    expect(control.time.mode).toBe('paused')
    expect({ ...shown(), timeMs: 0 }).toEqual({ ...whole(64), timeMs: 0 })
    control.goLive()
    expect(control.time.mode).toBe('paused')
  })

  it('waits for what has not come, and does not jump when it comes', async () => {
    await control.open('0', { sequence: 4 })
    control.setSpeed(10)
    control.play()
    run.hold()
    const before = control.clockMs
    await pass(2_000)
    expect(control.isWaiting).toBe(true)
    expect(control.clockMs).toBe(before)
    await run.letGo()
    await pass(1_000)
    expect(control.isWaiting).toBe(false)
    expect(control.clockMs - before).toBeLessThanOrEqual(10_500)
    expect(control.clockMs - before).toBeGreaterThan(9_000)
  })

  it('says that the gateway does not answer, and goes on when it does', async () => {
    await control.open('0', { sequence: 4 })
    control.setSpeed(10)
    run.isGone = true
    control.play()
    await pass(500)
    expect(control.trouble).toContain('nobody there')
    const tries = run.asked.length
    await pass(900)
    expect(run.asked.length - tries).toBeLessThanOrEqual(1)
    run.isGone = false
    expect(await pass(4_000)).toBeGreaterThan(0)
    expect(control.trouble).toBeNull()
  })

  it('keeps little: what is fetched ahead is bounded at any speed', async () => {
    await control.open('0', { sequence: 4 })
    control.setSpeed(1)
    control.play()
    await pass(5_000)
    // 6 s at a time, asked for when half of it is left.
    expect(run.asked.length).toBeLessThanOrEqual(4)
  })

  it('begins at about the speed at which its street lives', () => {
    live.heartbeat({ speed: 600, sequence: 30, timeMs: firstMs } as never)
    control.pause()
    control.play()
    expect(control.time.speed).toBe(500)
  })
})

describe('speeds', () => {
  it('are in a row with ends', () => {
    expect(speedBeside(1, -1)).toBe(0.5)
    expect(speedBeside(0.5, -1)).toBe(0.5)
    expect(speedBeside(1_000, 1)).toBe(1_000)
    expect(speeds.map((speed) => nearestSpeed(speed * 1.1))).toEqual([...speeds])
  })
})

describe('the bar of time', () => {
  const span = { firstMs: 0, lastMs: 1_000 }
  const timeline = (of: Partial<Timeline>): Timeline => ({
    ...{
      firstMs: 0,
      lastMs: 1_000,
      lastSequence: 9,
      startMs: [],
      sequence: [],
      trades: [],
      tradedWh: [],
      incidents: [],
    },
    ...of,
  })

  it('finds moments by places and places by moments', () => {
    expect(placeOf(250, span, 200)).toBe(50)
    expect(momentAt(50, span, 200)).toBe(250)
    expect(placeOf(-5, span, 200)).toBe(0)
    expect(momentAt(900, span, 200)).toBe(1_000)
    expect(placeOf(3, { firstMs: 3, lastMs: 3 }, 200)).toBe(200)
  })

  it('counts trades of many slots into few parts, and spreads a long slot over its parts', () => {
    expect(tradeBars(timeline({ startMs: [0, 250, 500, 750], trades: [1, 3, 8, 0] }), span, 2)).toEqual([0.5, 1])
    expect(tradeBars(timeline({ startMs: [0, 500], trades: [4, 2] }), span, 4)).toEqual([1, 1, 0.5, 0.5])
    expect(tradeBars(timeline({}), span, 3)).toEqual([0, 0, 0])
  })

  it('marks incidents of a kind that are close together once', () => {
    const incident = (kind: 'halted' | 'stopped', timeMs: number) => ({ kind, timeMs, sequence: 1, slot: null })
    const incidents = [
      incident('halted', 100),
      incident('stopped', 101),
      incident('halted', 102),
      incident('halted', 900),
    ]
    const marks = incidentMarks(timeline({ incidents }), span, 100)
    expect(marks.map(({ kind, incidents: of }) => [kind, of.length])).toEqual([
      ['halted', 2],
      ['stopped', 1],
      ['halted', 1],
    ])
  })

  it('means the nearest of the marks beside a place, and none that is further', () => {
    const at = (placePx: number) => ({ kind: 'halted', placePx, incidents: [] }) as const
    const near = (placePx: number) => marksNear([at(10), at(14), at(40)], placePx).map((mark) => mark.placePx)
    expect([near(13), near(11), near(36), near(25)]).toEqual([[14, 10], [10, 14], [40], []])
  })

  it('has marks of several kinds beside each other, each where it is or near it', () => {
    const incident = (kind: 'overloaded' | 'dimmed', timeMs: number) => ({ kind, timeMs, sequence: 1, slot: null })
    const incidents = [incident('overloaded', 500), incident('dimmed', 505), incident('overloaded', 1_000)]
    const marks = incidentMarks(timeline({ incidents }), span, 200)
    const places = marks.map(({ placePx }) => placePx)
    expect(places[0]).toBe(100)
    expect((places[1] as number) - (places[0] as number)).toBeGreaterThanOrEqual(8)
    expect(places[2]).toBe(200)
    // A bar too narrow for all has them where they are.
    expect(incidentMarks(timeline({ incidents }), span, 20).map(({ placePx }) => placePx)).toEqual([10, 10.1, 20])
  })

  it('says what happened since a moment, each kind once', () => {
    const incident = (kind: 'overloaded' | 'dimmed', timeMs: number) => ({ kind, timeMs, sequence: 1, slot: null })
    const incidents = [incident('overloaded', 100), incident('dimmed', 200), incident('dimmed', 300)]
    const since = (firstMs: number, lastMs: number) => incidentsIn(timeline({ incidents }), { firstMs, lastMs })
    expect(since(0, 100)).toEqual(['overloaded'])
    expect(since(100, 300)).toEqual(['dimmed'])
    expect(since(300, 999)).toEqual([])
  })

  it('has few ticks at round times', () => {
    const day = 86_400_000
    const midnight = new Date(2_026, 6, 14).getTime()
    const ticks = tickTimes({ firstMs: midnight + 1, lastMs: midnight + day }, 8)
    expect(ticks.length).toBeGreaterThan(3)
    expect(ticks.length).toBeLessThanOrEqual(8)
    expect(ticks.map((timeMs) => new Date(timeMs).getMinutes())).toEqual(ticks.map(() => 0))
  })
})
