import { describe, expect, it } from 'vitest'
import { ManualClock, simClock } from '#sim/index.ts'

describe('the simulated clock', () => {
  it('runs its speed of simulated seconds a wall second from its start', () => {
    let wallMs = 5_000
    const clock = simClock({ startMs: 1_000_000, speed: 900, wallNowMs: () => wallMs })
    expect(clock.nowMs()).toBe(1_000_000)
    wallMs += 1_000.5
    expect(clock.nowMs()).toBe(1_000_000 + 900_450)
    expect(clock.speed).toBe(900)
  })

  it('gives whole ms and stands still where wall time steps back', () => {
    let wallMs = 0
    const clock = simClock({ startMs: 0, speed: 0.3, wallNowMs: () => wallMs })
    wallMs = 1001
    expect(clock.nowMs()).toBe(300)
    wallMs = 10
    expect(clock.nowMs()).toBe(300)
  })

  it('refuses a speed of nothing, backwards or without end', () => {
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => simClock({ startMs: 0, speed, wallNowMs: () => 0 })).toThrow(/speed/)
    }
  })
})

describe('the manual clock', () => {
  it('moves only when told to, and never back', () => {
    const clock = new ManualClock(1_000)
    clock.advance(500)
    clock.set(2_000)
    clock.set(2_000)
    expect(clock.nowMs()).toBe(2_000)
    expect(() => clock.set(1_999)).toThrow(/cannot go back/)
    expect(() => clock.advance(-1)).toThrow(/cannot go back/)
    expect(() => clock.advance(0.5)).toThrow(/whole/)
  })
})
