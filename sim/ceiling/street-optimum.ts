import { ProgramDraft, type Solver, type SolverMethod } from '../planner/linear-program.ts'
import { CeilingUnsolved } from './ceiling-unsolved.ts'
import type { FlexibleStore } from './flexible-store.ts'
import { passingOnPays, type SharingWays, sharingLanes, type Terms } from './sharing-lanes.ts'

/**
 * A slot of a street: prices in EUR/MWh, and what the homes without stores take and give by place, each home netted by
 * itself, Wh.
 */
export interface StreetSlot {
  readonly retailEurPerMWh: number
  readonly feedInEurPerMWh: number
  /** what a neighbour's energy costs the street wherever it comes from: local charge, fee and a share of the price */
  readonly sharedEurPerMWh: number
  readonly takenWh: readonly number[]
  readonly givenWh: readonly number[]
}

/** A home with stores. */
export interface FlexibleHome {
  readonly place: number
  /** what it takes (+) or gives (−) in each slot but for its stores, Wh */
  readonly restWh: readonly number[]
  readonly stores: readonly FlexibleStore[]
}

/** What a store does in each slot, Wh, and holds at its end. */
export interface StoreCourse {
  readonly chargeWh: readonly number[]
  readonly dischargeWh: readonly number[]
  readonly storedWh: readonly number[]
}

/** The least that a street can pay, and what the stores do for it, by home and store. */
export interface StreetOptimum {
  readonly costMicroEur: number
  readonly courses: readonly (readonly StoreCourse[])[]
}

/** What more than the usual peak costs beyond its price: so that of equally cheap ways one is taken that keeps to it. */
const BEYOND_PEAK_EUR_PER_MWH = 1e-4

interface StoreColumns {
  readonly charge: number
  readonly discharge: number
  readonly energy: number
}

const ONE_PLACE: SharingWays = { parent: [0], upEurPerMWh: [0], downEurPerMWh: [0] }

/**
 * The least cost of a street that knows all its slots beforehand: a linear program (HiGHS). Each home is netted by
 * itself; what some have over others may take, at the shared price and what the ways between their places cost; the rest
 * is the supplier's. Bills are not rounded.
 * In a slot in which feeding in earns more than buying costs, or passing energy on saves a fee, the cost is no longer
 * convex, and bounded from below by its convex envelope. Throws CeilingUnsolved.
 */
export function streetOptimum(
  solve: Solver,
  street: {
    readonly slots: readonly StreetSlot[]
    readonly homes: readonly FlexibleHome[]
    /** between the places of the street; left out it is one place */
    readonly ways?: SharingWays | undefined
    /** the most that the street took and gave in a slot of the run, Wh: exceeded only where it pays */
    readonly peaks: { readonly takenWh: number; readonly givenWh: number }
  },
): StreetOptimum {
  const { slots, homes, peaks, ways = ONE_PLACE } = street
  const program = new ProgramDraft()
  const stores = homes.map((home) => home.stores.map((store) => storeColumns(program, store)))
  for (const [index, slot] of slots.entries()) {
    const taking = ways.parent.map((): Terms => [])
    const giving = ways.parent.map((): Terms => [])
    const bothPay = slot.feedInEurPerMWh > slot.retailEurPerMWh || passingOnPays(ways, slot.sharedEurPerMWh)
    for (const [home, { place, restWh, stores: itsStores }] of homes.entries()) {
      const bounds = itsStores.map((store) => store.slots[index])
      const most = sum(bounds, (bound) => bound?.chargeMostWh ?? 0)
      const least = 0 - sum(bounds, (bound) => bound?.dischargeMostWh ?? 0)
      const rest = restWh[index] ?? 0
      const columns = (stores[home] ?? []).map((course) => course[index] as StoreColumns)
      const net = netColumns(program, { restWh: rest, leastWh: rest + least, mostWh: rest + most, columns, bothPay })
      taking[place]?.push([net.taken, -1])
      giving[place]?.push([net.given, -1])
    }
    const lanes = sharingLanes(program, { ways, sharedEurPerMWh: slot.sharedEurPerMWh })
    const bought = supplied(program, { costEurPerMWh: slot.retailEurPerMWh, peakWh: peaks.takenWh })
    const sold = supplied(program, { costEurPerMWh: 0 - slot.feedInEurPerMWh, peakWh: peaks.givenWh })
    splitByPlace(program, { wholeWh: slot.takenWh, homes: taking, shared: lanes.taken, supplier: bought })
    splitByPlace(program, { wholeWh: slot.givenWh, homes: giving, shared: lanes.given, supplier: sold })
  }
  // Steps between places make a large network, which the simplex takes several times as long for.
  const values = solved(solve, program, ways.parent.length > 1 ? 'interior-point' : 'simplex')
  const read = (of: readonly StoreColumns[], column: keyof StoreColumns) => of.map((at) => values[at[column]] ?? 0)
  return {
    costMicroEur: program.columnCosts.reduce((cost, each, column) => cost + each * (values[column] ?? 0), 0),
    courses: stores.map((home) =>
      home.map((course) => ({
        chargeWh: read(course, 'charge'),
        dischargeWh: read(course, 'discharge'),
        storedWh: read(course, 'energy'),
      })),
    ),
  }
}

