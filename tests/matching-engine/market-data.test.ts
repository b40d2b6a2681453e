import { Effect } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { DepthSubscriptions, SUBSCRIPTIONS_MAX } from '#matching-engine/gateway/depth-subscriptions.ts'
import { MarketData } from '#matching-engine/market-data/market-data.ts'
import { PriceLevels } from '#matching-engine/market-data/price-levels.ts'
import type { Depth, DepthRow } from '#protocol/messages.ts'
import type { StreetSlot } from '#protocol/street.ts'
import { move, scriptOf } from './random-script.ts'
import {
  endMs,
  type Home,
  MINUTE_MS,
  NOW_MS,
  openOver,
  orderIdOf,
  roseStreet,
  run,
  SLOT,
  startMs,
} from './rose-street.ts'

/** The levels of a side made of its open orders one by one, best first. */
function levelsOf(slot: StreetSlot, side: 'buy' | 'sell'): readonly DepthRow[] {
  const levels = new Map<number, { openWh: number; orders: number }>()
  for (const order of slot.openOrders.values()) {
    if (order.side !== side) continue
    const { openWh, orders } = levels.get(order.priceEurPerMWh) ?? { openWh: 0, orders: 0 }
    levels.set(order.priceEurPerMWh, { openWh: openWh + order.openWh, orders: orders + 1 })
  }
  return [...levels]
    .sort(([a], [b]) => (side === 'buy' ? b - a : a - b))
    .map(([price, { openWh, orders }]) => [price, openWh, orders] as const)
}

/** Somebody who keeps a book by what is sent. */
class Follower {
  upTo: number | null = null
  readonly #bids = new Map<number, DepthRow>()
  readonly #asks = new Map<number, DepthRow>()
  phase: string | null = null

