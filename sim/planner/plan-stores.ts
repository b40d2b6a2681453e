import type { Battery } from '../home/battery.ts'
import type { Car } from '../home/car.ts'
import { ProgramDraft, type Solver } from './linear-program.ts'

/** What is expected of a step: mean powers in W, prices in EUR/MWh. */
export interface ExpectedStep {
  readonly loadW: number
  readonly sunW: number
  readonly retailEurPerMWh: number
  readonly feedInEurPerMWh: number
  /** how much of the step the car is at its charger, 0 to 1 */
  readonly carHomeShare: number
  /** what the car will have driven as it comes back in this step, J */
  readonly carDrivenJ: number
  /** whether the car leaves at the end of this step */
  readonly carLeaves: boolean
}

/** What a home's stores do in each step, mean W: charging positive. */
export interface StorePlan {
  readonly batteryW: Float64Array
  readonly carW: Float64Array
  /** what a MWh more in the battery would be worth at the end of each step, EUR */
  readonly batteryEurPerMWh: Float64Array
  /** what the home pays its supplier for all steps together, EUR */
  readonly costEur: number
}

/** A Wh that a car lacks as it leaves, or has not to drive with, costs more than any Wh from the grid. */
const MISSING_EUR_PER_MWH = 100_000
/** What a Wh through a store has to earn at least: nobody shifts energy for nothing, and no plan is as good as another. */
const WEAR_EUR_PER_MWH = 0.01
const MICRO = 1_000_000
const J_PER_WH = 3600

/**
 * The cheapest use of a battery and a car over what is expected: a linear program (HiGHS). Stored energy ends no lower
 * than it begins, if it can. What is fed in never earns more than the same energy costs at that time, or a meter would
 * have to count both ways at once. Throws what the solver throws.
 */
export function planStores(
  solve: Solver,
  ask: {
    readonly stepSeconds: number
    readonly steps: readonly ExpectedStep[]
    readonly battery: { readonly battery: Battery; readonly storedJ: number; readonly capacityJ: number } | null
    readonly car: { readonly car: Car; readonly storedJ: number } | null
  },
): StorePlan {
  const { steps, stepSeconds } = ask
  const hours = stepSeconds / 3600
  const program = new ProgramDraft()
  const grid = steps.map((step) => {
    // EUR/MWh × Wh is µEUR.
    const feedIn = Math.min(step.feedInEurPerMWh, step.retailEurPerMWh)
    return {
      import: program.column({ cost: step.retailEurPerMWh * hours }),
      export: program.column({ cost: 0 - feedIn * hours }),
    }
  })
  const battery = ask.battery === null ? null : batteryColumns(program, ask.battery, { hours, count: steps.length })
  const car = ask.car === null ? null : carColumns(program, ask.car, { hours, steps })
  for (const [index, step] of steps.entries()) {
    const { import: taken, export: given } = grid[index] as (typeof grid)[number]
    const stores = [battery?.[index], car?.[index]].filter((store) => store !== undefined)
    program.equation(step.loadW - step.sunW, [
      [taken, 1],
      [given, -1],
      ...stores.flatMap((store): (readonly [number, number])[] => [
        [store.charge, -1],
        [store.discharge, 1],
      ]),
    ])
  }
  const { values, rowPrices } = solve(program)
  const value = (column: number) => values[column] ?? 0
  const powers = (stores: readonly StoreColumns[] | null) =>
    Float64Array.from(steps, (_, index) => {
      const store = stores?.[index]
      return store === undefined ? 0 : value(store.charge) - value(store.discharge)
    })
  const costMicroEur = grid.reduce((sum, columns) => {
    const [cost, income] = [program.columnCosts[columns.import] ?? 0, program.columnCosts[columns.export] ?? 0]
    return sum + cost * value(columns.import) + income * value(columns.export)
  }, 0)
  const batteryEurPerMWh = Float64Array.from(steps, (_, index) => 0 - (rowPrices[battery?.[index]?.row ?? -1] ?? 0))
  return { batteryW: powers(battery), carW: powers(car), batteryEurPerMWh, costEur: costMicroEur / MICRO }
}

