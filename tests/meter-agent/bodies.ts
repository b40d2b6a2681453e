import type { Reading } from '#protocol/reading.ts'
import type { Statement } from '#protocol/statement.ts'

/** A reading body for tests that do not look into it. */
export const readingOf = (sequence: number): Reading => ({
  version: 1,
  deviceId: 'meter-1',
  sequence,
  bootId: 1,
  timeMs: 1_000 * sequence,
  clock: 'simulated',
  monotonicMs: sequence,
  importWh: 10 * sequence,
  exportWh: 0,
  powerW: 0,
  quality: 0,
  source: 'certified-meter',
  profileHash: `0x${'2'.repeat(64)}`,
  registersHash: `0x${'2'.repeat(64)}`,
  previousHash: `0x${'0'.repeat(64)}`,
})

/** A statement body for tests that do not look into it. */
export const statementOf = (slot: number): Statement => ({
  deviceId: 'meter-1',
  account: `0x${'a'.repeat(40)}`,
  neighbourhood: 'elm-street',
  slot,
  importWh: 100,
  exportWh: 0,
  firstSequence: 1,
  lastSequence: 4,
  chainHead: `0x${'5'.repeat(64)}`,
  quality: 0,
  estimated: false,
})
