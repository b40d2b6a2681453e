import { RandomStream } from '../random-stream.ts'

const HOUR_MS = 3_600_000

/**
 * Hourly chain of five states of cloudiness, and the clear-sky index (global irradiance / that of a clear sky) each
 * state spans. Counted (to three digits) in the test reference year Potsdam (DWD TRY 2010, region 4, 1988–2007).
 */
const TRANSITIONS = [
  [0.715, 0.221, 0.036, 0.02, 0.008],
  [0.186, 0.515, 0.208, 0.065, 0.025],
  [0.039, 0.28, 0.346, 0.227, 0.107],
  [0.009, 0.086, 0.26, 0.344, 0.301],
  [0.001, 0.015, 0.048, 0.153, 0.784],
] as const
const OCCUPANCY = [0.108, 0.181, 0.147, 0.163, 0.401] as const
const INDEX_SPANS = [
  [0.07, 0.2],
  [0.2, 0.4],
  [0.4, 0.6],
  [0.6, 0.8],
  [0.88, 1.1],
] as const

/** The clouds over one street, the same for all its roofs. */
export class Clouds {
  readonly #random: RandomStream
  readonly #firstHour: number
  readonly #indices: number[] = []
  #state: number

  /** @param startMs the first moment (Unix ms) that will be asked for, less an hour at most. */
  constructor(options: { readonly seed: number; readonly startMs: number }) {
    this.#random = new RandomStream(options.seed, 'clouds')
    this.#firstHour = Math.floor(options.startMs / HOUR_MS) - 1
    this.#state = pick(OCCUPANCY, this.#random)
  }

  /** The clear-sky index at a time (Unix ms, not before the start less an hour): 0.07 to 1.1, linear within the hour. */
  clearSkyIndex(timeMs: number): number {
    const hour = Math.floor(timeMs / HOUR_MS)
    const from = this.#indexOfHour(hour)
    const to = this.#indexOfHour(hour + 1)
    return from + (to - from) * (timeMs / HOUR_MS - hour)
  }

  #indexOfHour(hour: number): number {
    const wanted = hour - this.#firstHour
    if (wanted < 0) throw new RangeError(`the clouds begin in hour ${this.#firstHour}, not in ${hour}`)
    while (this.#indices.length <= wanted) {
      const [low, high] = INDEX_SPANS[this.#state] ?? INDEX_SPANS[4]
      this.#indices.push(this.#random.between(low, high))
      this.#state = pick(TRANSITIONS[this.#state] ?? OCCUPANCY, this.#random)
    }
    return this.#indices[wanted] ?? 1
  }
}

function pick(shares: readonly number[], random: RandomStream): number {
  let rest = random.uniform()
  for (const [state, share] of shares.entries()) {
    rest -= share
    if (rest < 0) return state
  }
  return shares.length - 1
}
