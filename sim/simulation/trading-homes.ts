import {
  BEGUN_SHARE,
  type Forecaster,
  isTrading,
  makeForecaster,
  perfectForecaster,
  planOrders,
  type Trader,
  type TradingSlot,
} from '#meter-agent/index.ts'
import { slotAt, slotStartMs } from '#protocol/slot.ts'
import { RandomStream } from '../random-stream.ts'
import type { SimulatedMarket } from './simulated-market.ts'
import type { SimulationTerms } from './simulation-terms.ts'
import type { SlotMeters } from './slot-meters.ts'

const MINUTE_MS = 60_000

/** A home's side of the market. */
interface TradingHome {
  readonly trader: Trader
  readonly forecaster: Forecaster
  readonly random: () => number
}

/** The homes of a street as traders: what each expects, and what its trader makes of it. */
export class TradingHomes {
  readonly #terms: SimulationTerms
  /** as traders know them: a share of the price for the wires is to them what the protocol's fee is */
  readonly #rules: SimulationTerms['rules']
  readonly #market: SimulatedMarket
  readonly #meters: SlotMeters
  readonly #lastSlot: number
  readonly #homes: readonly TradingHome[]
  readonly #turns: RandomStream
  readonly #order: Int32Array

  constructor(options: {
    readonly terms: SimulationTerms
    readonly market: SimulatedMarket
    readonly meters: SlotMeters
    readonly seed: number
    readonly names: readonly string[]
    /** nobody trades what is delivered after it */
    readonly lastSlot: number
  }) {
    const { terms, market, meters, seed, names, lastSlot } = options
    this.#terms = terms
    const protocolFeeBp = terms.rules.protocolFeeBp + (terms.gridFees?.ofPriceBp ?? 0)
    this.#rules = { ...terms.rules, protocolFeeBp }
    this.#market = market
    this.#meters = meters
    this.#lastSlot = lastSlot
    this.#homes = names.map((name, index) => {
      const stream = new RandomStream(seed, name, 'trader')
      return {
        trader: terms.traderOf(index),
        forecaster: forecasterOf(terms, (slot) => netWh(meters, index, slot)),
        random: () => stream.uniform(),
      }
    })
    this.#turns = new RandomStream(seed, 'turns')
    this.#order = Int32Array.from(names, (_, index) => index)
  }

  /** Lets each home trade once, at a time (Unix ms), in an order drawn anew each time. */
  trade(nowMs: number): void {
    const { rules, tradedSlots } = this.#terms
    const { slotMinutes, gateBeforeDeliveryMs } = rules
    const first = slotAt({ timeMs: nowMs + gateBeforeDeliveryMs, slotMinutes }) + 1
    const count = Math.min(tradedSlots, this.#lastSlot - first + 1)
    if (count <= 0) return
    this.#noteBegun(nowMs)
    this.#shuffle()
    for (const home of this.#order) this.#tradeOnce(home, { nowMs, first, count })
  }

  /** Tells the homes what their meters counted in a slot. */
  note(slot: number): void {
    for (const [home, { forecaster }] of this.#homes.entries()) forecaster.note(slot, netWh(this.#meters, home, slot))
  }

  /** Tells the homes how the slot that runs has begun, as their meters show it while it runs. */
  #noteBegun(nowMs: number): void {
    const { slotMinutes } = this.#terms.rules
    const slot = slotAt({ timeMs: nowMs, slotMinutes })
    const minutes = BEGUN_SHARE * slotMinutes
    if (nowMs < slotStartMs({ slot, slotMinutes }) + minutes * MINUTE_MS) return
    const { begunWh } = this.#meters.of(slot)
    for (const [home, { forecaster }] of this.#homes.entries()) {
      forecaster.begin({ slot, minutes, netWh: begunWh[home] ?? 0 })
    }
  }

  #tradeOnce(home: number, ask: { readonly nowMs: number; readonly first: number; readonly count: number }): void {
    const { nowMs, first, count } = ask
    const { rules, tradedSlots, tariffAt, listening } = this.#terms
    const { slotMinutes, gateBeforeDeliveryMs } = rules
    const { trader, forecaster, random } = this.#homes[home] as TradingHome
    const positions = this.#market.positions(home, first, count)
    const slots: TradingSlot[] = []
    for (const position of positions) {
      if (!isTrading(position)) continue
      const { slot, boughtWh, soldWh } = position
      const { forecastNetWh, forecastErrorsWh } = forecaster.of(slot)
      const msToGate = slotStartMs({ slot, slotMinutes }) - gateBeforeDeliveryMs - nowMs
      const known = { slot, forecastNetWh, forecastErrorsWh, boughtWh, soldWh, msToGate }
      const tariff = tariffAt(slot)
      const priced = tariff === rules.tariff ? known : { ...known, tariff }
      slots.push(listening === 'heard' ? { ...priced, news: this.#market.news(home, slot) } : priced)
    }
    const tradingWindowMs = tradedSlots * slotMinutes * MINUTE_MS
    const quotes = trader.quotes({ slots, rules: this.#rules, tradingWindowMs, random })
    for (const action of planOrders(quotes, { slots: positions })) this.#market.act(home, action)
  }

  /** Fisher and Yates. */
  #shuffle(): void {
    const order = this.#order
    for (let last = order.length - 1; last > 0; last--) {
      const other = this.#turns.whole(0, last)
      const moved = order[last] as number
      order[last] = order[other] as number
      order[other] = moved
    }
  }
}

/** A forecaster for one home; one that knows what will be asks its meter. */
function forecasterOf({ forecast, rules, tradedSlots }: SimulationTerms, will: (slot: number) => number): Forecaster {
  if (forecast === 'perfect') return perfectForecaster(will)
  // A slot whose gate is closed may lie between, and the one that runs does.
  return makeForecaster(forecast, { slotMinutes: rules.slotMinutes, slotsAhead: tradedSlots + 2 })
}

/** What a home's meter counted in a slot, Wh, export positive. */
function netWh(meters: SlotMeters, home: number, slot: number): number {
  const { importWh, exportWh } = meters.of(slot)
  return (exportWh[home] ?? 0) - (importWh[home] ?? 0)
}
