import { makeTrader, type TraderName } from '#meter-agent/index.ts'
import { defaultMarketRules, type Tariff } from '#protocol/market-rules.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { ScenarioMarket } from '../scenario/scenario-market.ts'
import { type TariffParts, tariffOver } from '../supplier/supplier-tariff.ts'
import type { SimulationTerms } from './simulation-terms.ts'

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
/** As in `start`: three homes of four by the ramp. */
const TRADERS: readonly TraderName[] = ['ramp', 'ramp', 'ramp', 'zero-intelligence']
/** Traders that decide by what the book shows. */
const LISTENERS: readonly TraderName[] = ['zip', 'adaptive-aggressive', 'gdx']

/**
 * The terms of a scenario's market, and of its supplier (null: the market's own tariff, flat): what it leaves out is as
 * in a street that `start` founds.
 */
export function termsOf(market: ScenarioMarket = {}, supplier: TariffParts | null = null): SimulationTerms {
  const { traders = TRADERS, emissionsGPerKwh = EMISSIONS_G_PER_KWH } = market
  const rules = { ...defaultMarketRules, slotsAhead: SLOTS_AHEAD, protocolFeeBp: PROTOCOL_FEE_BP }
  const { slotMinutes, tariff } = rules
  return {
    rules,
    tariffAt: supplier === null ? () => tariff : tariffs(supplier, slotMinutes),
    mechanism: market.mechanism ?? 'continuous',
    coefficients: market.coefficients ?? 'by-demand',
    traderOf: (home) => makeTrader(traders[home % traders.length] ?? 'ramp'),
    listening: traders.some((name) => LISTENERS.includes(name)) ? 'heard' : 'unheard',
    forecast: market.forecast ?? 'regression',
    tradedSlots: TRADED_SLOTS,
    tradeEveryMinutes: market.tradeEveryMinutes ?? TRADE_EVERY_MINUTES,
    emissionsGPerKwhAt: (slot) => {
      if (typeof emissionsGPerKwh === 'number') return emissionsGPerKwh
      const hour = Math.floor(slotStartMs({ slot, slotMinutes }) / HOUR_MS) % 24
      return emissionsGPerKwh[hour] ?? EMISSIONS_G_PER_KWH
    },
  }
}

/** How many slots' tariffs are remembered: each is asked for by every home, and soon by none. */
const TARIFFS_KEPT = 16

/** A supplier's tariff by slot. */
function tariffs(supplier: TariffParts, slotMinutes: number): (slot: number) => Tariff {
  const known = new Map<number, Tariff>()
  const durationMs = slotMinutes * 60_000
  return (slot) => {
    let tariff = known.get(slot)
    if (tariff === undefined) {
      tariff = tariffOver(supplier, { startMs: slotStartMs({ slot, slotMinutes }), durationMs })
      known.set(slot, tariff)
      known.delete(slot - TARIFFS_KEPT)
    }
    return tariff
  }
}
