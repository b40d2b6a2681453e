import { describe, expect, it } from 'vitest'
import { clockQuality } from '#meter-agent/reading/clock-check.ts'
import { checkEnergy, type EnergyWindow } from '#meter-agent/reading/energy-check.ts'
import { checkFrozen, type StillPower } from '#meter-agent/reading/frozen-check.ts'
import type { NetCount } from '#meter-agent/reading/net-count.ts'
import { checkPhases } from '#meter-agent/reading/phases-check.ts'
import { type ChecksState, judgeSample, limitsOf } from '#meter-agent/reading/plausibility.ts'
import { frequencyQuality, voltageQuality } from '#meter-agent/reading/power-guard.ts'
import { sunQuality } from '#meter-agent/reading/sun-check.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'

const { clockJumped, energyMismatch, frequencyOutOfBand, frozen, phasesDisagree, sunAtNight, voltageOutOfBand } =
  ReadingQuality

/** A meter's moments, `everyMs` apart, as `powerOf` and `countOf` tell them of the time in hours. */
function moments(options: {
  readonly hours: number
  readonly everyMs: number
  readonly powerOf: (hours: number) => number
  readonly countOf: (hours: number) => number
  readonly unitWh?: number
}): readonly NetCount[] {
  const { hours, everyMs, powerOf, countOf, unitWh = 1 } = options
  return Array.from({ length: Math.floor((hours * 3_600_000) / everyMs) + 1 }, (_, i) => {
    const at = (i * everyMs) / 3_600_000
    const netWh = Math.floor(countOf(at) / unitWh) * unitWh
    return { timeMs: i * everyMs, netWh, powerW: powerOf(at), unitWh, timeToleranceMs: 1_000 }
  })
}

const energyBits = (all: readonly (NetCount | null)[]) => {
  let window: EnergyWindow | null = null
  return all.reduce((bits, now) => {
    const checked = checkEnergy(window, now)
    window = checked.window
    return bits | checked.quality
  }, 0)
}
const frozenBits = (all: readonly (NetCount | null)[]) => {
  let still: StillPower | null = null
  return all.reduce((bits, now) => {
    const checked = checkFrozen(still, now)
    still = checked.still
    return bits | checked.quality
  }, 0)
}

describe('energy against integrated power', () => {
  const steady = { hours: 2, everyMs: 10_000, powerOf: () => 2_000 }

  it.each([
    ['counts what the power says', 1, 0],
    ['counts 3 % more', 1.03, 0],
    ['counts 12 % more', 1.12, energyMismatch],
    ['counts nothing', 0, energyMismatch],
    ['counts the other way', -1, energyMismatch],
  ])('a meter that %s', (_, factor, bits) => {
    expect(energyBits(moments({ ...steady, countOf: (hours) => 2_000 * hours * factor }))).toBe(bits)
  })

  it('accuses no meter that counts in tenths of a kWh', () => {
    expect(energyBits(moments({ ...steady, countOf: (hours) => 2_000 * hours, unitWh: 100 }))).toBe(0)
  })

  it('accuses nobody where the samples are too far apart to tell', () => {
    const sparse = { ...steady, everyMs: 300_000 }
    expect(energyBits(moments({ ...sparse, countOf: (hours) => 900 * hours }))).toBe(0)
  })

  it('accuses no oven that is switched between two samples: their power says nothing of what was between', () => {
    // On for 10 s of every 20 s, and sampled always just when it is on.
    const oven = { hours: 3, everyMs: 30_000, powerOf: (hours: number) => ((hours * 120) % 2 < 1 ? 3_000 : 100) }
    expect(energyBits(moments({ ...oven, countOf: (hours) => 1_400 * hours }))).toBe(0)
  })

  it('begins anew after what cannot be relied on', () => {
    const honest = moments({ ...steady, countOf: (hours) => 2_000 * hours })
    const jumped = honest.map((now) => ({ ...now, netWh: now.netWh + 9_000 }))
    const half = honest.length / 2
    expect(energyBits([...honest.slice(0, half), ...jumped.slice(half)])).toBe(energyMismatch)
    expect(energyBits([...honest.slice(0, half), null, ...jumped.slice(half)])).toBe(0)
  })
})

