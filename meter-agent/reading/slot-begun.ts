import { slotStartMs } from '#protocol/slot.ts'
import type { Begun } from '../forecasters/forecaster.ts'
import type { RecorderState } from './recorder.ts'

const MINUTE_MS = 60_000

/** How the slot that runs has begun, by the last reading; null while none is counted from its start. */
export function slotBegun({ slot, last }: RecorderState, slotMinutes: number): Begun | null {
  if (slot === null || last === null) return null
  const { importWh, exportWh, timeMs } = last.reading
  const minutes = (timeMs - slotStartMs({ slot: slot.slot, slotMinutes })) / MINUTE_MS
  return { slot: slot.slot, minutes, netWh: exportWh - slot.exportWh - (importWh - slot.importWh) }
}
