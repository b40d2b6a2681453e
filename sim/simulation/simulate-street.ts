import { type NettedSlot, netSlot } from '#contracts/index.ts'
import type { Tariff } from '#protocol/market-rules.ts'
import { slotStartMs } from '#protocol/slot.ts'
import { ceilingKpis } from '../ceiling/ceiling-kpis.ts'
import { type EnergyBalance, energyBalance } from '../home/energy-balance.ts'
import type { EnergyAccount } from '../home/home-state.ts'
import type { Solver } from '../planner/linear-program.ts'
import type { SimulatedStreet } from '../scenario/build-street.ts'
import { poolTrades } from './community-pool.ts'
import { curtailmentBills } from './curtailment-bills.ts'
import { homeEnergy } from './home-energy.ts'
import { lossBills } from './loss-bills.ts'
import { fairPriceEurPerMWh } from './market-surplus.ts'
import { type MarketMoment, SimulatedMarket, type SimulatedTrade, type SlotTrading } from './simulated-market.ts'
import type { HomeResult, SimulationResult } from './simulation-result.ts'
import type { SimulationTerms } from './simulation-terms.ts'
import { type LivedSlot, type SlotMeter, SlotMeters } from './slot-meters.ts'
import type { SlotRecord } from './slot-record.ts'
import { StreetFigures } from './street-figures.ts'
import { TradingHomes } from './trading-homes.ts'
import { type WireCharges, wireCharges } from './wire-charges.ts'

const MINUTE_MS = 60_000

/** A slot that is over: its record, and the trades it was delivered by. */
export interface SimulatedSlot {
  readonly record: SlotRecord
  readonly trades: readonly SimulatedTrade[]
  readonly meter: LivedSlot
  readonly netted: NettedSlot
  readonly charges: WireCharges | null
  readonly tariff: Tariff
  /** what its time brought, in order: also in the markets of slots that come later */
  readonly happened: readonly MarketMoment[]
}

/** What a whole run came to. */
export interface SimulatedRun {
  readonly result: SimulationResult
  readonly homes: readonly HomeResult[]
}

/**
 * Lets a street live through `slots` slots: homes step by the minute, trade by the live market's sessions and books,
 * and are settled by the live netting. One value a slot, as it ends; what is kept does not grow with the run. The same
 * street, seed and terms give the same values. With a solver for it, the result has the best that could be, too, for
 * which every slot is kept. Throws BalanceBroken, NotConverged and CeilingUnsolved.
 */
