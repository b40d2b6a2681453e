import { RandomStream } from '../random-stream.ts'
import household from './appliances.json' with { type: 'json' }
import { dayShape } from './household-curve.ts'
import type { PowerSource } from './power-source.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1440

/** Durations of an appliance's runs are lognormal with this spread. */
const DURATION_SIGMA = 0.3

interface Fridge {
  readonly powerW: number
  readonly periodMinutes: number
  readonly onMinutes: number
  readonly phaseMinutes: number
}

/** One local day of a home's load: its minutes, and what is still running after midnight. */
interface LoadDay {
  readonly minutesW: Int32Array
  readonly spillW: Int32Array
}

/**
 * A household's load in one-minute pulses: standby and fridges, and appliances that start at random (Poisson) with
 * the daily curve of BDEW's H25, as often as it takes to draw `annualKwh` in a mean year. Figures: appliances.json;
 * standby lognormal (median 70 W), one or two fridges of 70–120 W. Every day draws from its own stream.
 */
export class GeneratedLoad implements PowerSource {
  readonly #seed: number
  readonly #home: string
  readonly #localOffsetMs: number
  readonly #standbyW: number
  readonly #fridges: readonly Fridge[]
  readonly #owned: readonly (typeof household.appliances)[number][]
  readonly #startsFactor: number
  readonly #days = new Map<number, LoadDay>()

  constructor(options: {
    readonly seed: number
    readonly home: string
    readonly annualKwh: number
    readonly localOffsetMs: number
  }) {
    const random = new RandomStream(options.seed, options.home, 'load')
    const annualMeanW = (options.annualKwh * 1000) / 8760
    const standbyW = random.logNormal(70, 0.5)
    const fridges = Array.from({ length: random.uniform() < 0.75 ? 1 : 2 }, () => fridgeOf(random))
    const fridgesW = fridges.reduce((sum, fridge) => sum + (fridge.powerW * fridge.onMinutes) / fridge.periodMinutes, 0)
    // A frugal home's base must leave room for what its people do: three fifths of its energy at most.
    const shrink = Math.min(1, (0.6 * annualMeanW) / (standbyW + fridgesW))
    this.#standbyW = Math.round(standbyW * shrink)
    this.#fridges = fridges.map((fridge) => ({ ...fridge, powerW: Math.round(fridge.powerW * shrink) }))
    this.#owned = household.appliances.filter((appliance) => random.uniform() < appliance.ownership)
    const dailyWh = this.#owned.reduce((sum, one) => sum + (one.startsPerDay * one.powerW * one.minutes) / 60, 0)
    this.#startsFactor = ((annualMeanW - (standbyW + fridgesW) * shrink) * 24) / dailyWh
    this.#seed = options.seed
    this.#home = options.home
    this.#localOffsetMs = options.localOffsetMs
  }

  meanW(minuteMs: number): number {
    const minute = Math.floor((minuteMs + this.#localOffsetMs) / MINUTE_MS)
    const day = Math.floor(minute / DAY_MINUTES)
    const minuteOfDay = minute - day * DAY_MINUTES
    let powerW = this.#standbyW
    for (const fridge of this.#fridges) {
      if ((minute + fridge.phaseMinutes) % fridge.periodMinutes < fridge.onMinutes) powerW += fridge.powerW
    }
    powerW += this.#day(day).minutesW[minuteOfDay] ?? 0
    return powerW + (this.#day(day - 1).spillW[minuteOfDay] ?? 0)
  }

  #day(day: number): LoadDay {
    let known = this.#days.get(day)
    if (known === undefined) {
      known = this.#drawDay(day)
      this.#days.set(day, known)
      this.#days.delete(day - 2)
    }
    return known
  }

  #drawDay(day: number): LoadDay {
    const random = new RandomStream(this.#seed, this.#home, 'load', day)
    const shape = dayShape(day)
    const minutesW = new Int32Array(DAY_MINUTES)
    const spillW = new Int32Array(DAY_MINUTES)
    for (const appliance of this.#owned) {
      const starts = random.poisson(appliance.startsPerDay * this.#startsFactor * shape.activity)
      for (let start = 0; start < starts; start++) {
        const from = Math.floor(pickHour(shape.hourWeights, random) * 60)
        const spread = Math.max(0.3, 1 + appliance.powerSpread * random.normal())
        const powerW = Math.round(appliance.powerW * spread)
        const median = appliance.minutes * Math.exp(-(DURATION_SIGMA ** 2) / 2)
        const minutes = Math.min(DAY_MINUTES, Math.max(1, Math.round(random.logNormal(median, DURATION_SIGMA))))
        for (let minute = from; minute < from + minutes; minute++) {
          if (minute < DAY_MINUTES) minutesW[minute] = (minutesW[minute] ?? 0) + powerW
          else spillW[minute - DAY_MINUTES] = (spillW[minute - DAY_MINUTES] ?? 0) + powerW
        }
      }
    }
    return { minutesW, spillW }
  }
}

function fridgeOf(random: RandomStream): Fridge {
  const periodMinutes = random.whole(50, 75)
  return {
    powerW: random.whole(70, 120),
    periodMinutes,
    onMinutes: Math.round(periodMinutes * random.between(0.28, 0.42)),
    phaseMinutes: random.whole(0, periodMinutes - 1),
  }
}

/** An hour of the day with its fraction, as likely as its hour's weight. */
function pickHour(weights: readonly number[], random: RandomStream): number {
  let rest = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  for (const [hour, weight] of weights.entries()) {
    if (rest < weight) return hour + rest / weight
    rest -= weight
  }
  return 23
}
