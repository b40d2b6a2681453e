import { quoteSlots } from './quote-slots.ts'
import type { Trader } from './trader.ts'

/** A price that gives way from its first to its last in equal steps. */
interface Ramp {
  readonly firstEurPerMWh: number
  readonly lastEurPerMWh: number
  readonly windowMs: number
  readonly everyMs: number
}

/**
 * The price of a ramp after `elapsedMs`, EUR/MWh with fractions: first − (first − last) × k ÷ n after k whole steps,
 * where n is one less than fit into the window (and 1 at least): the last price stands for a whole step.
 */
export function rampPrice(ramp: Ramp, elapsedMs: number): number {
  const { firstEurPerMWh, lastEurPerMWh, windowMs, everyMs } = ramp
  const steps = Math.max(1, Math.floor(windowMs / everyMs) - 1)
  const taken = Math.min(steps, Math.max(0, Math.floor(elapsedMs / everyMs)))
  return firstEurPerMWh - ((firstEurPerMWh - lastEurPerMWh) * taken) / steps
}

/** The ramp moves by the millisecond: as smoothly as it is asked. */
const EVERY_MS = 1

/**
 * Asks for its best price first and gives way in a straight line until, at the gate, it takes its worst acceptable
 * one: sellers from the cap down to the feed-in tariff, buyers from the feed-in tariff up to the cap.
 */
export const rampTrader: Trader = {
  name: 'ramp',
  hears: 'nothing',
  quotes: (input) =>
    quoteSlots(input, ({ slot, side, bestEurPerMWh, limitEurPerMWh }) => {
      const windowMs = input.tradingWindowMs
      const ramp = { firstEurPerMWh: bestEurPerMWh, lastEurPerMWh: limitEurPerMWh, windowMs, everyMs: EVERY_MS }
      const price = rampPrice(ramp, windowMs - slot.msToGate)
      return side === 'sell' ? Math.ceil(price) : Math.floor(price)
    }),
}
