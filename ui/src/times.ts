import { slotStartMs } from '#protocol/slot.ts'
import { locale } from './words/words.ts'

/** How a moment (Unix ms) reads, in the viewer's time zone or in UTC. */
export interface Times {
  /** "Tue, 14 Jul 2026" */
  readonly date: (timeMs: number) => string
  /** "12:45" */
  readonly clock: (timeMs: number) => string
  /** "CEST" */
  readonly zone: (timeMs: number) => string
  /** "Tue, 14 Jul, 12:45" */
  readonly moment: (timeMs: number) => string
  /** "14 Jul" */
  readonly day: (timeMs: number) => string
}

/** Times in one zone: an IANA name, or the viewer's own when left out. */
export function timesIn(timeZone?: string): Times {
  /** A format is slow to make, and most who tell times need one of them: each is made when it is used first. */
  const made = (options: Intl.DateTimeFormatOptions): (() => Intl.DateTimeFormat) => {
    let format: Intl.DateTimeFormat | undefined
    return () => {
      format ??= new Intl.DateTimeFormat(locale, { ...options, ...(timeZone === undefined ? {} : { timeZone }) })
      return format
    }
  }
  const hours = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  const date = made({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
  const clock = made(hours)
  const day = made({ day: 'numeric', month: 'short' })
  const moment = made({ weekday: 'short', day: 'numeric', month: 'short', ...hours })
  const named = made({ timeZoneName: 'short' })
  return {
    date: (timeMs) => date().format(timeMs),
    clock: (timeMs) => clock().format(timeMs),
    zone: (timeMs) =>
      named()
        .formatToParts(timeMs)
        .find((part) => part.type === 'timeZoneName')?.value ?? 'UTC',
    moment: (timeMs) => moment().format(timeMs),
    day: (timeMs) => day().format(timeMs),
  }
}

/** When a slot delivers, "13:15–13:30". */
export function slotSpan(times: Times, slot: { readonly slot: number; readonly slotMinutes: number }): string {
  const next = { slot: slot.slot + 1, slotMinutes: slot.slotMinutes }
  return `${times.clock(slotStartMs(slot))}–${times.clock(slotStartMs(next))}`
}
