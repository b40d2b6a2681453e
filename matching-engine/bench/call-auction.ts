import type { EventBuffer } from '../book/event-buffer.ts'
import { median } from './median.ts'
import { MEMBERS } from './members.ts'
import { SeededNumbers } from './seeded-numbers.ts'
import { StreamRun } from './stream-run.ts'
import { timeTaken } from './time-taken.ts'
import { tradeAt } from './trades.ts'
import { openBooks, openStream, type Workload } from './workload.ts'

const WARM_UPS = 3
const AUCTIONS = 7

export interface CallAuctionFigure {
  readonly orders: number
  readonly trades: number
  /** median of the auctions: from the command to uncross to the last trade told */
  readonly uncrossMs: number
}

/** Collects so many orders in a call, uncrosses them in one command by the clock, closes the book, and begins again. */
export function measureCallAuction(options: { readonly orders: number; readonly seed: number }): CallAuctionFigure {
  const workload = writeAuction(options)
  const stream = new StreamRun(workload)
  const tookMs: number[] = []
  let trades = 0
  for (let auction = 0; auction < WARM_UPS + AUCTIONS; auction++) {
    stream.turn(() => {
      const [uncross] = workload.main
      if (uncross === undefined) throw new Error('no command uncrosses')
      tookMs.push(1_000 * timeTaken(() => stream.books.run(uncross)).wallSeconds)
      trades = tradesIn(stream.books.events)
    })
  }
  return { orders: options.orders, trades, uncrossMs: median(tookMs.slice(WARM_UPS)) }
}

function tradesIn(events: EventBuffer): number {
  let trades = 0
  for (let at = 0; at < events.length; at++) if (tradeAt(events, at) !== null) trades++
  return trades
}

function writeAuction(options: { readonly orders: number; readonly seed: number }): Workload {
  const random = new SeededNumbers(options.seed)
  const stream = openStream({ books: 1, writeTo: openBooks() })
  const opening = stream.cut()
  stream.setPhase(0, 'call')
  for (let order = 0; order < options.orders; order++) {
    const side = order % 2 === 0 ? 'buy' : 'sell'
    stream.place({
      book: 0,
      account: random.below(MEMBERS),
      side,
      energyWh: random.between(1, 10),
      priceEurPerMWh: random.between(800, 1_200),
    })
  }
  const setUp = stream.cut()
  stream.uncross(0)
  const main = stream.cut()
  stream.setPhase(0, 'closed')
  return { name: 'exchange', books: 1, opening, setUp, main, cleanUp: stream.cut(), operations: 1 }
}
