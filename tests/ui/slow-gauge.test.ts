import { describe, expect, it } from 'vitest'
import { SlowGauge } from '../../ui/src/slow-gauge.ts'

/** So many windows of four seconds, each busy for a share. */
function lookedAt(gauge: SlowGauge, from: number, shares: readonly number[]): number {
  let nowMs = from
  for (const share of shares) {
    gauge.note(4_000 * share)
    nowMs += 4_000
    gauge.look(nowMs)
  }
  return nowMs
}

describe('a browser that cannot keep up', () => {
  it('is known by the share of time that it is busy, and forgiven slowly', () => {
    const gauge = new SlowGauge(0)
    let nowMs = lookedAt(gauge, 0, [0.6, 0.9, 0.6])
    expect(gauge.motion).toBe('full')
    nowMs = lookedAt(gauge, nowMs, [0.8, 0.8])
    expect(gauge.motion).toBe('less')
    nowMs = lookedAt(gauge, nowMs, [0.1, 0.1, 0.1])
    expect(gauge.motion).toBe('less')
    lookedAt(gauge, nowMs, [0.1])
    expect(gauge.motion).toBe('full')
  })

  it('does not turn back while it is half busy', () => {
    const gauge = new SlowGauge(0)
    lookedAt(gauge, 0, [0.9, 0.9, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4])
    expect(gauge.motion).toBe('less')
  })

  it('is not judged by a time in which it slept', () => {
    const gauge = new SlowGauge(0)
    gauge.note(60_000)
    gauge.look(60_000)
    expect(gauge.motion).toBe('full')
  })
})
