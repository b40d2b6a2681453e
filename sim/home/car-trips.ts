import { RandomStream } from '../random-stream.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const DAY_MINUTES = 1440

/** A car's way from home and back: Unix ms, whole minutes, and what it drives on the way. */
export interface Trip {
  readonly departsMs: number
  readonly arrivesMs: number
  readonly drivenJ: number
}

/** When a car is away. */
export interface CarTrips {
  /** The first trip that is not over at a time (Unix ms): its car is away, or leaves next. Null: it stays for ever. */
  readonly after: (timeMs: number) => Trip | null
}

/**
 * Arrivals and departures by two hours of local time, and the days on which a car is used: counted in 16 car-years of
 * the HAMLET data (MIT, TU Munich).
 */
const DEPARTURES = [0, 0, 0.01, 0.133, 0.253, 0.232, 0.109, 0.079, 0.079, 0.065, 0.03, 0.011]
const ARRIVALS = {
  weekday: [0.047, 0.025, 0.005, 0, 0, 0.011, 0.068, 0.114, 0.224, 0.22, 0.173, 0.112],
  weekend: [0.089, 0.045, 0.015, 0.001, 0.001, 0.013, 0.058, 0.093, 0.104, 0.189, 0.203, 0.189],
} as const
const USED_SHARE = 0.91
/** A day begins for cars when nobody is on the road: at four. */
const FIRST_MINUTE = 240
/** The least time away, and before the next day's first departure. */
const LEAST_MINUTES = 15
/** How a day's driving spreads around the mean. */
const DISTANCE_SIGMA = 0.6
/** A car that is not used for so long is not used any more. */
const DAYS_LOOKED_AHEAD = 60
const DRAWS = 20

/** One chain of trips a day: each day draws from a stream of its own. */
export class GeneratedTrips implements CarTrips {
  readonly #seed: number
  readonly #home: string
  readonly #localOffsetMs: number
  readonly #meanDayJ: number
  #known: { fromMs: number; trip: Trip } | null = null

  /** @param options.annualKwh what it drives in a mean year, out of its battery. */
  constructor(options: {
    readonly seed: number
    readonly home: string
    readonly annualKwh: number
    readonly localOffsetMs: number
  }) {
    this.#seed = options.seed
    this.#home = options.home
    this.#localOffsetMs = options.localOffsetMs
    this.#meanDayJ = (options.annualKwh * 3_600_000) / (365 * USED_SHARE)
  }

  after(timeMs: number): Trip | null {
    if (this.#known !== null && timeMs >= this.#known.fromMs && timeMs < this.#known.trip.arrivesMs) {
      return this.#known.trip
    }
    const today = Math.floor((timeMs + this.#localOffsetMs) / DAY_MS)
    for (let day = today - 1; day < today + DAYS_LOOKED_AHEAD; day++) {
      const trip = this.#tripOf(day)
      if (trip === null || trip.arrivesMs <= timeMs) continue
      this.#known = { fromMs: timeMs, trip }
      return trip
    }
    return null
  }

  #tripOf(day: number): Trip | null {
    const random = new RandomStream(this.#seed, this.#home, 'car', day)
    if (random.uniform() >= USED_SHARE) return null
    const weekday = (((day + 4) % 7) + 7) % 7
    const arrivals = weekday === 0 || weekday === 6 ? ARRIVALS.weekend : ARRIVALS.weekday
    const departs = Math.max(FIRST_MINUTE, minuteOf(DEPARTURES, random))
    const latest = DAY_MINUTES + FIRST_MINUTE - LEAST_MINUTES
    let arrives = departs + 4 * LEAST_MINUTES
    for (let draw = 0; draw < DRAWS; draw++) {
      const minute = minuteOf(arrivals, random)
      const drawn = minute < FIRST_MINUTE ? minute + DAY_MINUTES : minute
      if (drawn < departs + LEAST_MINUTES) continue
      arrives = drawn
      break
    }
    const startMs = day * DAY_MS - this.#localOffsetMs
    const median = this.#meanDayJ * Math.exp(-(DISTANCE_SIGMA ** 2) / 2)
    return {
      departsMs: startMs + departs * MINUTE_MS,
      arrivesMs: startMs + Math.min(latest, arrives) * MINUTE_MS,
      drivenJ: Math.round(random.logNormal(median, DISTANCE_SIGMA)),
    }
  }
}

/** A minute of the day, as likely as the two hours it lies in. */
function minuteOf(shares: readonly number[], random: RandomStream): number {
  let rest = random.uniform() * shares.reduce((sum, share) => sum + share, 0)
  for (const [index, share] of shares.entries()) {
    if (rest < share) return Math.floor((index + rest / share) * 120)
    rest -= share
  }
  return DAY_MINUTES - 1
}