  take(depth: Depth): void {
    if (depth.fromSequence === 0) {
      this.#bids.clear()
      this.#asks.clear()
    } else expect(depth.fromSequence).toBe(this.upTo)
    for (const [levels, rows] of [
      [this.#bids, depth.bids],
      [this.#asks, depth.asks],
    ] as const) {
      for (const row of rows) {
        if (row[2] === 0) levels.delete(row[0])
        else levels.set(row[0], row)
      }
    }
    this.upTo = depth.toSequence
    this.phase = depth.phase
  }

  get bids(): readonly DepthRow[] {
    return [...this.#bids.values()].sort(([a], [b]) => b - a)
  }

  get asks(): readonly DepthRow[] {
    return [...this.#asks.values()].sort(([a], [b]) => a - b)
  }
}

describe('market data', () => {
  it('is what the open orders and the trades add up to, for whoever looks how often', () =>
    fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 15, maxLength: 45 }), (moves) =>
        run(
          Effect.gen(function* () {
            const log = yield* openMemoryEventLog()
            const neighbourhood = yield* openOver(log)
            const { street, marketData } = neighbourhood
            const followers = [1, 2, 5, 11].map((every) => ({ every, follower: new Follower() }))
            const prices = new Map<number, { price: number; wh: number }[]>()
            for (const [step, { messages, nowMs }] of scriptOf(moves).entries()) {
              const tradesBefore = street.counts.trades
              yield* neighbourhood.submit(messages, nowMs)
              for (const { trade } of street.tape.slice(street.tape.length - (street.counts.trades - tradesBefore))) {
                const of = prices.get(trade.slot) ?? []
                of.push({ price: trade.priceEurPerMWh, wh: trade.energyWh })
                prices.set(trade.slot, of)
              }
              expect(marketData.sequence).toBe(street.sequence)
              for (const { every, follower } of followers) {
                if (step % every !== 0) continue
                follower.take(marketData.depthAfter(SLOT, follower.upTo))
                const slot = street.slots.get(SLOT) as StreetSlot
                expect(follower.bids).toEqual(levelsOf(slot, 'buy'))
                expect(follower.asks).toEqual(levelsOf(slot, 'sell'))
                expect(follower.phase).toBe(slot.phase)
              }
              for (const slot of street.slots.values()) {
                const data = marketData.slot(slot.slot)
                expect(data?.bids.rows).toEqual(levelsOf(slot, 'buy'))
                expect(data?.asks.rows).toEqual(levelsOf(slot, 'sell'))
                expect(data?.bids.best ?? null).toEqual(levelsOf(slot, 'buy')[0] ?? null)
                expect(data?.asks.best ?? null).toEqual(levelsOf(slot, 'sell')[0] ?? null)
                expect(data?.orders).toBe(slot.openOrders.size)
                const traded = prices.get(slot.slot) ?? []
                expect(data?.statistics).toMatchObject({
                  trades: slot.trades,
                  openEurPerMWh: traded[0]?.price ?? null,
                  highEurPerMWh: traded.length === 0 ? null : Math.max(...traded.map(({ price }) => price)),
                  lowEurPerMWh: traded.length === 0 ? null : Math.min(...traded.map(({ price }) => price)),
                  lastEurPerMWh: traded.at(-1)?.price ?? null,
                  lastWh: traded.at(-1)?.wh ?? null,
                  tradedMicroEur: BigInt(slot.tradedMicroEur),
                  tradedWh: BigInt(slot.tradedWh),
                })
              }
            }
            // Folded anew from its log, an event at a time, it is the same.
            const again = yield* openOver(log)
            for (const slot of street.slots.keys()) {
              expect(again.marketData.depthAfter(slot, null)).toEqual(marketData.depthAfter(slot, null))
              expect(again.marketData.slot(slot)?.statistics).toEqual(marketData.slot(slot)?.statistics)
            }
          }),
        ),
      ),
      { numRuns: 20, seed: 3, endOnFailure: true },
    ))

  it('tells what has changed, and of an order that trades at once nothing but its trade', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        const { marketData } = neighbourhood
        const resting = [100, 120, 140].map((priceEurPerMWh) =>
          ben.order({ side: 'sell', priceEurPerMWh, energyWh: 50 }),
        )
        yield* neighbourhood.submit(resting, NOW_MS)
        const before = marketData.sequence
        expect(marketData.depthAfter(SLOT, null)).toEqual({
          slot: SLOT,
          fromSequence: 0,
          toSequence: before,
          phase: 'continuous',
          bids: [],
          asks: [
            [100, 50, 1],
            [120, 50, 1],
            [140, 50, 1],
          ],
          lastEurPerMWh: null,
          lastWh: null,
        })
        yield* neighbourhood.submit([anna.order({ priceEurPerMWh: 130, energyWh: 80 })], NOW_MS)
        expect(marketData.depthAfter(SLOT, before)).toEqual({
          slot: SLOT,
          fromSequence: before,
          toSequence: marketData.sequence,
          phase: 'continuous',
          bids: [],
          asks: [
            [120, 20, 1],
            [100, 0, 0],
          ],
          lastEurPerMWh: 120,
          lastWh: 30,
        })
        // What did not change is not looked at.
        expect(marketData.slot(SLOT + 1)?.changedAt).toBeLessThanOrEqual(before)
        yield* neighbourhood.submit([anna.order({ slot: SLOT + 1 })], NOW_MS)
        expect(marketData.slot(SLOT)?.changedAt).toBeLessThan(marketData.sequence)
      }),
    ))

  it('has the best prices of all open slots in columns', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit(
          [
            anna.order({ priceEurPerMWh: 90, energyWh: 10 }),
            anna.order({ priceEurPerMWh: 90, energyWh: 5 }),
            ben.order({ slot: SLOT + 1, side: 'sell', priceEurPerMWh: -20, energyWh: 7 }),
            anna.order({ slot: SLOT + 1, priceEurPerMWh: 10, energyWh: 3 }),
          ],
          NOW_MS,
        )
        expect(neighbourhood.marketData.level1()).toEqual({
          sequence: neighbourhood.street.sequence,
          slot: [SLOT, SLOT + 1, SLOT + 2, SLOT + 3],
          phase: ['continuous', 'continuous', 'continuous', 'continuous'],
          bidEurPerMWh: [90, null, null, null],
          bidWh: [15, null, null, null],
          askEurPerMWh: [null, -20, null, null],
          askWh: [null, 4, null, null],
          lastEurPerMWh: [null, -20, null, null],
          lastWh: [null, 3, null, null],
        })
        yield* neighbourhood.advance(startMs(SLOT))
        expect(neighbourhood.marketData.level1().slot).toEqual([SLOT + 1, SLOT + 2, SLOT + 3, SLOT + 4])
      }),
    ))

  it('of a slot that is delivered is its phase and its trades; who has not heard of its end gets all of it anew', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        yield* neighbourhood.submit([anna.order()], NOW_MS)
        const { marketData } = neighbourhood
        const before = marketData.sequence
        yield* neighbourhood.advance(endMs(SLOT) - MINUTE_MS)
        const depth = marketData.depthAfter(SLOT, before)
        expect(depth).toMatchObject({ fromSequence: 0, phase: 'delivering', bids: [], asks: [] })
        expect(marketData.depthAfter(SLOT, depth.toSequence)).toMatchObject({ fromSequence: depth.toSequence })
        expect(marketData.depthAfter(7, before)).toMatchObject({ fromSequence: 0, phase: null })
      }),
    ))
})

