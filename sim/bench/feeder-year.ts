import { setImmediate } from 'node:timers/promises'
import { FeederRun, type FeederTally } from '../grid/feeder-run.ts'
import { feederTree } from '../grid/feeder-tree.ts'
import { IEEE_KVAR_PER_KW, ieeeEuropeanLv, ieeeEuropeanLvDayW } from '../grid/feeders/ieee-european-lv.ts'
import { EN_50160 } from '../grid/limits.ts'
import { RandomStream } from '../random-stream.ts'

const DAY_MINUTES = 1_440
const YEAR_DAYS = 365

/** What a year of a feeder came to, and how long that took. */
export interface FeederYear extends FeederTally {
  readonly wallSeconds: number
}

/**
 * The European test feeder at one-minute steps, every minute held to EN 50160 and the transformer's rating at all 906
 * buses. Its 55 published days are dealt to the homes anew each day of the year, by the seed, so that no two days of the
 * feeder are alike. `onDay` is told before each day, and `signal` ends it between two days.
 */
export async function feederYear(options: {
  readonly seed: number
  readonly signal: AbortSignal
  /** 365. */
  readonly days?: number
  readonly onDay?: (day: number, of: number) => void
}): Promise<FeederYear> {
  const { seed, signal, days = YEAR_DAYS, onDay } = options
  const run = new FeederRun({ tree: feederTree(ieeeEuropeanLv(), { file: 'ieee-european-lv' }), limits: EN_50160 })
  const { activeW, reactiveVar } = run.powers
  const published = ieeeEuropeanLvDayW()
  const begunMs = performance.now()
  for (let day = 0; day < days; day++) {
    await setImmediate(undefined, { signal })
    onDay?.(day, days)
    const homes = dealt(published, new RandomStream(seed, 'feeder year', day))
    for (let minute = 0; minute < DAY_MINUTES; minute++) {
      for (let home = 0; home < homes.length; home++) {
        const watts = (homes[home] as Int32Array)[minute] as number
        activeW[home] = watts
        reactiveVar[home] = watts * IEEE_KVAR_PER_KW
      }
      run.step(1)
    }
  }
  return { ...run.tally(), wallSeconds: (performance.now() - begunMs) / 1_000 }
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
