import { bookOps, eventKinds, orderTypes, timesInForce } from '../book/codes.ts'
import { type CommandBuffer, commandLayout } from '../book/command-buffer.ts'
import { type EventBuffer, eventLayout } from '../book/event-buffer.ts'
import { isKind, type PrintedTrade, tradeAt } from './trades.ts'

const {
  ACCOUNT_WORD,
  BOOK_WORD,
  COMMAND_DOUBLES,
  COMMAND_WORDS,
  HEAD_WORD,
  ID,
  OP_MASK,
  PRICE,
  QTY,
  SIDE_SHIFT,
  TIF_SHIFT,
  TYPE_SHIFT,
} = commandLayout
const { COMMAND_WORD, EVENT_DOUBLES, EVENT_WORDS, MAKER_ID } = eventLayout

/** A call of nodejs-order-book, made ready: what it is called with costs it nothing in the measurement. */
export interface PeerCall {
  readonly method: 'limit' | 'market' | 'modify' | 'cancel'
  readonly book: number
  readonly taker: number
  readonly id: string
  readonly side: 'buy' | 'sell'
  readonly size: number
  readonly price: number
  readonly accountId: string
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK'
  readonly stpMode: 'EXPIRE_TAKER'
}

/** An id as text with a letter: on long queues it is half as quick again with these as with digits only. */
const peerId = (id: number): string => `o${id}`
export const idOfPeer = (id: string): number => Number(id.slice(1))

const TRIGGERED = eventKinds.indexOf('triggered')

/**
 * Says commands in the calls of nodejs-order-book 10.1.1, so that both books must print the same trades. What its rules
 * make of a command decides how, and which commands the workloads have:
 *
 * - `modify` takes what shall be open, not the total, and always puts the order at the back: the total is made open
 *   here, and the workloads' amends are to another price or to more, which loses its place here, too.
 * - `modify` forgets whose order it is and its self-trade prevention (it makes a new order without either). Sell 1 of A
 *   at 10; modify it to 11; buy 1 of A at 11 with EXPIRE_TAKER: it prints a trade of A with A. The workloads leave amends
 *   to members that are on one side only.
 * - Stops: what a fired stop trades is added to the answer of the order that fired it, where a partly filled maker of
 *   the latest sweep takes the place of the one before: bids 2 at 9 and 3 at 8, a sell stop of 1 at 9; sell 1: two trades
 *   of 1 happen, the answer tells of one. It also fires by price, not by arrival, and a fired stop's own cascade before
 *   its neighbours. So a stop is no call here; when it fires, it is the call of a market order, at that moment.
 */
export class PeerCalls {
  readonly #filledWh = new Map<number, number>()
  readonly #stops = new Map<number, PeerCall>()

  /** The calls for a batch, and the trades that we printed in it; `events` are those of the batch. */
  of(commands: CommandBuffer, events: EventBuffer): { readonly calls: PeerCall[]; readonly trades: PrintedTrade[] } {
    const calls: PeerCall[] = []
    const trades: PrintedTrade[] = []
    let at = 0
    for (let index = 0; index < commands.length; index++) {
      const call = this.#callOf(commands, index)
      if (call !== null) calls.push(call)
      for (; at < events.length && events.words[at * EVENT_WORDS + COMMAND_WORD] === index; at++) {
        const trade = tradeAt(events, at)
        if (trade !== null) trades.push(this.#fill(trade))
        if (isKind(events, at, TRIGGERED)) {
          const stop = this.#stops.get(events.doubles[at * EVENT_DOUBLES + MAKER_ID] as number)
          if (stop !== undefined) calls.push(stop)
        }
      }
    }
    return { calls, trades }
  }

  #fill(trade: PrintedTrade): PrintedTrade {
    for (const id of [trade.maker, trade.taker]) {
      this.#filledWh.set(id, (this.#filledWh.get(id) ?? 0) + trade.energyWh)
    }
    return trade
  }

  #callOf(commands: CommandBuffer, index: number): PeerCall | null {
    const word = index * COMMAND_WORDS
    const double = index * COMMAND_DOUBLES
    const head = commands.words[word + HEAD_WORD] as number
    const id = commands.doubles[double + ID] as number
    const size = commands.doubles[double + QTY] as number
    const type = orderTypes[(head >>> TYPE_SHIFT) & 3]
    const timeInForce = timesInForce[(head >>> TIF_SHIFT) & 3]
    const call = {
      book: commands.words[word + BOOK_WORD] as number,
      taker: id,
      id: peerId(id),
      side: ((head >>> SIDE_SHIFT) & 1) === 0 ? 'buy' : 'sell',
      size,
      price: commands.doubles[double + PRICE] as number,
      accountId: `member ${commands.words[word + ACCOUNT_WORD]}`,
      timeInForce: timeInForce === 'GTD' || timeInForce === undefined ? 'GTC' : timeInForce,
      stpMode: 'EXPIRE_TAKER',
    } as const
    switch (bookOps[head & OP_MASK]) {
      case 'place':
        if (type !== 'stop') return { ...call, method: type === 'market' ? 'market' : 'limit' }
        this.#stops.set(id, { ...call, method: 'market' })
        return null
      case 'cancel':
        return { ...call, method: 'cancel' }
      case 'amend':
        return { ...call, method: 'modify', size: size - (this.#filledWh.get(id) ?? 0) }
      default:
        return null // what opens books and fills accounts
    }
  }
}
