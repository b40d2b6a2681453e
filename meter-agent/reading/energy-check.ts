import { ReadingQuality } from '#protocol/reading-quality.ts'
import type { NetCount } from './net-count.ts'

/** The power since a moment, integrated. */
export interface EnergyWindow {
  readonly startMs: number
  readonly startWh: number
  readonly lastMs: number
  readonly lastW: number
  /** integral of the power, and of its magnitude, Wh */
  readonly integralWh: number
  readonly grossWh: number
  /** variance of the integral by what the power did between two samples, Wh² */
  readonly varianceWh2: number
}

/** METERING: the energy is the integrated power within 5 %. */
const MARGIN = 0.05
const SHORTEST_MS = 900_000
const LONGEST_MS = 6 * 3_600_000
/** Samples further apart say little of what was between them. */
const LONGEST_STEP_MS = 60_000
const MS_PER_HOUR = 3_600_000

/**
 * Integrates the power by trapezoids and holds it against the counters, once a quarter of an hour has passed, or as
 * many as it takes until the samples are dense enough to tell: what power did between two of them is taken as anywhere
 * between the two (a variance of (ΔP · Δt)² / 12), and a window is judged only where three such deviations, the
 * coarseness of the counters and that of the time stamps fit into 5 % of the energy. A window that cannot be judged
 * within six hours is given up. `now` is null where the counters or the power cannot be relied on.
 */
export function checkEnergy(
  window: EnergyWindow | null,
  now: NetCount | null,
): { readonly window: EnergyWindow | null; readonly quality: number } {
  if (now === null) return { window: null, quality: 0 }
  const stepMs = window === null ? 0 : now.timeMs - window.lastMs
  if (window === null || stepMs < 0 || stepMs > LONGEST_STEP_MS) return { window: startOf(now), quality: 0 }
  const hours = stepMs / MS_PER_HOUR
  const grown: EnergyWindow = {
    ...window,
    lastMs: now.timeMs,
    lastW: now.powerW,
    integralWh: window.integralWh + ((window.lastW + now.powerW) / 2) * hours,
    grossWh: window.grossWh + ((Math.abs(window.lastW) + Math.abs(now.powerW)) / 2) * hours,
    varianceWh2: window.varianceWh2 + ((now.powerW - window.lastW) * hours) ** 2 / 12,
  }
  const spanMs = now.timeMs - grown.startMs
  if (spanMs < SHORTEST_MS) return { window: grown, quality: 0 }
  const countedWh = now.netWh - grown.startWh
  const allowedWh = MARGIN * Math.max(grown.grossWh, Math.abs(countedWh))
  const blurWh = (grown.grossWh * 2 * now.timeToleranceMs) / spanMs
  const unsureWh = 3 * Math.sqrt(grown.varianceWh2) + 2 * (now.unitWh + 1) + blurWh
  if (unsureWh > allowedWh) return { window: spanMs < LONGEST_MS ? grown : startOf(now), quality: 0 }
  const differs = Math.abs(countedWh - grown.integralWh) > allowedWh + unsureWh
  return { window: startOf(now), quality: differs ? ReadingQuality.energyMismatch : 0 }
}

function startOf({ timeMs, netWh, powerW }: NetCount): EnergyWindow {
  return { startMs: timeMs, startWh: netWh, lastMs: timeMs, lastW: powerW, integralWh: 0, grossWh: 0, varianceWh2: 0 }
}
