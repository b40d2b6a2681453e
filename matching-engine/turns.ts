import { Effect, Semaphore } from 'effect'

interface Lane {
  readonly first: Semaphore.Semaphore
  callers: number
}

/**
 * Who works on the market next: one at a time. Callers stand in lanes, one lane each `who`, and only the first of a
 * lane stands for a turn; after it the caller stands again behind the first of every other lane. So whoever comes
 * waits for its own lane and for one turn of each other, however many stand in those.
 */
export class Turns {
  readonly #market = Semaphore.makeUnsafe(1)
  readonly #lanes = new Map<string, Lane>()
  #standing = 0

  /** Whether somebody else stands for a turn while this one is taken. */
  get areWanted(): boolean {
    return this.#standing > 0
  }

  /** Runs what needs turns once all who came to the same lane before are done. */
  inLane<A, E, R>(who: string, caller: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> {
    return Effect.suspend(() => {
      const lane = this.#lanes.get(who) ?? { first: Semaphore.makeUnsafe(1), callers: 0 }
      lane.callers++
      this.#lanes.set(who, lane)
      const leave = Effect.sync(() => {
        if (--lane.callers === 0) this.#lanes.delete(who)
      })
      return Effect.ensuring(lane.first.withPermit(caller), leave)
    })
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
