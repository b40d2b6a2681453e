import { type Car, type CarFlow, carFlow, chargingOutlook, targetJ } from './car.ts'
import type { CarTrips, Trip } from './car-trips.ts'

const AWAY: CarFlow = { chargeW: 0, dischargeW: 0, storedJ: 0, lossJ: 0 }
/** How long a car stays that never leaves: it is in no hurry. */
const FOR_EVER_SECONDS = 1e9

/** What happened to a car at the beginning of a step, J. */
export interface CarMoves {
  readonly drivenJ: number
  readonly elsewhereJ: number
  readonly missedJ: number
}

const STAYED: CarMoves = { drivenJ: 0, elsewhereJ: 0, missedJ: 0 }

/** A home's car: away or at its charger. It is moved on minute by minute. */
export class ParkedCar {
  readonly car: Car
  readonly #trips: CarTrips
  #trip: Trip | null
  #timeMs: number

  constructor(parts: { readonly car: Car; readonly trips: CarTrips }, startMs: number) {
    this.car = parts.car
    this.#trips = parts.trips
    this.#timeMs = startMs
    this.#trip = parts.trips.after(startMs)
  }

  get isHome(): boolean {
    return this.#trip === null || this.#timeMs < this.#trip.departsMs
  }

  /** How long it stays from now on. */
  get staySeconds(): number {
    return this.#trip === null ? FOR_EVER_SECONDS : Math.max(0, this.#trip.departsMs - this.#timeMs) / 1000
  }

  /** Moves to a minute: what a trip that is over took, as far as it was stored, and what the car lacked as it left. */
  moveTo(timeMs: number, storedJ: number): CarMoves {
    this.#timeMs = timeMs
    const trip = this.#trip
    if (trip === null) return STAYED
    if (timeMs >= trip.arrivesMs) {
      const drivenJ = Math.min(storedJ, trip.drivenJ)
      this.#trip = this.#trips.after(timeMs)
      return { drivenJ, elsewhereJ: trip.drivenJ - drivenJ, missedJ: 0 }
    }
    if (timeMs !== trip.departsMs) return STAYED
    return { ...STAYED, missedJ: Math.max(0, targetJ(this.car) - storedJ) }
  }

  /** What it does at the charger in a step from now, charging with at most `mostW`. */
  flow(step: {
    readonly storedJ: number
    readonly surplusW: number
    readonly seconds: number
    readonly wishW?: number
    readonly mostW?: number
  }): CarFlow {
    if (!this.isHome) return AWAY
    const { mostW = Number.POSITIVE_INFINITY } = step
    const car = mostW < this.car.chargePowerW ? { ...this.car, chargePowerW: mostW } : this.car
    return carFlow(car, { ...step, staySeconds: this.staySeconds })
  }

  /** What it will lack of its target as it leaves, J, with so much stored by now. */
  missingJ(storedJ: number): number {
    if (!this.isHome) return 0
    const { reachedJ } = chargingOutlook(this.car, { storedJ, seconds: this.staySeconds })
    return Math.max(0, targetJ(this.car) - Math.floor(reachedJ))
  }
}