describe('price levels', () => {
  it('name what has changed after any sequence, the newest first, and nothing else', () => {
    const levels = new PriceLevels('sell')
    const count = 4_500
    for (let price = 0; price < count; price++) {
      levels.change({ priceEurPerMWh: price, openWh: 5, orders: 1, sequence: price + 1 })
    }
    let sequence = count
    for (const price of [7, 4_000, 7]) {
      levels.change({ priceEurPerMWh: price, openWh: 1, orders: 0, sequence: ++sequence })
    }
    expect(levels.changedAfter(count)).toEqual([
      [7, 7, 1],
      [4_000, 6, 1],
    ])
    expect(levels.changedAfter(sequence)).toEqual([])
    expect(levels.best).toEqual([0, 5, 1])
    levels.change({ priceEurPerMWh: 0, openWh: -5, orders: -1, sequence: ++sequence })
    expect(levels.best).toEqual([1, 5, 1])
    expect(levels.changedAfter(sequence - 1)).toEqual([[0, 0, 0]])
  })

  it('are never overdrawn', () => {
    const levels = new PriceLevels('buy')
    levels.change({ priceEurPerMWh: 1, openWh: 5, orders: 1, sequence: 1 })
    expect(() => levels.change({ priceEurPerMWh: 1, openWh: -6, orders: 0, sequence: 2 })).toThrow(/overdrawn/)
  })
})

