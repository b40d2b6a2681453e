import { describe, expect, it } from 'vitest'
import { GrowingColumns } from '#matching-engine/runs/growing-columns.ts'

describe('growing columns', () => {
  it('keep the newest rows, at least half of what they may', () => {
    const columns = new GrowingColumns({ sequence: 'double', home: 'int', flag: 'byte' }, 3_000)
    for (let sequence = 0; sequence < 10_000; sequence++) columns.add({ sequence, home: -sequence, flag: sequence % 2 })
    expect(columns.rows).toBeGreaterThanOrEqual(1_500)
    expect(columns.rows).toBeLessThanOrEqual(3_000)
    expect(columns.rows + columns.forgotten).toBe(10_000)
    const last = columns.rows - 1
    expect([columns.value('sequence', last), columns.value('home', last), columns.value('flag', last)]).toEqual([
      9_999, -9_999, 1,
    ])
    expect(columns.value('sequence', columns.firstAbove('sequence', 9_000))).toBe(9_001)
  })
})