/** A store in a step: the columns of W in and W out, and the row that says what it holds at its end. */
interface StoreColumns {
  readonly row: number
  readonly charge: number
  readonly discharge: number
}

function batteryColumns(
  program: ProgramDraft,
  { battery, storedJ, capacityJ }: { readonly battery: Battery; readonly storedJ: number; readonly capacityJ: number },
  time: { readonly hours: number; readonly count: number },
): readonly StoreColumns[] {
  const capacityWh = capacityJ / J_PER_WH
  const storedWh = storedJ / J_PER_WH
  // A store may be outside its window when the plan begins: it leaked, or it faded.
  const low = Math.min(storedWh, (capacityWh * battery.minSocPerMille) / 1000)
  const high = Math.max(storedWh, (capacityWh * battery.maxSocPerMille) / 1000)
  const kept = (1 - battery.selfDischargePerHour) ** time.hours
  let before: number | null = null
  return Array.from({ length: time.count }, (_, index): StoreColumns => {
    const isLast = index === time.count - 1
    const charge = program.column({ high: battery.chargePowerW, cost: wearOf(time.hours) })
    const discharge = program.column({ high: battery.dischargePowerW })
    const energy = program.column({ low, high })
    const terms: (readonly [number, number])[] = [
      [energy, 1],
      [charge, -battery.chargeEfficiency * time.hours],
      [discharge, time.hours / battery.dischargeEfficiency],
    ]
    const row: number =
      before === null ? program.equation(storedWh * kept, terms) : program.equation(0, [...terms, [before, -kept]])
    if (isLast) expectAtLeast(program, energy, storedWh)
    before = energy
    return { row, charge, discharge }
  })
}

function carColumns(
  program: ProgramDraft,
  { car, storedJ }: { readonly car: Car; readonly storedJ: number },
  time: { readonly hours: number; readonly steps: readonly ExpectedStep[] },
): readonly StoreColumns[] {
  const high = Math.max(car.capacityWh, storedJ / J_PER_WH)
  const target = (car.capacityWh * car.targetSocPerMille) / 1000
  let before: number | null = null
  return time.steps.map((step): StoreColumns => {
    const charge = program.column({ high: car.chargePowerW * step.carHomeShare, cost: wearOf(time.hours) })
    // To its home alone: what is left in it after the plan's end is worth more than the feed-in tariff.
    const lackedW = Math.max(0, step.loadW - step.sunW)
    const discharge = program.column({ high: Math.min(car.dischargePowerW * step.carHomeShare, lackedW) })
    const energy = program.column({ low: 0, high })
    const elsewhere = program.column({ cost: MISSING_EUR_PER_MWH })
    const terms: (readonly [number, number])[] = [
      [energy, 1],
      [charge, -car.chargeEfficiency * time.hours],
      [discharge, time.hours / car.dischargeEfficiency],
      [elsewhere, -1],
    ]
    const drivenWh = step.carDrivenJ / J_PER_WH
    const row: number =
      before === null
        ? program.equation(storedJ / J_PER_WH - drivenWh, terms)
        : program.equation(0 - drivenWh, [...terms, [before, -1]])
    if (step.carLeaves) expectAtLeast(program, energy, target)
    before = energy
    return { row, charge, discharge }
  })
}

/** Energy + what is missing − what is more = the energy wanted. */
function expectAtLeast(program: ProgramDraft, energy: number, wantedWh: number): void {
  const missing = program.column({ cost: MISSING_EUR_PER_MWH })
  const more = program.column({})
  program.equation(wantedWh, [
    [energy, 1],
    [missing, 1],
    [more, -1],
  ])
}

const wearOf = (hours: number) => WEAR_EUR_PER_MWH * hours
