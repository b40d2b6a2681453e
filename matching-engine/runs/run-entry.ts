import type { LoggedEvent } from '#protocol/market-event.ts'
import type { RecordedEntry } from '#protocol/picture/recording.ts'

/** One sequence of a run: an event of a log, or what a recording tells at it. */
export type RunEntry = LoggedEvent | RecordedEntry

/** When it happened, Unix ms. */
export const timeMsOf = (entry: RunEntry): number => ('event' in entry ? entry.event.timeMs : entry.timeMs)

/** Whether it goes on with what the entry before it began: what a command does to a book is told in several. */
export function goesOn(entry: RunEntry): boolean {
  if (!('event' in entry)) return false
  const { type } = entry.event
  return type === 'TradeMatched' || type === 'OrderReduced' || type === 'OrderClosed'
}
