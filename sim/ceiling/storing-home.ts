import type { SimulatedHome } from '../home/simulated-home.ts'
import type { HomeMoment, LivedSlot, SlotMeter } from '../simulation/slot-meters.ts'
import { type FlexibleStore, flexibleBattery, flexibleCar } from './flexible-store.ts'
import type { FlexibleHome } from './street-optimum.ts'

const J_PER_WH = 3_600

export type StoreKind = 'battery' | 'car'

/** A home with stores: its place in the street, and what each of its stores is. */
export interface StoringHome extends FlexibleHome {
  readonly index: number
  readonly kinds: readonly StoreKind[]
}

/** A home as the best that could be may use it over lived slots; null if it has no store. */
export function storingHome(
  home: SimulatedHome,
  lived: {
    readonly index: number
    readonly place: number
    readonly meters: readonly LivedSlot[]
    readonly slotHours: number
  },
): StoringHome | null {
  const { index, place, meters, slotHours } = lived
  const { battery, car } = home.stores
  const moments = [meters[0]?.before, ...meters.map(({ after }) => after)].flatMap((homes) => homes?.[index] ?? [])
  const stores: (readonly [StoreKind, FlexibleStore])[] = []
  if (battery !== null) stores.push(['battery', flexibleBattery(battery, moments, slotHours)])
  if (car !== null) stores.push(['car', flexibleCar(car, moments, slotHours)])
  if (stores.length === 0) return null
  return {
    index,
    place,
    restWh: meters.map((meter) => takenWh(meter, index) - storedWh(meter.before[index], meter.after[index])),
    kinds: stores.map(([kind]) => kind),
    stores: stores.map(([, store]) => store),
  }
}

/** What a home takes (+) or gives (−) in a slot, netted as its bill is, Wh. */
export function takenWh(meter: SlotMeter, home: number): number {
  return (meter.importWh[home] ?? 0) - (meter.exportWh[home] ?? 0)
}

/** What its stores took (+) of the home or gave it (−) in between, Wh. */
function storedWh(before: HomeMoment | undefined, after: HomeMoment | undefined): number {
  if (before === undefined || after === undefined) return 0
  return (flowedJ(after) - flowedJ(before)) / J_PER_WH
}

function flowedJ({ account }: HomeMoment): number {
  return account.chargeJ - account.dischargeJ + account.carChargeJ - account.carDischargeJ
}
