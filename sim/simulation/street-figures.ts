import { type NettedSlot, netMicroEur } from '#contracts/index.ts'
import type { Tariff } from '#protocol/market-rules.ts'
import { slotStartMs } from '#protocol/slot.ts'
import { GridDemand } from './grid-demand.ts'
import type { GridFeeLines } from './grid-fees.ts'
import type { HomeEnergy } from './home-energy.ts'
import type { LossBills } from './loss-bills.ts'
import { largestSurplusMicroEur } from './market-surplus.ts'
import { ratio, toMillionth } from './ratio.ts'
import { savingFigures } from './saving-figures.ts'
import { type SlotTrading, turnoverOf } from './simulated-market.ts'
import type { HomeResult, SimulationResult, StreetKpis } from './simulation-result.ts'
import type { SlotMeter } from './slot-meters.ts'
import type { SlotRecord } from './slot-record.ts'
import { selfConsumption, selfSufficiency, streetExchange } from './street-exchange.ts'
import type { GridSlot } from './street-grid.ts'
import { TransformerLoad } from './transformer-load.ts'
import { wireCharges } from './wire-charges.ts'

const J_PER_WH = 3_600

/** All that is known of a slot once it is settled. */
export interface SettledSlot {
  readonly meter: SlotMeter
  readonly trading: SlotTrading
  /** bills in the order of the street's homes */
  readonly netted: NettedSlot
  readonly tariff: Tariff
  /** null where no wires are simulated */
  readonly grid: GridSlot | null
  /** null where trades pay nothing for wires */
  readonly fees: GridFeeLines | null
  readonly losses: LossBills | null
  /** what each home is paid for what its roof was not let give, µEUR; null where nobody is held back */
  readonly compensation: readonly number[] | null
  readonly emissionsGPerKwh: number
}

/** What the homes of a street used, what their roofs could have given, and what of it they were not let give. */
interface ExactEnergy {
  readonly demand: number
  readonly production: number
  readonly curtailed?: number
}

/** A home's money and trades so far. */
interface HomeSums {
  /** both with what it paid for losses, and less what it was paid for what its roof was not let give */
  costMicroEur: number
  withoutMicroEur: number
  gridFeesMicroEur: number
  lossesMicroEur: number
  compensationMicroEur: number
  gridLossesWh: number
  boughtWh: number
  soldWh: number
  importWh: number
  exportWh: number
  /** of what it fed in, what its roof can have given in the same slots */
  roofExportWh: number
  /** what came through its meter, and of that what came from beyond the street */
  readonly metered: GridDemand
  readonly fromGrid: GridDemand
}

/** The figures of a street, added up slot by slot: what it holds does not grow with the run. */
export class StreetFigures {
  readonly #slotMinutes: number
  readonly #homes: readonly HomeSums[]
  readonly #transformer: TransformerLoad
  #slots = 0
  #roofGridExportJ = 0
  #gridLossesWh = 0
  #violationMinutes: number | null = 0
  #emissionsMg = 0
  #orders = 0
  #trades = 0
  #tradedWh = 0
  #tradedMicroEur = 0
  #unmatchedWh = 0
  #surplusMicroEur = 0
  #largestSurplusMicroEur = 0
  readonly #moneyMicroEur = { homes: 0, supplier: 0, grid: 0, fund: 0, gridFees: 0, losses: 0, compensation: 0 }

