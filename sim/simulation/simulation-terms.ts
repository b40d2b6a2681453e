import { forecasterNames, type Trader } from '#meter-agent/index.ts'
import type { MarketRules, Tariff } from '#protocol/market-rules.ts'
import type { PoolCoefficients } from './community-pool.ts'
import type { GridFees } from './grid-fees.ts'
import type { LossPayer } from './loss-bills.ts'
import type { StreetGrid } from './street-grid.ts'

/**
 * How a street exchanges: `continuous` trading until the gate; a `call` that collects orders and trades them at the
 * gate at one price; a `community-pool` that shares what was metered by coefficients.
 */
export const mechanisms = ['continuous', 'call', 'community-pool'] as const

/** How homes look ahead: as agents in real homes can, or `perfect`, which knows what will be. */
export const forecasts = [...forecasterNames, 'perfect'] as const

/** What a simulation runs by. */
export interface SimulationTerms {
  readonly rules: MarketRules
  /** the supplier's in a slot; the rules' own unless it changes */
  readonly tariffAt: (slot: number) => Tariff
  readonly mechanism: (typeof mechanisms)[number]
  readonly coefficients: PoolCoefficients
  /** a trader of its own for each home, by its place in the street */
  readonly traderOf: (home: number) => Trader
  /** whether any of them goes by what the books show */
  readonly listening: 'heard' | 'unheard'
  readonly forecast: (typeof forecasts)[number]
  /** how many slots a home trades at a time, from the next whose gate is open */
  readonly tradedSlots: number
  /** how often each home trades: a divisor of the slot */
  readonly tradeEveryMinutes: number
  /** what a kWh from the grid emits in a slot, g */
  readonly emissionsGPerKwhAt: (slot: number) => number
  /** the wires; without them nothing is lost and no limit looked at */
  readonly grid?: StreetGrid
  /** what trades pay for the wires, beside the local charge; without them nothing */
  readonly gridFees?: GridFees
  /** who pays for what the wires lose; the operator unless told */
  readonly lossesPaidBy?: LossPayer
  /** what a home is paid for what its roof was not let give; the feed-in tariff unless told */
  readonly curtailmentEurPerMWh?: number
}
