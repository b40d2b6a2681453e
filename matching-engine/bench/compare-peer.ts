import type { CommandBuffer } from '../book/command-buffer.ts'
import { type Peer, PeerBooks } from './nodejs-order-book.ts'
import { type PeerCall, PeerCalls } from './peer-calls.ts'
import { timeTaken } from './time-taken.ts'
import { type PrintedTrade, sameTrades } from './trades.ts'
import { openBooks, type Workload } from './workload.ts'

/** What nodejs-order-book makes of a workload. */
export interface PeerFigure {
  /** of the thread's processor time, like ours; what its garbage costs other threads is not counted */
  readonly opsPerSecond: number
  /** how far it got in its time: so many operations, with so many trades, all the same as ours */
  readonly comparedOperations: number
  readonly comparedTrades: number
}

/**
 * Runs a workload's set-up and as much of it as `limitMs` allows on our books and on nodejs-order-book and holds the
 * trades of both equal (throws TradesDiffer); then runs the same calls on fresh books of nodejs-order-book by the clock.
 */
export function comparePeer(peer: Peer, workload: Workload, limitMs: number): PeerFigure {
  const { setUpCalls, calls, comparedOperations, comparedTrades } = compareTrades(peer, workload, { limitMs })
  const books = new PeerBooks(peer, workload.books)
  runCalls(books, setUpCalls)
  const { cpuSeconds } = timeTaken(() => runCalls(books, calls))
  return { opsPerSecond: comparedOperations / cpuSeconds, comparedOperations, comparedTrades }
}

/** `printed` may look at, or change, the trades that we have printed before they are compared. */
export function compareTrades(
  peer: Peer,
  workload: Workload,
  options: { readonly limitMs: number; readonly printed?: (trades: PrintedTrade[]) => PrintedTrade[] },
): { setUpCalls: PeerCall[]; calls: PeerCall[]; comparedOperations: number; comparedTrades: number } {
  const { limitMs, printed = (trades) => trades } = options
  const ours = openBooks()
  const theirs = new PeerBooks(peer, workload.books)
  const peerCalls = new PeerCalls()
  let comparedTrades = 0
  const compare = (batch: CommandBuffer, place: string): PeerCall[] => {
    ours.run(batch)
    const { calls, trades } = peerCalls.of(batch, ours.events)
    ours.events.clear()
    ours.marks?.clear()
    const theirTrades = calls.flatMap((call) => theirs.trades(call))
    sameTrades(printed(trades), theirTrades, `workload ${workload.name}, ${place}`)
    comparedTrades += trades.length
    return calls
  }
  for (const batch of workload.opening) compare(batch, 'opening')
  const setUpCalls = workload.setUp.flatMap((batch, at) => compare(batch, `batch ${at + 1} of the set-up`))
  comparedTrades = 0
  const calls: PeerCall[] = []
  let comparedOperations = 0
  const endMs = performance.now() + limitMs
  for (const [at, batch] of workload.main.entries()) {
    if (performance.now() > endMs) break
    for (const call of compare(batch, `batch ${at + 1}`)) calls.push(call)
    comparedOperations += batch.length
  }
  return { setUpCalls, calls, comparedOperations, comparedTrades }
}

function runCalls(books: PeerBooks, calls: readonly PeerCall[]): number {
  let completed = 0
  for (const call of calls) completed += books.run(call)
  return completed
}
