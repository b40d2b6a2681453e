import type { EnergyAccount } from './home-state.ts'

/** A home's balance over a time, J: production − curtailed + gridImport = demand + gridExport + conversionLosses + storageDelta. */
export interface EnergyBalance {
  /** what the roof could have given */
  readonly productionJ: number
  /** what of it the roof was not let give */
  readonly curtailedJ: number
  readonly gridImportJ: number
  readonly gridExportJ: number
  /** what was switched on, the heat pump, and what the car drove */
  readonly demandJ: number
  /** what battery and car lost on the way in, on the way out, and standing */
  readonly conversionLossesJ: number
  /** of battery and car */
  readonly storageDeltaJ: number
}

/** What flowed between two accounts of one home, the earlier first. */
export function energyBalance(from: EnergyAccount, to: EnergyAccount): EnergyBalance {
  const grown = (flow: keyof EnergyAccount) => to[flow] - from[flow]
  return {
    productionJ: grown('roofJ') + grown('curtailedJ'),
    curtailedJ: grown('curtailedJ'),
    gridImportJ: grown('importJ'),
    gridExportJ: grown('exportJ'),
    demandJ: grown('loadJ') + grown('heatPumpJ') + grown('drivenJ'),
    conversionLossesJ: grown('batteryLossJ') + grown('carLossJ'),
    storageDeltaJ: grown('storedJ') + grown('carStoredJ'),
  }
}
