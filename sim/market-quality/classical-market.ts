import { OrderBook } from '#matching-engine/index.ts'
import { type MarketNews, makeTrader, type TraderName } from '#meter-agent/index.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { RandomStream } from '../random-stream.ts'
import { allocativeEfficiency, type JudgedTrade } from './allocative-efficiency.ts'
import { equilibriumOf } from './equilibrium.ts'
import { smithsAlpha } from './smiths-alpha.ts'

/** Eleven limits on each side, EUR/MWh; the market's prices go from 1 to 500. */
export const classicalLimits = Array.from({ length: 11 }, (_, index) => 50 + 10 * index)
const LEAST_EUR_PER_MWH = 1
const MOST_EUR_PER_MWH = 500
/** One trader at a time, 22 a second, for 119 seconds. */
const STEPS = 22 * 119
const STEP_MS = 1000 / 22
const SLOT = 1

/** How one session of a market went. */
export interface Session {
  readonly efficiency: number
  readonly alpha: number | null
  readonly trades: number
}

interface Member {
  readonly side: 'buy' | 'sell'
  readonly limitEurPerMWh: number
}

const members: readonly Member[] = classicalLimits.flatMap((limitEurPerMWh) => [
  { side: 'buy', limitEurPerMWh },
  { side: 'sell', limitEurPerMWh },
])
const sides = {
  buyers: members.filter(({ side }) => side === 'buy').map((one) => ({ ...one, energyWh: 1 })),
  sellers: members.filter(({ side }) => side === 'sell').map((one) => ({ ...one, energyWh: 1 })),
}

/** A tariff that makes a member's limit what the home would rather get from, or pay to, its supplier. */
function rulesOf({ side, limitEurPerMWh }: Member) {
  const [feedIn, retail] = side === 'sell' ? [limitEurPerMWh, MOST_EUR_PER_MWH] : [LEAST_EUR_PER_MWH, limitEurPerMWh]
  return {
    ...defaultMarketRules,
    minPriceEurPerMWh: LEAST_EUR_PER_MWH,
    maxPriceEurPerMWh: MOST_EUR_PER_MWH,
    protocolFeeBp: 0,
    tariff: { retailMilliEurPerMWh: retail * 1000, feedInMilliEurPerMWh: feedIn * 1000, localChargeMilliEurPerMWh: 0 },
  }
}

/** The classical market, 11 buyers and 11 sellers of 1 Wh each, through the order book: all trade the same way. */
export function classicalSession(name: TraderName, seed: number): Session {
  const turns = new RandomStream(seed, 'turns')
  const homes = members.map((member, index) => {
    const draws = new RandomStream(seed, index)
    return { member, rules: rulesOf(member), trader: makeTrader(name), random: () => draws.uniform(), heard: 0 }
  })
  const book = new OrderBook({
    minPriceEurPerMWh: LEAST_EUR_PER_MWH,
    maxPriceEurPerMWh: MOST_EUR_PER_MWH,
    tickEurPerMWh: 1,
    nowMs: 0,
  })
  const standing = new Map<string, number>()
  const done = new Set<string>()
  const news: MarketNews[] = []
  const prices: number[] = []
  const trades: JudgedTrade[] = []
  // Everybody has one order at most: what stands is the book, and looking through it is quicker than asking for its depth.
  const best = (side: 'buy' | 'sell') => {
    let bestEurPerMWh: number | null = null
    for (const [id, priceEurPerMWh] of standing) {
      if (homes[Number(id)]?.member.side !== side) continue
      const isBetter = bestEurPerMWh === null || (side === 'buy') === priceEurPerMWh > bestEurPerMWh
      if (isBetter) bestEurPerMWh = priceEurPerMWh
    }
    return bestEurPerMWh
  }
  let [bestBidEurPerMWh, bestAskEurPerMWh] = [best('buy'), best('sell')]
  for (let step = 0; step < STEPS; step++) {
    const turn = turns.whole(0, homes.length - 1)
    const home = homes[turn]
    const id = `${turn}`
    if (home === undefined || done.has(id)) continue
    const { member, rules, trader, random } = home
    const [quote] = trader.quotes({
      slots: [
        {
          slot: SLOT,
          forecastNetWh: member.side === 'sell' ? 1 : -1,
          forecastErrorsWh: [],
          boughtWh: 0,
          soldWh: 0,
          msToGate: (STEPS - step) * STEP_MS,
          news: { bestBidEurPerMWh, bestAskEurPerMWh, heard: news.slice(home.heard) },
        },
      ],
      rules,
      tradingWindowMs: STEPS * STEP_MS,
      random,
    })
    home.heard = news.length
    const stood = standing.get(id)
    if (quote === undefined) {
      if (stood !== undefined) book.cancel(id)
      standing.delete(id)
      ;[bestBidEurPerMWh, bestAskEurPerMWh] = [best('buy'), best('sell')]
      continue
    }
    const { side, priceEurPerMWh } = quote
    if (priceEurPerMWh === stood) continue
    const outcome =
      stood === undefined
        ? book.place({
            id,
            account: id,
            side,
            type: 'limit',
            priceEurPerMWh,
            energyWh: 1,
            timeInForce: 'GTC',
            expiresAtMs: 0,
            postOnly: false,
            selfTradePrevention: 'cancel-maker',
          })
        : book.amend({ id, priceEurPerMWh })
    if (!outcome.accepted) throw new Error(outcome.refusal.detail)
    const before = side === 'buy' ? bestBidEurPerMWh : bestAskEurPerMWh
    const trade = outcome.events.find((event) => event.type === 'trade')
    if (trade !== undefined) {
      const [buyer, seller] = (trade.makerSide === 'buy' ? [trade.maker, trade.taker] : [trade.taker, trade.maker]).map(
        (party) => homes[Number(party.id)]?.member.limitEurPerMWh ?? Number.NaN,
      )
      trades.push({ buyerLimitEurPerMWh: buyer ?? 0, sellerLimitEurPerMWh: seller ?? 0, energyWh: trade.energyWh })
      prices.push(trade.priceEurPerMWh)
      news.push({ side: trade.makerSide, priceEurPerMWh: trade.priceEurPerMWh, happened: 'traded' })
      for (const party of [trade.maker.id, trade.taker.id]) {
        done.add(party)
        standing.delete(party)
      }
    } else standing.set(id, priceEurPerMWh)
    ;[bestBidEurPerMWh, bestAskEurPerMWh] = [best('buy'), best('sell')]
    if (trade !== undefined) continue
    const leads = before === null || (side === 'buy' ? priceEurPerMWh > before : priceEurPerMWh < before)
    if (leads) news.push({ side, priceEurPerMWh, happened: 'leads' })
  }
  const equilibrium = equilibriumOf(sides)
  if (equilibrium === null) throw new Error('the classical market has an equilibrium')
  return {
    efficiency: allocativeEfficiency({ ...sides, trades }) ?? Number.NaN,
    alpha: smithsAlpha(prices, equilibrium.priceEurPerMWh),
    trades: trades.length,
  }
}
