import { describe, expect, it } from 'vitest'
import { FeederRun } from '#sim/grid/feeder-run.ts'
import { feederTree } from '#sim/grid/feeder-tree.ts'
import { EN_50160 } from '#sim/grid/limits.ts'
import { type Feeder, NotConverged } from '#sim/index.ts'

const feeder: Feeder = {
  frequencyHz: 50,
  phases: 1,
  source: { bus: '1', voltageLineToLineV: 400, perUnit: 1 },
  lines: [{ from: '1', to: '2', r1Ohm: 0.1, x1Ohm: 0.05, ratingA: 150 }],
  loads: [{ bus: '2', phase: 'ABC', pKw: 0, qKvar: 0 }],
}
const runOf = () => {
  const run = new FeederRun({ tree: feederTree(feeder, { file: 'feeder' }), limits: EN_50160 })
  const step = (watts: number, minutes: number) => {
    run.powers.activeW[0] = watts
    return run.step(minutes)
  }
  return { run, step }
}

describe('a feeder over time', () => {
  it('adds up what it takes and loses, and the minutes in which a limit is broken', () => {
    const { run, step } = runOf()
    expect(step(10_000, 15)).toEqual([])
    expect(step(120_000, 5).map(({ kind }) => kind)).toEqual(['overload'])
    expect(step(170_000, 1).map(({ kind }) => kind)).toEqual(['undervoltage', 'overload'])
    const { minutes, sourceWh, lossWh, violationMinutes } = run.tally()
    expect(minutes).toBe(21)
    expect(violationMinutes).toEqual({ undervoltage: 1, overvoltage: 0, overload: 6, unbalance: 0 })
    expect(sourceWh - lossWh).toBeCloseTo((10_000 * 15 + 120_000 * 5 + 170_000) / 60, 3)
    expect(lossWh).toBeGreaterThan((63.2943 * 15) / 60)
  })

  it('gives its losses in whole Wh, of which none is lost', () => {
    const { run, step } = runOf()
    let takenWh = 0
    for (let minute = 0; minute < 600; minute++) {
      step(3_000 + 10 * minute, 1)
      const wholeWh = run.takeLossWh()
      expect(Number.isSafeInteger(wholeWh)).toBe(true)
      takenWh += wholeWh
    }
    expect(takenWh).toBe(Math.floor(run.tally().lossWh))
    expect(takenWh).toBeGreaterThan(100)
    expect(run.takeLossWh()).toBe(0)
  })

  it('adds nothing of a step that has no solution', () => {
    const { run, step } = runOf()
    step(10_000, 15)
    const before = run.tally()
    expect(() => step(400_000, 15)).toThrow(NotConverged)
    expect(run.tally()).toEqual(before)
    step(10_000, 15)
    expect(run.tally().lossWh).toBeCloseTo(2 * before.lossWh, 6)
  })
})