describe('a power that stands still', () => {
  const still = { hours: 1, everyMs: 30_000, powerOf: () => 1_234 }

  it.each([
    ['while the counters count what it says', (hours: number) => 1_234 * hours, 0],
    ['while they count twice as much', (hours: number) => 2_468 * hours, frozen],
    ['while they stand still too', () => 5_000, frozen],
  ])('%s', (_, countOf, bits) => expect(frozenBits(moments({ ...still, countOf }))).toBe(bits))

  it('is no frozen one when it is 0 and nothing flows, all night long', () => {
    expect(frozenBits(moments({ hours: 9, everyMs: 60_000, powerOf: () => 0, countOf: () => 777 }))).toBe(0)
  })

  it('is no frozen one when a telegram comes again and again for some minutes', () => {
    expect(frozenBits(moments({ ...still, hours: 0.1, countOf: () => 5_000 }))).toBe(0)
  })

  it('is no frozen one when a battery holds it at 0 and is overrun between two samples that are far apart', () => {
    const held = { hours: 4, everyMs: 450_000, powerOf: () => 0, countOf: (hours: number) => 60 * hours }
    expect(frozenBits(moments(held))).toBe(0)
    expect(frozenBits(moments({ ...held, everyMs: 60_000 }))).toBe(frozen)
  })

  it('is no frozen one when its last digit moves', () => {
    const moving = moments({
      ...still,
      powerOf: (hours) => 1_234 + (Math.round(hours * 120) % 2),
      countOf: () => 5_000,
    })
    expect(frozenBits(moving)).toBe(0)
  })
})

describe('the moment', () => {
  it.each([
    [[230, 229.4, 231], undefined, 0],
    [[118.9, 121], undefined, 0],
    [[230, 0, 0.4], undefined, 0],
    [[6553.5], undefined, voltageOutOfBand],
    [[230, 65], undefined, voltageOutOfBand],
    [[262], { min: 195, max: 265 }, 0],
    [[121], { min: 195, max: 265 }, voltageOutOfBand],
  ])('of voltages %j in the band %j has quality bits %i', (voltageV, voltageBandV, bits) => {
    expect(voltageQuality({ voltageV, ...(voltageBandV === undefined ? {} : { voltageBandV }) })).toBe(bits)
  })

  it.each([
    [49.98, undefined, 0],
    [60.01, undefined, 0],
    [0, undefined, 0],
    [655.35, undefined, frequencyOutOfBand],
    [60, { min: 45, max: 55 }, frequencyOutOfBand],
  ])('of %f Hz in the band %j has quality bits %i', (frequencyHz, frequencyBandHz, bits) => {
    expect(frequencyQuality({ frequencyHz, ...(frequencyBandHz === undefined ? {} : { frequencyBandHz }) })).toBe(bits)
  })

  it.each([
    [-1_234, [150, -884, -500], 0],
    [-1_234, [150, 884, 500], phasesDisagree],
    [3_010, [1_000, 1_000, 1_000], 0],
    [3_000, [0, 0, 0], 0],
    [null, [1_000, 1_000, 1_000], 0],
  ])('of %s W over phases %j, three times, has quality bits %i', (powerW, phasePowerW, bits) => {
    expect(checkPhases(2, powerW, { phasePowerW }).quality).toBe(bits)
  })

  it('of phases that are read after their sum is not doubted for a load that is switched between', () => {
    const once = checkPhases(0, 2_027, { phasePowerW: [170, 1_247, 209] })
    expect(once).toEqual({ apart: 1, quality: 0 })
    expect(checkPhases(once.apart, 1_626, { phasePowerW: [170, 1_247, 209] })).toEqual({ apart: 0, quality: 0 })
  })

  it('is bounded by the nameplate where that is less than the connection', () => {
    const limits = { connectionPowerW: 43_470, timeToleranceMs: 0 }
    expect(limitsOf(limits, { nameplateW: 23_000 }).connectionPowerW).toBe(23_000)
    expect(limitsOf(limits, { nameplateW: 69_000 }).connectionPowerW).toBe(43_470)
    expect(limitsOf(limits, {}).connectionPowerW).toBe(43_470)
  })
})

