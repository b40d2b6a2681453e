import type { Statement } from '#protocol/statement.ts'

/** How many of the last slots make the forecast where yesterday is not known. */
const RECENT_SLOTS = 2
/** How far back they are looked for. */
const RECENT_WITHIN_SLOTS = 8
/** How much of a recent slot's net is still expected one slot later. */
const DAMPING = 0.9
const MINUTES_PER_DAY = 1_440

/** A slot's net at the connection point in Wh, export positive. */
export type NetHistory = ReadonlyMap<number, number>

/** The net of each stated slot. */
export function netHistory(statements: Iterable<Pick<Statement, 'slot' | 'importWh' | 'exportWh'>>): NetHistory {
  return new Map(Array.from(statements, ({ slot, importWh, exportWh }) => [slot, exportWh - importWh]))
}

/** The last slot that a history knows; null if it knows none. */
export function lastKnownSlot(history: NetHistory): number | null {
  return history.size === 0 ? null : Math.max(...history.keys())
}

/**
 * Persistence forecast of a slot's net in whole Wh, export positive, from what was known at the end of `knownSlot`:
 * the same slot yesterday; where that is not known, the mean of the last two slots, damped by 0.9 for every slot
 * ahead; nothing known: 0.
 */
export function forecastNetWh(
  history: NetHistory,
  ask: { readonly slot: number; readonly knownSlot: number; readonly slotMinutes: number },
): number {
  const { slot, knownSlot, slotMinutes } = ask
  const yesterday = history.get(slot - MINUTES_PER_DAY / slotMinutes)
  if (yesterday !== undefined) return yesterday
  const used: number[] = []
  for (let back = 0; back < RECENT_WITHIN_SLOTS && used.length < RECENT_SLOTS; back++) {
    const net = history.get(knownSlot - back)
    if (net !== undefined) used.push(net)
  }
  if (used.length === 0) return 0
  const mean = used.reduce((sum, net) => sum + net, 0) / used.length
  return Math.trunc(mean * DAMPING ** (slot - knownSlot)) || 0
}

/**
 * What the same forecast, as many slots ahead, would have missed so far: actual − forecast in Wh for each slot of the
 * history that has one before it, ascending. The stated error that a trader may lean on.
 */
export function forecastErrorsWh(
  history: NetHistory,
  ask: { readonly slot: number; readonly knownSlot: number; readonly slotMinutes: number },
): readonly number[] {
  const ahead = ask.slot - ask.knownSlot
  const first = Math.min(...history.keys())
  return [...history]
    .filter(([slot]) => slot - ahead >= first)
    .map(([slot, net]) => net - forecastNetWh(history, { ...ask, slot, knownSlot: slot - ahead }))
    .sort((a, b) => a - b)
}
