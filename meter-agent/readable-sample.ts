import type { MeterSample } from './settlement-meter.ts'

/** Far more than any meter counts, and far below what a reading's whole numbers can hold. */
const MOST = 1e15

/**
 * A sample that a reading can hold: what no meter says, such as the 1e38 of a float whose words were torn, is not
 * available.
 */
export function readableSample({ importWh, exportWh, powerW }: MeterSample): MeterSample {
  const readable = (value: number | null) => (value === null || Math.abs(value) > MOST ? null : value)
  return { importWh: readable(importWh), exportWh: readable(exportWh), powerW: readable(powerW) }
}
