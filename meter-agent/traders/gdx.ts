import { Belief } from './belief.ts'
import { heardOrStanding } from './heard-or-standing.ts'
import { orderPrice, type PriceQuestion, quoteSlots } from './quote-slots.ts'
import { SlotMemory } from './slot-memory.ts'
import { noNews, type SlotNews } from './slot-news.ts'
import type { Trader } from './trader.ts'

/** What a trade at the next chance is worth against one now (Tesauro and Bredin). */
const DISCOUNT = 0.9
/** With more chances than this the value of waiting does not change any more. */
const CHANCES_MOST = 24
/** Nor where one more changes it by less than this, EUR/MWh. */
const CHANGE_LEAST = 0.01
/** Prices looked at between the limit and the best price, beside those that were heard. */
const PRICES = 16

interface Memory {
  readonly belief: Belief
  lastMsToGate: number | null
}

/**
 * GDX (Gjerstad and Dickhaut 1998, extended by Tesauro and Bredin 2002): believes from the orders and trades it heard
 * how likely each price is to trade, and asks for the one that is worth most, chances still to come included, by
 * dynamic programming over the chances until the gate.
 */
export function gdxTrader(): Trader {
  const memories = new SlotMemory<Memory>()
  return {
    name: 'gdx',
    hears: 'news',
    quotes: (input) => {
      memories.forgetBefore(input.slots)
      return quoteSlots(input, (question) => {
        const news = question.slot.news ?? noNews
        const memory = memories.of(question.slot.slot, firstMemory)
        const chances = chancesLeft(memory, question.slot.msToGate)
        memory.lastMsToGate = question.slot.msToGate
        memory.belief.hear(heardOrStanding(question))
        return orderPrice(worthMost(memory.belief, news, question, chances), question)
      })
    },
  }
}

function firstMemory(): Memory {
  return { belief: new Belief(), lastMsToGate: null }
}

/** How often it will be asked about the slot, this time included, if it goes on as since the last time. */
function chancesLeft({ lastMsToGate }: Memory, msToGate: number): number {
  const everyMs = lastMsToGate === null ? 0 : lastMsToGate - msToGate
  if (everyMs <= 0) return CHANCES_MOST
  return Math.min(CHANCES_MOST, 1 + Math.max(0, Math.floor(msToGate / everyMs)))
}

/** V(t) = max over prices of f × surplus + (1 − f) × discount × V(t − 1), V(0) = 0. */
function worthMost(belief: Belief, news: SlotNews, question: PriceQuestion, chances: number): number {
  const { limitEurPerMWh } = question
  const options = pricesWorthALook(belief, question).map((price) => {
    return { price, surplus: Math.abs(price - limitEurPerMWh) }
  })
  const weighed = options.map((option) => ({ ...option, likely: belief.likely(option.price, question, news) }))
  let [later, best] = [0, limitEurPerMWh]
  for (let chance = 1; chance <= chances; chance++) {
    let value = Number.NEGATIVE_INFINITY
    for (const { price, surplus, likely } of weighed) {
      const worth = likely * surplus + (1 - likely) * DISCOUNT * later
      if (worth > value) [value, best] = [worth, price]
    }
    if (value - later < CHANGE_LEAST) break
    later = value
  }
  return best
}

/** Some between the limit and the best price, and those heard, with the next one that beats each. */
function pricesWorthALook(belief: Belief, question: PriceQuestion): readonly number[] {
  const { side, limitEurPerMWh, bestEurPerMWh, limits } = question
  const prices = new Set<number>()
  for (let index = 0; index <= PRICES; index++) {
    prices.add(orderPrice(limitEurPerMWh + ((bestEurPerMWh - limitEurPerMWh) * index) / PRICES, question))
  }
  const [low, high] = side === 'buy' ? [limits.floorEurPerMWh, limitEurPerMWh] : [limitEurPerMWh, limits.capEurPerMWh]
  for (const heard of belief.prices()) {
    const better = side === 'buy' ? heard + 1 : heard - 1
    for (const price of [heard, better]) if (price >= low && price <= high) prices.add(price)
  }
  return [...prices]
}
