import { setImmediate } from 'node:timers/promises'
import { feederTree } from '../grid/feeder-tree.ts'
import { IEEE_KVAR_PER_KW, ieeeEuropeanLv, ieeeEuropeanLvDayW } from '../grid/feeders/ieee-european-lv.ts'
import { LimitCheck } from '../grid/limit-check.ts'
import { EN_50160, type Violation } from '../grid/limits.ts'
import { PowerFlow } from '../grid/power-flow.ts'
import { RandomStream } from '../random-stream.ts'

const DAY_MINUTES = 1_440
const YEAR_DAYS = 365

/** What a year of a feeder came to. */
export interface FeederYear {
  readonly minutes: number
  readonly wallSeconds: number
  readonly sourceKwh: number
  readonly lossKwh: number
  /** In how many minutes a limit of the kind was broken anywhere. */
  readonly violationMinutes: Readonly<Record<Violation['kind'], number>>
}

/**
 * The European test feeder at one-minute steps, every minute held to EN 50160 and the transformer's rating at all 906
 * buses. Its 55 published days are dealt to the homes anew each day of the year, by the seed, so that no two days of the
 * feeder are alike. `onDay` is told before each day, and `signal` ends it between
 * two days.
 */
export async function feederYear(options: {
  readonly seed: number
  readonly signal: AbortSignal
  /** 365. */
  readonly days?: number
  readonly onDay?: (day: number, of: number) => void
}): Promise<FeederYear> {
  const { seed, signal, days = YEAR_DAYS, onDay } = options
  const tree = feederTree(ieeeEuropeanLv(), { file: 'ieee-european-lv' })
  const flow = new PowerFlow({ tree })
  const check = new LimitCheck(flow, EN_50160)
  const published = ieeeEuropeanLvDayW()
  const powers = { activeW: new Float64Array(published.length), reactiveVar: new Float64Array(published.length) }
  const violationMinutes = { undervoltage: 0, overvoltage: 0, overload: 0, unbalance: 0 }
  let sourceWh = 0
  let lossWh = 0
  const begunMs = performance.now()
  for (let day = 0; day < days; day++) {
    await setImmediate(undefined, { signal })
    onDay?.(day, days)
    const homes = dealt(published, new RandomStream(seed, 'feeder year', day))
    for (let minute = 0; minute < DAY_MINUTES; minute++) {
      for (let home = 0; home < homes.length; home++) {
        const watts = (homes[home] as Int32Array)[minute] as number
        powers.activeW[home] = watts
        powers.reactiveVar[home] = watts * IEEE_KVAR_PER_KW
      }
      flow.solve(powers)
      const { sourceW, lossW } = flow.totals()
      sourceWh += sourceW / 60
      lossWh += lossW / 60
      const violations = check.violations()
      if (violations.length > 0) for (const kind of new Set(violations.map((one) => one.kind))) violationMinutes[kind]++
    }
  }
  return {
    minutes: days * DAY_MINUTES,
    wallSeconds: (performance.now() - begunMs) / 1_000,
    sourceKwh: sourceWh / 1_000,
    lossKwh: lossWh / 1_000,
    violationMinutes,
  }
}

/** The same in another order (Fisher and Yates). */
function dealt<A>(all: readonly A[], random: RandomStream): readonly A[] {
  const order = [...all]
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.whole(0, last)
    ;[order[last], order[other]] = [order[other] as A, order[last] as A]
  }
  return order
}
