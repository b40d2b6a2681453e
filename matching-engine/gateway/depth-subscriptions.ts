import type { Depth } from '#protocol/messages.ts'
import type { MarketData } from '../market-data/market-data.ts'

/** How many books one client may follow. */
export const SUBSCRIPTIONS_MAX = 128

/** Those who follow a slot, with the sequence up to which each has it; null: nothing yet. */
interface Followers<Client> {
  readonly upTo: Map<Client, number | null>
  /** the sequence up to which all have it, unless somebody lags behind */
  sentUpTo: number
  hasLaggards: boolean
}

/**
 * Who follows which books. All that is kept of a client is how far it has come: one that does not read is left out, and
 * when it reads again it gets what has changed in between as it is then, in one piece. Those who have come equally far
 * are told together.
 */
export class DepthSubscriptions<Client> {
  readonly #marketData: MarketData
  readonly #send: (clients: readonly Client[], depth: Depth) => void
  readonly #followers = new Map<number, Followers<Client>>()
  readonly #slotsOf = new Map<Client, Set<number>>()

  constructor(options: {
    readonly marketData: MarketData
    readonly send: (clients: readonly Client[], depth: Depth) => void
  }) {
    this.#marketData = options.marketData
    this.#send = options.send
  }

  /**
   * The client follows a slot from now on, beginning with all of it; false if it follows as many as it may. Of a slot
   * that is not held it is told so, once.
   */
  subscribe(client: Client, slot: number): boolean {
    const slots = this.#slotsOf.get(client) ?? new Set<number>()
    if (!slots.has(slot) && slots.size >= SUBSCRIPTIONS_MAX) return false
    this.#slotsOf.set(client, slots.add(slot))
    const followers = this.#followers.get(slot) ?? { upTo: new Map(), sentUpTo: 0, hasLaggards: true }
    this.#followers.set(slot, followers)
    followers.upTo.set(client, null)
    followers.hasLaggards = true
    return true
  }

  unsubscribe(client: Client, slot: number): void {
    const followers = this.#followers.get(slot)
    followers?.upTo.delete(client)
    if (followers?.upTo.size === 0) this.#followers.delete(slot)
    const slots = this.#slotsOf.get(client)
    slots?.delete(slot)
    if (slots?.size === 0) this.#slotsOf.delete(client)
  }

  /** The client is gone. */
  forget(client: Client): void {
    for (const slot of this.#slotsOf.get(client) ?? []) this.unsubscribe(client, slot)
  }

  /** Tells all who can take it what they lack. Call it in rhythm, at most 20 times a second. */
  sendDepths(canTake: (client: Client) => boolean): void {
    for (const [slot, followers] of this.#followers) {
      const changedAt = this.#marketData.slot(slot)?.changedAt ?? null
      if (changedAt !== null && changedAt <= followers.sentUpTo && !followers.hasLaggards) continue
      this.#sendSlot({ slot, followers, changedAt, canTake })
    }
  }

  #sendSlot(of: {
    readonly slot: number
    readonly followers: Followers<Client>
    readonly changedAt: number | null
    readonly canTake: (client: Client) => boolean
  }): void {
    const { slot, followers, changedAt, canTake } = of
    const lacking = new Map<number | null, Client[]>()
    followers.hasLaggards = false
    for (const [client, upTo] of followers.upTo) {
      if (upTo !== null && changedAt !== null && changedAt <= upTo) continue
      if (!canTake(client)) {
        followers.hasLaggards = true
        continue
      }
      const alike = lacking.get(upTo)
      if (alike === undefined) lacking.set(upTo, [client])
      else alike.push(client)
    }
    for (const [upTo, clients] of lacking) {
      const depth = this.#marketData.depthAfter(slot, upTo)
      this.#send(clients, depth)
      for (const client of clients) {
        if (depth.phase === null) this.unsubscribe(client, slot)
        else followers.upTo.set(client, depth.toSequence)
      }
    }
    followers.sentUpTo = this.#marketData.sequence
  }
}
