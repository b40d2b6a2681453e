import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RecordedReading } from '#meter-agent/reading/recorded-reading.ts'
import { emptyRecorder, nextReading, type SampleContext } from '#meter-agent/reading/recorder.ts'
import { advanceSlots, counterAtBoundary, type SlotState } from '#meter-agent/reading/slot-statement.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import { digestOf } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'

const SLOT_MS = 900_000
const START_MS = 1_900_000 * SLOT_MS
const home = { account: `0x${'a'.repeat(40)}`, neighbourhood: 'elm-street', slotMinutes: 15 } as const
const domain = {
  name: 'Commonwatt',
  version: '1',
  chainId: 31_337,
  verifyingContract: `0x${'1'.repeat(40)}`,
} as const
const context = (timeMs: number, link: SampleContext['link'] = 'unbroken'): SampleContext => ({
  domain,
  deviceId: 'meter-1',
  bootId: 1,
  timeMs,
  monotonicMs: 0,
  clock: 'simulated',
  source: 'certified-meter',
  profileHash: `0x${'2'.repeat(64)}`,
  registersHash: `0x${'3'.repeat(64)}`,
  limits: { connectionPowerW: 1e15, timeToleranceMs: 0 },
  link,
})

/** A day in the life of a meter: samples through recorder and slots. */
function recorded(
  samples: readonly { atMs: number; importWh: number; exportWh: number; link?: SampleContext['link'] }[],
) {
  let state = emptyRecorder
  let slot: SlotState | null = null
  const readings: RecordedReading[] = []
  const statements: Statement[] = []
  for (const { atMs, importWh, exportWh, link } of samples) {
    const next = nextReading(state, { importWh, exportWh, powerW: 0 }, context(atMs, link))
    if (next === null) continue
    const slots = advanceSlots(slot, { before: state.last, after: next.recorded }, home)
    slot = slots.state
    state = next.state
    readings.push(next.recorded)
    statements.push(...slots.statements)
  }
  return { readings, statements }
}

const steps = fc.array(
  fc.record({
    waitMs: fc.integer({ min: 1, max: 4 * SLOT_MS }),
    importWh: fc.integer({ min: 0, max: 5000 }),
    exportWh: fc.integer({ min: 0, max: 5000 }),
  }),
  { minLength: 2, maxLength: 20 },
)
const samplesOf = (walk: readonly { waitMs: number; importWh: number; exportWh: number }[]) => {
  let [atMs, importWh, exportWh] = [START_MS, 100, 50]
  return walk.map((step) => {
    atMs += step.waitMs
    importWh += step.importWh
    exportWh += step.exportWh
    return { atMs, importWh, exportWh }
  })
}

describe('a counter at a slot boundary', () => {
  it.each([
    [{ timeMs: 0, wh: 100 }, { timeMs: 100, wh: 200 }, 50, 150],
    [{ timeMs: 0, wh: 100 }, { timeMs: 3, wh: 101 }, 2, 100],
    [{ timeMs: 0, wh: 100 }, { timeMs: 100, wh: 200 }, 0, 100],
    [{ timeMs: 0, wh: 100 }, { timeMs: 100, wh: 200 }, 100, 200],
  ])('lies on the line between the readings, floored', (before, after, boundaryMs, wh) =>
    expect(counterAtBoundary(before, after, boundaryMs)).toBe(wh),
  )
})

