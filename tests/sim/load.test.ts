import { describe, expect, it } from 'vitest'
import { GeneratedLoad } from '#sim/home/generated-load.ts'
import { loadProfiles } from '#sim/validation/load-profiles.ts'

const startMs = Date.UTC(2026, 0, 1)
const loadOf = (home: string, seed = 1) => new GeneratedLoad({ seed, home, annualKwh: 3500, localOffsetMs: 3_600_000 })

describe('the curve of households', () => {
  it('is BDEW’s H25, dynamised, to the last digit of its table', () => {
    const { cases } = loadProfiles()
    expect(cases.length).toBeGreaterThan(3)
    expect(cases.filter(({ isMet }) => !isMet)).toEqual([])
  })
})

describe('a generated load', () => {
  it('draws about what the household uses in a year', () => {
    let wattMinutes = 0
    for (const home of ['a', 'b', 'c', 'd']) {
      const load = loadOf(home)
      for (let minute = 0; minute < 365 * 1440; minute++) wattMinutes += load.meanW(startMs + minute * 60_000)
    }
    expect(wattMinutes / 60_000 / 4).toBeGreaterThan(3325)
    expect(wattMinutes / 60_000 / 4).toBeLessThan(3675)
  })

  it('rises in the evening and rests at night, in whole W that are never below the base', () => {
    const hours = new Float64Array(24)
    for (let home = 0; home < 10; home++) {
      const load = loadOf(`home-${home}`)
      for (let minute = 0; minute < 14 * 1440; minute++) {
        const powerW = load.meanW(startMs + minute * 60_000)
        expect(Number.isSafeInteger(powerW) && powerW > 0).toBe(true)
        const hour = Math.floor(minute / 60 + 1) % 24
        hours[hour] = (hours[hour] ?? 0) + powerW
      }
    }
    expect(hours[19] ?? 0).toBeGreaterThan(2 * (hours[3] ?? 0))
  })

  it('is a function of seed, home and time alone, in whatever order it is asked', () => {
    const minutes = Array.from({ length: 3 * 1440 }, (_, minute) => startMs + minute * 60_000)
    const forward = loadOf('a')
    const backward = loadOf('a')
    const seen = minutes.map((minuteMs) => forward.meanW(minuteMs))
    expect(minutes.toReversed().map((minuteMs) => backward.meanW(minuteMs))).toEqual(seen.toReversed())
    const neighbour = loadOf('b')
    expect(minutes.map((minuteMs) => neighbour.meanW(minuteMs))).not.toEqual(seen)
    const reseeded = loadOf('a', 2)
    expect(minutes.map((minuteMs) => reseeded.meanW(minuteMs))).not.toEqual(seen)
  })
})
