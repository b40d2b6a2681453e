import type { Reading } from '#protocol/reading.ts'
import { ReadingQuality } from '#protocol/reading-quality.ts'
import type { MeterSample } from '../settlement-meter.ts'
import type { Witness } from '../witness.ts'
import { clockQuality } from './clock-check.ts'
import type { CounterLimits } from './counter-step.ts'
import { checkEnergy, type EnergyWindow } from './energy-check.ts'
import { checkFrozen, type StillPower } from './frozen-check.ts'
import { powerQuality } from './guard.ts'
import type { NetCount } from './net-count.ts'
import { checkPhases } from './phases-check.ts'
import { frequencyQuality, voltageQuality } from './power-guard.ts'
import { type Place, sunQuality } from './sun-check.ts'

/** What the checks over time remember. */
export interface ChecksState {
  readonly energy: EnergyWindow | null
  readonly still: StillPower | null
  /** how many samples in a row had phases that do not sum up */
  readonly apart: number
}

/** Of counters with one of these nothing can be said by their difference to those before. */
const UNRELIABLE =
  ReadingQuality.counterHeld |
  ReadingQuality.counterReset |
  ReadingQuality.counterReturned |
  ReadingQuality.notAvailable |
  ReadingQuality.implausible |
  ReadingQuality.clockJumped

/**
 * Everything that a sample is held against besides its own counters: nameplate, bands, phases, clock, sun, and over
 * time the energy. Gives the bits of all that contradicts it.
 */
export function judgeSample(
  state: ChecksState | undefined,
  now: {
    readonly sample: MeterSample
    readonly witness: Witness
    /** as it would be published */
    readonly counters: { readonly importWh: number; readonly exportWh: number; readonly quality: number }
    readonly previous: Reading | undefined
    readonly at: Pick<Reading, 'bootId' | 'timeMs' | 'monotonicMs' | 'clock'>
    readonly limits: CounterLimits
    readonly place: Place | undefined
  },
): { readonly state: ChecksState; readonly quality: number } {
  const { sample, witness, counters, at, limits } = now
  const { production } = witness
  const producedQuality =
    production === undefined || production.nameplateW === null
      ? 0
      : powerQuality(production.powerW, { connectionPowerW: production.nameplateW })
  const momentQuality =
    powerQuality(sample.powerW, limits) |
    producedQuality |
    voltageQuality(witness) |
    frequencyQuality(witness) |
    clockQuality(now.previous, at) |
    sunQuality(witness, now.place, at.timeMs)
  const reliable = ((momentQuality | counters.quality) & UNRELIABLE) === 0 && sample.powerW !== null
  const count: NetCount | null = reliable
    ? {
        timeMs: at.timeMs,
        netWh: counters.importWh - counters.exportWh,
        powerW: sample.powerW ?? 0,
        unitWh: Math.max(1, witness.importCounter?.unitWh ?? 1, witness.exportCounter?.unitWh ?? 1),
        timeToleranceMs: limits.timeToleranceMs,
      }
    : null
  const energy = checkEnergy(state?.energy ?? null, count)
  const frozen = checkFrozen(state?.still ?? null, count)
  const phases = checkPhases(state?.apart ?? 0, sample.powerW, witness)
  return {
    state: { energy: energy.window, still: frozen.still, apart: phases.apart },
    quality: momentQuality | energy.quality | frozen.quality | phases.quality,
  }
}

/** What bounds counters and power: the connection, or the meter's nameplate where that is less. */
export function limitsOf(limits: CounterLimits, { nameplateW }: Witness): CounterLimits {
  if (nameplateW === undefined) return limits
  return { ...limits, connectionPowerW: Math.min(limits.connectionPowerW, nameplateW) }
}
