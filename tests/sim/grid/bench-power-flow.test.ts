import { describe, expect, it } from 'vitest'
import { benchPowerFlow } from '#sim/index.ts'

describe('bench powerflow', async () => {
  const days = 2
  const report = await benchPowerFlow({ seed: 1, turnMs: 20, days })

  it('solves every bus of the feeders that it names', () => {
    const { ieee906ThreePhase, ieee906Merged, radial10000Balanced } = report
    expect(ieee906ThreePhase.buses).toBe(907)
    expect(ieee906Merged.buses).toBeLessThan(150)
    expect(radial10000Balanced.buses).toBe(10_000)
    for (const { perSecond, iterations } of [ieee906ThreePhase, ieee906Merged, radial10000Balanced]) {
      expect(perSecond).toBeGreaterThan(0)
      expect(iterations).toBeGreaterThan(2)
    }
  })

  it('ends between two days when it is told to', async () => {
    const controller = new AbortController()
    const onDay = (day: number) => day === 3 && controller.abort()
    const stopped = benchPowerFlow({ seed: 1, turnMs: 1, signal: controller.signal, onDay })
    await expect(stopped).rejects.toThrow(/abort/i)
  })

  it('takes what the homes take, whoever has which day, and what is lost', () => {
    const { minutes, sourceWh, lossWh } = report.ieeeYear
    expect(minutes).toBe(days * 1_440)
    expect(Math.abs(sourceWh - lossWh - days * 483_914.15)).toBeLessThan(1)
    expect(lossWh / days).toBeGreaterThan(3_000)
    expect(lossWh / days).toBeLessThan(8_000)
  })
})