describe('statements', () => {
  it('telescope: neighbouring slots meet in the same counter, whatever the readings', () => {
    fc.assert(
      fc.property(steps, (walk) => {
        const samples = samplesOf(walk)
        const { statements } = recorded(samples)
        for (const [i, statement] of statements.entries()) {
          expect(statement.slot).toBe((statements[0]?.slot ?? 0) + i)
          expect(statement.importWh).toBeGreaterThanOrEqual(0)
          expect(statement.exportWh).toBeGreaterThanOrEqual(0)
        }
        const first = statements[0]
        const last = statements.at(-1)
        if (first === undefined || last === undefined) return
        const at = (boundaryMs: number) => {
          const i = samples.findIndex(({ atMs }) => atMs >= boundaryMs)
          const [before, after] = [samples[i - 1] ?? samples[i], samples[i]]
          if (before === undefined || after === undefined) throw new Error('no readings around the boundary')
          return counterAtBoundary(
            { timeMs: before.atMs, wh: before.importWh },
            { timeMs: after.atMs, wh: after.importWh },
            boundaryMs,
          )
        }
        const total = statements.reduce((sum, { importWh }) => sum + importWh, 0)
        expect(total).toBe(at((last.slot + 1) * SLOT_MS) - at(first.slot * SLOT_MS))
      }),
      { numRuns: 60, seed: 7 },
    )
  })

  it('share the energy between readings by time', () => {
    const samples = samplesOf(Array.from({ length: 12 }, () => ({ waitMs: 300_000, importWh: 70, exportWh: 3 })))
    expect(recorded(samples).statements.map(({ importWh, exportWh }) => [importWh, exportWh])).toEqual([
      [210, 9],
      [210, 9],
      [210, 9],
    ])
  })

  it('of a reading right on the boundary need no interpolation and count it once', () => {
    const { statements } = recorded([
      { atMs: START_MS, importWh: 100, exportWh: 0 },
      { atMs: START_MS + SLOT_MS, importWh: 350, exportWh: 40 },
      { atMs: START_MS + 2 * SLOT_MS, importWh: 351, exportWh: 40 },
    ])
    expect(statements.map(({ slot, importWh, exportWh }) => [slot, importWh, exportWh])).toEqual([
      [1_900_000, 250, 40],
      [1_900_001, 1, 0],
    ])
  })

  it('are not made for a slot whose start was not seen', () => {
    const { statements } = recorded([
      { atMs: START_MS + 1, importWh: 100, exportWh: 0 },
      { atMs: START_MS + SLOT_MS + 1, importWh: 200, exportWh: 0 },
    ])
    expect(statements).toEqual([])
  })

  it('spread an outage over its slots, and say so', () => {
    const { statements } = recorded([
      { atMs: START_MS, importWh: 0, exportWh: 0 },
      { atMs: START_MS + 4 * SLOT_MS, importWh: 1002, exportWh: 0, link: 'after-gap' },
    ])
    expect(statements.map(({ importWh }) => importWh)).toEqual([250, 251, 250, 251])
    expect(statements.every(({ quality }) => (quality & ReadingQuality.afterGap) !== 0)).toBe(true)
  })

  it('name the readings that they rest on', () => {
    const { readings, statements } = recorded(
      samplesOf(Array.from({ length: 9 }, () => ({ waitMs: 300_000, importWh: 1, exportWh: 0 }))),
    )
    for (const { slot, firstSequence, lastSequence, chainHead } of statements) {
      const first = readings.find(({ reading }) => reading.sequence === firstSequence)
      const last = readings.find(({ reading }) => reading.sequence === lastSequence)
      expect(first?.reading.timeMs).toBeLessThanOrEqual(slot * SLOT_MS)
      expect(last?.reading.timeMs).toBeGreaterThanOrEqual((slot + 1) * SLOT_MS)
      expect(chainHead).toBe(last?.hash)
    }
  })
})

describe('the chain of readings', () => {
  const { readings } = recorded(
    samplesOf(Array.from({ length: 5 }, () => ({ waitMs: 60_000, importWh: 10, exportWh: 0 }))),
  )

  it('numbers them without gaps, and each carries the digest of the one before', () => {
    expect(readings.map(({ reading }) => reading.sequence)).toEqual([1, 2, 3, 4, 5])
    expect(readings[0]?.reading.previousHash).toBe(`0x${'0'.repeat(64)}`)
    for (const [i, { reading, hash }] of readings.entries()) {
      expect(hash).toBe(digestOf({ domain, kind: 'reading', body: reading }))
      if (i > 0) expect(reading.previousHash).toBe(readings[i - 1]?.hash)
    }
  })

  it('never runs back in time', () => {
    const { readings: some } = recorded([
      { atMs: START_MS + 1000, importWh: 0, exportWh: 0 },
      { atMs: START_MS, importWh: 1, exportWh: 0 },
    ])
    expect(some.map(({ reading }) => reading.timeMs - START_MS)).toEqual([1000, 1000])
  })

  it('says the average of the counters where the device gives no power, and that it gave none', () => {
    const first = nextReading(emptyRecorder, { importWh: 0, exportWh: 100, powerW: 5 }, context(0))
    const second = nextReading(
      first?.state ?? emptyRecorder,
      { importWh: 0, exportWh: 200, powerW: null },
      context(3_600_000),
    )
    expect(second?.recorded.reading).toMatchObject({ powerW: -100, quality: ReadingQuality.notAvailable })
  })

  it('goes on from a memory of before there were checks over time', () => {
    const counter = { publishedWh: 500, offsetWh: 20, confirmedAtMs: 0, doubt: null }
    const memory = { last: null, importCounter: counter, exportCounter: counter, slot: null }
    const next = nextReading(memory, { importWh: 490, exportWh: 480, powerW: 1 }, context(60_000))
    expect(next?.recorded.reading).toMatchObject({ importWh: 510, exportWh: 500, quality: 0 })
  })

  it('has no reading while a counter never had a value', () => {
    expect(nextReading(emptyRecorder, { importWh: 5, exportWh: null, powerW: 0 }, context(0))).toBeNull()
  })
})
