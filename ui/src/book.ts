import type { Depth, DepthRow } from '#protocol/messages.ts'

/** A slot's book by price levels: EUR/MWh → what is open there. */
export interface Book {
  readonly slot: number
  sequence: number
  readonly bids: Map<number, DepthRow>
  readonly asks: Map<number, DepthRow>
}

export const emptyBook = (slot: number): Book => ({ slot, sequence: 0, bids: new Map(), asks: new Map() })

/** Takes a book to what a depth says of it, in place; one that leaves a gap is passed over. */
export function applyDepth(book: Book, depth: Depth): void {
  if (depth.slot !== book.slot || depth.fromSequence > book.sequence) return
  if (depth.fromSequence === 0) {
    book.bids.clear()
    book.asks.clear()
  }
  put(book.bids, depth.bids)
  put(book.asks, depth.asks)
  book.sequence = depth.toSequence
}

function put(side: Map<number, DepthRow>, rows: readonly DepthRow[]): void {
  for (const row of rows) {
    const [price, , orders] = row
    if (orders === 0) side.delete(price)
    else side.set(price, row)
  }
}
