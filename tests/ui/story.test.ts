import { describe, expect, it } from 'vitest'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { PriceStory, StoryOrder } from '#protocol/picture/run.ts'
import { bookChange } from '../../ui/src/story/book-change.ts'
import { gainSentences, storySentences } from '../../ui/src/story/story-sentences.ts'
import { timesIn } from '../../ui/src/times.ts'
import { slot, startMs } from './street-story.ts'

const order = (home: number, side: 'buy' | 'sell', priceEurPerMWh: number | null, placedAtMs: number): StoryOrder => ({
  ...{ home, side, priceEurPerMWh, placedAtMs },
  type: priceEurPerMWh === null ? 'market' : 'limit',
  energyWh: 300,
  openBeforeWh: 300,
  openAfterWh: 0,
  sequence: 9,
})

/** Home 0 sells 0.300 kWh to home 1 at 19.0 ct/kWh, half an hour before delivery. */
const story = (changed: Partial<PriceStory> = {}): PriceStory => ({
  trade: {
    ...{ id: `${slot}.1`, slot, seller: 0, buyer: 1, makerSide: 'sell', priceEurPerMWh: 190, energyWh: 300 },
    ...{ timeMs: startMs - 1_800_000, sequence: 12 },
  },
  commandSequence: 11,
  phase: 'continuous',
  before: { bids: [[150, 40, 1]], asks: [[190, 300, 1]] },
  after: { bids: [[150, 40, 1]], asks: [] },
  maker: order(0, 'sell', 190, startMs - 2_100_000),
  taker: order(1, 'buy', 210, startMs - 1_800_000),
  rule: 'maker',
  tradesOfCommand: 1,
  ...changed,
})

const told = (changed: Partial<PriceStory> = {}) =>
  storySentences(story(changed), {
    nameOf: (home) => `Home ${home + 1}`,
    times: timesIn('UTC'),
    slotMinutes: 15,
  })
const said = (changed: Partial<PriceStory> = {}) => told(changed).map(({ text }) => text)

describe('why a trade has its price', () => {
  it('is told from the order that waited to the rule', () => {
    const clock = timesIn('UTC').clock
    expect(said()).toEqual([
      `0.300 kWh from Home 1 to Home 2, matched at ${clock(startMs - 1_800_000)} for delivery ${clock(startMs)}–${clock(startMs + 900_000)}.`,
      `Home 1 had offered at 19.0 ct/kWh since ${clock(startMs - 2_100_000)}, for 5 min.`,
      'Then Home 2 came to buy and would have paid up to 21.0 ct/kWh.',
      'The order that waits sets the price: Home 1 set it, at 19.0 ct/kWh.',
    ])
  })

  it('names the buyer where a bid waited', () => {
    const bid = { maker: order(1, 'buy', 190, startMs - 2_100_000), taker: order(0, 'sell', 120, startMs - 1_800_000) }
    const [, maker, taker, rule] = said(bid)
    expect(maker).toMatch(/^Home 2 had bid 19.0 ct\/kWh since/)
    expect(taker).toBe('Then Home 1 came to sell and would have taken 12.0 ct/kWh.')
    expect(rule).toContain('Home 2 set it')
  })

  it('says of a market order that any price would have done', () => {
    expect(said({ taker: order(1, 'buy', null, startMs) })[2]).toBe('Then Home 2 came to buy at any price.')
  })

  it('says of a call that all trade at one price, by which rule, and how many', () => {
    const rules = ['largest-volume', 'highest-matched-ask', 'last-matched-bid', 'midpoint'] as const
    const sentences = rules.map((rule) => told({ rule, phase: 'call', tradesOfCommand: 3 }))
    for (const sentence of sentences) {
      expect(sentence.map(({ role }) => role)).toEqual(['matched', 'rule', 'others'])
      expect(sentence[1]?.text).toMatch(/one price for all.*19\.0 ct\/kWh/)
      expect(sentence[2]?.text).toBe('The call made 2 more trades at this price.')
    }
    expect(new Set(sentences.map((sentence) => sentence[1]?.text)).size).toBe(rules.length)
  })

  it('tells of the other trades of the same order', () => {
    expect(said({ tradesOfCommand: 2 }).at(-1)).toBe('The same order made one more trade.')
    expect(said({ tradesOfCommand: 4 }).at(-1)).toBe('The same order made 3 more trades.')
  })

  it('says what both gain against the supplier, or lose', () => {
    // Feed-in 8 ct, worth to a buyer 32 − 11 = 21 ct.
    expect(gainSentences(story(), defaultMarketRules)).toEqual([
      'The seller gets 11.00 ct/kWh more than the supplier pays: 3.30 ct on this trade.',
      'The buyer saves 2.00 ct/kWh after wires, levies and VAT: 0.60 ct on this trade.',
    ])
    const at = (priceEurPerMWh: number) =>
      gainSentences({ trade: { ...story().trade, priceEurPerMWh } }, defaultMarketRules)
    expect(at(50)[0]).toBe('The seller gets 3.00 ct/kWh less than the supplier pays.')
    expect(at(230)[1]).toBe('The buyer pays 2.00 ct/kWh more than with the supplier alone.')
  })
})

describe('the book before and after a trade', () => {
  it('has a row for each price, offers above bids, and says how each changed', () => {
    const { levels, hidden } = bookChange(
      {
        before: {
          bids: [
            [150, 40, 1],
            [140, 10, 1],
          ],
          asks: [
            [190, 300, 1],
            [195, 500, 2],
            [200, 80, 1],
          ],
        },
        after: {
          bids: [
            [160, 70, 1],
            [150, 40, 1],
            [140, 30, 2],
          ],
          asks: [
            [195, 200, 2],
            [200, 80, 1],
          ],
        },
      },
      1,
    )
    expect(levels.map(({ side, priceEurPerMWh, change }) => [side, priceEurPerMWh, change])).toEqual([
      ['ask', 200, 'same'],
      ['ask', 195, 'less'],
      ['ask', 190, 'gone'],
      ['bid', 160, 'new'],
      ['bid', 150, 'same'],
      ['bid', 140, 'more'],
    ])
    expect(hidden).toBe(0)
  })

  it('leaves out levels that did not change beyond the best, and counts them', () => {
    const side = Array.from({ length: 9 }, (_, i) => [200 + i, 100, 1] as const)
    const { levels, hidden } = bookChange({ before: { bids: [], asks: side }, after: { bids: [], asks: side } }, 3)
    expect(levels.map(({ priceEurPerMWh }) => priceEurPerMWh)).toEqual([202, 201, 200])
    expect(hidden).toBe(6)
  })
})
