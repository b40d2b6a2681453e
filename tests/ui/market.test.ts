import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DepthRow } from '#protocol/messages.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'
import { applyDepth, type Book, emptyBook } from '../../ui/src/book.ts'
import { ladderOf } from '../../ui/src/market/ladder.ts'
import { slotToFollow, slotWindow } from '../../ui/src/market/slots.ts'
import { untoldTrades } from '../../ui/src/market/untold-trades.ts'
import { StreetStory, slot } from './street-story.ts'

/** A book of levels `[price EUR/MWh, open Wh, orders]`. */
const book = (bids: readonly DepthRow[], asks: readonly DepthRow[]): Book => {
  const made = emptyBook(slot)
  applyDepth(made, { ...{ slot, bids, asks }, ...header })
  return made
}

const header = { fromSequence: 0, toSequence: 1, phase: 'continuous', lastEurPerMWh: null, lastWh: null } as const

describe('the ladder', () => {
  it('puts levels in order, best first on both sides, with depth and spread', () => {
    const ladder = ladderOf(
      book(
        [
          [150, 150, 2],
          [160, 200, 1],
        ],
        [
          [180, 300, 1],
          [170, 10, 1],
        ],
      ),
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
    const { asks } = ladderOf(
      book(
        [],
        [
          [1, 5, 1],
          [2, 6, 1],
          [3, 7, 1],
        ],
      ),
      1,
    )
    expect(asks.levels).toHaveLength(1)
    expect(asks.beyond).toEqual({ levels: 2, energyWh: 13 })
  })

  it('has no spread while a side is empty, and takes prices below zero', () => {
    const ladder = ladderOf(book([[-20, 5, 1]], []), 5)
    expect(ladder.spreadEurPerMWh).toBeNull()
    expect(ladder.bids.levels[0]?.priceEurPerMWh).toBe(-20)
  })

  it('loses no energy: levels and what is beyond hold every open Wh', () => {
    const rows = fc.uniqueArray(
      fc.tuple(
        fc.integer({ min: -500, max: 4_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        fc.integer({ min: 1, max: 9 }),
      ),
      { selector: ([price]) => price },
    )
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 1, max: 9 }), (bids, asks, levelsMax) => {
        const ladder = ladderOf(book(bids, asks), levelsMax)
        for (const [all, side] of [
          [bids, ladder.bids],
          [asks, ladder.asks],
        ] as const) {
          const open = all.reduce((sum, [, openWh]) => sum + openWh, 0)
          expect((side.levels.at(-1)?.depthWh ?? 0) + side.beyond.energyWh).toBe(open)
          expect(side.levels.length).toBeLessThanOrEqual(levelsMax)
        }
      }),
      { numRuns: 200, seed: 42 },
    )
  })
})

describe('the tape', () => {
  it('counts the trades that only the sums tell', () => {
    expect(untoldTrades(undefined, 0)).toBe(0)
    expect(untoldTrades({ trades: 7 }, 5)).toBe(2)
    expect(untoldTrades({ trades: 5 }, 5)).toBe(0)
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
    expect(slotToFollow(emptyPicture().slots)).toBeNull()
    const story = StreetStory.trading()
    const { slots } = story.picture
    story.phase('continuous', slot + 1)
    story.phase('continuous', slot - 1)
    expect(slotToFollow(slots)).toBe(slot - 1)
    story.tell({ type: 'ordered', slot, openOrders: 1 })
    expect(slotToFollow(slots)).toBe(slot)
    for (const number of [slot - 1, slot, slot + 1]) story.phase('closed', number)
    expect(slotToFollow(slots)).toBe(slot + 1)
  })
})
