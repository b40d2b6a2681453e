import { Effect, Semaphore } from 'effect'
import { Lanes } from './lanes.ts'

/**
 * Who works on the market next: one at a time. Callers stand in `Lanes`, and only the first of a lane stands for a turn;
 * after it the caller stands again behind the first of every other lane. So whoever comes waits for its own lane and for
 * one turn of each other.
 */
export class Turns {
  readonly #market = Semaphore.makeUnsafe(1)
  readonly #lanes = new Lanes(1)
  #standing = 0

  /** Whether somebody else stands for a turn while this one is taken. */
  get areWanted(): boolean {
    return this.#standing > 0
  }

  /** Runs what needs turns once all who came to the same lane before are done. */
  inLane<A, E, R>(who: string, caller: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return this.#lanes.inLane(who, caller)
  }

  /** Runs one turn when it is its time. Half a turn does not stay behind when a caller gives up. */
  inTurn<A, E, R>(turn: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      let isStanding = true
      this.#standing++
      const go = Effect.sync(() => {
        if (isStanding) this.#standing--
        isStanding = false
      })
      return Effect.ensuring(this.#market.withPermit(Effect.uninterruptible(Effect.andThen(go, turn))), go)
    })
  }
}