export function* simulateStreet(options: {
  readonly street: SimulatedStreet
  readonly terms: SimulationTerms
  readonly slots: number
  readonly ceiling?: Solver | null
}): Generator<SimulatedSlot, SimulatedRun, void> {
  const { street, terms, slots, ceiling = null } = options
  const { slotMinutes } = terms.rules
  const homes = street.homes
  const meters = new SlotMeters({ homes, startMs: street.startMs, slotMinutes, grid: terms.grid })
  const before: readonly EnergyAccount[] = homes.map(({ account }) => account)
  const first = meters.nextSlot
  const last = first + slots - 1
  const names = homes.map(({ home }) => home)
  const accounts = names.map((_, index): `0x${string}` => `0x${index.toString(16).padStart(40, '0')}`)
  const market = new SimulatedMarket({
    rules: rulesOf(terms),
    homes: homes.length,
    listening: terms.listening,
    fees: terms.gridFees,
  })
  const trading = new TradingHomes({ terms, market, meters, seed: street.seed, names, lastSlot: last })
  const figures = new StreetFigures({ homes: homes.length, slotMinutes })
  const lived: LivedSlot[] = []
  // Who knows what will be needs it to have been.
  const aheadSlots = terms.forecast === 'perfect' ? terms.tradedSlots + 1 : 0

  for (let slot = first; slot <= last; slot++) {
    const startMs = slotStartMs({ slot, slotMinutes })
    meters.readTo(Math.min(last, slot + aheadSlots))
    if (terms.mechanism !== 'community-pool') {
      for (let minute = 0; minute < slotMinutes; minute += terms.tradeEveryMinutes) {
        market.moveTime(startMs + minute * MINUTE_MS)
        trading.trade(startMs + minute * MINUTE_MS)
      }
      market.moveTime(startMs + slotMinutes * MINUTE_MS)
    }
    const meter = meters.of(slot)
    const traded = terms.mechanism === 'community-pool' ? pooled(meter, terms) : market.settle(slot)
    const tariff = terms.tariffAt(slot)
    const netted = netSlot(recordsOf({ meter, trades: traded.trades, accounts }), {
      tariff,
      protocolFeeBp: terms.rules.protocolFeeBp,
    })
    const grid = meters.gridOf(slot)
    const emissionsGPerKwh = terms.emissionsGPerKwhAt(slot)
    const fees = terms.gridFees?.linesOf(traded.trades, homes.length) ?? null
    const losses =
      grid === null ? null : lossBills(grid.homeLossesWh, { tariff, payer: terms.lossesPaidBy ?? 'operator' })
    const compensation =
      grid === null ? null : curtailmentBills(meter.curtailedWh, { tariff, eurPerMWh: terms.curtailmentEurPerMWh })
    const record = figures.add({
      ...{ meter, trading: traded, netted, tariff, grid, fees, losses, compensation, emissionsGPerKwh },
    })
    trading.note(slot)
    meters.forget(slot)
    if (ceiling !== null) lived.push(meter)
    const happened = terms.mechanism === 'community-pool' ? momentsOf(traded.trades) : market.takeHappened()
    const charges = wireCharges({ fees, losses, compensation })
    yield { record, trades: traded.trades, meter, netted, charges, tariff, happened }
  }

  const energies = homes.map(({ home, account: after }, index) => {
    const start = before[index] ?? after
    return homeEnergy({ home, before: start, after, ...figures.meteredWh(index) })
  })
  const exactJ = {
    demand: flowed(homes, before, 'demandJ'),
    production: flowed(homes, before, 'productionJ'),
    curtailed: flowed(homes, before, 'curtailedJ'),
  }
  const result = figures.result(energies, exactJ)
  const { withoutMicroEur, wiresMicroEur } = figures
  return {
    result: {
      ...result,
      ...(ceiling === null
        ? {}
        : { ceiling: ceilingKpis(ceiling, { homes, meters: lived, terms, withoutMicroEur, wiresMicroEur, exactJ }) }),
      ...(terms.grid === undefined ? {} : { grid: terms.grid.result() }),
    },
    homes: energies.map((energy, index) => figures.homeResult(index, { home: names[index] ?? '', energy })),
  }
}

/** What flowed since `before` in all homes, J. */
function flowed(homes: SimulatedStreet['homes'], before: readonly EnergyAccount[], flow: keyof EnergyBalance): number {
  return homes.reduce((sum, { account }, index) => sum + energyBalance(before[index] ?? account, account)[flow], 0)
}

/** A call lasts until the gate: the session closes it there, and the book trades what it has collected. */
function rulesOf({ rules, mechanism }: SimulationTerms): SimulationTerms['rules'] {
  if (mechanism !== 'call') return rules
  return { ...rules, openingCallMs: (rules.slotsAhead + 1) * rules.slotMinutes * MINUTE_MS }
}

/** A slot shared by coefficients, in the middle of what pays for both sides; nothing where nothing does. */
function pooled(meter: SlotMeter, terms: SimulationTerms): SlotTrading {
  const { coefficients, rules, tariffAt } = terms
  const { slotMinutes, protocolFeeBp } = rules
  const priceEurPerMWh = fairPriceEurPerMWh({ tariff: tariffAt(meter.slot), protocolFeeBp })
  const timeMs = slotStartMs({ slot: meter.slot + 1, slotMinutes })
  const trades = priceEurPerMWh === null ? [] : poolTrades({ meter, timeMs, coefficients, priceEurPerMWh })
  return { trades, orders: 0, unmatchedWh: 0 }
}

/** A community's shares are known when the slot is over. */
function momentsOf(trades: readonly SimulatedTrade[]): readonly MarketMoment[] {
  return trades.map((trade, index) => ({ type: 'trade', ...trade, number: index + 1, makerSide: 'sell' }))
}

function recordsOf(of: {
  readonly meter: SlotMeter
  readonly trades: readonly SimulatedTrade[]
  readonly accounts: readonly `0x${string}`[]
}) {
  const { meter, trades, accounts } = of
  const { slot } = meter
  return {
    slot,
    trades: trades.map(({ buyer, seller, priceEurPerMWh, energyWh }, index) => ({
      id: `${slot}.${index + 1}`,
      slot,
      buyer: accounts[buyer] ?? '0x',
      seller: accounts[seller] ?? '0x',
      priceEurPerMWh,
      energyWh,
    })),
    statements: accounts.map((account, home) => ({
      account,
      slot,
      importWh: meter.importWh[home] ?? 0,
      exportWh: meter.exportWh[home] ?? 0,
    })),
  }
}