describe('those who follow a book', () => {
  /** A street, and what was sent to whom of it. */
  const followed = Effect.gen(function* () {
    const street = yield* roseStreet
    const { marketData } = street.neighbourhood
    const sent: { readonly to: readonly string[]; readonly depth: Depth }[] = []
    const subscriptions = new DepthSubscriptions<string>({
      marketData,
      send: (to, depth) => void sent.push({ to: [...to], depth }),
    })
    const tick = (...stuck: readonly string[]) => {
      sent.length = 0
      subscriptions.sendDepths((client) => !stuck.includes(client))
      return sent.map(({ to, depth }) => [to.join(), depth.slot, depth.fromSequence, depth.toSequence] as const)
    }
    const trade = (home: Home, priceEurPerMWh: number, slot = SLOT) =>
      street.neighbourhood.submit([home.order({ slot, priceEurPerMWh, timeInForce: 'GTC', energyWh: 1 })], NOW_MS)
    return { ...street, marketData, subscriptions, sent, tick, trade }
  })

  it('get all of it first, then what has changed, together with all who are as far', () =>
    run(
      Effect.gen(function* () {
        const { marketData, subscriptions, tick, trade, anna, ben } = yield* followed
        subscriptions.subscribe('one', SLOT)
        subscriptions.subscribe('two', SLOT)
        subscriptions.subscribe('two', SLOT + 1)
        const first = marketData.sequence
        expect(tick()).toEqual([
          ['one,two', SLOT, 0, first],
          ['two', SLOT + 1, 0, first],
        ])
        expect(tick()).toEqual([])
        yield* trade(anna, 100)
        subscriptions.subscribe('three', SLOT)
        const second = marketData.sequence
        expect(tick()).toEqual([
          ['one,two', SLOT, first, second],
          ['three', SLOT, 0, second],
        ])
        yield* trade(ben, 90)
        const third = marketData.sequence
        expect(tick()).toEqual([['one,two,three', SLOT, second, third]])
        subscriptions.unsubscribe('two', SLOT)
        subscriptions.forget('three')
        yield* trade(ben, 80)
        expect(tick().map(([to]) => to)).toEqual(['one'])
      }),
    ))

  it('and do not read are sent nothing, and then the latest of it in one piece', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, marketData, subscriptions, sent, tick, anna } = yield* followed
        subscriptions.subscribe('quick', SLOT)
        subscriptions.subscribe('stuck', SLOT)
        tick()
        const [quick, stuck] = [new Follower(), new Follower()]
        for (const follower of [quick, stuck]) follower.take(marketData.depthAfter(SLOT, null))
        const first = marketData.sequence
        for (let round = 0; round < 50; round++) {
          const order = anna.order({ priceEurPerMWh: 100 + (round % 3), energyWh: 1 + round })
          yield* neighbourhood.submit([order], NOW_MS)
          expect(tick('stuck').map(([to]) => to)).toEqual(['quick'])
          for (const { depth } of sent) quick.take(depth)
          if (round % 2 === 0) yield* neighbourhood.submit([anna.cancel(orderIdOf(order))], NOW_MS)
          tick('stuck')
          for (const { depth } of sent) quick.take(depth)
          if (round % 2 === 1) yield* neighbourhood.submit([anna.cancel(orderIdOf(order))], NOW_MS)
        }
        yield* neighbourhood.submit([anna.order({ priceEurPerMWh: 77, energyWh: 7 })], NOW_MS)
        const last = marketData.sequence
        const told = tick()
        expect(told.find(([to]) => to === 'stuck')).toEqual(['stuck', SLOT, first, last])
        const depth = sent.find(({ to }) => to.includes('stuck'))?.depth as Depth
        // Three prices came and went, one stays: that is all it is told of a hundred changes.
        expect(depth.bids).toHaveLength(4)
        stuck.take(depth)
        for (const { to, depth: quickly } of sent) if (to.includes('quick')) quick.take(quickly)
        expect(stuck.bids).toEqual([[77, 7, 1]])
        expect(quick.bids).toEqual(stuck.bids)
      }),
    ))

  it('are told once of a slot that is not there, and follow as many as they may', () =>
    run(
      Effect.gen(function* () {
        const { subscriptions, tick } = yield* followed
        expect(subscriptions.subscribe('one', 7)).toBe(true)
        expect(tick().map(([to, slot]) => [to, slot])).toEqual([['one', 7]])
        expect(tick()).toEqual([])
        for (let slot = 0; slot < SUBSCRIPTIONS_MAX; slot++) expect(subscriptions.subscribe('two', slot)).toBe(true)
        expect(subscriptions.subscribe('two', SUBSCRIPTIONS_MAX)).toBe(false)
        expect(subscriptions.subscribe('two', 0)).toBe(true)
        expect(tick()).toHaveLength(SUBSCRIPTIONS_MAX)
        expect(subscriptions.subscribe('two', SUBSCRIPTIONS_MAX)).toBe(true)
      }),
    ))
})

it('market data of nothing is nothing', () => {
  expect(new MarketData().level1().slot).toEqual([])
})
