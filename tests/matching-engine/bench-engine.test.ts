import { OrderBook, SelfTradePreventionMode, Side } from 'nodejs-order-book'
import { describe, expect, it } from 'vitest'
import { compareTrades } from '#matching-engine/bench/compare-peer.ts'
import { loadPeer } from '#matching-engine/bench/nodejs-order-book.ts'
import { measureReplay } from '#matching-engine/bench/replay.ts'
import { type PrintedTrade, TradesDiffer } from '#matching-engine/bench/trades.ts'
import { type Workload, type WorkloadName, workloadNames, writeWorkload } from '#matching-engine/bench/workload.ts'
import type { EngineReport } from '#matching-engine/index.ts'
import { commonwatt } from '../line/command-line.ts'

const LONG_MS = 240_000
const small = { operations: 2_000, seed: 1 }

const bytesOf = ({ opening, setUp, main, cleanUp }: Workload): Buffer =>
  Buffer.concat([...opening, ...setUp, ...main, ...cleanUp].map(({ bytes }) => bytes))

async function compared(name: WorkloadName, printed?: (trades: PrintedTrade[]) => PrintedTrade[]) {
  const peer = await loadPeer()
  if (peer === null) throw new Error('nodejs-order-book is not installed')
  const workload = writeWorkload(name, { operations: name === 'oneLevel' ? 500 : small.operations, seed: 1 })
  return compareTrades(peer, workload, { limitMs: 60_000, ...(printed === undefined ? {} : { printed }) })
}

describe('bench engine', () => {
  it(
    'prints one JSON document with all its figures',
    async () => {
      const { code, stdout, stderr } = await commonwatt(['bench', 'engine', '--operations', '1000', '--json'])
      expect(code, stderr).toBe(0)
      const report: EngineReport = JSON.parse(stdout)
      const number = expect.any(Number)
      const latencyNs = { p50: number, p99: number, p999: number }
      const peers = { 'nodejs-order-book': expect.objectContaining({ opsPerSecond: number, ratio: number }) }
      expect(report).toMatchObject({
        opsPerSecond: number,
        latencyNs,
        collections: number,
        heapGrowthBytes: number,
        peers,
        uncross200kMs: number,
        replay10M: { commands: number, seconds: number, stateHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
        idleBooks: { neighbourhoods: number, booksEach: 96, rssBytes: number },
      })
      expect(Object.keys(report.workloads)).toEqual(workloadNames)
      for (const workload of Object.values(report.workloads)) {
        expect(workload).toMatchObject({ opsPerSecond: number, latencyNs, collections: number, peers })
        expect(workload.opsPerSecond).toBeGreaterThan(0)
        expect(workload.peers['nodejs-order-book']?.comparedOperations).toBeGreaterThan(0)
      }
      expect(report.callAuction.trades).toBeGreaterThan(0)
      for (const line of report.lines) {
        const { measured } = line
        if (measured === null) throw new Error(`${line.name} was not measured`)
        expect(line.isMet).toBe('atLeast' in line.line ? measured >= line.line.atLeast : measured <= line.line.atMost)
      }
    },
    LONG_MS,
  )

  it('refuses a size that measures nothing', async () => {
    const { code, stdout, stderr } = await commonwatt(['bench', 'engine', '--operations', '5', '--json'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('--operations: "5". Expected: at least 1000')
  })
})

describe('a workload', () => {
  it.each(workloadNames)('%s depends on its seed alone', (name) => {
    const [first, again, other] = [small, small, { ...small, seed: 2 }].map((size) =>
      bytesOf(writeWorkload(name, size)),
    ) as [Buffer, Buffer, Buffer]
    expect(first.equals(again)).toBe(true)
    expect(first.equals(other)).toBe(false)
  })

  it(
    'prints the same trades in nodejs-order-book',
    async () => {
      for (const name of workloadNames) {
        const { comparedOperations, comparedTrades } = await compared(name)
        expect(comparedOperations, name).toBeGreaterThanOrEqual(500)
        expect(comparedTrades, name).toBeGreaterThan(0)
      }
    },
    LONG_MS,
  )

  it('is refused as soon as one trade is another, is missing or is one too many', async () => {
    let seen = 0
    const changeTenth = (change: (trade: PrintedTrade) => PrintedTrade[]) => (trades: PrintedTrade[]) =>
      trades.flatMap((trade) => (++seen === 10 ? change(trade) : [trade]))
    const changes: ((trade: PrintedTrade) => PrintedTrade[])[] = [
      (trade) => [{ ...trade, maker: trade.maker + 1 }],
      (trade) => [{ ...trade, taker: trade.taker + 1 }],
      (trade) => [{ ...trade, priceEurPerMWh: trade.priceEurPerMWh + 1 }],
      (trade) => [{ ...trade, energyWh: trade.energyWh + 1 }],
      () => [],
      (trade) => [trade, trade],
    ]
    for (const change of changes) {
      seen = 0
      await expect(compared('thin', changeTenth(change)), String(change)).rejects.toThrow(TradesDiffer)
    }
    await expect(compared('thin', (trades) => trades.toReversed())).rejects.toThrow(/trade \d+ is .* here and .* there/)
  })

  it('ends in the same state when it is replayed', () => {
    const { commands, stateHash } = measureReplay({ ...small, commands: 20_000 })
    expect(commands).toBeGreaterThanOrEqual(20_000)
    expect(measureReplay({ ...small, commands: 20_000 }).stateHash).toBe(stateHash)
    expect(measureReplay({ ...small, commands: 20_000, seed: 2 }).stateHash).not.toBe(stateHash)
  })
})

/** Why some commands are said to it in other words, or kept out of the workloads: see `peer-calls.ts`. */
describe('nodejs-order-book 10.1.1', () => {
  const limit = (id: string, side: Side, price: number, size: number, accountId = id) => ({
    id,
    side,
    price,
    size,
    accountId,
    stpMode: SelfTradePreventionMode.EXPIRE_TAKER,
  })

  it('trades an account with itself once its order was amended', () => {
    const book = new OrderBook()
    book.limit(limit('s', Side.SELL, 10, 1, 'A'))
    expect(book.limit(limit('b', Side.BUY, 10, 1, 'A')).done).toEqual([])
    book.modify('s', { price: 11, size: 1 })
    expect(book.limit(limit('c', Side.BUY, 11, 1, 'A')).done.map(({ id }) => id)).toEqual(['s', 'c'])
  })

  it('puts an order at the back when it asks for less', () => {
    const book = new OrderBook()
    book.limit(limit('first', Side.SELL, 10, 2))
    book.limit(limit('second', Side.SELL, 10, 1))
    book.modify('first', { price: 10, size: 1 })
    expect(book.market({ side: Side.BUY, size: 1 }).done.map(({ id }) => id)).toEqual(['second'])
  })

  it('does not tell of a trade of the order that fires a stop', () => {
    const book = new OrderBook()
    book.limit(limit('b1', Side.BUY, 10, 1))
    book.market({ side: Side.SELL, size: 1 }) // a first price, without which no stop is taken
    book.limit(limit('b2', Side.BUY, 9, 3))
    book.stopMarket({ side: Side.SELL, size: 1, stopPrice: 9 })
    const { done, partial, partialQuantityProcessed } = book.market({ side: Side.SELL, size: 1 })
    expect(book.order('b2')?.size).toBe(1) // two trades of 1
    expect(done).toEqual([])
    expect([partial?.id, partialQuantityProcessed]).toEqual(['b2', 1]) // one told
  })
})
