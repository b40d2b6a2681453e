import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Effect } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRecording } from '#matching-engine/runs/recording-source.ts'
import { RunHistory } from '#matching-engine/runs/run-history.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import type { RecordedSlot, RecordingHeader } from '#protocol/picture/recording.ts'
import type { PictureStep } from '#protocol/picture/run.ts'
import { slotStartMs } from '#protocol/slot.ts'

const HOMES = 10_000
const SLOTS = 96
const TRADES_A_SLOT = 1_000
const FIRST = 1_980_960
const startMs = slotStartMs({ slot: FIRST, slotMinutes: 15 })
const folder = mkdtempSync(join(tmpdir(), 'commonwatt-test-'))
const file = join(folder, 'run.ndjson')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Numbers that look drawn, the same each time. */
const drawn = (seed: number, below: number) => ((seed * 2_654_435_761) % 4_294_967_296) % below

/** A day of a town, as `simulate --out` would write it: of each home a reading a slot. */
beforeAll(() => {
  const homes = Array.from({ length: HOMES }, (_, home) => home)
  const header: RecordingHeader = {
    ...{ format: 1, scenario: 'town', seed: 1, neighbourhood: 'town', startMs, slots: SLOTS, grid: null },
    rules: defaultMarketRules,
    homes: {
      name: homes.map((home) => `home-${home + 1}`),
      importWh: homes.map((home) => drawn(home, 30_000_000)),
      exportWh: homes.map((home) => drawn(home + 7, 20_000_000)),
    },
  }
  const lines = [JSON.stringify(header)]
  for (let n = 0; n < SLOTS; n++) lines.push(JSON.stringify(slotOf(n, homes)))
  writeFileSync(file, `${lines.join('\n')}\n`)
})

function slotOf(n: number, homes: readonly number[]): RecordedSlot {
  const slot = FIRST + n
  const trades = Array.from({ length: TRADES_A_SLOT }, (_, index) => index)
  const atMs = slotStartMs({ slot, slotMinutes: 15 })
  return {
    slot,
    sequence: 2 + n * (TRADES_A_SLOT + 3),
    phases: { at: [0], timeMs: [atMs], slot: [slot], phase: ['delivering'], cause: ['clock'], untilMs: [null] },
    trades: {
      at: trades.map((index) => index + 1),
      timeMs: trades.map((index) => atMs + index * 800),
      slot: trades.map(() => slot),
      number: trades.map((index) => index + 1),
      seller: trades.map((index) => drawn(slot + index, HOMES)),
      buyer: trades.map((index) => drawn(slot + index + 3, HOMES)),
      makerSide: trades.map(() => 'sell'),
      priceEurPerMWh: trades.map((index) => 100 + drawn(index, 150)),
      energyWh: trades.map((index) => 1 + drawn(index + slot, 900)),
    },
    importWh: homes.map((home) => drawn(home + n, 900)),
    exportWh: homes.map((home) => drawn(home + n + 5, 400)),
    storedPermille: homes.map((home) => (home % 3 === 0 ? drawn(home + n, 1_000) : null)),
    unmatchedWh: 5,
    totals: {
      ...{ trades: TRADES_A_SLOT, tradedWh: 1, tradedMicroEur: 1, localChargeMicroEur: 0, importWh: 1, exportWh: 1 },
      ...{ coveredWh: 1, costMicroEur: 1, costWithoutMarketMicroEur: 1, creditsWh: 0 },
    },
  }
}

describe('a seek in a day of 10,000 homes', () => {
  it(
    'shows the picture of that moment, from anywhere to anywhere',
    () =>
      Effect.runPromise(
        Effect.scoped(
          Effect.gen(function* () {
            const delay = monitorEventLoopDelay({ resolution: 5 })
            delay.enable()
            const history = new RunHistory({ source: yield* openRecording({ file, names: 'names' }) })
            const begunMs = performance.now()
            yield* history.readAll
            const readMs = performance.now() - begunMs
            const readBlockMs = delay.max / 1e6
            delay.reset()
            const last = history.last.sequence
            expect(last).toBe(1 + SLOTS * (TRADES_A_SLOT + 3))
            const takenMs: number[] = []
            const cpuMs: number[] = []
            let bytes = 0
            for (let seek = 0; seek < 20; seek++) {
              const sequence = 1 + drawn(seek + 11, last - 1)
              const fromMs = performance.now()
              const fromCpu = process.cpuUsage()
              const answer = yield* Effect.tap(history.pictureAt({ sequence }), () => Effect.yieldNow)
              const text = JSON.stringify(answer)
              const packed = yield* Effect.promise(() => promisify(gzip)(text, { level: 6 }))
              const { frame } = JSON.parse(text) as PictureStep
              const picture = emptyPicture()
              applyFrame(picture, frame)
              takenMs.push(performance.now() - fromMs)
              const cpu = process.cpuUsage(fromCpu)
              cpuMs.push((cpu.user + cpu.system) / 1_000)
              bytes = Math.max(bytes, packed.length)
              // What is known of any moment of such a day without folding anything.
              const n = Math.floor((sequence - 2) / (TRADES_A_SLOT + 3))
              const at = sequence - 2 - n * (TRADES_A_SLOT + 3)
              const slotsRead = n + (at > TRADES_A_SLOT ? 1 : 0)
              expect(picture.sequence).toBe(sequence)
              expect(picture.counts.readings).toBe(Math.max(0, slotsRead) * HOMES)
              expect(picture.counts.trades).toBe(Math.max(0, n) * TRADES_A_SLOT + Math.min(TRADES_A_SLOT, at))
              const home = drawn(seek, HOMES)
              const counted = Array.from({ length: Math.max(0, slotsRead) }, (_, slot) => drawn(home + slot, 900))
              const startWh = slotsRead > 0 ? drawn(home, 30_000_000) : 0
              expect(picture.homes[home]?.importWh).toBe(counted.reduce((sum, wh) => sum + wh, startWh))
            }
            const spread = (of: readonly number[]) => {
              const sorted = of.toSorted((one, other) => one - other)
              const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
              return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`
            }
            console.log(
              `seek in a day of 10,000 homes: ${spread(takenMs)}, of a core ${spread(cpuMs)}; ${Math.round(bytes / 1_000)} kB packed; ` +
                `read once in ${Math.round(readMs)} ms; longest block ${Math.round(readBlockMs)} ms reading, ` +
                `${Math.round(delay.max / 1e6)} ms seeking`,
            )
            delay.disable()
          }),
        ),
      ),
    60_000,
  )
})
