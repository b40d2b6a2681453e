import { type Aim, aggressivenessOf, targetOf } from './aggressiveness.ts'
import { heardOrStanding } from './heard-or-standing.ts'
import { orderPrice, type PriceQuestion, quoteSlots } from './quote-slots.ts'
import { SlotMemory } from './slot-memory.ts'
import { type MarketNews, noNews, type SlotNews } from './slot-news.ts'
import type { Trader } from './trader.ts'

/** Vytelingum's figures. */
const TRADES_REMEMBERED = 5
/** How much a trade counts against the one after it. */
const OLDER_WEIGHS = 0.9
const CURVE_LEAST = -8
const CURVE_MOST = 2
const CURVE_GAMMA = 2
/** How far beyond the aggressiveness that a price stands for the next one is aimed: a share of it, and an amount. */
const BEYOND_SHARE = 0.02
const BEYOND = 0.01
/** A bid goes this part of the way from the best one to its target at a time. */
const APPROACH = 3

/** How a trader learns, drawn once for each home. */
interface Manner {
  readonly shortTerm: number
  readonly longTerm: number
}

interface Memory {
  aggressiveness: number
  /** how its target bends with its aggressiveness (Vytelingum's theta) */
  curve: number
  /** the last trades' prices, oldest first */
  readonly tradedEurPerMWh: number[]
  alphaLeast: number
  alphaMost: number
}

/**
 * Adaptive-Aggressive (Vytelingum, Cliff and Jennings 2008, "Strategic bidding in continuous double auctions"):
 * estimates the equilibrium price from the last trades, and aims at a price by how aggressive it is; every order and
 * trade it hears of moves its aggressiveness, the spread of the trades how its aim bends.
 */
export function adaptiveAggressiveTrader(): Trader {
  const memories = new SlotMemory<Memory>()
  let manner: Manner | null = null
  return {
    name: 'adaptive-aggressive',
    hears: 'news',
    quotes: (input) => {
      manner ??= { shortTerm: 0.2 + 0.4 * input.random(), longTerm: 0.2 + 0.4 * input.random() }
      const how = manner
      memories.forgetBefore(input.slots)
      return quoteSlots(input, (question) => {
        const news = question.slot.news ?? noNews
        const memory = memories.of(question.slot.slot, firstMemory)
        for (const one of heardOrStanding(question)) learn(memory, one, question, how)
        const price = bidTowards(question, news, aimOf(memory, question), memory)
        return price === null ? null : orderPrice(price, question)
      })
    },
  }
}

function firstMemory(): Memory {
  const [alphaLeast, alphaMost] = [Number.POSITIVE_INFINITY, 0]
  return { aggressiveness: 0, curve: -4, tradedEurPerMWh: [], alphaLeast, alphaMost }
}

/** What it aims with; null before the first trade. */
function aimOf(memory: Memory, question: PriceQuestion): Aim | null {
  const equilibriumEurPerMWh = meanTraded(memory)
  if (equilibriumEurPerMWh === null) return null
  const { limitEurPerMWh, bestEurPerMWh } = question
  return { limitEurPerMWh, bestEurPerMWh, equilibriumEurPerMWh, curve: memory.curve }
}

function learn(memory: Memory, news: MarketNews, question: PriceQuestion, manner: Manner): void {
  if (news.happened === 'traded') {
    memory.tradedEurPerMWh.push(news.priceEurPerMWh)
    if (memory.tradedEurPerMWh.length > TRADES_REMEMBERED) memory.tradedEurPerMWh.shift()
    bend(memory, manner)
  }
  const aim = aimOf(memory, question)
  if (aim === null) return
  const target = orderPrice(targetOf(aim, memory.aggressiveness), question)
  // How much worse for the home its target is than the price heard: above 0 it could have had more.
  const beyond = (question.side === 'buy' ? 1 : -1) * (target - news.priceEurPerMWh)
  const isRivals = news.happened === 'leads' && news.side === question.side
  const isTraded = news.happened === 'traded'
  const towards = isTraded ? (beyond >= 0 ? -1 : 1) : isRivals && beyond <= 0 ? 1 : 0
  if (towards === 0) return
  const heard = aggressivenessOf(aim, news.priceEurPerMWh)
  const desired = heard + towards * (BEYOND_SHARE * Math.abs(heard) + BEYOND)
  memory.aggressiveness += manner.shortTerm * (desired - memory.aggressiveness)
  memory.aggressiveness = Math.min(1, Math.max(-1, memory.aggressiveness))
}

/** The mean of the last trades, the later the heavier: the estimate of the equilibrium. */
function meanTraded({ tradedEurPerMWh }: Memory): number | null {
  let [sum, weights] = [0, 0]
  for (const price of tradedEurPerMWh) {
    sum = sum * OLDER_WEIGHS + price
    weights = weights * OLDER_WEIGHS + 1
  }
  return weights === 0 ? null : sum / weights
}

/** Long-term learning: the steadier the prices (Smith's alpha), the more its aim keeps to the equilibrium. */
function bend(memory: Memory, { longTerm }: Manner): void {
  const equilibrium = meanTraded(memory)
  if (equilibrium === null || equilibrium === 0) return
  const { tradedEurPerMWh } = memory
  const square = tradedEurPerMWh.reduce((sum, price) => sum + (price - equilibrium) ** 2, 0) / tradedEurPerMWh.length
  const alpha = Math.sqrt(square) / Math.abs(equilibrium)
  memory.alphaLeast = Math.min(memory.alphaLeast, alpha)
  memory.alphaMost = Math.max(memory.alphaMost, alpha)
  const range = memory.alphaMost - memory.alphaLeast
  const relative = range === 0 ? 0 : (alpha - memory.alphaLeast) / range
  const desired = CURVE_LEAST + (CURVE_MOST - CURVE_LEAST) * (1 - relative) * Math.exp(CURVE_GAMMA * (relative - 1))
  memory.curve += longTerm * (desired - memory.curve)
}

/**
 * The price it names: takes the other side where that is as good as its target, else goes a third of the way from
 * the best price of its own side to its target; before the first trade to the other side's, or its limit. Null where
 * its own side is beyond its limit.
 */
function bidTowards(question: PriceQuestion, news: SlotNews, aim: Aim | null, memory: Memory): number | null {
  const { side, limitEurPerMWh, bestEurPerMWh } = question
  const sign = side === 'buy' ? 1 : -1
  const isBeyond = (price: number, line: number) => sign * (price - line) > 0
  const [own, other] =
    side === 'buy' ? [news.bestBidEurPerMWh, news.bestAskEurPerMWh] : [news.bestAskEurPerMWh, news.bestBidEurPerMWh]
  const leading = own ?? bestEurPerMWh
  if (isBeyond(leading, limitEurPerMWh)) return null
  if (aim === null) {
    const opposite = other === null || isBeyond(other, limitEurPerMWh) ? limitEurPerMWh : other
    return approached(leading, opposite)
  }
  const target = targetOf(aim, memory.aggressiveness)
  if (other !== null && !isBeyond(other, target)) return other
  return approached(leading, target)
}

/** A third of the way, and a whole EUR/MWh where that is less: two prices next to each other shall meet. */
function approached(fromEurPerMWh: number, toEurPerMWh: number): number {
  const way = toEurPerMWh - fromEurPerMWh
  return Math.abs(way) <= APPROACH
    ? fromEurPerMWh + Math.sign(way) * Math.min(1, Math.abs(way))
    : fromEurPerMWh + way / APPROACH
}
