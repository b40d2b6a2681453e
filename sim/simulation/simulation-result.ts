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
  /** mean over peak of the import at the transformer; null where there is none */
  readonly loadFactor: number | null
  /** mean change, up or down, of the net power at the transformer from one slot to the next; null of a single slot */
  readonly rampingW: number | null
  /** null if a home saves less than nothing, and of a ceiling */
  readonly giniOfSavings: number | null
  /** homes that save less than nothing, and what the home saves that saves least; null of a ceiling */
  readonly losingHomes: number | null
  readonly worstSavingMicroEur: number | null
  /** of that home's cost with the tariffs alone; null unless that is above 0 */
  readonly worstSavingShare: number | null
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
  /** what each received over the run, below 0 what it paid: homes + supplier + grid + fund = 0, exactly */
  readonly moneyMicroEur: {
    readonly homes: number
    readonly supplier: number
    readonly grid: number
    readonly fund: number
    /** of it what buyers paid for the wires on top of prices and local charge */
    readonly gridFees: number
    /** of it what the energy lost in the wires cost, paid by who runs them (`grid`) or by the homes */
    readonly losses: number
    /** of it what who runs the wires paid homes for what their roofs were not let give */
    readonly compensation: number
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
  /** what it added to the losses of the wires; below 0 what it lowered them by; 0 without wires */
  readonly gridLossesWh: number
  /** paid for using the wires on top of prices and local charge, and for what it added to their losses, both in its cost */
  readonly gridFeesMicroEur: number
  readonly lossesMicroEur: number
  /** paid to it for what its roof was not let give, in both costs */
  readonly compensationMicroEur: number
  /** above 0 is paid */
  readonly costMicroEur: number
  readonly costWithoutMarketMicroEur: number
  readonly savingMicroEur: number
  readonly savingShare: number | null
  /** by its own roof */
  readonly selfSufficiency: number | null
  readonly selfConsumption: number | null
}
