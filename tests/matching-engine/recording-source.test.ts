import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Logger } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { openRecording } from '#matching-engine/runs/recording-source.ts'
import { RunHistory } from '#matching-engine/runs/run-history.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { RecordedSlot, RecordingHeader } from '#protocol/picture/recording.ts'
import { slotStartMs } from '#protocol/slot.ts'

const SLOT = 1_980_960
const startMs = slotStartMs({ slot: SLOT, slotMinutes: 15 })
const folder = mkdtempSync(join(tmpdir(), 'recording-source-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const header: RecordingHeader = {
  ...{ format: 1, scenario: 'lane', seed: 1, neighbourhood: 'lane', startMs, slots: 1, grid: null },
  rules: defaultMarketRules,
  homes: { name: ['anna', 'ben'], importWh: [1, 2], exportWh: [3, 4] },
}
const recorded: RecordedSlot = {
  ...{ slot: SLOT, sequence: 2 },
  phases: { at: [0], timeMs: [startMs], slot: [SLOT], phase: ['delivering'], cause: ['clock'], untilMs: [null] },
  trades: {
    ...{ at: [1], timeMs: [startMs], slot: [SLOT], number: [1], seller: [0], buyer: [1] },
    ...{ makerSide: ['sell'], priceEurPerMWh: [100], energyWh: [50] },
  },
  ...{ importWh: [0, 60], exportWh: [70, 0], unmatchedWh: 5 },
  totals: {
    ...{ trades: 1, tradedWh: 50, tradedMicroEur: 5_000, localChargeMicroEur: 0, importWh: 60, exportWh: 70 },
    ...{ coveredWh: 60, costMicroEur: 1, costWithoutMarketMicroEur: 2, creditsWh: 50 },
  },
}

/** Reads a recording of one slot; what it comes to, or the failure. */
const read = (slot: object) => {
  const file = join(folder, 'run.ndjson')
  writeFileSync(file, `${JSON.stringify(header)}\n${JSON.stringify(slot)}\n`)
  const reading = Effect.gen(function* () {
    const history = new RunHistory({ source: yield* openRecording({ file, names: 'names' }) })
    yield* history.readAll
    return history.describe(0)
  })
  return Effect.runPromise(Effect.result(Effect.scoped(reading)))
}

describe('a recording', () => {
  it('is read as it was written', async () => {
    expect(await read(recorded)).toMatchObject({ success: { homes: 2, lastSequence: 5, firstMs: startMs + 900_000 } })
  })

  it('without the end of its last line has the slots before it, and says so', async () => {
    const file = join(folder, 'cut.ndjson')
    const said: string[] = []
    const logger = Logger.layer([Logger.make(({ message }) => said.push(String(message)))])
    const slotsOf = (text: string) => {
      writeFileSync(file, text)
      const reading = Effect.gen(function* () {
        const history = new RunHistory({ source: yield* openRecording({ file, names: 'names' }) })
        yield* history.readAll
        return history.describe(0).lastSequence
      })
      return Effect.runPromise(reading.pipe(Effect.scoped, Effect.provide(logger)))
    }
    const whole = `${JSON.stringify(header)}\n${JSON.stringify(recorded)}\n`
    expect(await slotsOf(whole)).toBe(5)
    expect(said).toEqual([])
    expect(await slotsOf(whole.slice(0, -20))).toBe(1)
    expect(said.join()).toContain('its last line is cut off')
  })

  const { phases, trades } = recorded
  it.each<[string, object]>([
    ['a time that is none', { ...recorded, phases: { ...phases, timeMs: ['soon'] } }],
    ['no time', { ...recorded, trades: { ...trades, timeMs: [null] } }],
    ['a sum that is none', { ...recorded, totals: { ...recorded.totals, costMicroEur: 'much' } }],
    ['no trades', { ...recorded, trades: undefined }],
    ['a phase that there is not', { ...recorded, phases: { ...phases, phase: ['over'] } }],
    ['charges that are none', { ...recorded, charges: { costMicroEur: ['much'], costWithoutMarketMicroEur: [0] } }],
    ['homes held back in a way that there is not', { ...recorded, restrained: ['scolded'] }],
    ['a slot that is none', { ...recorded, slot: 1.5 }],
    ['a trade of a slot that was never opened', { ...recorded, trades: { ...trades, slot: [SLOT + 1] } }],
  ])('with %s is refused in words', async (_, slot) => {
    expect(await read(slot)).toMatchObject({ failure: { _tag: 'RunUnreadable' } })
  })
})
