import { slotStartMs } from '#protocol/slot.ts'
import { locale } from './words.ts'

/** How a moment (Unix ms) reads, in the viewer's time zone or in UTC. */
export interface Times {
  /** "Tue, 14 Jul 2026" */
  readonly date: (timeMs: number) => string
  /** "12:45" */
  readonly clock: (timeMs: number) => string
  /** "CEST" */
  readonly zone: (timeMs: number) => string
}

/** Times in one zone: an IANA name, or the viewer's own when left out. */
export function timesIn(timeZone?: string): Times {
  const zone = timeZone === undefined ? {} : { timeZone }
  const date = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    ...zone,
  })
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...zone })
  const named = new Intl.DateTimeFormat(locale, { timeZoneName: 'short', ...zone })
  return {
    date: (timeMs) => date.format(timeMs),
    clock: (timeMs) => clock.format(timeMs),
    zone: (timeMs) => named.formatToParts(timeMs).find((part) => part.type === 'timeZoneName')?.value ?? 'UTC',
  }
}

/** When a slot delivers, "13:15–13:30". */
export function slotSpan(times: Times, slot: { readonly slot: number; readonly slotMinutes: number }): string {
  const next = { slot: slot.slot + 1, slotMinutes: slot.slotMinutes }
  return `${times.clock(slotStartMs(slot))}–${times.clock(slotStartMs(next))}`
}
