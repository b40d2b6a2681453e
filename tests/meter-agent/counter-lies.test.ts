import { describe, expect, it } from 'vitest'
import { type CounterState, guardCounter } from '#meter-agent/reading/guard.ts'
import type { CounterFacts } from '#meter-agent/witness.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'

const limits = { connectionPowerW: 10_000, timeToleranceMs: 0 }
const { counterHeld, counterReset, counterReturned, counterWrapped, implausible, scaleChanged } = ReadingQuality
const none: CounterFacts = { unitWh: null, modulusWh: null, scale: null }

/** Feeds samples `everyMs` apart and gives what was published of each, with its quality. */
function published(
  samples: readonly (number | readonly [rawWh: number, scale: number])[],
  options: { readonly facts?: CounterFacts; readonly everyMs?: number } = {},
): readonly (readonly [number | null, number])[] {
  const { facts = none, everyMs = 10_000 } = options
  let state: CounterState | null = null
  return samples.map((sample, i) => {
    const [rawWh, scale] = typeof sample === 'number' ? [sample, facts.scale] : sample
    const guarded = guardCounter(state, { rawWh, atMs: i * everyMs, limits, facts: { ...facts, scale } })
    state = guarded.state
    return [state?.publishedWh ?? null, guarded.quality] as const
  })
}

describe('a counter that ends its digits', () => {
  const of = (modulusWh: number) => ({ facts: { ...none, modulusWh } })

  it('goes on without loss, at 2³² and at a profile’s modulus', () => {
    expect(published([2 ** 32 - 10, 5, 20], of(2 ** 32))).toEqual([
      [2 ** 32 - 10, 0],
      [2 ** 32 + 5, counterWrapped],
      [2 ** 32 + 20, 0],
    ])
    expect(published([99_999_990, 5], of(100_000_000)).at(-1)).toEqual([100_000_005, counterWrapped])
  })

  it('did not end them where it fell by more than one delta, or where they do not end', () => {
    expect(published([2 ** 32 - 10_000, 5], of(2 ** 32)).at(-1)).toEqual([2 ** 32 - 10_000, counterHeld])
    expect(published([2 ** 32 - 10, 5]).at(-1)).toEqual([2 ** 32 - 10, counterHeld])
  })

  it('is held at a zero until the next count tells whether it was a wrap or a stumble', () => {
    expect(published([2 ** 32 - 10, 0, 0, 0, 0, 4], of(2 ** 32)).at(-1)).toEqual([2 ** 32 + 4, counterWrapped])
    expect(published([2 ** 32 - 10, 0, 0, 0, 0, 2 ** 32 - 8], of(2 ** 32)).at(-1)).toEqual([2 ** 32 - 8, 0])
  })
})

