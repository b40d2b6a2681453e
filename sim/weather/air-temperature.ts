import { RandomStream } from '../random-stream.ts'

const DAY_MS = 86_400_000
const HOURS = 24

/** The year: test reference year Potsdam (DWD TRY 2010, region 4), 9.54 °C ± 9.37 K, warmest the 196th day. */
const YEAR_MEAN_C = 9.54
const YEAR_SWING_K = 9.37
const WARMEST_DAY = 196
/** The day: from coldest to warmest, by the month from January, and at which hours of local standard time. */
const DAY_RANGE_K = [4.8, 4.8, 9.9, 9.9, 9.9, 10.1, 10.1, 10.1, 7.1, 7.1, 7.1, 4.8] as const
const COLDEST_HOUR = 5
const WARMEST_HOUR = 14
/** Warm and cold spells: how far a day's mean is off (standard deviation), and how much of it is left the day after. */
const SPELL_K = 3.64
const SPELL_LASTS = 0.72
/** Days before the start that may be asked for: a house remembers the weather. */
const DAYS_BEFORE = 5

/** The air over one street, °C: the mean year and day of Potsdam, and spells that last for days (AR(1) from day to day). */
export class AirTemperature {
  readonly #random: RandomStream
  readonly #localOffsetMs: number
  readonly #firstDay: number
  readonly #spellsK: number[] = []
  #day = { day: Number.NaN, meanC: 0, rangeK: 0 }

  /** @param startMs the first moment (Unix ms) that will be asked for, less five days at most. */
  constructor(options: { readonly seed: number; readonly startMs: number; readonly localOffsetMs: number }) {
    this.#random = new RandomStream(options.seed, 'air temperature')
    this.#localOffsetMs = options.localOffsetMs
    this.#firstDay = this.dayOf(options.startMs) - DAYS_BEFORE
    this.#spellsK.push(SPELL_K * this.#random.normal())
  }

  /** The local day of a time (Unix ms), counted from the Unix epoch. */
  dayOf(timeMs: number): number {
    return Math.floor((timeMs + this.#localOffsetMs) / DAY_MS)
  }

  /** At a time (Unix ms). Throws RangeError on one before the first day. */
  atC(timeMs: number): number {
    const day = this.dayOf(timeMs)
    if (this.#day.day !== day) {
      const month = new Date(day * DAY_MS).getUTCMonth()
      this.#day = { day, meanC: this.dayMeanC(day), rangeK: DAY_RANGE_K[month] ?? 8 }
    }
    const hour = ((timeMs + this.#localOffsetMs - day * DAY_MS) / DAY_MS) * HOURS
    return this.#day.meanC + (this.#day.rangeK / 2) * dayWave(hour)
  }

  /** The mean of a local day. Throws RangeError on one before the first. */
  dayMeanC(day: number): number {
    const wanted = day - this.#firstDay
    if (wanted < 0) throw new RangeError(`the air begins on day ${this.#firstDay}, not on ${day}`)
    while (this.#spellsK.length <= wanted) {
      const fresh = SPELL_K * Math.sqrt(1 - SPELL_LASTS ** 2) * this.#random.normal()
      this.#spellsK.push(SPELL_LASTS * (this.#spellsK.at(-1) ?? 0) + fresh)
    }
    return meanYearC(day) + (this.#spellsK[wanted] ?? 0)
  }
}

/** The mean of a local day (counted from the Unix epoch) in a mean year, °C. */
export function meanYearC(day: number): number {
  const dayOfYear = day - Math.floor(Date.UTC(new Date(day * DAY_MS).getUTCFullYear(), 0, 1) / DAY_MS) + 1
  return YEAR_MEAN_C + YEAR_SWING_K * Math.cos((2 * Math.PI * (dayOfYear - WARMEST_DAY)) / 365.25)
}

/** From −1 at the coldest hour to 1 at the warmest: half a cosine up in the morning, a longer one down. */
function dayWave(hour: number): number {
  const up = WARMEST_HOUR - COLDEST_HOUR
  const since = (((hour - COLDEST_HOUR) % HOURS) + HOURS) % HOURS
  return since < up ? -Math.cos((Math.PI * since) / up) : Math.cos((Math.PI * (since - up)) / (HOURS - up))
}
