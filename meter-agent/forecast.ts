import type { Statement } from '#protocol/statement.ts'

/** How many of the last slots make the forecast where yesterday is not known. */
const RECENT_SLOTS = 2
/** How much of a recent slot's net is still expected one slot later. */
const DAMPING = 0.9
const MINUTES_PER_DAY = 1_440

/** A slot's net at the connection point in Wh, export positive. */
export type NetHistory = ReadonlyMap<number, number>

/** The net of each stated slot. */
export function netHistory(statements: Iterable<Pick<Statement, 'slot' | 'importWh' | 'exportWh'>>): NetHistory {
  return new Map(Array.from(statements, ({ slot, importWh, exportWh }) => [slot, exportWh - importWh]))
}

/**
 * Persistence forecast of a slot's net in whole Wh, export positive: the same slot yesterday; where that is not
 * known, the mean of the last two slots, damped by 0.9 for every slot ahead; nothing known: 0.
 */
export function forecastNetWh(
  history: NetHistory,
  ask: { readonly slot: number; readonly slotMinutes: number },
): number {
  const yesterday = history.get(ask.slot - MINUTES_PER_DAY / ask.slotMinutes)
  if (yesterday !== undefined) return yesterday
  const recent = [...history].filter(([slot]) => slot < ask.slot).toSorted(([a], [b]) => b - a)
  const latest = recent[0]
  if (latest === undefined) return 0
  const used = recent.slice(0, RECENT_SLOTS)
  const mean = used.reduce((sum, [, net]) => sum + net, 0) / used.length
  return Math.trunc(mean * DAMPING ** (ask.slot - latest[0])) || 0
}
