import type { BooksState } from './books-state.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'

const { NEXT_WORD, ORDER_OPEN } = orderLayout
const { HEAD_WORD, LEVEL_HIDDEN, LEVEL_PRICE, LEVEL_SHOWN } = levelLayout

const LARGEST_VOLUME = 0
const HIGHEST_MATCHED_ASK = 1
const LAST_MATCHED_BID = 2

/** What an uncross has traded between two ladders, and what it left there. Prices as the sellers see them. */
export interface Uncrossed {
  readonly buys: number
  readonly sells: number
  readonly gain: number
  /** the lowest bid and the highest ask that traded */
  readonly lastBid: number
  readonly lastAsk: number
  /** NaN: none */
  readonly reference: number
}

/**
 * The one price of an uncross, by the market's rule: any price from the highest ask that traded to the lowest bid that
 * did has the largest executable volume. `largest-volume` takes, of the order prices there, the one with the smallest
 * surplus; of several the highest if all leave buys over, the lowest if all leave sells over, else the reference price
 * as far as the range of these allows it (the lowest without one). Source: Xetra's market model.
 */
export function uniformPrice(state: BooksState, uncrossed: Uncrossed): number {
  const { lastBid, lastAsk } = uncrossed
  switch (state.priceRule) {
    case LARGEST_VOLUME:
      return largestVolumePrice(state, uncrossed)
    case HIGHEST_MATCHED_ASK:
      return lastAsk
    case LAST_MATCHED_BID:
      return lastBid
    default: {
      const { tickEurPerMWh } = state.limits
      return Math.floor((lastAsk + lastBid) / 2 / tickEurPerMWh) * tickEurPerMWh
    }
  }
}

interface Volume {
  readonly price: number
  readonly energyWh: bigint
}

function largestVolumePrice(state: BooksState, uncrossed: Uncrossed): number {
  const { buys, sells, gain, lastBid, lastAsk, reference } = uncrossed
  if (lastBid === lastAsk) return lastBid
  // What is left over in the range decides: executed volume is the same at every price of it.
  const bids = volumes(state, buys, (price) => price + gain).filter(({ price }) => price >= lastAsk)
  const asks = volumes(state, sells, (price) => price).filter(({ price }) => price <= lastBid)
  const prices = new Set([lastAsk, lastBid, ...bids.map(({ price }) => price), ...asks.map(({ price }) => price)])
  let tied: number[] = []
  let smallest: bigint | null = null
  let signs: bigint[] = []
  let asksUpTo = 0n
  let bidsFrom = bids.reduce((sum, { energyWh }) => sum + energyWh, 0n)
  const bidAt = new Map(bids.map(({ price, energyWh }) => [price, energyWh]))
  const askAt = new Map(asks.map(({ price, energyWh }) => [price, energyWh]))
  for (const price of [...prices].sort((a, b) => a - b)) {
    asksUpTo += askAt.get(price) ?? 0n
    const surplus = bidsFrom - asksUpTo
    bidsFrom -= bidAt.get(price) ?? 0n
    const size = surplus < 0n ? -surplus : surplus
    if (smallest === null || size < smallest) {
      smallest = size
      tied = []
      signs = []
    }
    if (size > smallest) continue
    tied.push(price)
    signs.push(surplus)
  }
  const [lowest = lastAsk] = tied
  const highest = tied.at(-1) ?? lastBid
  if (signs.every((surplus) => surplus > 0n)) return highest
  if (signs.every((surplus) => surplus < 0n)) return lowest
  return Number.isNaN(reference) ? lowest : Math.min(Math.max(reference, lowest), highest)
}

/** What a ladder holds, level by level from its best, exactly. */
function volumes(state: BooksState, ladder: number, priceOf: (price: number) => number): readonly Volume[] {
  const { ladders, memory } = state
  const found: Volume[] = []
  for (let level = ladders.best[ladder] as number; level !== 0; level = ladders.nextLevel(level)) {
    const double = level >> 1
    const sum = (memory.doubles[double + LEVEL_SHOWN] as number) + (memory.doubles[double + LEVEL_HIDDEN] as number)
    const energyWh = Number.isSafeInteger(sum) ? BigInt(sum) : exactVolume(state, level)
    found.push({ price: priceOf(memory.doubles[double + LEVEL_PRICE] as number), energyWh })
  }
  return found
}

function exactVolume(state: BooksState, level: number): bigint {
  const { words, doubles } = state.memory
  let sum = 0n
  let order = state.memory.words[level + HEAD_WORD] as number
  for (; order !== 0; order = words[order + NEXT_WORD] as number) {
    sum += BigInt(doubles[(order >> 1) + ORDER_OPEN] as number)
  }
  return sum
}
