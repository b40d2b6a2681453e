import type { GridResult } from './street-grid.ts'

/** The figures of a street (SIMULATION, "The figures"). Shares from 0 to 1; null where a figure has no meaning. */
export interface StreetKpis {
  readonly selfSufficiency: number | null
  readonly selfConsumption: number | null
  /** cost with the tariffs alone − cost with the market, all homes */
  readonly savingMicroEur: number
  /** of the cost with the tariffs alone; null unless that is above 0 */
  readonly savingShare: number | null
  /** largest mean power of a slot at the transformer, each way */
  readonly peakImportW: number
  readonly peakExportW: number
  /** null if a home saves less than nothing, and of a ceiling */
  readonly giniOfSavings: number | null
  /** null where no wires were simulated */
  readonly violationMinutes: number | null
  /** of what came from the grid */
  readonly emissionsG: number
}

/** What a run came to, as `simulate --json` prints it but for what the command adds. */
export interface SimulationResult {
  readonly homes: number
  readonly slots: number
  /** production − curtailed + gridImport = demand + gridExport + gridLosses + conversionLosses + storageDelta, exactly */
  readonly energyWh: {
    readonly demand: number
    readonly production: number
    /** production used behind the roof it came from */
    readonly selfUse: number
    readonly traded: number
    readonly gridImport: number
    readonly gridExport: number
    readonly gridLosses: number
    readonly conversionLosses: number
    readonly curtailed: number
    readonly storageDelta: number
  }
  readonly market: {
    readonly orders: number
    readonly trades: number
    readonly vwapEurPerMWh: number | null
    readonly unmatchedWh: number
    readonly allocativeEfficiency: number | null
  }
  readonly kpis: StreetKpis
  readonly without: StreetKpis
  /** the best that could be, with all known beforehand; null where it was not asked for */
  readonly ceiling: StreetKpis | null
  /** there where wires were simulated */
  readonly grid?: GridResult
}

/** What a run came to for one home. Energy in whole Wh, money in whole µEUR. */
export interface HomeResult {
  readonly home: string
  readonly demandWh: number
  readonly productionWh: number
  readonly curtailedWh: number
  readonly importWh: number
  readonly exportWh: number
  readonly conversionLossesWh: number
  readonly storageDeltaWh: number
  readonly boughtWh: number
  readonly soldWh: number
  /** above 0 is paid */
  readonly costMicroEur: number
  readonly costWithoutMarketMicroEur: number
  readonly savingMicroEur: number
  readonly savingShare: number | null
  /** by its own roof */
  readonly selfSufficiency: number | null
  readonly selfConsumption: number | null
}
