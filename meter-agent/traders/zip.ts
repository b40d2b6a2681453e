import { heardOrStanding } from './heard-or-standing.ts'
import { orderPrice, type PriceQuestion, quoteSlots } from './quote-slots.ts'
import { SlotMemory } from './slot-memory.ts'
import type { MarketNews } from './slot-news.ts'
import type { Trader } from './trader.ts'

/** How a trader learns, drawn once for each home. */
interface Manner {
  /** how much of the distance to a target it goes at once */
  readonly learning: number
  /** how much of the last step it repeats */
  readonly momentum: number
}

interface Memory {
  priceEurPerMWh: number
  stepEurPerMWh: number
}

/** A target is set apart from the price heard: by up to this share of it, and by up to so many EUR/MWh. */
const APART_SHARE = 0.05
const APART_EUR_PER_MWH = 0.05

/**
 * Zero intelligence plus (Cliff 1997, "Minimal-intelligence agents for bargaining behaviors in market-based
 * environments"): keeps a profit margin and moves it by every order and trade it hears of, by Widrow and Hoff's rule
 * with momentum. It keeps the price that the margin makes, so a limit of 0 or less is a limit like any other.
 */
export function zipTrader(): Trader {
  const memories = new SlotMemory<Memory>()
  let manner: Manner | null = null
  return {
    name: 'zip',
    hears: 'news',
    quotes: (input) => {
      const { random } = input
      manner ??= { learning: 0.1 + 0.4 * random(), momentum: 0.1 * random() }
      const { learning, momentum } = manner
      memories.forgetBefore(input.slots)
      return quoteSlots(input, (question) => {
        const memory = memories.of(question.slot.slot, () => firstMemory(question, random()))
        for (const news of heardOrStanding(question)) {
          const towards = moveOf(news, {
            side: question.side,
            priceEurPerMWh: orderPrice(memory.priceEurPerMWh, question),
          })
          if (towards === 0) continue
          const heard = news.priceEurPerMWh
          const apart = random() * APART_SHARE * Math.abs(heard) + random() * APART_EUR_PER_MWH
          const change = learning * (heard + towards * apart - memory.priceEurPerMWh)
          memory.stepEurPerMWh = momentum * memory.stepEurPerMWh + (1 - momentum) * change
          memory.priceEurPerMWh = within(question, memory.priceEurPerMWh + memory.stepEurPerMWh)
        }
        return orderPrice(memory.priceEurPerMWh, question)
      })
    },
  }
}

/** A margin of 5 to 35 % of the limit to begin with. */
function firstMemory(question: PriceQuestion, drawn: number): Memory {
  const { limitEurPerMWh, bestEurPerMWh } = question
  const span = Math.abs(bestEurPerMWh - limitEurPerMWh)
  const margin = (0.05 + 0.3 * drawn) * Math.min(span, Math.abs(limitEurPerMWh) || span)
  return { priceEurPerMWh: limitEurPerMWh + Math.sign(bestEurPerMWh - limitEurPerMWh) * margin, stepEurPerMWh: 0 }
}

/** Where a price goes by what is heard: 1 up, −1 down, 0 stays. Cliff's rules, a buyer's the mirror image of a seller's. */
function moveOf(news: MarketNews, own: { readonly side: 'buy' | 'sell'; readonly priceEurPerMWh: number }): -1 | 0 | 1 {
  const { side, priceEurPerMWh } = own
  const towardsProfit = side === 'sell' ? 1 : -1
  // How much less profitable the price heard is than the own: below 0 is better for us.
  const behind = towardsProfit * (priceEurPerMWh - news.priceEurPerMWh)
  if (news.happened === 'traded' && behind <= 0) return towardsProfit
  const isRivals = news.happened === 'leads' ? news.side === side : news.side !== side
  return isRivals && behind >= 0 ? (-towardsProfit as -1 | 1) : 0
}

function within({ limits }: PriceQuestion, priceEurPerMWh: number): number {
  return Math.min(limits.capEurPerMWh, Math.max(limits.floorEurPerMWh, priceEurPerMWh))
}
