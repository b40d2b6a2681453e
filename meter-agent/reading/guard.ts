import { ReadingQuality } from '#protocol/reading-quality.ts'
import type { CounterFacts } from '../witness.ts'
import { isScaleJump, isSentinel } from './counter-lies.ts'
import { type CounterLimits, type LeftCount, mostWh, type Step, stepOf } from './counter-step.ts'

/** What the guard knows of one counter. Published values never go back: `published` = device value + offset. */
export interface CounterState {
  readonly publishedWh: number
  readonly offsetWh: number
  /** when the published value was last confirmed by the device */
  readonly confirmedAtMs: number
  /** a value that contradicts the published one, and how many samples have said so in a row */
  readonly doubt: { readonly rawWh: number; readonly atMs: number; readonly samples: number } | null
  /** the device's power of ten at the last confirmed value */
  readonly scale?: number | null
  /** the count that a believed reset left: a device that only stumbled comes back to it */
  readonly left?: LeftCount | null
}

/** One sample of a counter: whole Wh, null where the device has none, and how it counts. */
interface CounterSample {
  readonly rawWh: number | null
  readonly atMs: number
  readonly limits: CounterLimits
  readonly facts?: CounterFacts | undefined
}

interface Guarded {
  readonly state: CounterState | null
  readonly quality: number
}

/** METERING: a zero, or any other contradiction, is held for three samples before it is believed. */
const SAMPLES_TO_BELIEVE = 3
/** METERING: a power is bounded by nameplate × 1.2. */
const POWER_MARGIN = 1.2
const NO_FACTS: CounterFacts = { unitWh: null, modulusWh: null, scale: null }

/**
 * Takes one sample of a counter. A value that went back, or rose more than the connection can carry, is held at the
 * last published one. When the device has said the same for three samples it is believed, and counting goes on from
 * where it was held: a reset or a spike never becomes energy. A counter that passed its modulus, or is back at the
 * count that it had left, goes on without loss.
 */
export function guardCounter(state: CounterState | null, sample: CounterSample): Guarded {
  const { rawWh, atMs, limits, facts = NO_FACTS } = sample
  const { scale } = facts
  if (rawWh === null) return { state, quality: ReadingQuality.notAvailable }
  if (isSentinel(rawWh, facts) && rawWh !== (state?.publishedWh ?? 0) - (state?.offsetWh ?? 0)) {
    // A counter that truly stands there shows it by the next value; one that says nothing has nothing to be held at.
    return { state, quality: state === null ? ReadingQuality.notAvailable : ReadingQuality.counterHeld }
  }
  if (state === null) {
    return { state: { publishedWh: rawWh, offsetWh: 0, confirmedAtMs: atMs, doubt: null, scale }, quality: 0 }
  }
  const lastRawWh = state.publishedWh - state.offsetWh
  const boundWh = mostWh(atMs - state.confirmedAtMs, limits)
  const step = stepOf(state, { rawWh, atMs, limits, facts, boundWh })
  const jumped = isScaleJump({ rawWh, lastRawWh, boundWh, lastScale: state.scale ?? null, scale })
  // A count that is back brings along what flowed while it was gone, for hours perhaps: a spike looks the same for once.
  const isLarge = step !== null && step.riseWh > boundWh
  if (step !== null && !isLarge && !jumped && (rawWh !== 0 || lastRawWh === 0)) return confirmed(state, sample, step)

  const went = rawWh < lastRawWh ? 0 : ReadingQuality.implausible
  const quality = ReadingQuality.counterHeld | (jumped ? ReadingQuality.scaleChanged : step === null ? went : 0)
  // Of a count below one digit of the new scale nothing says to which of the two its digits belong.
  const isFirst = jumped && lastRawWh < 10 ** (scale ?? 0)
  const { doubt } = state
  const riseWh = doubt === null ? -1 : rawWh - doubt.rawWh
  const consistent = doubt !== null && riseWh >= 0 && riseWh <= mostWh(atMs - doubt.atMs, limits)
  const samples = consistent ? doubt.samples + 1 : 1
  // Two are never believed: a zero that may be the end of the digits or a stumble just before it (the next count tells
  // which), and digits that stand at the wrong power of ten (they would go on to count ten times what flows). Unless
  // they are the first that it counts: a home would wait for ever. They are counted from, and make no energy.
  const isHeld = !isFirst && ((step !== null && !isLarge) || jumped)
  if (samples < SAMPLES_TO_BELIEVE || isHeld) {
    return { state: { ...state, doubt: { rawWh, atMs, samples } }, quality }
  }
  if (step !== null && !isFirst) return confirmed(state, sample, step)
  // Who says that nobody can set it to 0 is wrong about that, or about its count.
  const contradiction = facts.resettable === false && rawWh < lastRawWh ? ReadingQuality.implausible : 0
  return {
    state: {
      publishedWh: state.publishedWh,
      offsetWh: state.publishedWh - rawWh,
      confirmedAtMs: atMs,
      doubt: null,
      scale,
      left: { ...leftBy(state), untilMs: atMs },
    },
    quality: quality | ReadingQuality.counterReset | contradiction,
  }
}

/** Quality bits of a power: not there, or more than the connection can carry. */
export function powerQuality(powerW: number | null, limits: Pick<CounterLimits, 'connectionPowerW'>): number {
  if (powerW === null) return ReadingQuality.notAvailable
  return Math.abs(powerW) > limits.connectionPowerW * POWER_MARGIN ? ReadingQuality.implausible : 0
}

function confirmed(state: CounterState, { atMs, facts }: CounterSample, step: Step): Guarded {
  return {
    state: {
      publishedWh: state.publishedWh + step.riseWh,
      offsetWh: step.offsetWh,
      confirmedAtMs: atMs,
      doubt: null,
      scale: facts?.scale ?? null,
      left: step.quality === 0 ? (state.left ?? null) : null,
    },
    quality: step.quality,
  }
}

/** A count that counted nothing since the one before it was left was only a stumble: the one before may come back. */
function leftBy({ publishedWh, offsetWh, confirmedAtMs, left }: CounterState): LeftCount {
  if (left != null && left.publishedWh === publishedWh) return left
  return { offsetWh, publishedWh, atMs: confirmedAtMs }
}
