import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OpenOrder } from '#protocol/open-orders.ts'
import { applyEvent, emptyStreet } from '#protocol/street.ts'
import { ladderOf } from '../../ui/src/market/ladder.ts'
import { slotToFollow, slotWindow } from '../../ui/src/market/slots.ts'
import { hash, StreetEvents, slot } from './street-events.ts'

const order = (side: 'buy' | 'sell', priceEurPerMWh: number, openWh: number): OpenOrder => ({
  orderId: hash(1),
  account: '0x',
  side,
  timeInForce: 'GTC',
  expiresAtMs: 0,
  postOnly: false,
  selfTradePrevention: 'none',
  nonce: 1,
  priceEurPerMWh,
  energyWh: openWh,
  openWh,
})

describe('the ladder', () => {
  it('adds orders up by price, best first on both sides, with depth and spread', () => {
    const ladder = ladderOf(
      [
        order('buy', 150, 100),
        order('buy', 160, 200),
        order('buy', 150, 50),
        order('sell', 180, 300),
        order('sell', 170, 10),
      ],
      5,
    )
    expect(ladder.bids.levels).toEqual([
      { priceEurPerMWh: 160, energyWh: 200, depthWh: 200, orders: 1 },
      { priceEurPerMWh: 150, energyWh: 150, depthWh: 350, orders: 2 },
    ])
    expect(ladder.asks.levels.map((level) => [level.priceEurPerMWh, level.depthWh])).toEqual([
      [170, 10],
      [180, 310],
    ])
    expect(ladder.spreadEurPerMWh).toBe(10)
    expect(ladder.deepestWh).toBe(350)
  })

  it('counts what lies beyond the levels it shows', () => {
    const { asks } = ladderOf([order('sell', 1, 5), order('sell', 2, 6), order('sell', 3, 7)], 1)
    expect(asks.levels).toHaveLength(1)
    expect(asks.beyond).toEqual({ levels: 2, energyWh: 13 })
  })

  it('has no spread while a side is empty, and takes prices below zero', () => {
    const ladder = ladderOf([order('buy', -20, 5)], 5)
    expect(ladder.spreadEurPerMWh).toBeNull()
    expect(ladder.bids.levels[0]?.priceEurPerMWh).toBe(-20)
  })

  it('loses no energy: levels and what is beyond hold every open Wh', () => {
    const orders = fc.array(
      fc
        .tuple(fc.constantFrom('buy' as const, 'sell' as const), fc.integer({ min: -500, max: 4_000 }), fc.nat(5_000))
        .map(([side, price, wh]) => order(side, price, wh + 1)),
    )
    fc.assert(
      fc.property(orders, fc.integer({ min: 1, max: 9 }), (all, levelsMax) => {
        const ladder = ladderOf(all, levelsMax)
        for (const [name, side] of [
          ['buy', ladder.bids],
          ['sell', ladder.asks],
        ] as const) {
          const open = all.filter((one) => one.side === name).reduce((sum, one) => sum + one.openWh, 0)
          expect((side.levels.at(-1)?.depthWh ?? 0) + side.beyond.energyWh).toBe(open)
          expect(side.levels.length).toBeLessThanOrEqual(levelsMax)
        }
      }),
      { numRuns: 200, seed: 42 },
    )
  })
})

describe('the row of slots', () => {
  it('holds the present slot, mostly past, and turns a quarter at a time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 3_000_000 }), (present) => {
        const window = slotWindow(present, 64)
        expect(present - window.first).toBeGreaterThanOrEqual(32)
        expect(present - window.first).toBeLessThan(48)
        expect(window.first % 16).toBe(0)
      }),
      { numRuns: 200, seed: 42 },
    )
  })

  it('follows the first open slot in which something happens, else the first open one, else the last', () => {
    const events = StreetEvents.trading()
    events.phase('continuous', slot + 1)
    events.phase('continuous', slot - 1)
    const street = emptyStreet()
    expect(slotToFollow(street.slots)).toBeNull()
    const apply = () => {
      for (const logged of events.log.slice(street.sequence)) applyEvent(street, logged)
      return slotToFollow(street.slots)
    }
    expect(apply()).toBe(slot - 1)
    events.order({ home: 1, side: 'sell', price: 100, energyWh: 10 })
    expect(apply()).toBe(slot)
    for (const number of [slot - 1, slot, slot + 1]) events.phase('closed', number)
    expect(apply()).toBe(slot + 1)
  })
})
