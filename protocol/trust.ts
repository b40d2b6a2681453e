import { ReadingQuality } from './reading-quality.ts'

/** A reason to doubt a reading or a statement: the name of a bit of its quality. */
export type Reason = keyof typeof ReadingQuality

/**
 * How much of the trust each reason leaves. What costs no energy its certainty takes little: a counter that is held
 * is right again with the next good value, a gap is bridged by the counters. What may have lost or invented energy
 * takes more than half.
 */
const LEAVES: Readonly<Record<Reason, number>> = {
  counterHeld: 0.9,
  notAvailable: 0.9,
  implausible: 0.8,
  afterGap: 0.95,
  counterReset: 0.4,
  counterWrapped: 1,
  counterReturned: 0.9,
  scaleChanged: 0.8,
  voltageOutOfBand: 0.9,
  frequencyOutOfBand: 0.9,
  energyMismatch: 0.4,
  frozen: 0.4,
  sunAtNight: 0.3,
  phasesDisagree: 0.6,
  clockJumped: 0.6,
}
const KNOWN = Object.entries(ReadingQuality) as readonly (readonly [Reason, number])[]
const KNOWN_BITS = KNOWN.reduce((bits, [, bit]) => bits | bit, 0)
/** what bits leave that a newer agent set and this program does not know */
const UNKNOWN_LEAVES = 0.4

/** Below this a statement is doubtful: its energy is settled at the tariffs, and attests nothing (no energy credit). */
export const LEAST_TRUST = 0.5

/** The reasons that a quality names, in the order of their bits. Bits that nobody knows have no name. */
export function reasonsOf(quality: number): readonly Reason[] {
  return KNOWN.filter(([, bit]) => (quality & bit) !== 0).map(([name]) => name)
}

/**
 * How far a reading or statement of this quality can be trusted, 0 to 1: the product of what each of its reasons
 * leaves, in the order of their bits, to two decimals, so that every machine finds the same.
 */
export function trustOf(quality: number): number {
  const known = reasonsOf(quality).reduce((trust, reason) => trust * LEAVES[reason], 1)
  const isKnown = quality <= KNOWN_BITS
  return Math.round(known * (isKnown ? 1 : UNKNOWN_LEAVES) * 100) / 100
}
