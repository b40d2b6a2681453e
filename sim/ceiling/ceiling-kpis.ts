import { netSlot } from '#contracts/index.ts'
import type { Tariff } from '#protocol/market-rules.ts'
import type { SimulatedHome } from '../home/simulated-home.ts'
import type { Solver } from '../planner/linear-program.ts'
import { ratio } from '../simulation/ratio.ts'
import type { StreetKpis } from '../simulation/simulation-result.ts'
import type { SimulationTerms } from '../simulation/simulation-terms.ts'
import type { LivedSlot, SlotMeter } from '../simulation/slot-meters.ts'
import { StreetFigures } from '../simulation/street-figures.ts'
import { bestMeters } from './best-meters.ts'
import { storingHome, takenWh } from './storing-home.ts'
import { type StreetSlot, streetOptimum } from './street-optimum.ts'

const MILLI = 1_000
const BASIS_POINTS = 10_000

/**
 * The figures of the best that could be: the days of `meters` with every battery and car used for the street's least
 * cost, all known beforehand, from the same first to the same last state of charge. `withoutMicroEur` is what all homes
 * pay with the tariffs alone, `exactJ` the street's energies over the run. Who of the homes saves how much is not the
 * optimum's to say, so what is told of single homes is null. Throws CeilingUnsolved.
 */
export function ceilingKpis(
  solve: Solver,
  run: {
    readonly homes: readonly SimulatedHome[]
    readonly meters: readonly LivedSlot[]
    readonly terms: SimulationTerms
    readonly withoutMicroEur: number
    /** what the wires cost homes, of the former, with the market or without: their losses less what is paid to who is held back */
    readonly wiresMicroEur: number
    readonly exactJ: { readonly demand: number; readonly production: number; readonly curtailed: number }
  },
): StreetKpis {
  const { homes, meters, terms, withoutMicroEur, wiresMicroEur, exactJ } = run
  const { slotMinutes, protocolFeeBp } = terms.rules
  const ways = terms.gridFees?.feeWays(homes.length)
  const placeOf = ways?.placeOf ?? homes.map(() => 0)
  const sharesBp = protocolFeeBp + (terms.gridFees?.ofPriceBp ?? 0)
  const storing = homes.flatMap(
    (home, index) =>
      storingHome(home, { index, place: placeOf[index] ?? 0, meters, slotHours: slotMinutes / 60 }) ?? [],
  )
  const stores = new Set(storing.map(({ index }) => index))
  const { costMicroEur, courses } = streetOptimum(solve, {
    slots: meters.map((meter) =>
      streetSlot(meter, { storing: stores, placeOf, tariff: terms.tariffAt(meter.slot), sharesBp }),
    ),
    homes: storing,
    ways,
    peaks: peaksOf(meters),
  })
  const figures = new StreetFigures({ homes: homes.length, slotMinutes })
  for (const meter of bestMeters(meters, storing, courses)) {
    const tariff = terms.tariffAt(meter.slot)
    figures.add({
      meter,
      trading: { trades: [], orders: 0, unmatchedWh: 0 },
      netted: netSlot({ slot: meter.slot, trades: [], statements: statementsOf(meter) }, { tariff, protocolFeeBp }),
      tariff,
      grid: null,
      fees: null,
      losses: null,
      compensation: null,
      emissionsGPerKwh: terms.emissionsGPerKwhAt(meter.slot),
    })
  }
  const savingMicroEur = Math.round(withoutMicroEur - wiresMicroEur - costMicroEur)
  return {
    ...figures.result([], exactJ).kpis,
    savingMicroEur,
    savingShare: ratio(savingMicroEur, withoutMicroEur),
    giniOfSavings: null,
    losingHomes: null,
    worstSavingMicroEur: null,
    worstSavingShare: null,
  }
}

/**
 * A slot's prices, and what homes without stores take and give, by place. Shares of the price are of the lowest one at
 * which a home gives its energy to a neighbour rather than to the supplier.
 */
function streetSlot(
  meter: SlotMeter,
  street: {
    readonly storing: ReadonlySet<number>
    readonly placeOf: readonly number[]
    readonly tariff: Tariff
    readonly sharesBp: number
  },
): StreetSlot {
  const { storing, placeOf, tariff, sharesBp } = street
  const { retailMilliEurPerMWh, feedInMilliEurPerMWh, localChargeMilliEurPerMWh } = tariff
  const leastPriceEurPerMWh = Math.max(0, Math.ceil(feedInMilliEurPerMWh / MILLI))
  const places = Math.max(...placeOf) + 1
  const taken = new Array<number>(places).fill(0)
  const given = new Array<number>(places).fill(0)
  for (const [home, place] of placeOf.entries()) {
    if (storing.has(home)) continue
    const net = takenWh(meter, home)
    if (net > 0) taken[place] = (taken[place] ?? 0) + net
    else given[place] = (given[place] ?? 0) - net
  }
  return {
    retailEurPerMWh: retailMilliEurPerMWh / MILLI,
    feedInEurPerMWh: feedInMilliEurPerMWh / MILLI,
    sharedEurPerMWh: localChargeMilliEurPerMWh / MILLI + (leastPriceEurPerMWh * sharesBp) / BASIS_POINTS,
    takenWh: taken,
    givenWh: given,
  }
}

/** The most that the street took of the supplier and gave it in a slot, Wh. */
function peaksOf(meters: readonly SlotMeter[]): { readonly takenWh: number; readonly givenWh: number } {
  const nets = meters.map((meter) => meter.importWh.reduce((net, _, home) => net + takenWh(meter, home), 0))
  return { takenWh: Math.max(0, ...nets), givenWh: Math.max(0, ...nets.map((net) => 0 - net)) }
}

function statementsOf({ slot, importWh, exportWh }: SlotMeter) {
  return Array.from(importWh, (imported, home) => ({
    account: `0x${home.toString(16).padStart(40, '0')}` as const,
    slot,
    importWh: imported,
    exportWh: exportWh[home] ?? 0,
  }))
}
