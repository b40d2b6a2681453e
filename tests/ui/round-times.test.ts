import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { roundTimes } from '../../ui/src/time/round-times.ts'
import { tickTimes } from '../../ui/src/time/time-scale.ts'

const HOUR_MS = 3_600_000
const own = process.env.TZ

/** What a clock in Berlin shows at each of them. */
const clocks = (times: readonly number[]) =>
  times.map((timeMs) => new Date(timeMs).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }))
const day = (year: number, month: number, date: number) => ({
  firstMs: new Date(year, month - 1, date).getTime(),
  lastMs: new Date(year, month - 1, date + 1).getTime(),
})
/** Whose clock is set back from 3 to 2. */
const long = () => day(2026, 10, 25)
/** Whose clock is set forward from 2 to 3. */
const short = () => day(2026, 3, 29)

describe('round times of a clock that is set', () => {
  beforeAll(() => {
    process.env.TZ = 'Europe/Berlin'
    expect((long().lastMs - long().firstMs) / HOUR_MS).toBe(25)
    expect((short().lastMs - short().firstMs) / HOUR_MS).toBe(23)
  })
  afterAll(() => {
    if (own === undefined) delete process.env.TZ
    else process.env.TZ = own
  })

  it.each([
    [180, ['00:00', '03:00', '06:00', '09:00', '12:00', '15:00', '18:00', '21:00']],
    [360, ['00:00', '06:00', '12:00', '18:00']],
    [720, ['00:00', '12:00']],
    [1_440, ['00:00']],
  ])('each %i minutes they are the same on a day of 23, 24 or 25 hours', (step, expected) => {
    for (const span of [long(), short(), day(2026, 7, 14)]) expect(clocks(roundTimes(span, step))).toEqual(expected)
  })

  it('an hour that comes twice has its ticks twice, evenly, where they are an hour apart or less', () => {
    const hours = roundTimes(long(), 60)
    expect(hours).toHaveLength(25)
    expect(clocks(hours).slice(0, 5)).toEqual(['00:00', '01:00', '02:00', '02:00', '03:00'])
    expect(new Set(hours.map((timeMs, i) => timeMs - (hours[i - 1] ?? timeMs - HOUR_MS)))).toEqual(new Set([HOUR_MS]))
    expect(clocks(roundTimes(long(), 120)).slice(0, 3)).toEqual(['00:00', '02:00', '04:00'])
  })

  it('an hour that is left out has none', () => {
    expect(clocks(roundTimes(short(), 60)).slice(0, 4)).toEqual(['00:00', '01:00', '03:00', '04:00'])
    expect(clocks(roundTimes(short(), 120)).slice(0, 3)).toEqual(['00:00', '04:00', '06:00'])
  })

  it('midnights stay midnights over weeks with such a day', () => {
    for (const [first, last] of [
      [new Date(2026, 9, 20), new Date(2026, 10, 3)],
      [new Date(2026, 2, 24), new Date(2026, 3, 7)],
    ] as const) {
      const ticks = tickTimes({ firstMs: first.getTime() + 1, lastMs: last.getTime() }, 8)
      expect(ticks).toHaveLength(6)
      expect(new Set(clocks(ticks))).toEqual(new Set(['00:00']))
    }
  })

  it('are within the span, its first moment with them', () => {
    const { firstMs } = long()
    expect(roundTimes({ firstMs: firstMs + HOUR_MS, lastMs: firstMs + 3 * HOUR_MS }, 60)).toEqual([
      firstMs + HOUR_MS,
      firstMs + 2 * HOUR_MS,
    ])
  })
})
