import type { ProgramDraft } from '../planner/linear-program.ts'
import type { FeeWays } from '../simulation/grid-fees.ts'

/** What a way between two places of a street costs, step by step. */
export type SharingWays = Omit<FeeWays, 'placeOf'>

/** A fee is rounded to whole EUR/MWh at the end of its way: it may be so much less than its steps. */
const ROUNDED_EUR_PER_MWH = 0.5

/** What columns add up to in a row. */
export type Terms = (readonly [column: number, factor: number])[]

/**
 * Columns for what neighbours share in a slot, Wh: what the homes of each place give to others, and take from them. Of
 * more places than one it stays at its place, or goes up from place to place and down again, at what each step costs.
 * Its first step is cheaper by what rounding may take off the fee, but no energy earns by moving: a first step that
 * would is for nothing, and the next one is the first.
 */
export function sharingLanes(
  program: ProgramDraft,
  { ways, sharedEurPerMWh }: { readonly ways: SharingWays; readonly sharedEurPerMWh: number },
): { readonly given: readonly number[]; readonly taken: readonly number[] } {
  const { parent, upEurPerMWh, downEurPerMWh } = ways
  if (parent.length === 1) {
    const shared = program.column({ cost: sharedEurPerMWh })
    return { given: [shared], taken: [shared] }
  }
  const given = parent.map(() => program.column({ cost: sharedEurPerMWh }))
  const taken = parent.map(() => program.column({}))
  const starting = given.map((column): Terms => [[column, 1]])
  const onTheWay = taken.map((column): Terms => [[column, -1]])
  const pass = (from: Terms | undefined, to: Terms | undefined, cost: number) => {
    const column = program.column({ cost })
    from?.push([column, -1])
    to?.push([column, 1])
  }
  const step = (from: number, to: number, cost: number) => {
    const first = cost - ROUNDED_EUR_PER_MWH
    if (sharedEurPerMWh + first < 0) pass(starting[from], starting[to], 0)
    else pass(starting[from], onTheWay[to], first)
    pass(onTheWay[from], onTheWay[to], cost)
  }
  for (const [place, before] of parent.entries()) {
    pass(starting[place], onTheWay[place], 0)
    if (place === 0) continue
    step(place, before, upEurPerMWh[place] ?? 0)
    step(before, place, downEurPerMWh[place] ?? 0)
  }
  for (const balance of [...starting, ...onTheWay]) program.equation(0, balance)
  return { given, taken }
}

/** Whether a home on the way saves a neighbour money by taking its energy and giving it on: each fee is rounded anew. */
export function passingOnPays({ parent }: SharingWays, sharedEurPerMWh: number): boolean {
  return parent.length > 1 && sharedEurPerMWh < ROUNDED_EUR_PER_MWH
}
