import { defaultMarketRules } from '#protocol/market-rules.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { ScenarioMarket } from '../scenario/scenario-market.ts'
import type { SimulationTerms } from './simulation-terms.ts'
import { defaultTraders, makeNamedTrader } from './traders.ts'

/** As many as an agent trades at a time. */
const TRADED_SLOTS = 4
/** Slots whose books are open: those that agents trade, also behind a gate, and one more. */
const SLOTS_AHEAD = TRADED_SLOTS + 2
const TRADE_EVERY_MINUTES = 5
/** Umweltbundesamt, emission factor of the German electricity mix, estimate for 2024. */
const EMISSIONS_G_PER_KWH = 363
/** As in a street that `start` founds. */
const PROTOCOL_FEE_BP = 25
const HOUR_MS = 3_600_000

/** The terms of a scenario's market: what it leaves out is as in a street that `start` founds. */
export function termsOf(market: ScenarioMarket = {}): SimulationTerms {
  const { traders = defaultTraders, emissionsGPerKwh = EMISSIONS_G_PER_KWH } = market
  const rules = { ...defaultMarketRules, slotsAhead: SLOTS_AHEAD, protocolFeeBp: PROTOCOL_FEE_BP }
  const { slotMinutes, tariff } = rules
  return {
    rules,
    tariffAt: () => tariff,
    mechanism: market.mechanism ?? 'continuous',
    coefficients: market.coefficients ?? 'by-demand',
    traderOf: (home) => makeNamedTrader(traders[home % traders.length] ?? 'ramp'),
    forecast: market.forecast ?? 'persistence',
    tradedSlots: TRADED_SLOTS,
    tradeEveryMinutes: market.tradeEveryMinutes ?? TRADE_EVERY_MINUTES,
    emissionsGPerKwhAt: (slot) => {
      if (typeof emissionsGPerKwh === 'number') return emissionsGPerKwh
      const hour = Math.floor(slotStartMs({ slot, slotMinutes }) / HOUR_MS) % 24
      return emissionsGPerKwh[hour] ?? EMISSIONS_G_PER_KWH
    },
  }
}
