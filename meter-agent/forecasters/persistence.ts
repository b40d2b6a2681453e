import type { ForecastAsk, NetHistory, Outlook } from './history-forecaster.ts'

/** How many of the last slots make the forecast where yesterday is not known. */
const RECENT_SLOTS = 2
/** How far back they are looked for. */
const RECENT_WITHIN_SLOTS = 8
/** How much of a recent slot's net is still expected one slot later. */
const DAMPING = 0.9
const MINUTES_PER_DAY = 1_440

/** Persistence, in whole Wh: the same slot yesterday; where that is not known, what `recentNetWh` says. */
function persistedNetWh(history: NetHistory, ask: ForecastAsk): number {
  return history.get(ask.slot - MINUTES_PER_DAY / ask.slotMinutes) ?? recentNetWh(history, ask)
}

/** The mean of the last two slots, in whole Wh, damped by 0.9 for every slot ahead; nothing known: 0. */
export function recentNetWh(history: NetHistory, { slot, knownSlot, begunWh }: ForecastAsk): number {
  const used = begunWh === null ? [] : [begunWh]
  for (let back = 0; back < RECENT_WITHIN_SLOTS && used.length < RECENT_SLOTS; back++) {
    const net = history.get(knownSlot - back)
    if (net !== undefined) used.push(net)
  }
  if (used.length === 0) return 0
  const mean = used.reduce((sum, net) => sum + net, 0) / used.length
  return Math.trunc(mean * DAMPING ** (slot - knownSlot - (begunWh === null ? 0 : 1))) || 0
}

/** Tomorrow is as today was. */
export const persistence: Outlook = { name: 'persistence', days: 1, netWh: persistedNetWh }
