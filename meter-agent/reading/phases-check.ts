import { ReadingQuality } from '#protocol/reading-quality.ts'
import type { Witness } from '../witness.ts'

/** Phases are rounded one by one. */
const MARGIN = 0.05
const SLACK_W = 50
/** Some meters take the phases seconds after their sum: a load that is switched between makes one sample disagree. */
const SAMPLES_TO_BELIEVE = 3

/**
 * The saldo: the powers of the phases sum to the power, within 5 % and 50 W; if not for three samples, it is doubted.
 * Phases that are all 0 are those of a meter that does not tell them apart. `apart` counts the samples that disagreed
 * in a row.
 */
export function checkPhases(
  apart: number,
  powerW: number | null,
  { phasePowerW }: Witness,
): { readonly apart: number; readonly quality: number } {
  if (powerW === null || phasePowerW === undefined) return { apart: 0, quality: 0 }
  const sumW = phasePowerW.reduce((sum, phaseW) => sum + phaseW, 0)
  const grossW = phasePowerW.reduce((sum, phaseW) => sum + Math.abs(phaseW), 0)
  if (grossW === 0 || Math.abs(sumW - powerW) <= SLACK_W + MARGIN * grossW) return { apart: 0, quality: 0 }
  const now = Math.min(apart + 1, SAMPLES_TO_BELIEVE)
  return { apart: now, quality: now < SAMPLES_TO_BELIEVE ? 0 : ReadingQuality.phasesDisagree }
}
