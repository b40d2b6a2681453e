import type { Battery } from '../home/battery.ts'
import { type Car, targetJ } from '../home/car.ts'
import type { HomeMoment } from '../simulation/slot-meters.ts'

const J_PER_WH = 3_600

/** A battery or a car as the best that could be may use it. Energies in Wh, at the home's side of its losses. */
export interface FlexibleStore {
  readonly chargeEfficiency: number
  readonly dischargeEfficiency: number
  /** what it holds when the first slot begins */
  readonly firstWh: number
  readonly slots: readonly StoreSlot[]
}

/** What a store may do in a slot. */
interface StoreSlot {
  readonly chargeMostWh: number
  readonly dischargeMostWh: number
  /** what it holds when the slot ends, at least and at most */
  readonly lowWh: number
  readonly highWh: number
  /** what leaves it whatever it does: what leaked in the run, and what was driven */
  readonly goneWh: number
}

/**
 * A home's battery over slots: `moments` are those at their boundaries, one more than slots. It leaks in each slot what
 * it leaked in the run and does not fade, so that what it did is one of the things it could have done; it ends as it
 * ended.
 */
export function flexibleBattery(battery: Battery, moments: readonly HomeMoment[], slotHours: number): FlexibleStore {
  const storedWh = moments.map(({ account }) => account.storedJ / J_PER_WH)
  const low = Math.min(...storedWh, (battery.capacityWh * battery.minSocPerMille) / 1_000)
  const high = Math.max(...storedWh, (battery.capacityWh * battery.maxSocPerMille) / 1_000)
  const { chargeEfficiency, dischargeEfficiency } = battery
  return {
    chargeEfficiency,
    dischargeEfficiency,
    firstWh: storedWh[0] ?? 0,
    slots: spansOf(moments).map(([before, after], index) => {
      const isLast = index === moments.length - 2
      const chargedJ = after.account.chargeJ - before.account.chargeJ
      const givenJ = after.account.dischargeJ - before.account.dischargeJ
      const grownJ = after.account.storedJ - before.account.storedJ
      return {
        chargeMostWh: battery.chargePowerW * slotHours,
        dischargeMostWh: battery.dischargePowerW * slotHours,
        lowWh: isLast ? after.account.storedJ / J_PER_WH : low,
        highWh: isLast ? after.account.storedJ / J_PER_WH : high,
        goneWh: (chargedJ * chargeEfficiency - givenJ / dischargeEfficiency - grownJ) / J_PER_WH,
      }
    }),
  }
}

/**
 * A home's car, alike: it drives what it drove, leaves with its target or with what it left with in the run if that was
 * less, and may charge through the whole of a slot in which it comes or goes.
 */
export function flexibleCar(car: Car, moments: readonly HomeMoment[], slotHours: number): FlexibleStore {
  const { chargeEfficiency, dischargeEfficiency } = car
  const high = Math.max(car.capacityWh, ...moments.map(({ account }) => account.carStoredJ / J_PER_WH))
  const neverBelow = car.dischargePowerW > 0 ? (car.capacityWh * car.minSocPerMille) / 1_000 : 0
  return {
    chargeEfficiency,
    dischargeEfficiency,
    firstWh: (moments[0]?.account.carStoredJ ?? 0) / J_PER_WH,
    slots: spansOf(moments).map(([before, after], index) => {
      const isLast = index === moments.length - 2
      const chargedJ = after.account.carChargeJ - before.account.carChargeJ
      const givenJ = after.account.carDischargeJ - before.account.carDischargeJ
      const grownJ = after.account.carStoredJ - before.account.carStoredJ
      const isThere = before.isCarHome || after.isCarHome || chargedJ > 0 || givenJ > 0
      const leaves = before.isCarHome && !after.isCarHome
      const storedWh = after.account.carStoredJ / J_PER_WH
      const wantedWh = leaves ? targetJ(car) / J_PER_WH : neverBelow
      return {
        chargeMostWh: isThere ? car.chargePowerW * slotHours : 0,
        dischargeMostWh: isThere ? car.dischargePowerW * slotHours : 0,
        lowWh: isLast ? storedWh : Math.min(storedWh, wantedWh),
        highWh: isLast ? storedWh : high,
        goneWh: (chargedJ * chargeEfficiency - givenJ / dischargeEfficiency - grownJ) / J_PER_WH,
      }
    }),
  }
}

function spansOf(moments: readonly HomeMoment[]): readonly (readonly [HomeMoment, HomeMoment])[] {
  return moments.slice(1).map((after, index) => [moments[index] ?? after, after] as const)
}
