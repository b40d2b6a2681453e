import { ReadingQuality } from '#protocol/reading-quality.ts'
import type { NetCount } from './net-count.ts'

/** How long the power has stood still, and what was counted when it began to. */
export interface StillPower {
  readonly powerW: number
  readonly sinceMs: number
  readonly sinceWh: number
  readonly lastMs: number
  readonly samples: number
}

const LEAST_SAMPLES = 10
const LEAST_MS = 600_000
/** between samples further apart a battery that holds the connection at 0 W may have been overrun, and be back */
const LONGEST_STEP_MS = 60_000
/** how far counters may be from a power that truly stands still */
const MARGIN = 0.2
const SLACK_WH = 10
const MS_PER_HOUR = 3_600_000

/**
 * A power that is the same to the last digit for ten samples and ten minutes, a minute apart at most, while the counters counted something
 * else, more than 20 % away: the power is frozen, or the counters are. Standing still alone accuses nobody: a meter that
 * sends its telegram again, a home at night and a steady load all do, and their counters agree. Nor do voltage and
 * frequency have a say: a meter that tells them in whole volts shows the same for hours.
 */
export function checkFrozen(
  still: StillPower | null,
  now: NetCount | null,
): { readonly still: StillPower | null; readonly quality: number } {
  if (now === null) return { still: null, quality: 0 }
  const { timeMs, netWh, powerW, unitWh, timeToleranceMs } = now
  const stepMs = still === null ? 0 : timeMs - still.lastMs
  if (still === null || still.powerW !== powerW || stepMs < 0 || stepMs > LONGEST_STEP_MS) {
    return { still: { powerW, sinceMs: timeMs, sinceWh: netWh, lastMs: timeMs, samples: 1 }, quality: 0 }
  }
  const longer = { ...still, lastMs: timeMs, samples: still.samples + 1 }
  const spanMs = timeMs - still.sinceMs
  if (longer.samples < LEAST_SAMPLES || spanMs < Math.max(LEAST_MS, 20 * timeToleranceMs)) {
    return { still: longer, quality: 0 }
  }
  const countedWh = netWh - still.sinceWh
  const expectedWh = (powerW * spanMs) / MS_PER_HOUR
  const allowedWh = MARGIN * Math.max(Math.abs(countedWh), Math.abs(expectedWh)) + 3 * unitWh + SLACK_WH
  return { still: longer, quality: Math.abs(countedWh - expectedWh) > allowedWh ? ReadingQuality.frozen : 0 }
}
