import { describe, expect, it } from 'vitest'
import { type CounterState, guardCounter, powerQuality } from '#meter-agent/reading/guard.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'

const limits = { connectionPowerW: 10_000, timeToleranceMs: 0 }
const { counterHeld, counterReset, implausible, notAvailable } = ReadingQuality

/** Feeds samples 10 s apart and gives what was published of each, with its quality. */
function published(samples: readonly (number | null)[]): readonly (readonly [number | null, number])[] {
  let state: CounterState | null = null
  return samples.map((rawWh, i) => {
    const guarded = guardCounter(state, { rawWh, atMs: i * 10_000, limits })
    state = guarded.state
    return [state?.publishedWh ?? null, guarded.quality] as const
  })
}

describe('a guarded counter', () => {
  it('follows a device that counts on', () => {
    expect(published([100, 105, 105, 130])).toEqual([
      [100, 0],
      [105, 0],
      [105, 0],
      [130, 0],
    ])
  })

  it('holds a zero after a reconnect, and makes no energy of the way back (29470, 0, 29480)', () => {
    expect(published([29_470, 0, 29_480])).toEqual([
      [29_470, 0],
      [29_470, counterHeld],
      [29_480, 0],
    ])
  })

  it('holds a jump by a wrong scale factor, and makes no energy of it', () => {
    expect(published([21_707_970, 21_707_990, 21_707_990_000, 21_707_995])).toEqual([
      [21_707_970, 0],
      [21_707_990, 0],
      [21_707_990, counterHeld | implausible],
      [21_707_995, 0],
    ])
  })

  it('believes a counter that starts anew once three samples say so, and counts on from where it was', () => {
    expect(published([5000, 0, 2, 4, 10, 15])).toEqual([
      [5000, 0],
      [5000, counterHeld],
      [5000, counterHeld],
      [5000, counterHeld | counterReset],
      [5006, 0],
      [5011, 0],
    ])
  })

  it('does not believe three samples that contradict each other', () => {
    expect(published([5000, 0, 3000, 10, 2000, 5010]).at(-1)).toEqual([5010, 0])
  })

  it('makes nothing of a value that is not available', () => {
    expect(published([null, 100, null, 110])).toEqual([
      [null, notAvailable],
      [100, 0],
      [100, notAvailable],
      [110, 0],
    ])
  })

  it('gives time its due: after an hour offline ten kilowatt-hours are plausible, after ten seconds not', () => {
    const state = { publishedWh: 0, offsetWh: 0, confirmedAtMs: 0, doubt: null }
    const qualityAfter = (atMs: number) => guardCounter(state, { rawWh: 10_000, atMs, limits }).quality
    expect(qualityAfter(3_600_000)).toBe(0)
    expect(qualityAfter(10_000)).toBe(counterHeld | implausible)
  })
})

describe('a guarded power', () => {
  it.each([
    [3200, 0],
    [-11_999, 0],
    [65_535, implausible],
    [-32_768, implausible],
    [null, notAvailable],
  ])('of %s W on a 10 kW connection has quality %i', (powerW, quality) =>
    expect(powerQuality(powerW, limits)).toBe(quality),
  )
})