  constructor(options: { readonly homes: number; readonly slotMinutes: number }) {
    this.#slotMinutes = options.slotMinutes
    this.#transformer = new TransformerLoad(options)
    this.#homes = Array.from({ length: options.homes }, () => ({
      costMicroEur: 0,
      withoutMicroEur: 0,
      gridFeesMicroEur: 0,
      lossesMicroEur: 0,
      compensationMicroEur: 0,
      gridLossesWh: 0,
      boughtWh: 0,
      soldWh: 0,
      importWh: 0,
      exportWh: 0,
      roofExportWh: 0,
      metered: new GridDemand(),
      fromGrid: new GridDemand(),
    }))
  }

  /** Adds a settled slot; gives its record. */
  add(settled: SettledSlot): SlotRecord {
    const { meter, trading, netted, tariff, grid } = settled
    const { slot } = meter
    const costs = this.#addBills(settled)
    const wires = this.#addMoney(settled, costs.costMicroEur)
    const lossesWh = grid?.lossesWh ?? 0
    const [importWh, exportWh] = [sum(meter.importWh), sum(meter.exportWh)]
    const { gridImport: gridImportWh, gridExport: gridExportWh } = streetExchange({
      imported: importWh,
      exported: exportWh,
      lost: lossesWh,
    })
    this.#addExact(meter, lossesWh * J_PER_WH)
    const { microEur, energyWh: tradedWh } = turnoverOf(trading.trades)
    this.#slots++
    this.#transformer.add({ importWh: gridImportWh, exportWh: gridExportWh })
    this.#gridLossesWh += lossesWh
    this.#violationMinutes =
      grid === null || this.#violationMinutes === null ? null : this.#violationMinutes + grid.violationMinutes
    this.#emissionsMg += Math.round(gridImportWh * settled.emissionsGPerKwh)
    this.#orders += trading.orders
    this.#trades += trading.trades.length
    this.#tradedWh += tradedWh
    this.#tradedMicroEur += microEur
    this.#unmatchedWh += trading.unmatchedWh
    // The protocol fee stays in the neighbourhood: it moves surplus, and makes none.
    this.#surplusMicroEur += costs.withoutMicroEur - costs.costMicroEur + netted.fundMicroEur
    this.#largestSurplusMicroEur += largestSurplusMicroEur(meter, tariff)
    return {
      slot,
      startMs: slotStartMs({ slot, slotMinutes: this.#slotMinutes }),
      demandWh: sum(meter.demandWh),
      productionWh: sum(meter.productionWh) + sum(meter.curtailedWh),
      curtailedWh: sum(meter.curtailedWh),
      importWh,
      exportWh,
      gridImportWh,
      gridExportWh,
      gridLossesWh: lossesWh,
      violationMinutes: grid?.violationMinutes ?? null,
      lowestPerUnit: grid?.lowestPerUnit ?? null,
      highestPerUnit: grid?.highestPerUnit ?? null,
      dimmedHomes: grid?.dimmedHomes ?? 0,
      orders: trading.orders,
      trades: trading.trades.length,
      tradedWh,
      unmatchedWh: trading.unmatchedWh,
      vwapEurPerMWh: ratio(microEur, tradedWh),
      retailEurPerMWh: tariff.retailMilliEurPerMWh / 1_000,
      feedInEurPerMWh: tariff.feedInMilliEurPerMWh / 1_000,
      costMicroEur: costs.costMicroEur,
      costWithoutMarketMicroEur: costs.withoutMicroEur,
      ...wires,
    }
  }

  /** What all homes pay with the tariffs alone, µEUR. */
  get withoutMicroEur(): number {
    return this.#homes.reduce((all, home) => all + home.withoutMicroEur, 0)
  }

  /** What of it the wires cost them, with the market or without: losses less what they were paid for being held back. */
  get wiresMicroEur(): number {
    return this.#homes.reduce((all, home) => all + home.lossesMicroEur - home.compensationMicroEur, 0)
  }

  /** What each home's meter counted in all, Wh, in the street's order. */
  meteredWh(home: number): { readonly importWh: number; readonly exportWh: number } {
    const { importWh, exportWh } = this.#home(home)
    return { importWh, exportWh }
  }

  /** What the run came to for one home. */
  homeResult(home: number, named: { readonly home: string; readonly energy: HomeEnergy }): HomeResult {
    const { costMicroEur, withoutMicroEur, boughtWh, soldWh, roofExportWh, metered } = this.#home(home)
    const { gridLossesWh, gridFeesMicroEur, lossesMicroEur, compensationMicroEur } = this.#home(home)
    const { energy } = named
    const savingMicroEur = withoutMicroEur - costMicroEur
    return {
      home: named.home,
      ...energy,
      boughtWh,
      soldWh,
      gridLossesWh,
      gridFeesMicroEur,
      lossesMicroEur,
      compensationMicroEur,
      costMicroEur,
      costWithoutMarketMicroEur: withoutMicroEur,
      savingMicroEur,
      savingShare: ratio(savingMicroEur, withoutMicroEur),
      selfSufficiency: share(selfSufficiency({ demand: energy.demandWh, metByGrid: metered.metJ / J_PER_WH })),
      selfConsumption: share(
        selfConsumption({ production: energy.productionWh, gridExport: roofExportWh + energy.curtailedWh }),
      ),
    }
  }

  /** What the run came to but for its wires, from the energies of all homes; `exactJ` are those of the street, J, not rounded. */
  result(energies: readonly HomeEnergy[], exactJ: ExactEnergy): Omit<SimulationResult, 'grid'> {
    const total = (of: (energy: HomeEnergy) => number) => energies.reduce((all, energy) => all + of(energy), 0)
    const demandWh = total((energy) => energy.demandWh)
    const productionWh = total((energy) => energy.productionWh)
    const curtailedWh = total((energy) => energy.curtailedWh)
    const roofExportWh = this.#homes.reduce((all, home) => all + home.roofExportWh, 0)
    return {
      homes: this.#homes.length,
      slots: this.#slots,
      energyWh: {
        demand: demandWh,
        production: productionWh,
        selfUse: Math.max(0, productionWh - curtailedWh - roofExportWh),
        traded: this.#tradedWh,
        gridImport: this.#transformer.importWh,
        gridExport: this.#transformer.exportWh,
        gridLosses: this.#gridLossesWh,
        conversionLosses: total((energy) => energy.conversionLossesWh),
        curtailed: curtailedWh,
        storageDelta: total((energy) => energy.storageDeltaWh),
      },
      market: {
        orders: this.#orders,
        trades: this.#trades,
        vwapEurPerMWh: ratio(this.#tradedMicroEur, this.#tradedWh),
        unmatchedWh: this.#unmatchedWh,
        allocativeEfficiency: ratio(this.#surplusMicroEur, this.#largestSurplusMicroEur),
      },
      moneyMicroEur: { ...this.#moneyMicroEur },
      kpis: this.#kpis(exactJ, this.#homes),
      // Who trades with whom moves no electron, as long as nothing in a home follows the market.
      without: this.#kpis(
        exactJ,
        this.#homes.map(({ withoutMicroEur }) => ({ costMicroEur: withoutMicroEur, withoutMicroEur })),
      ),
      ceiling: null,
    }
  }

  #kpis(exactJ: ExactEnergy, costs: Parameters<typeof savingFigures>[0]): StreetKpis {
    const metByGridJ = this.#homes.reduce((all, { fromGrid }) => all + fromGrid.metJ, 0)
    return {
      selfSufficiency: share(selfSufficiency({ demand: exactJ.demand, metByGrid: metByGridJ })),
      selfConsumption: share(
        selfConsumption({
          production: exactJ.production,
          gridExport: this.#roofGridExportJ + (exactJ.curtailed ?? 0),
        }),
      ),
      ...savingFigures(costs),
      ...this.#transformer.figures(),
      violationMinutes: this.#violationMinutes,
      emissionsG: Math.round(this.#emissionsMg / 1_000),
    }
  }

  /** What shares are told of: where each home's energy came from, and what left of what the roofs gave. */
  #addExact(meter: SlotMeter, lost: number): void {
    const imported = sum(meter.importJ)
    const { gridImport, gridExport } = streetExchange({ imported, exported: sum(meter.exportJ), lost })
    const gridShare = imported > 0 ? Math.min(1, gridImport / imported) : 0
    for (const [index, { metered, fromGrid }] of this.#homes.entries()) {
      const [importJ, store] = [meter.importJ[index] ?? 0, meter.stores[index]]
      if (store === undefined) throw new Error(`the meters know nothing of home ${index}`)
      metered.add({ importJ, gridShare: 1, store })
      fromGrid.add({ importJ, gridShare, store })
    }
    this.#roofGridExportJ += Math.min(gridExport, sum(meter.productionWh) * J_PER_WH)
  }

  #addBills(settled: SettledSlot) {
    const { meter, netted, grid, fees, losses, compensation } = settled
    const charges = wireCharges(settled)
    let costMicroEur = 0
    let withoutMicroEur = 0
    for (const [index, bill] of netted.bills.entries()) {
      const home = this.#home(index)
      const fee = fees?.paidMicroEur[index] ?? 0
      const loss = losses?.homesMicroEur[index] ?? 0
      const paidBack = compensation?.[index] ?? 0
      const cost = (charges?.costMicroEur[index] ?? 0) - netMicroEur(bill)
      const without = (charges?.costWithoutMarketMicroEur[index] ?? 0) - bill.withoutMarketMicroEur
      home.costMicroEur += cost
      home.withoutMicroEur += without
      home.gridFeesMicroEur += fee
      home.lossesMicroEur += loss
      home.compensationMicroEur += paidBack
      home.gridLossesWh += grid?.homeLossesWh[index] ?? 0
      home.boughtWh += bill.boughtWh
      home.soldWh += bill.soldWh
      home.importWh += bill.importWh
      home.exportWh += bill.exportWh
      home.roofExportWh += Math.min(bill.exportWh, meter.productionWh[index] ?? 0)
      costMicroEur += cost
      withoutMicroEur += without
    }
    return { costMicroEur, withoutMicroEur }
  }

  /** Who received what, which has to come to nothing; gives what of it the wires' doing is. */
  #addMoney({ netted, fees, losses, compensation }: SettledSlot, costMicroEur: number) {
    const feesMicroEur = (fees?.gridMicroEur ?? 0) + (fees?.supplierMicroEur ?? 0)
    const byHomes = losses?.homesMicroEur.reduce((all, loss) => all + loss, 0) ?? 0
    const byOperator = losses?.operatorMicroEur ?? 0
    const compensationMicroEur = compensation?.reduce((all, paid) => all + paid, 0) ?? 0
    const received = {
      homes: 0 - costMicroEur,
      supplier: netted.supplierMicroEur + (fees?.supplierMicroEur ?? 0) + byHomes + byOperator,
      grid: netted.gridMicroEur + (fees?.gridMicroEur ?? 0) - byOperator - compensationMicroEur,
      fund: netted.fundMicroEur,
    }
    const { homes, supplier, grid, fund } = received
    if (homes + supplier + grid + fund !== 0) {
      throw new Error(`the money of slot ${netted.slot} does not balance: ${JSON.stringify(received)}`)
    }
    const money = this.#moneyMicroEur
    money.homes += homes
    money.supplier += supplier
    money.grid += grid
    money.fund += fund
    money.gridFees += feesMicroEur
    money.losses += byHomes + byOperator
    money.compensation += compensationMicroEur
    return { gridFeesMicroEur: feesMicroEur, lossesMicroEur: byHomes + byOperator, compensationMicroEur }
  }

  #home(index: number): HomeSums {
    const home = this.#homes[index]
    if (home === undefined) throw new Error(`the street has ${this.#homes.length} homes, not ${index + 1}`)
    return home
  }
}

const share = (exact: number | null) => (exact === null ? null : toMillionth(exact))

function sum(values: Int32Array | Float64Array): number {
  let total = 0
  for (let index = 0; index < values.length; index++) total += values[index] as number
  return total
}
