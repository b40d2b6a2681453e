import { Effect, Result } from 'effect'
import { describe, expect, it } from 'vitest'
import { registersHash } from '#meter-agent/index.ts'
import { registersText, sunspecProfileHash } from '#meter-agent/registers.ts'
import { modelDefinitions } from '#meter-agent/sunspec/models.ts'
import { RegistersCheck } from '#platform/verify/registers-check.ts'
import type { Reading } from '#protocol/reading.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'

const meter = modelDefinitions.get(203)
if (meter === undefined) throw new Error('no model 203')
const TOTAL_EXPORT = 38
const TOTAL_IMPORT = 46

/** What a meter with these counters answers, as a home keeps it. */
function answer(importWh: number, exportWh: number): string {
  const words = new Array<number>(107).fill(0)
  words[0] = 203
  words[1] = 105
  const put = (at: number, wh: number) => words.splice(at, 2, Math.floor(wh / 65_536), wh % 65_536)
  put(TOTAL_IMPORT, importWh)
  put(TOTAL_EXPORT, exportWh)
  const hex = words.map((word) => word.toString(16).padStart(4, '0')).join('')
  return registersText({ protocol: 'modbus', unit: 1, address: 40_000, model: 203, words: hex })
}

/** Checks readings in their order: what each publishes of the import, with which quality, and what the device showed. */
const check = (rows: readonly (readonly [publishedWh: number, quality: number, shownWh: number])[]) => {
  const texts = rows.map(([, , shownWh]) => answer(shownWh, 7))
  const kept = { oldest: Effect.succeed(1), textOf: (sequence: number) => Effect.succeed(texts[sequence - 1] ?? null) }
  const checked = new RegistersCheck({ kept, step: 'registers', home: 'no-1', afterReset: false })
  const readings = rows.map(
    ([importWh, quality], i): Reading => ({
      version: 1,
      deviceId: 'no-1',
      sequence: i + 1,
      bootId: 1,
      timeMs: i,
      clock: 'simulated',
      monotonicMs: i,
      importWh,
      exportWh: 7,
      powerW: 0,
      quality,
      source: 'certified-meter',
      profileHash: sunspecProfileHash(meter),
      registersHash: registersHash(texts[i] ?? ''),
      previousHash: `0x${'0'.repeat(64)}`,
    }),
  )
  return Result.isSuccess(Effect.runSync(Effect.result(Effect.forEach(readings, checked.take))))
}

describe('readings against the registers that a home kept', () => {
  const { counterHeld, counterReset, counterReturned, counterWrapped } = ReadingQuality

  it('follow a counter over the end of its digits, a reset and its way back, where they say so', () => {
    expect(
      check([
        [2 ** 32 - 10, 0, 2 ** 32 - 10],
        [2 ** 32 + 5, counterWrapped, 5],
        [2 ** 32 + 9, 0, 9],
        [2 ** 32 + 9, counterHeld | counterReset, 0],
        [2 ** 32 + 11, 0, 2],
        [2 ** 32 + 20, counterReturned, 20],
        [2 ** 32 + 30, 0, 30],
      ]),
    ).toBe(true)
  })

  it('do not where they do not say so, nor by another amount after it', () => {
    expect(
      check([
        [2 ** 32 - 10, 0, 2 ** 32 - 10],
        [2 ** 32 + 5, 0, 5],
      ]),
    ).toBe(false)
    expect(
      check([
        [2 ** 32 - 10, 0, 2 ** 32 - 10],
        [2 ** 32 + 5, counterWrapped, 5],
        [2 ** 32 + 90, 0, 9],
      ]),
    ).toBe(false)
  })
})
