import { beforeEach, describe, expect, it } from 'vitest'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'
import type { Run } from '#protocol/picture/run.ts'
import { priceLine } from '../../ui/src/compare/price-line.ts'
import { sinceStart } from '../../ui/src/compare/price-lines.ts'
import { SharedClock } from '../../ui/src/compare/shared-clock.ts'
import type { RunClient } from '../../ui/src/time/run-client.ts'
import { ToldRun } from './told-run.ts'

const slot = 1_982_000
const slotMs = 900_000
const dayMs = 86_400_000

const opened = { type: 'opened', neighbourhood: 'a', rules: defaultMarketRules, grid: null } as const
const toldOf = (run: string) => told[begins.findIndex(({ log }) => log === run)] as ToldRun

/** A street that begins on some day, with a trade every ten seconds at a price. */
function tale(begin: { readonly log: string; readonly ms: number; readonly trades: number; readonly price: number }) {
  const of = Math.floor(begin.ms / slotMs)
  const told: { timeMs: number; event: PictureEvent }[] = [
    { timeMs: begin.ms, event: { ...opened, log: begin.log } },
    { timeMs: begin.ms, event: { type: 'joined', name: 'a' } },
    { timeMs: begin.ms, event: { type: 'phase', slot: of, phase: 'continuous', cause: 'clock', untilMs: null } },
  ]
  for (let n = 1; n <= begin.trades; n++) {
    const trade = { id: `${of}.${n}`, slot: of, seller: 0, buyer: 0, makerSide: 'sell', energyWh: 100 } as const
    told.push({
      timeMs: begin.ms + n * 10_000,
      event: { type: 'traded', trade: { ...trade, priceEurPerMWh: begin.price } },
    })
  }
  return told
}

const begins = [
  { log: '1a', ms: slot * slotMs, trades: 60, price: 100 },
  { log: '2b', ms: slot * slotMs + 5 * dayMs, trades: 30, price: 130 },
]
const told = begins.map((begin) => new ToldRun(tale(begin)))
const runs = begins.map(
  ({ log, ms, trades }, run): Run => ({
    ...{ run, log, name: `run ${run}`, kind: 'simulated', neighbourhood: 'a', homes: 1, slotMinutes: 15 },
    ...{ firstMs: ms, lastMs: ms + trades * 10_000, lastSequence: trades + 3, books: 'not-kept' },
  }),
)
const client: RunClient = {
  runs: async () => runs,
  timeline: (run) => toldOf(run).timeline(),
  picture: (run, at, signal) => toldOf(run).picture(run, at, signal),
  frames: (run, steps, signal) => toldOf(run).frames(run, steps, signal),
}

let wallMs: number
let clock: SharedClock
const trades = () => clock.recordings.map(({ picture }) => picture.counts.trades)
const pass = async (lengthMs: number) => {
  for (let passed = 0; passed < lengthMs; passed += 50) {
    wallMs += 50
    clock.tick()
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
}

beforeEach(() => {
  wallMs = 1_000_000
  clock = new SharedClock({ runs, client, nowMs: () => wallMs, changed: () => {} })
})

describe('two runs on one clock', () => {
  it('are shown so long after the start of each, whatever their dates', async () => {
    await clock.seek(200_000)
    expect(trades()).toEqual([20, 20])
    expect([clock.timeOf(0), clock.timeOf(1)]).toEqual(runs.map(({ firstMs }) => firstMs + 200_000))
  })

  it('go on together, and the shorter one stays at its end', async () => {
    await clock.seek(100_000)
    clock.setSpeed(100)
    clock.toggle()
    await pass(1_200)
    expect(clock.sinceMs).toBeGreaterThan(150_000)
    expect(trades()[0]).toBe(trades()[1])
    await pass(10_000)
    expect(trades()).toEqual([60, 30])
    expect(clock.sinceMs).toBe(clock.lengthMs)
    expect(clock.time.mode).toBe('paused')
    expect(clock.timeOf(1)).toBe(runs[1]?.lastMs)
  })

  it('wait for each other', async () => {
    await clock.seek(100_000)
    clock.setSpeed(100)
    clock.toggle()
    told[1]?.hold()
    await pass(1_000)
    expect(clock.sinceMs).toBe(100_000)
    expect(trades()).toEqual([10, 10])
    await told[1]?.letGo()
    await pass(500)
    expect(clock.sinceMs).toBeGreaterThan(100_000)
    clock.stop()
  })

  it('have their prices by the time since each began', async () => {
    await clock.seek(300_000)
    const lines = clock.recordings.map(({ picture }, at) => priceLine(picture, runs[at]?.firstMs ?? 0))
    expect(lines).toEqual([[{ sinceMs: 0, priceEurPerMWh: 100 }], [{ sinceMs: 0, priceEurPerMWh: 130 }]])
    expect([0, 3_600_000 * 5 + 60_000, dayMs * 2].map(sinceStart)).toEqual(['00:00', '05:01', '2 d 00:00'])
  })
})
