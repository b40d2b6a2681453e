import { describe, expect, it } from 'vitest'
import { Checkpoints } from '#matching-engine/runs/checkpoints.ts'

describe('checkpoints', () => {
  it('become sparser when they are too many, and are found by sequence and by time', () => {
    const checkpoints = new Checkpoints()
    let added = 0
    for (let sequence = 1; sequence <= 5_000; sequence++) {
      if (sequence % checkpoints.stride !== 0) continue
      checkpoints.add({ sequence, timeMs: Math.floor(sequence / 3), packed: new Uint8Array(1) })
      added++
    }
    expect(checkpoints.stride).toBe(16)
    expect(added).toBeLessThan(2_000)
    for (const sequence of [16, 17, 400, 4_999]) {
      expect(checkpoints.before({ sequence })?.sequence).toBe(sequence - (sequence % 16))
    }
    expect(checkpoints.before({ sequence: 15 })).toBeUndefined()
    const byTime = checkpoints.before({ timeMs: 1_000 })
    expect(byTime?.timeMs).toBeLessThanOrEqual(1_000)
    expect(checkpoints.before({ sequence: (byTime?.sequence ?? 0) + 16 })?.timeMs).toBeGreaterThan(1_000)
  })
})
