import type { EnergyAccount } from '../home/home-state.ts'
import type { LivedSlot, SlotMeter } from '../simulation/slot-meters.ts'
import { storeFlow } from '../simulation/store-flow.ts'
import type { StoreKind, StoringHome } from './storing-home.ts'
import type { StoreCourse } from './street-optimum.ts'

const J_PER_WH = 3_600

/** What a store does in one slot, Wh. */
interface StoreStep {
  readonly kind: StoreKind
  readonly chargeWh: number
  readonly dischargeWh: number
  readonly storedWh: number
}

/** What the meters would have counted in the same slots with the stores used so: `courses` by home and store. */
export function bestMeters(
  meters: readonly LivedSlot[],
  storing: readonly StoringHome[],
  courses: readonly (readonly StoreCourse[])[],
): readonly SlotMeter[] {
  const best = meters.map((meter) => ({
    ...meter,
    importWh: meter.importWh.slice(),
    exportWh: meter.exportWh.slice(),
    importJ: meter.importJ.slice(),
    exportJ: meter.exportJ.slice(),
    stores: [...meter.stores],
  }))
  for (const [home, { index, restWh, kinds }] of storing.entries()) {
    let account = meters[0]?.before[index]?.account
    for (const [slot, meter] of best.entries()) {
      const [start, end] = [meter.before[index]?.account, meter.after[index]?.account]
      if (account === undefined || start === undefined || end === undefined) throw new Error(`no home ${index} lived`)
      const steps = kinds.map((kind, store) => stepOf(kind, courses[home]?.[store], slot))
      const netWh = steps.reduce((net, step) => net + step.chargeWh - step.dischargeWh, restWh[slot] ?? 0)
      const [importedWh, exportedWh] = [Math.max(0, netWh), Math.max(0, 0 - netWh)]
      const [importJ, exportJ] = [importedWh * J_PER_WH, exportedWh * J_PER_WH]
      const drivenJ = end.drivenJ - start.drivenJ
      const metered = { ...end, importJ: account.importJ + importJ, exportJ: account.exportJ + exportJ }
      const next = steps.reduce((sum, step) => stepped(sum, account ?? sum, step, drivenJ), metered)
      meter.importWh[index] = Math.round(importedWh)
      meter.exportWh[index] = Math.round(exportedWh)
      meter.importJ[index] = importJ
      meter.exportJ[index] = exportJ
      meter.stores[index] = storeFlow(account, next)
      account = next
    }
  }
  return best
}

function stepOf(kind: StoreKind, course: StoreCourse | undefined, slot: number): StoreStep {
  return {
    kind,
    chargeWh: course?.chargeWh[slot] ?? 0,
    dischargeWh: course?.dischargeWh[slot] ?? 0,
    storedWh: course?.storedWh[slot] ?? 0,
  }
}

/** The account `after` a slot with what one store did since the account `before`. */
function stepped(after: EnergyAccount, before: EnergyAccount, step: StoreStep, drivenJ: number): EnergyAccount {
  const [inJ, outJ, storedJ] = [step.chargeWh * J_PER_WH, step.dischargeWh * J_PER_WH, step.storedWh * J_PER_WH]
  if (step.kind === 'battery') {
    return {
      ...after,
      chargeJ: before.chargeJ + inJ,
      dischargeJ: before.dischargeJ + outJ,
      storedJ,
      batteryLossJ: before.batteryLossJ + inJ - outJ - (storedJ - before.storedJ),
    }
  }
  return {
    ...after,
    carChargeJ: before.carChargeJ + inJ,
    carDischargeJ: before.carDischargeJ + outJ,
    carStoredJ: storedJ,
    carLossJ: before.carLossJ + inJ - outJ - drivenJ - (storedJ - before.carStoredJ),
  }
}
