/** One slot of a simulated street, as the results tell it. Energy in whole Wh, money in whole µEUR. */
export interface SlotRecord {
  readonly slot: number
  readonly startMs: number
  readonly demandWh: number
  /** what the roofs could have given, and what of it they were not let give */
  readonly productionWh: number
  readonly curtailedWh: number
  /** sums of all homes' meters */
  readonly importWh: number
  readonly exportWh: number
  /** at the transformer */
  readonly gridImportWh: number
  readonly gridExportWh: number
  readonly gridLossesWh: number
  /** minutes in which a limit of the wires was not kept, and voltages at the homes; null where no wires are simulated */
  readonly violationMinutes: number | null
  readonly lowestPerUnit: number | null
  readonly highestPerUnit: number | null
  /** homes whose heat pump or car was dimmed in it */
  readonly dimmedHomes: number
  readonly orders: number
  readonly trades: number
  readonly tradedWh: number
  readonly unmatchedWh: number
  /** by energy; null where nothing traded */
  readonly vwapEurPerMWh: number | null
  readonly retailEurPerMWh: number
  readonly feedInEurPerMWh: number
  /** of all homes together, with the market and with the tariffs alone; above 0 is paid */
  readonly costMicroEur: number
  readonly costWithoutMarketMicroEur: number
  /** of the former what buyers paid for the wires on top of prices and local charge */
  readonly gridFeesMicroEur: number
  /** what the energy lost in the wires cost, whoever paid for it */
  readonly lossesMicroEur: number
  /** what homes were paid for what their roofs were not let give, in both costs */
  readonly compensationMicroEur: number
}
