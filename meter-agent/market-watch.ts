import type { Level1 } from '#protocol/messages.ts'
import type { MarketNews, SlotNews } from './traders/slot-news.ts'

/** What a look at the market tells of it: whole EUR/MWh and Wh, a column a field. */
export type MarketLook = Pick<Level1, 'slot' | 'bidEurPerMWh' | 'askEurPerMWh' | 'lastEurPerMWh' | 'lastWh'>

/** A slot as it looked. */
interface Seen {
  readonly bid: number | null
  readonly ask: number | null
  readonly lastEurPerMWh: number | null
  readonly lastWh: number | null
}

const UNSEEN: Seen = { bid: null, ask: null, lastEurPerMWh: null, lastWh: null }

/**
 * Makes news of looks at the market: a better price than at the last look leads, another last trade has traded. What
 * came and went between two looks, or traded twice alike, is not seen.
 */
export class MarketWatch {
  #seen: ReadonlyMap<number, Seen> = new Map()

  /** The news of each slot since the last look. */
  newsIn(look: MarketLook): ReadonlyMap<number, SlotNews> {
    const seen = new Map(
      look.slot.map((slot, index): [number, Seen] => [
        slot,
        {
          bid: look.bidEurPerMWh[index] ?? null,
          ask: look.askEurPerMWh[index] ?? null,
          lastEurPerMWh: look.lastEurPerMWh[index] ?? null,
          lastWh: look.lastWh[index] ?? null,
        },
      ]),
    )
    const before = this.#seen
    this.#seen = seen
    return new Map(
      [...seen].map(([slot, now]): [number, SlotNews] => {
        const heard = heardBetween(before.get(slot) ?? UNSEEN, now)
        return [slot, { bestBidEurPerMWh: now.bid, bestAskEurPerMWh: now.ask, heard }]
      }),
    )
  }
}

function heardBetween(before: Seen, now: Seen): readonly MarketNews[] {
  const heard: MarketNews[] = []
  const { lastEurPerMWh, bid, ask } = now
  if (lastEurPerMWh !== null && (lastEurPerMWh !== before.lastEurPerMWh || now.lastWh !== before.lastWh)) {
    heard.push({ side: makerSide(lastEurPerMWh, before), priceEurPerMWh: lastEurPerMWh, happened: 'traded' })
  }
  if (bid !== null && (before.bid === null || bid > before.bid)) {
    heard.push({ side: 'buy', priceEurPerMWh: bid, happened: 'leads' })
  }
  if (ask !== null && (before.ask === null || ask < before.ask)) {
    heard.push({ side: 'sell', priceEurPerMWh: ask, happened: 'leads' })
  }
  return heard
}

/** A trade is at the resting order's price: the side whose best price was nearer to it. */
function makerSide(priceEurPerMWh: number, { bid, ask }: Seen): 'buy' | 'sell' {
  if (bid === null) return 'sell'
  if (ask === null) return 'buy'
  return Math.abs(priceEurPerMWh - bid) < Math.abs(ask - priceEurPerMWh) ? 'buy' : 'sell'
}
