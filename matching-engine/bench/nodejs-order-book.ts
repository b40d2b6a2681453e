import type { OrderBook } from 'nodejs-order-book'
import { idOfPeer, type PeerCall } from './peer-calls.ts'
import type { PrintedTrade } from './trades.ts'

export type Peer = typeof import('nodejs-order-book')
type Answer = ReturnType<OrderBook['limit']>

/** nodejs-order-book, a development dependency; null where it is not installed. */
export async function loadPeer(): Promise<Peer | null> {
  try {
    return await import('nodejs-order-book')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null
    throw error
  }
}

/** The books of nodejs-order-book for one stream, without its journal. */
export class PeerBooks {
  readonly #books: OrderBook[]

  constructor(peer: Peer, count: number) {
    this.#books = Array.from({ length: count }, () => new peer.OrderBook())
  }

  /** Makes a call; gives how many orders it completed. */
  run(call: PeerCall): number {
    return this.#answer(call)?.done.length ?? 0
  }

  /** Makes a call; gives the trades that its answer tells of. */
  trades(call: PeerCall): PrintedTrade[] {
    const answer = this.#answer(call)
    if (answer === null) return []
    const trade = (id: string, price: number, energyWh: number): PrintedTrade => ({
      maker: idOfPeer(id),
      taker: call.taker,
      priceEurPerMWh: price,
      energyWh,
    })
    // The taker stands among the completed and partly filled ones, too, without a print of its own.
    const printed = answer.done.flatMap((order) =>
      order.id === call.id || !('price' in order) ? [] : [trade(order.id, order.price, order.size)],
    )
    const { partial } = answer
    if (partial !== null && partial.id !== call.id) {
      printed.push(trade(partial.id, partial.price, answer.partialQuantityProcessed))
    }
    return printed
  }

  #answer(call: PeerCall): Answer | null {
    const book = this.#books[call.book] as OrderBook
    switch (call.method) {
      case 'limit':
        return book.limit(options(call))
      case 'market':
        return book.market(options(call))
      case 'modify':
        return book.modify(call.id, call)
      case 'cancel':
        book.cancel(call.id)
        return null
    }
  }
}

/** Its words for sides and modes are the members of its enumerations, which only it can name. */
const options = (call: PeerCall) => call as unknown as Parameters<OrderBook['limit']>[0]
