import type { Hash32 } from '#protocol/ids.ts'
import type { LoggedEvent, MarketEventOf } from '#protocol/market-event.ts'
import type { DepthRow } from '#protocol/messages.ts'
import type { PictureTrade } from '#protocol/picture/picture.ts'
import type { PriceStory, StoryOrder } from '#protocol/picture/run.ts'
import type { OpenOrder } from '../picture/picture-events.ts'
import { goesOn, type RunEntry } from './run-entry.ts'
import type { RunFold } from './run-fold.ts'

type Traded = LoggedEvent & { readonly event: MarketEventOf<'TradeMatched'> }
type Book = PriceStory['before']

/**
 * Finds out why a trade has its price, on a fold of its log that stands before the command that made it: shown entry
 * by entry what follows, until it has seen enough. The order that came in and traded at once is never shown in the book.
 */
export class PriceStoryFold {
  readonly #fold: RunFold
  readonly #trade: PictureTrade
  /** the trades since the last command began, in order */
  #sameCommand: Traded[] = []
  #told: PriceStory | null = null

  constructor(fold: RunFold, trade: PictureTrade) {
    this.#fold = fold
    this.#trade = trade
  }

  /** The whole story. Throws before it is there: the log has ended too early. */
  get told(): PriceStory {
    if (this.#told === null) throw new Error(`the log does not hold trade ${this.#trade.id}, which it told of`)
    return { ...this.#told, tradesOfCommand: this.#sameCommand.length }
  }

  /** Takes the next entry; false: nothing more is needed. */
  next(entry: RunEntry): boolean {
    if (this.#told !== null) return goesOn(entry) && this.#count(entry)
    if (!goesOn(entry)) this.#sameCommand = []
    if (entry.sequence === this.#trade.sequence && isTraded(entry)) this.#tell(entry)
    else {
      if (isTraded(entry)) this.#sameCommand.push(entry)
      this.#fold.next(entry)
    }
    return true
  }

  #tell(traded: Traded): void {
    const { picture } = this.#fold
    const { slot, makerSide, buyOrderId, sellOrderId } = traded.event.trade
    const phase = picture.slots.get(slot)?.phase ?? 'continuous'
    const [makerId, takerId] = makerSide === 'buy' ? [buyOrderId, sellOrderId] : [sellOrderId, buyOrderId]
    const [maker, taker] = [this.#order(makerId), this.#order(takerId)]
    const isCall = phase === 'call'
    const before = this.#book(isCall ? null : takerId)
    this.#sameCommand = this.#sameCommand.filter(({ event: { trade } }) => {
      return trade.slot === slot && (isCall || trade.buyOrderId === takerId || trade.sellOrderId === takerId)
    })
    this.#sameCommand.push(traded)
    const commandSequence = isCall ? (this.#sameCommand[0]?.sequence ?? traded.sequence) : taker.sequence
    this.#fold.next(traded)
    this.#told = {
      trade: this.#trade,
      commandSequence,
      phase,
      before,
      after: this.#book(isCall ? null : takerId),
      maker: { ...storyOf(maker), openAfterWh: this.#openWh(makerId) },
      taker: { ...storyOf(taker), openAfterWh: this.#openWh(takerId) },
      rule: isCall ? (picture.rules?.priceRule ?? 'largest-volume') : 'maker',
      tradesOfCommand: 0,
    }
  }

  /** Counts a trade that the same command made; false once another one has begun. */
  #count(entry: RunEntry): boolean {
    if (!isTraded(entry)) return true
    const { trade } = entry.event
    const last = this.#sameCommand.at(-1)?.event.trade
    if (trade.slot !== last?.slot) return false
    const isSame = this.#told?.phase === 'call' || takerOf(trade) === takerOf(last)
    if (isSame) this.#sameCommand.push(entry)
    return isSame
  }

  #order(orderId: Hash32): OpenOrder {
    const order = this.#fold.orders.get(orderId)
    if (order === undefined) throw new Error(`trade ${this.#trade.id} is of an order that is not open`)
    return { ...order }
  }

  #openWh(orderId: Hash32): number {
    return this.#fold.orders.get(orderId)?.openWh ?? 0
  }

  /** The book without an order. */
  #book(withoutId: Hash32 | null): Book {
    const { bids, asks } = this.#fold.depth(this.#trade.slot) ?? { bids: [], asks: [] }
    const order = withoutId === null ? undefined : this.#fold.orders.get(withoutId)
    if (order === undefined) return { bids, asks }
    return order.side === 'buy' ? { bids: without(bids, order), asks } : { bids, asks: without(asks, order) }
  }
}

function without(rows: readonly DepthRow[], { priceEurPerMWh, openWh }: OpenOrder): readonly DepthRow[] {
  return rows.flatMap((row): DepthRow[] => {
    const [price, levelWh, orders] = row
    if (price !== priceEurPerMWh) return [row]
    return orders === 1 ? [] : [[price, levelWh - openWh, orders - 1]]
  })
}

function storyOf(order: OpenOrder): Omit<StoryOrder, 'openAfterWh'> {
  const { home, side, type, priceEurPerMWh, energyWh, openWh, placedAtMs, sequence } = order
  return {
    ...{ home, side, type, energyWh, placedAtMs, sequence },
    priceEurPerMWh: type === 'market' ? null : priceEurPerMWh,
    openBeforeWh: openWh,
  }
}

const takerOf = ({ makerSide, buyOrderId, sellOrderId }: Traded['event']['trade']) =>
  makerSide === 'buy' ? sellOrderId : buyOrderId

const isTraded = (entry: RunEntry): entry is Traded => 'event' in entry && entry.event.type === 'TradeMatched'
