import { eventKinds } from '../book/codes.ts'
import { type EventBuffer, eventLayout } from '../book/event-buffer.ts'

const { EVENT_DOUBLES, EVENT_PRICE, EVENT_QTY, EVENT_WORDS, KIND_WORD, MAKER_ID, TAKER_ID } = eventLayout

const TRADE = eventKinds.indexOf('trade')

/** A trade as books print it. */
export interface PrintedTrade {
  readonly maker: number
  readonly taker: number
  readonly priceEurPerMWh: number
  readonly energyWh: number
}

/** Two books did not print the same trades. */
export class TradesDiffer extends Error {
  override readonly name = 'TradesDiffer'
}

export const isKind = (events: EventBuffer, at: number, kind: number): boolean =>
  ((events.words[at * EVENT_WORDS + KIND_WORD] as number) & 255) === kind

export function tradeAt(events: EventBuffer, at: number): PrintedTrade | null {
  if (!isKind(events, at, TRADE)) return null
  const double = at * EVENT_DOUBLES
  return {
    maker: events.doubles[double + MAKER_ID] as number,
    taker: events.doubles[double + TAKER_ID] as number,
    priceEurPerMWh: events.doubles[double + EVENT_PRICE] as number,
    energyWh: events.doubles[double + EVENT_QTY] as number,
  }
}

/** Throws TradesDiffer unless both printed the same, in the same order; `place` says where. */
export function sameTrades(ours: readonly PrintedTrade[], theirs: readonly PrintedTrade[], place: string): void {
  for (let at = 0; at < Math.max(ours.length, theirs.length); at++) {
    const [our, their] = [inWords(ours[at]), inWords(theirs[at])]
    if (our !== their) throw new TradesDiffer(`${place}: trade ${at + 1} is ${our} here and ${their} there`)
  }
}

const inWords = (trade: PrintedTrade | undefined): string =>
  trade === undefined
    ? 'none'
    : `${trade.energyWh} Wh at ${trade.priceEurPerMWh} EUR/MWh between ${trade.maker} and ${trade.taker}`
