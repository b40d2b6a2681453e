import { Effect, Semaphore } from 'effect'

interface Lane {
  readonly firsts: Semaphore.Semaphore
  callers: number
}

/**
 * Callers in lanes, one lane each `who`: only the first of a lane, or the first few, are let on, and stand in one line
 * with those of the other lanes. So whoever comes waits for its own lane and for the first of each other one, however
 * many stand in those.
 */
export class Lanes {
  readonly #firsts: number
  readonly #lanes = new Map<string, Lane>()

  /** `firsts` is how many of a lane are let on at a time. */
  constructor(firsts: number) {
    this.#firsts = firsts
  }

  /** How many are in a lane, those that were let on included. */
  callersOf(who: string): number {
    return this.#lanes.get(who)?.callers ?? 0
  }

  /** Runs a caller once those who came to the same lane before leave room for it. */
  inLane<A, E, R>(who: string, caller: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      const lane = this.#lanes.get(who) ?? { firsts: Semaphore.makeUnsafe(this.#firsts), callers: 0 }
      lane.callers++
      this.#lanes.set(who, lane)
      const leave = Effect.sync(() => {
        if (--lane.callers === 0) this.#lanes.delete(who)
      })
      return Effect.ensuring(lane.firsts.withPermit(caller), leave)
    })
  }
}
