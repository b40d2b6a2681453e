import { ReadingQuality } from '#protocol/reading.ts'

/** What the guard knows of one counter. Published values never go back: `published` = device value + offset. */
export interface CounterState {
  readonly publishedWh: number
  readonly offsetWh: number
  /** when the published value was last confirmed by the device */
  readonly confirmedAtMs: number
  /** a value that contradicts the published one, and how many samples have said so in a row */
  readonly doubt: { readonly rawWh: number; readonly atMs: number; readonly samples: number } | null
}

/** What limits a believable counter. */
export interface CounterLimits {
  /** what the connection can carry, W */
  readonly connectionPowerW: number
  /** how far a time stamp may be off, ms of the agent's clock */
  readonly timeToleranceMs: number
}

/** METERING: a zero, or any other contradiction, is held for three samples before it is believed. */
const SAMPLES_TO_BELIEVE = 3
/** METERING: a delta is bounded by nameplate × time × 1.1, power by nameplate × 1.2. */
const ENERGY_MARGIN = 1.1
const POWER_MARGIN = 1.2
const MS_PER_HOUR = 3_600_000

/**
 * Takes one sample of a counter (whole Wh, null: not available). A value that went back, or rose more than the
 * connection can carry, is held at the last published one. When the device has said the same for three samples it is
 * believed, and counting goes on from where it was held: a reset or a spike never becomes energy.
 */
export function guardCounter(
  state: CounterState | null,
  sample: { readonly rawWh: number | null; readonly atMs: number; readonly limits: CounterLimits },
): { readonly state: CounterState | null; readonly quality: number } {
  const { rawWh, atMs, limits } = sample
  if (rawWh === null) return { state, quality: ReadingQuality.notAvailable }
  if (state === null) {
    return { state: { publishedWh: rawWh, offsetWh: 0, confirmedAtMs: atMs, doubt: null }, quality: 0 }
  }
  const candidateWh = rawWh + state.offsetWh
  const deltaWh = candidateWh - state.publishedWh
  if (deltaWh >= 0 && deltaWh <= mostWh(atMs - state.confirmedAtMs, limits)) {
    return { state: { ...state, publishedWh: candidateWh, confirmedAtMs: atMs, doubt: null }, quality: 0 }
  }
  const quality = deltaWh < 0 ? ReadingQuality.counterHeld : ReadingQuality.counterHeld | ReadingQuality.implausible
  const { doubt } = state
  const riseWh = doubt === null ? -1 : rawWh - doubt.rawWh
  const consistent = doubt !== null && riseWh >= 0 && riseWh <= mostWh(atMs - doubt.atMs, limits)
  const samples = consistent ? doubt.samples + 1 : 1
  if (samples < SAMPLES_TO_BELIEVE) return { state: { ...state, doubt: { rawWh, atMs, samples } }, quality }
  return { state: { ...state, offsetWh: state.publishedWh - rawWh, confirmedAtMs: atMs, doubt: null }, quality }
}

/** Quality bits of a power: not there, or more than the connection can carry. */
export function powerQuality(powerW: number | null, limits: CounterLimits): number {
  if (powerW === null) return ReadingQuality.notAvailable
  return Math.abs(powerW) > limits.connectionPowerW * POWER_MARGIN ? ReadingQuality.implausible : 0
}

function mostWh(elapsedMs: number, limits: CounterLimits): number {
  const hours = (Math.max(0, elapsedMs) + limits.timeToleranceMs) / MS_PER_HOUR
  return limits.connectionPowerW * ENERGY_MARGIN * hours + 1 // a counter moves in whole Wh
}