/** What homes take, or give, at each place is shared or the supplier's, who does not ask for the place. */
function splitByPlace(
  program: ProgramDraft,
  way: {
    readonly wholeWh: readonly number[]
    readonly homes: readonly Terms[]
    readonly shared: readonly number[]
    readonly supplier: Terms
  },
): void {
  const { wholeWh, homes, shared, supplier } = way
  const [only] = shared
  if (shared.length === 1 && only !== undefined) {
    program.equation(wholeWh[0] ?? 0, [...supplier, [only, 1], ...(homes[0] ?? [])])
    return
  }
  const rests = shared.map((column, place): Terms[number] => {
    const [whole, terms] = [wholeWh[place] ?? 0, homes[place] ?? []]
    const rest = program.column({})
    program.equation(whole, [[rest, 1], [column, 1], ...terms])
    return [rest, -1]
  })
  program.equation(0, [...supplier, ...rests])
}

/** What passes between street and supplier one way: up to the peak, and beyond it. */
function supplied(program: ProgramDraft, way: { readonly costEurPerMWh: number; readonly peakWh: number }): Terms {
  const { costEurPerMWh, peakWh } = way
  return [
    [program.column({ cost: costEurPerMWh, high: peakWh }), 1],
    [program.column({ cost: costEurPerMWh + BEYOND_PEAK_EUR_PER_MWH }), 1],
  ]
}

function storeColumns(program: ProgramDraft, store: FlexibleStore): readonly StoreColumns[] {
  let before: number | null = null
  return store.slots.map((slot): StoreColumns => {
    const charge = program.column({ high: slot.chargeMostWh })
    const discharge = program.column({ high: slot.dischargeMostWh })
    const energy = program.column({ low: slot.lowWh, high: slot.highWh })
    const terms: Terms = [
      [energy, 1],
      [charge, 0 - store.chargeEfficiency],
      [discharge, 1 / store.dischargeEfficiency],
    ]
    if (before !== null) terms.push([before, -1])
    program.equation((before === null ? store.firstWh : 0) - slot.goneWh, terms)
    before = energy
    return { charge, discharge, energy }
  })
}

/** What a home takes and what it gives in a slot; one of them is 0 unless `bothPay` at once: then less than all of both. */
function netColumns(
  program: ProgramDraft,
  home: {
    readonly restWh: number
    readonly leastWh: number
    readonly mostWh: number
    readonly columns: readonly StoreColumns[]
    readonly bothPay: boolean
  },
): { readonly taken: number; readonly given: number } {
  const [most, least] = [Math.max(0, home.mostWh), Math.max(0, 0 - home.leastWh)]
  const taken = program.column({ high: most })
  const given = program.column({ high: least })
  const stores = home.columns.flatMap(
    ({ charge, discharge }): Terms => [
      [charge, -1],
      [discharge, 1],
    ],
  )
  program.equation(home.restWh, [[taken, 1], [given, -1], ...stores])
  if (home.bothPay && most > 0 && least > 0) {
    const room = program.column({})
    program.equation(1, [
      [taken, 1 / most],
      [given, 1 / least],
      [room, 1],
    ])
  }
  return { taken, given }
}

function solved(solve: Solver, program: ProgramDraft, method: SolverMethod): Float64Array {
  try {
    return solve(program, method).values
  } catch (error) {
    throw new CeilingUnsolved({ detail: error instanceof Error ? error.message : String(error) })
  }
}

function sum<Value>(values: readonly Value[], of: (value: Value) => number): number {
  return values.reduce((total, value) => total + of(value), 0)
}
