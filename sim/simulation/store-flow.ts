import type { EnergyAccount } from '../home/home-state.ts'

/** What battery and car of a home did in one slot, J, at the home's side of their losses. */
export interface StoreFlow {
  /** held when it began */
  readonly storedJ: number
  readonly inJ: number
  /** of that, what the roof did not have to spare: it came through the meter */
  readonly inFromImportJ: number
  /** given back to the home, or driven */
  readonly outJ: number
  readonly lossJ: number
}

/** What flowed into and out of a home's stores between two accounts; its own sun serves the home before its stores. */
export function storeFlow(before: EnergyAccount, after: EnergyAccount): StoreFlow {
  const grown = (flow: keyof EnergyAccount) => after[flow] - before[flow]
  const inJ = grown('chargeJ') + grown('carChargeJ')
  const backJ = grown('dischargeJ') + grown('carDischargeJ')
  const spareJ = Math.max(0, grown('roofJ') + backJ - grown('loadJ') - grown('heatPumpJ'))
  return {
    storedJ: before.storedJ + before.carStoredJ,
    inJ,
    inFromImportJ: Math.min(grown('importJ'), Math.max(0, inJ - spareJ)),
    outJ: backJ + grown('drivenJ'),
    lossJ: grown('batteryLossJ') + grown('carLossJ'),
  }
}
