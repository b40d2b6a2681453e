import { makeForecaster } from '#meter-agent/index.ts'
import type { Tariff } from '#protocol/market-rules.ts'
import { slotAt, slotStartMs } from '#protocol/slot.ts'
import type { Battery } from '../home/battery.ts'
import type { Car } from '../home/car.ts'
import type { CarTrips } from '../home/car-trips.ts'
import type { StoresNow, StoreWishes } from '../home/store-wishes.ts'
import type { Solver } from './linear-program.ts'
import { type ExpectedStep, planStores, type StorePlan } from './plan-stores.ts'

const SLOT_MINUTES = 15
const SLOT_MS = SLOT_MINUTES * 60_000
const SLOTS_PER_DAY = 96
/** A plan is made anew so often. */
const PLAN_EVERY_SLOTS = 4
const MILLI = 1_000
/** Prices as near as this are the same: then the home uses its own. */
const TIE_EUR_PER_MWH = 0.1
/** W below which a plan means nothing. */
const IDLE_W = 1

interface Plan extends StorePlan {
  readonly firstSlot: number
  readonly expected: readonly ExpectedStep[]
}

/**
 * Plans a home's battery and car over the next day, anew every hour: by the supplier's tariff, by when the car leaves
 * and comes back, and by what load and sun were a day ago (persistence). Until it has seen a day it plans nothing.
 * Between plans the battery follows what really is, by what the plan says that energy in it is worth.
 */
export class HomePlanner implements StoreWishes {
  readonly #parts: {
    readonly solve: Solver
    readonly startMs: number
    readonly battery: Battery | null
    readonly car: { readonly car: Car; readonly trips: CarTrips } | null
    readonly tariffOver: (slot: { readonly startMs: number; readonly durationMs: number }) => Tariff
  }
  readonly #load = makeForecaster('persistence', { slotMinutes: SLOT_MINUTES, slotsAhead: 1 })
  readonly #sun = makeForecaster('persistence', { slotMinutes: SLOT_MINUTES, slotsAhead: 1 })
  #noted = 0
  /** of the slot under way, W minutes */
  #minutes = { slot: Number.NaN, count: 0, loadW: 0, sunW: 0 }
  #plan: Plan | null = null

  constructor(parts: {
    readonly solve: Solver
    readonly startMs: number
    readonly battery: Battery | null
    readonly car: { readonly car: Car; readonly trips: CarTrips } | null
    readonly tariffOver: (slot: { readonly startMs: number; readonly durationMs: number }) => Tariff
  }) {
    this.#parts = parts
  }

  wishes(now: StoresNow): { readonly batteryW: number; readonly carW: number } | null {
    const slot = slotAt({ timeMs: now.minuteMs, slotMinutes: SLOT_MINUTES })
    this.#note(slot, now)
    if (this.#noted < SLOTS_PER_DAY) return null
    if (this.#plan === null || slot >= this.#plan.firstSlot + PLAN_EVERY_SLOTS) this.#plan = this.#makePlan(slot, now)
    const index = slot - this.#plan.firstSlot
    const minute = Math.floor((now.minuteMs - slotStartMs({ slot, slotMinutes: SLOT_MINUTES })) / 60_000)
    return {
      batteryW: this.#batteryWish(this.#plan, index, now.surplusW),
      carW: this.#carWish(this.#plan.carW[index] ?? 0, minute),
    }
  }

  #note(slot: number, { loadW, sunW }: StoresNow): void {
    const before = this.#minutes
    if (before.slot !== slot) {
      if (before.count > 0) {
        this.#load.note(before.slot, Math.round(before.loadW / before.count))
        this.#sun.note(before.slot, Math.round(before.sunW / before.count))
        this.#noted++
      }
      this.#minutes = { slot, count: 0, loadW: 0, sunW: 0 }
    }
    this.#minutes.count++
    this.#minutes.loadW += loadW
    this.#minutes.sunW += sunW
  }

  #makePlan(firstSlot: number, now: StoresNow): Plan {
    const { solve, battery, car } = this.#parts
    const expected = Array.from({ length: SLOTS_PER_DAY }, (_, index) => this.#expect(firstSlot + index))
    const plan = planStores(solve, {
      stepSeconds: SLOT_MS / 1000,
      steps: expected,
      battery: battery === null ? null : { battery, storedJ: now.batteryJ, capacityJ: now.batteryCapacityJ },
      car: car === null ? null : { car: car.car, storedJ: now.carJ },
    })
    return { ...plan, firstSlot, expected }
  }

  #expect(slot: number): ExpectedStep {
    const startMs = slotStartMs({ slot, slotMinutes: SLOT_MINUTES })
    const endMs = startMs + SLOT_MS
    const tariff = this.#parts.tariffOver({ startMs, durationMs: SLOT_MS })
    const car = { carHomeShare: 1, carDrivenJ: 0, carLeaves: false }
    for (let timeMs = startMs; ; ) {
      const trip = this.#parts.car?.trips.after(timeMs) ?? null
      if (trip === null || trip.departsMs >= endMs) break
      const awayMs = Math.min(endMs, trip.arrivesMs) - Math.max(startMs, trip.departsMs)
      car.carHomeShare -= awayMs / SLOT_MS
      car.carLeaves ||= trip.departsMs >= startMs
      if (trip.arrivesMs >= endMs) break
      car.carDrivenJ += trip.drivenJ
      timeMs = trip.arrivesMs
    }
    return {
      loadW: this.#load.netWhOf(slot),
      sunW: this.#sun.netWhOf(slot),
      retailEurPerMWh: tariff.retailMilliEurPerMWh / MILLI,
      feedInEurPerMWh: tariff.feedInMilliEurPerMWh / MILLI,
      ...car,
      carHomeShare: Math.max(0, car.carHomeShare),
    }
  }

  /**
   * The plan says what energy in the battery is worth. Sun goes in while it is worth more there than fed in, what is
   * lacking comes out while it is worth less than it costs; power from the grid goes in, or out to it, as planned.
   */
  #batteryWish(plan: Plan, index: number, surplusW: number): number {
    const { battery } = this.#parts
    const step = plan.expected[index]
    if (battery === null || step === undefined) return 0
    const planned = plan.batteryW[index] ?? 0
    const worth = plan.batteryEurPerMWh[index] ?? 0
    const expectedW = step.sunW - step.loadW - (plan.carW[index] ?? 0)
    const fromGridW = Math.floor(planned - Math.max(0, expectedW))
    const toGridW = Math.floor(Math.min(0, expectedW) - planned)
    if (fromGridW > IDLE_W) return fromGridW + Math.max(0, surplusW)
    if (toGridW > IDLE_W) return Math.min(0, surplusW) - toGridW
    if (surplusW > 0) return step.feedInEurPerMWh <= worth * battery.chargeEfficiency + TIE_EUR_PER_MWH ? surplusW : 0
    return step.retailEurPerMWh >= worth / battery.dischargeEfficiency - TIE_EUR_PER_MWH ? surplusW : 0
  }

  /** A car that cannot charge so slowly charges faster, for a part of the slot. */
  #carWish(plannedW: number, minute: number): number {
    if (plannedW < -IDLE_W) return Math.ceil(plannedW)
    if (plannedW <= IDLE_W) return 0
    const leastW = this.#parts.car?.car.leastPowerW ?? 0
    if (plannedW >= leastW) return Math.floor(plannedW)
    return minute < Math.round((SLOT_MINUTES * plannedW) / leastW) ? leastW : 0
  }
}
