import type { BillTerms } from '#protocol/market-rules.ts'
import type { PriceStory } from '#protocol/picture/run.ts'
import {
  averageCentsPerKilowattHour,
  centsPerKilowattHour,
  count,
  duration,
  exactKilowattHours,
  fixed,
} from '../format.ts'
import { tariffLines } from '../price/price-scale.ts'
import { slotSpan, type Times } from '../times.ts'
import { laterWords } from '../words/later-words.ts'

/** What a story is told with. */
export interface Telling {
  readonly nameOf: (home: number) => string
  readonly times: Times
  readonly slotMinutes: number
}

/** A sentence of a story; the one with the role of the rule is what it is told for. */
export interface Sentence {
  readonly role: 'matched' | 'maker' | 'taker' | 'rule' | 'others'
  readonly text: string
}

/** Why a trade has its price, in plain sentences: what was matched, how it came to it, and what set the price. */
export function storySentences(story: PriceStory, telling: Telling): readonly Sentence[] {
  const { trade, rule, tradesOfCommand } = story
  const { nameOf } = telling
  const say = laterWords.story
  const price = centsPerKilowattHour(trade.priceEurPerMWh)
  const maker = nameOf(story.maker.home)
  const others = tradesOfCommand - 1
  const matched = { role: 'matched', text: matchedSentence(story, telling) } as const
  if (rule !== 'maker') {
    const text = others === 1 ? say.anotherOfCall : say.othersOfCall(count(others))
    const more = others === 0 ? [] : [{ role: 'others', text } as const]
    return [matched, { role: 'rule', text: say.rule[rule](price) }, ...more]
  }
  const text = others === 1 ? say.another : say.others(count(others))
  return [
    matched,
    { role: 'maker', text: makerSentence(story, maker, telling.times) },
    { role: 'taker', text: takerSentence(story, nameOf) },
    { role: 'rule', text: say.rule.maker(maker, price) },
    ...(others === 0 ? [] : [{ role: 'others', text } as const]),
  ]
}

function matchedSentence({ trade }: PriceStory, { nameOf, times, slotMinutes }: Telling): string {
  const span = slotSpan(times, { slot: trade.slot, slotMinutes })
  const energy = exactKilowattHours(trade.energyWh)
  return laterWords.story.trade(energy, nameOf(trade.seller), nameOf(trade.buyer), times.clock(trade.timeMs), span)
}

function makerSentence({ trade, maker }: PriceStory, name: string, times: Times): string {
  const limit = centsPerKilowattHour(maker.priceEurPerMWh ?? trade.priceEurPerMWh)
  const age = duration(trade.timeMs - maker.placedAtMs)
  const say = maker.side === 'sell' ? laterWords.story.makerOffered : laterWords.story.makerBid
  return say(name, limit, times.clock(maker.placedAtMs), age)
}

function takerSentence({ taker }: PriceStory, nameOf: Telling['nameOf']): string {
  const limit = taker.priceEurPerMWh === null ? null : centsPerKilowattHour(taker.priceEurPerMWh)
  const say = taker.side === 'buy' ? laterWords.story.takerBought : laterWords.story.takerSold
  return say(nameOf(taker.home), limit)
}

/** What a trade is better for both than the supplier, or worse: a sentence for the seller and one for the buyer. */
export function gainSentences({ trade }: Pick<PriceStory, 'trade'>, rules: BillTerms): readonly [string, string] {
  const { feedIn, ceiling } = tariffLines(rules)
  const say = laterWords.story
  const [sellers, buyers] = [trade.priceEurPerMWh - feedIn, ceiling - trade.priceEurPerMWh]
  // EUR/MWh × Wh is µEUR, of which 10,000 are a cent.
  const onTrade = (gainEurPerMWh: number) => fixed((gainEurPerMWh * trade.energyWh) / 10_000, 2)
  const cents = (gainEurPerMWh: number) => averageCentsPerKilowattHour(Math.abs(gainEurPerMWh))
  return [
    sellers >= 0 ? say.sellerGains(cents(sellers), onTrade(sellers)) : say.sellerLoses(cents(sellers)),
    buyers >= 0 ? say.buyerGains(cents(buyers), onTrade(buyers)) : say.buyerLoses(cents(buyers)),
  ]
}
