import type { Refusal } from '#protocol/refusal.ts'
import { type MarketView, refuse, slotTimes } from './market-view.ts'

/** NOT_TRADING or SLOT_NOT_OPEN unless the slot's book is open; a halted one is, for cancels. */
export function gateRefusal(view: MarketView, slot: number): Refusal | null {
  const known = view.street.slots.get(slot)
  const { gateMs } = slotTimes(slot, view.rules)
  if (view.nowMs >= gateMs) {
    return refuse('NOT_TRADING', `slot ${slot} closed its gate at ${gateMs}; it is ${view.nowMs}`, 'body.slot')
  }
  if (known === undefined) {
    const last = Math.max(...view.street.slots.keys())
    return refuse('SLOT_NOT_OPEN', `slot ${slot} is not open: the last one that is is ${last}`, 'body.slot')
  }
  if (known.phase === 'continuous' || known.phase === 'call' || known.phase === 'halted') return null
  return refuse('NOT_TRADING', `slot ${slot} is ${known.phase}`, 'body.slot')
}
