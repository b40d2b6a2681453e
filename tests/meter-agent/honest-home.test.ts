import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { checkEnergy, type EnergyWindow } from '#meter-agent/reading/energy-check.ts'
import { checkFrozen, type StillPower } from '#meter-agent/reading/frozen-check.ts'
import { generateScenario, type SimulatedHome } from '#sim/index.ts'

const DAY_MS = 86_400_000
const street = () => Effect.runSync(generateScenario({ homes: 20, seed: 11 })).homes

/** The homes that are accused in a day, whose counters count so many times what flows. */
const accused = (homes: readonly SimulatedHome[], everyMs: number, counts: number) =>
  homes.filter((home) => {
    let window: EnergyWindow | null = null
    let still: StillPower | null = null
    let bits = 0
    for (let timeMs = home.startMs; timeMs <= home.startMs + DAY_MS; timeMs += everyMs) {
      const { powerW, importWh, exportWh } = home.advanceTo(timeMs).grid
      const netWh = Math.floor((importWh - exportWh) * counts)
      const now = { timeMs, netWh, powerW, unitWh: 1, timeToleranceMs: 1_000 }
      const energy = checkEnergy(window, now)
      const frozen = checkFrozen(still, now)
      window = energy.window
      still = frozen.still
      bits |= energy.quality | frozen.quality
    }
    return bits !== 0
  })

describe('the checks over time, in a day of twenty homes', () => {
  it.each([10_000, 37_000, 60_000])('accuse nobody honest who is read every %i ms', (everyMs) => {
    expect(accused(street(), everyMs, 1).map(({ home }) => home)).toEqual([])
  })

  it('accuse everybody whose counters count a fifth too much, read every ten seconds', () => {
    expect(accused(street(), 10_000, 1.2)).toHaveLength(20)
  })
})