describe('a counter that lies', () => {
  it('is not followed to a number that registers hold when they hold nothing, near as it may be', () => {
    expect(published([62_000, 65_535, 65_535, 65_535, 65_535, 62_010], { everyMs: 3_600_000 })).toEqual([
      [62_000, 0],
      [62_000, counterHeld],
      [62_000, counterHeld],
      [62_000, counterHeld],
      [62_000, counterHeld],
      [62_010, 0],
    ])
  })

  it('is not followed to such a number of its unit', () => {
    const facts = { ...none, unitWh: 100 }
    expect(published([6_553_000, 6_553_500, 6_553_100], { facts, everyMs: 3_600_000 })).toEqual([
      [6_553_000, 0],
      [6_553_000, counterHeld],
      [6_553_100, 0],
    ])
  })

  it('passes such a number honestly without loss', () => {
    expect(published([65_530, 65_535, 65_540])).toEqual([
      [65_530, 0],
      [65_530, counterHeld],
      [65_540, 0],
    ])
  })

  it('is told no first count by such a number', () => {
    expect(published([65_535, 500]).map(([wh]) => wh)).toEqual([null, 500])
  })

  it('comes back from a zero that was believed, and makes no energy of it, small as the count may be', () => {
    expect(published([3_000, 0, 0, 0, 0, 3_010, 3_020], { everyMs: 3_600_000 })).toEqual([
      [3_000, 0],
      [3_000, counterHeld],
      [3_000, counterHeld],
      [3_000, counterHeld | counterReset],
      [3_000, 0],
      [3_010, counterReturned],
      [3_020, 0],
    ])
  })

  it('is doubted more where nobody can set it to 0 and it begins anew', () => {
    const samples = [3_000, 0, 0, 0]
    expect(published(samples, { facts: { ...none, resettable: true } }).at(-1)?.[1]).toBe(counterHeld | counterReset)
    expect(published(samples, { facts: { ...none, resettable: false } }).at(-1)?.[1]).toBe(
      counterHeld | counterReset | implausible,
    )
  })

  it('comes back from a spike that was believed', () => {
    expect(published([3_000, 1e9, 1e9, 1e9, 3_005]).slice(-2)).toEqual([
      [3_000, counterHeld | implausible | counterReset],
      [3_005, counterReturned],
    ])
  })

  it('comes back with what flowed for hours while it showed a zero, once it says so three times', () => {
    const zeros = Array.from({ length: 360 }, () => 0)
    const counts = published([3_000, ...zeros, 5_000, 5_001, 5_002, 5_003])
    expect(counts.slice(-5)).toEqual([
      [3_000, 0],
      [3_000, counterHeld],
      [3_000, counterHeld],
      [5_002, counterReturned],
      [5_003, 0],
    ])
  })

  it('makes no energy of a spike, long after a reset as it may be', () => {
    const anew = Array.from({ length: 1_000 }, (_, i) => i * 10)
    const spikes = [40_000, 40_000, 40_000, 40_000]
    for (const spike of [spikes.slice(0, 1), spikes.slice(0, 2), spikes]) {
      const counts = published([30_000, ...anew, ...spike, 10_000, 10_010, 10_020, 10_030])
      expect(counts.at(-1)?.[0]).toBeLessThanOrEqual(30_000 + 10_030)
      expect(counts.at(-1)?.[0]).toBeGreaterThan(30_000 + 9_950)
    }
  })

  it('counts on after a true reset past the count that it had left', () => {
    const counts = published(
      [40, 0, 1, 2, 30, 60, 90].map((wh) => wh * 100),
      { everyMs: 3_600_000 },
    )
    expect(counts.map(([wh]) => wh)).toEqual([4_000, 4_000, 4_000, 4_000, 6_800, 9_800, 12_800])
  })
})

describe('a scale factor that changes', () => {
  it('changes nothing where its digits change with it', () => {
    const samples = [
      [20_000, 0],
      [20_010, 1],
      [20_020, 1],
    ] as const
    expect(published(samples)).toEqual([
      [20_000, 0],
      [20_010, 0],
      [20_020, 0],
    ])
  })

  it('is not followed where the digits stay behind, near as the jump may be, long as it may last', () => {
    const samples = [
      [400, 0],
      [4_010, 1],
      [4_020, 1],
      [4_030, 1],
      [4_040, 1],
      [405, 0],
    ] as const
    expect(published(samples, { everyMs: 3_600_000 })).toEqual([
      [400, 0],
      ...Array.from({ length: 4 }, () => [400, counterHeld | scaleChanged]),
      [405, 0],
    ])
  })

  it('with the first count holds no home for ever, and makes no energy of it', () => {
    const firsts = [5, 6, 7, 9, 12].map((wh) => [wh, 0] as const)
    const held = counterHeld | scaleChanged
    expect(published([[0, -3], [0, -3], ...firsts])).toEqual([
      [0, 0],
      [0, 0],
      [0, held],
      [0, held],
      [0, held | counterReset],
      [2, 0],
      [5, 0],
    ])
    // Digits that only stayed behind for a while are no energy either, before it is believed and after.
    for (const behind of [firsts.slice(0, 2), firsts.slice(0, 3)]) {
      const counts = published([[0, -3], ...behind, [0, 0], [0, 0], [0, 0], [0, 0], [1, 0]])
      expect(counts.at(-1)?.[0]).toBeLessThanOrEqual(1)
    }
  })
})
