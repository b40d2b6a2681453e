import type { HomeResult } from '../simulation/simulation-result.ts'
import type { SlotRecord } from '../simulation/slot-record.ts'
import type { BusVoltages } from '../simulation/street-grid.ts'
import type { RecordTable } from './record-table.ts'

/** A slot as the files tell it: its begin is a text that our own CSV reader takes. */
export type SlotRow = Omit<SlotRecord, 'startMs'> & { readonly start: string }

/** A trade as the files tell it. */
export interface TradeRow {
  readonly slot: number
  readonly time: string
  readonly buyer: string
  readonly seller: string
  readonly priceEurPerMWh: number
  readonly energyWh: number
}

const Wh = (csv: string) => ({ csv: `${csv}_wh`, unit: 'Wh' })
const count = (csv: string) => ({ csv, unit: 'count' })
const price = (csv: string) => ({ csv: `${csv}_eur_per_mwh`, unit: 'EUR/MWh' })
const money = (csv: string) => ({ csv: `${csv}_micro_eur`, unit: 'µEUR' })
const share = (csv: string) => ({ csv, unit: 'share' })
const perUnit = (csv: string) => ({ csv: `${csv}_per_unit`, unit: 'per unit' })
const text = (csv: string) => ({ csv, unit: 'text' })
const time = { csv: 'timestamp', unit: 'ISO 8601, UTC' }

export const slotTable: RecordTable<SlotRow> = {
  name: 'slots',
  columns: {
    start: time,
    slot: count('slot'),
    demandWh: Wh('demand'),
    productionWh: Wh('production'),
    curtailedWh: Wh('curtailed'),
    importWh: Wh('import'),
    exportWh: Wh('export'),
    gridImportWh: Wh('grid_import'),
    gridExportWh: Wh('grid_export'),
    gridLossesWh: Wh('grid_losses'),
    violationMinutes: { csv: 'violation_minutes', unit: 'min' },
    lowestPerUnit: perUnit('lowest'),
    highestPerUnit: perUnit('highest'),
    dimmedHomes: count('dimmed_homes'),
    orders: count('orders'),
    trades: count('trades'),
    tradedWh: Wh('traded'),
    unmatchedWh: Wh('unmatched'),
    vwapEurPerMWh: price('vwap'),
    retailEurPerMWh: price('retail'),
    feedInEurPerMWh: price('feed_in'),
    costMicroEur: money('cost'),
    costWithoutMarketMicroEur: money('cost_without_market'),
    gridFeesMicroEur: money('grid_fees'),
    lossesMicroEur: money('grid_losses'),
    compensationMicroEur: money('compensation'),
  },
}

export const tradeTable: RecordTable<TradeRow> = {
  name: 'trades',
  columns: {
    time,
    slot: count('slot'),
    buyer: text('buyer'),
    seller: text('seller'),
    priceEurPerMWh: price('price'),
    energyWh: Wh('energy'),
  },
}

/** A bus of the wires as the files tell it. */
export type VoltageRow = Omit<BusVoltages, 'home'> & { readonly home: string | null }

export const voltageTable: RecordTable<VoltageRow> = {
  name: 'voltages',
  columns: {
    feeder: count('feeder'),
    bus: text('bus'),
    from: text('from'),
    home: text('home'),
    resistanceOhm: { csv: 'resistance_ohm', unit: 'Ω' },
    lowestPerUnit: perUnit('lowest'),
    highestPerUnit: perUnit('highest'),
  },
}

export const homeTable: RecordTable<HomeResult> = {
  name: 'homes',
  columns: {
    home: text('home'),
    demandWh: Wh('demand'),
    productionWh: Wh('production'),
    curtailedWh: Wh('curtailed'),
    importWh: Wh('import'),
    exportWh: Wh('export'),
    conversionLossesWh: Wh('conversion_losses'),
    storageDeltaWh: Wh('storage_delta'),
    boughtWh: Wh('bought'),
    soldWh: Wh('sold'),
    gridLossesWh: Wh('grid_losses'),
    gridFeesMicroEur: money('grid_fees'),
    lossesMicroEur: money('grid_losses'),
    compensationMicroEur: money('compensation'),
    costMicroEur: money('cost'),
    costWithoutMarketMicroEur: money('cost_without_market'),
    savingMicroEur: money('saving'),
    savingShare: share('saving_share'),
    selfSufficiency: share('self_sufficiency'),
    selfConsumption: share('self_consumption'),
  },
}