describe('the sun', () => {
  const potsdam = { latitudeDeg: 52.4, longitudeDeg: 13.1 }
  const makes = (powerW: number) => ({ production: { powerW, nameplateW: null } })

  it.each([
    ['at midnight', Date.UTC(2026, 0, 15, 23), 2_000, sunAtNight],
    ['at midnight, as the noise of a sensor', Date.UTC(2026, 0, 15, 23), 12, 0],
    ['at noon', Date.UTC(2026, 0, 15, 11), 2_000, 0],
    ['in the dusk, a little below the horizon', Date.UTC(2026, 0, 15, 15, 45), 60, 0],
  ])('makes power %s', (_, timeMs, powerW, bits) => expect(sunQuality(makes(powerW), potsdam, timeMs)).toBe(bits))

  it('of Potsdam’s midnight shines in Auckland, and somewhere where nobody says', () => {
    const midnight = Date.UTC(2026, 0, 15, 23)
    expect(sunQuality(makes(2_000), { latitudeDeg: -36.8, longitudeDeg: 174.8 }, midnight)).toBe(0)
    expect(sunQuality(makes(2_000), undefined, midnight)).toBe(0)
  })
})

describe('the clock', () => {
  const before = { bootId: 3, timeMs: 1_000_000, monotonicMs: 500 }
  const qualityAfter = (
    wallMs: number,
    ranMs: number,
    bootId = 3,
    clock: 'synchronised' | 'simulated' = 'synchronised',
  ) => clockQuality(before, { bootId, timeMs: 1_000_000 + wallMs, monotonicMs: 500 + ranMs, clock })

  it('is seen to jump, forth and back', () => {
    expect(qualityAfter(3_600_000, 10_000)).toBe(clockJumped)
    expect(qualityAfter(-3_600_000, 10_000)).toBe(clockJumped)
  })

  it('may be slewed, and stamped to the second', () => {
    expect(qualityAfter(10_900, 10_000)).toBe(0)
    expect(qualityAfter(86_400_000 + 40_000, 86_400_000)).toBe(0)
  })

  it('is not judged over a restart, nor where it is simulated', () => {
    expect(qualityAfter(3_600_000, 10_000, 4)).toBe(0)
    expect(qualityAfter(3_600_000, 10_000, 3, 'simulated')).toBe(0)
    expect(clockQuality(undefined, { ...before, clock: 'synchronised' })).toBe(0)
  })
})

describe('everything together', () => {
  const limits = { connectionPowerW: 10_000, timeToleranceMs: 1_000 }

  /** The bits of an hour of samples half a minute apart. */
  const bitsOf = (told: (minutes: number) => { powerW: number; importWh: number; quality?: number }) => {
    let state: ChecksState | undefined
    let bits = 0
    for (let i = 0; i <= 120; i++) {
      const { powerW, importWh, quality = 0 } = told(i / 2)
      const judged = judgeSample(state, {
        sample: { importWh, exportWh: 0, powerW },
        witness: {},
        counters: { importWh: Math.floor(importWh), exportWh: 0, quality },
        previous: undefined,
        at: { bootId: 1, timeMs: i * 30_000, monotonicMs: i * 30_000, clock: 'synchronised' },
        limits,
        place: undefined,
      })
      state = JSON.parse(JSON.stringify(judged.state))
      bits |= judged.quality
    }
    return bits
  }

  it('sees a power that froze, and one that is not what the counters count', () => {
    expect(bitsOf((minutes) => ({ powerW: 6_000, importWh: 100 * minutes }))).toBe(0)
    expect(bitsOf(() => ({ powerW: 6_000, importWh: 0 }))).toBe(frozen | energyMismatch)
    expect(bitsOf((minutes) => ({ powerW: 6_000 + (minutes % 7), importWh: 50 * minutes }))).toBe(energyMismatch)
  })

  it('says nothing by counters that were held meanwhile', () => {
    const held = (minutes: number) => ({ quality: minutes % 8 === 0 ? ReadingQuality.counterHeld : 0 })
    expect(bitsOf((minutes) => ({ powerW: 6_000, importWh: 0, ...held(minutes) }))).toBe(0)
  })

  it('holds an inverter to its own nameplate', () => {
    const judge = (powerW: number) =>
      judgeSample(undefined, {
        sample: { importWh: 0, exportWh: 0, powerW: 0 },
        witness: { production: { powerW, nameplateW: 5_000 } },
        counters: { importWh: 0, exportWh: 0, quality: 0 },
        previous: undefined,
        at: { bootId: 1, timeMs: 0, monotonicMs: 0, clock: 'synchronised' },
        limits,
        place: undefined,
      }).quality
    expect([judge(5_900), judge(6_100)]).toEqual([0, ReadingQuality.implausible])
  })
})
