import type { ForecastAsk, NetHistory, Outlook } from './history-forecaster.ts'

/** How many of the last slots make the forecast where yesterday is not known. */
const RECENT_SLOTS = 2
/** How far back they are looked for. */
const RECENT_WITHIN_SLOTS = 8
/** How much of a recent slot's net is still expected one slot later. */
const DAMPING = 0.9
const MINUTES_PER_DAY = 1_440

/**
 * Persistence, in whole Wh: the same slot yesterday; where that is not known, the mean of the last two slots, damped by
 * 0.9 for every slot ahead; nothing known: 0.
 */
export function persistedNetWh(history: NetHistory, ask: ForecastAsk): number {
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

/** Tomorrow is as today was. */
export const persistence: Outlook = { name: 'persistence', days: 1, netWh: persistedNetWh }
