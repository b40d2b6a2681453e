import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeForecaster } from '#meter-agent/forecasters/make-forecaster.ts'
import { type OrderAction, planOrders } from '#meter-agent/quotes.ts'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import { makeTrader, traderNames } from '#meter-agent/traders/make-trader.ts'
import { promiseWh, worthOfNextEurPerMWh } from '#meter-agent/traders/promise.ts'
import { rampPrice, rampTrader } from '#meter-agent/traders/ramp.ts'
import type { Quote, TraderInput, TradingSlot } from '#meter-agent/traders/trader.ts'
import { zeroIntelligenceTrader } from '#meter-agent/traders/zero-intelligence.ts'
import { tradingSlots } from '#meter-agent/trading.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { Positions } from '#protocol/messages.ts'

const WINDOW_MS = 3_600_000
const slot = (fields: Partial<TradingSlot>): TradingSlot => ({
  slot: 100,
  forecastNetWh: 0,
  forecastErrorsWh: [],
  boughtWh: 0,
  soldWh: 0,
  msToGate: WINDOW_MS,
  ...fields,
})
const input = (slots: readonly TradingSlot[], rules = defaultMarketRules): TraderInput => ({
  slots,
  rules,
  tradingWindowMs: WINDOW_MS,
  random: seededRandom('test'),
})
const traders = traderNames.map((name) => makeTrader(name))
/** Those that go to their limit at the gate at the latest. */
const yielding = [makeTrader('ramp'), makeTrader('truthful'), makeTrader('zero-intelligence')]

describe('the energy worth a promise', () => {
  const rules = { ...defaultMarketRules, protocolFeeBp: 0 }
  const gap = { retail: 320, feedIn: 80, charge: 110 }
  const expected = (forecastNetWh: number) => ({
    forecastNetWh,
    forecastErrorsWh: [-400, -300, -200, -100, 0, 100, 200, 300, 400],
  })
  const sold = (forecastNetWh: number, priceEurPerMWh: number) =>
    promiseWh(expected(forecastNetWh), rules, { side: 'sell', priceEurPerMWh })
  const bought = (forecastNetWh: number, priceEurPerMWh: number) =>
    promiseWh(expected(forecastNetWh), rules, { side: 'buy', priceEurPerMWh })
  const spread = fc.array(fc.integer({ min: -9000, max: 9000 })).map((some) => some.toSorted((a, b) => a - b))

  it('is the whole forecast where that never errs', () => {
    const exact = { forecastNetWh: 500, forecastErrorsWh: [] }
    expect(promiseWh(exact, rules, { side: 'sell', priceEurPerMWh: 80 })).toBe(500)
    expect(promiseWh(exact, rules, { side: 'sell', priceEurPerMWh: 79 })).toBeNull()
    expect(promiseWh(exact, rules, { side: 'buy', priceEurPerMWh: 210 })).toBe(500)
    expect(promiseWh(exact, rules, { side: 'buy', priceEurPerMWh: 211 })).toBeNull()
  })

  it('balances what a Wh too few and a Wh too many would cost', () => {
    // In the middle, 145, the quantile is 65 ÷ 240 = 0.27 for a seller, and 175 ÷ 240 = 0.73 for a buyer.
    expect(sold(500, 145)).toBe(200)
    expect(bought(-500, 145)).toBe(-200)
  })

  it('is more the better the price, and nothing at the limit', () => {
    // At 210 the quantile of a seller is 130 ÷ 240 = 0.54; at 80 he gains nothing and risks 240 a Wh.
    expect([80, 110, 145, 210].map((price) => sold(500, price))).toEqual([null, 100, 200, 500])
    expect([210, 150, 145, 80].map((price) => bought(-500, price))).toEqual([null, -200, -200, -500])
  })

  it('is less the more a chance that so few outcomes tell is doubted', () => {
    // A standard error of 0.27 among nine is 0.15, of 0.54 it is 0.17: quantiles of 0.12 and 0.37.
    const doubted = (doubt: number, priceEurPerMWh: number) => [
      promiseWh({ ...expected(500), doubt }, rules, { side: 'sell', priceEurPerMWh }),
      promiseWh({ ...expected(-500), doubt }, rules, { side: 'buy', priceEurPerMWh: 290 - priceEurPerMWh }),
    ]
    expect(doubted(0, 145)).toEqual([200, -200])
    expect(doubted(1, 145)).toEqual([100, -100])
    expect(doubted(2, 145)).toEqual([null, null])
    expect(doubted(1, 210)).toEqual([300, -300])
  })

  it('is promised by whoever may well lack it, or have it, whatever is expected', () => {
    expect(sold(-50, 210)).toBe(-50)
    expect(bought(50, 80)).toBe(50)
  })

  it('gains a home in the mean of what may become of it, each Wh of it, whatever it has promised', () => {
    const at = fc.record({ side: fc.constantFrom('sell', 'buy'), priceEurPerMWh: fc.integer({ min: 80, max: 210 }) })
    fc.assert(
      fc.property(
        fc.integer({ min: -900, max: 900 }),
        spread,
        at,
        fc.double({ min: 0, max: 2, noNaN: true }),
        (forecastNetWh, forecastErrorsWh, { side, ...price }, doubt) => {
          fc.pre(forecastErrorsWh.length > 0)
          const slot_ = { forecastNetWh, forecastErrorsWh, doubt }
          const wanted = promiseWh(slot_, rules, { side, ...price })
          if (wanted === null) return
          // The last Wh promised, by selling it or by buying one less: it costs retail where it is missing.
          const last = side === 'sell' ? wanted : wanted + 1
          const missing =
            forecastErrorsWh.filter((error) => forecastNetWh + error < last).length / forecastErrorsWh.length
          const worth = gap.feedIn + missing * (gap.retail - gap.feedIn)
          if (side === 'sell') expect(worth).toBeLessThanOrEqual(price.priceEurPerMWh + 1e-6)
          else expect(worth).toBeGreaterThanOrEqual(price.priceEurPerMWh + gap.charge - 1e-6)
        },
      ),
      { seed: 5 },
    )
  })

  it('begins where the next Wh is worth its price', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -900, max: 900 }),
        spread,
        fc.integer({ min: -2000, max: 2000 }),
        fc.constantFrom('sell' as const, 'buy' as const),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (forecastNetWh, forecastErrorsWh, promisedWh, side, doubt) => {
          const slot_ = { forecastNetWh, forecastErrorsWh, doubt }
          const worth = worthOfNextEurPerMWh(slot_, rules, { side, promisedWh })
          const wantsAt = (priceEurPerMWh: number) => {
            const wanted = promiseWh(slot_, rules, { side, priceEurPerMWh })
            return wanted !== null && (side === 'sell' ? wanted > promisedWh : wanted < promisedWh)
          }
          const better = side === 'sell' ? 1 : -1
          if (worth === null) expect([-500, 0, 80, 145, 210, 500].some(wantsAt)).toBe(false)
          else {
            expect(wantsAt(worth + better * 1e-6)).toBe(true)
            expect(wantsAt(worth - better * 1e-6)).toBe(false)
          }
        },
      ),
      { seed: 5 },
    )
  })
})

describe.each(traders)('the $name trader', (trader) => {
  it('sells expected export and buys expected import, net of what is traded', () => {
    const quotes = trader.quotes(
      input([
        slot({ slot: 1, forecastNetWh: 500, soldWh: 200 }),
        slot({ slot: 2, forecastNetWh: -400, boughtWh: 100 }),
        slot({ slot: 3, forecastNetWh: 0 }),
        slot({ slot: 4, forecastNetWh: 100, soldWh: 150 }),
      ]),
    )
    expect(quotes.map(({ slot: s, side, energyWh }) => [s, side, energyWh])).toEqual([
      [1, 'sell', 300],
      [2, 'buy', 300],
      [4, 'buy', 50],
    ])
  })

  it('makes of its promises what is forecast, at no price at which the supplier would be better', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9000, max: 9000 }),
        fc.nat({ max: 9000 }),
        fc.nat({ max: 9000 }),
        fc.integer({ min: -1000, max: 2 * WINDOW_MS }),
        (forecastNetWh_, boughtWh, soldWh, msToGate) => {
          const wanted = slot({ forecastNetWh: forecastNetWh_, boughtWh, soldWh, msToGate })
          for (const quote of trader.quotes(input([wanted]))) {
            expect(quote.energyWh).toBeGreaterThanOrEqual(1)
            const promised = soldWh - boughtWh
            expect(promised + (quote.side === 'sell' ? 1 : -1) * quote.energyWh).toBe(forecastNetWh_)
            expect(Number.isInteger(quote.priceEurPerMWh)).toBe(true)
            expect(quote.priceEurPerMWh).toBeGreaterThanOrEqual(80)
            expect(quote.priceEurPerMWh).toBeLessThanOrEqual(210)
          }
        },
      ),
      { seed: 3 },
    )
  })

  it('asks more for what it would rather keep, down to what the next Wh is worth to it', () => {
    const errors = { forecastErrorsWh: [-400, -300, -200, -100, 0, 100, 200, 300, 400] }
    const quoteOf = (fields: Partial<TradingSlot>) =>
      trader.quotes(
        input([slot({ ...errors, msToGate: 0, ...fields })], { ...defaultMarketRules, protocolFeeBp: 0 }),
      )[0]
    // It has sold what 2 of 10 would lack: the next Wh is worth selling from 80 + 240 × 0.3 = 152 on.
    const seller = quoteOf({ forecastNetWh: 500, soldWh: 200 })
    expect(seller?.side).toBe('sell')
    expect(seller?.priceEurPerMWh).toBeGreaterThanOrEqual(152)
    const buyer = quoteOf({ forecastNetWh: -500, boughtWh: 200 })
    expect(buyer?.side).toBe('buy')
    expect(buyer?.priceEurPerMWh).toBeLessThanOrEqual(138)
    // It has bought more than it will need in 9 of 10: what it can get for it is better than the feed-in tariff.
    const back = quoteOf({ forecastNetWh: -500, boughtWh: 901 })
    expect(back?.side).toBe('sell')
    expect(back?.energyWh).toBeGreaterThanOrEqual(1)
    expect(back?.priceEurPerMWh).toBeGreaterThanOrEqual(104)
  })

  it('stays away where neighbours have nothing to share', () => {
    const tariff = { ...defaultMarketRules.tariff, localChargeMilliEurPerMWh: 300_000 }
    expect(trader.quotes(input([slot({ forecastNetWh: 500 })], { ...defaultMarketRules, tariff }))).toEqual([])
  })

  it('is asked by its name', () => {
    expect(makeTrader(trader.name as (typeof traderNames)[number]).name).toBe(trader.name)
  })
})

describe.each(yielding)('the $name trader', (trader) => {
  it('never pays more than what the fee leaves of the gap', () => {
    const rules = { ...defaultMarketRules, protocolFeeBp: 100 }
    const prices = Array.from({ length: 200 }, (_, i) =>
      trader.quotes({ ...input([slot({ forecastNetWh: -500, msToGate: 0 })], rules), random: () => i / 200 }),
    ).flatMap((quotes) => quotes.map(({ priceEurPerMWh }) => priceEurPerMWh))
    expect(Math.max(...prices)).toBe(207) // 207 × 1.01 is below 210, 208 × 1.01 above
  })
})

describe('the ramp', () => {
  const price = (forecastNetWh_: number, msToGate: number) =>
    rampTrader.quotes(input([slot({ forecastNetWh: forecastNetWh_, msToGate })]))[0]?.priceEurPerMWh

  it('gives way in a straight line from its best price to its worst', () => {
    const left = [1, 0.75, 0.5, 0.25, 0].map((share) => share * WINDOW_MS)
    expect(left.map((ms) => price(100, ms))).toEqual([210, 178, 145, 113, 80])
    expect(left.map((ms) => price(-100, ms))).toEqual([80, 112, 145, 177, 210])
  })

  it('goes in equal steps, and stands at its last price for the last of them (a rate ramp)', () => {
    const MINUTE_MS = 60_000
    const quarter = (firstEurPerMWh: number, lastEurPerMWh: number) => (minute: number) =>
      rampPrice({ firstEurPerMWh, lastEurPerMWh, windowMs: 15 * MINUTE_MS, everyMs: MINUTE_MS }, minute * MINUTE_MS)
    const offer = [0, 1, 2, 6, 9, 13, 14, 15].map(quarter(300, 0))
    for (const [index, price_] of [300, 278.57143, 257.14286, 171.42857, 107.14286, 21.42857, 0, 0].entries()) {
      expect(offer[index]).toBeCloseTo(price_, 4)
    }
    expect([0, 1, 6, 12, 14].map(quarter(0, 350))).toEqual([0, 25, 150, 300, 350])
    const hour = { windowMs: 60 * MINUTE_MS, everyMs: MINUTE_MS }
    expect(rampPrice({ firstEurPerMWh: 300, lastEurPerMWh: 250, ...hour }, 33 * MINUTE_MS)).toBeCloseTo(272.034, 3)
    expect(rampPrice({ firstEurPerMWh: 150, lastEurPerMWh: 350, ...hour }, 36 * MINUTE_MS)).toBeCloseTo(272.034, 3)
  })
})

describe('zero intelligence', () => {
  it('draws the same prices from the same seed, and all of the prices between its limits', () => {
    const draw = (seed: string) => {
      const random = seededRandom(seed)
      return Array.from({ length: 3000 }, () => {
        const [quote] = zeroIntelligenceTrader.quotes({ ...input([slot({ forecastNetWh: 5 })]), random })
        return quote?.priceEurPerMWh
      })
    }
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
    expect(new Set(draw('a')).size).toBe(131)
  })
})

describe('the slots that are traded', () => {
  const NOW_MS = 1000 * 900_000
  const forecaster = makeForecaster('persistence', { slotMinutes: 15 })
  forecaster.note(999, 100)
  const ask = { rules: defaultMarketRules, most: 3, forecaster, news: new Map() }
  const slotsAt = (nowMs: number, positions: Positions['slots'] = []) =>
    tradingSlots({ ...ask, nowMs, positions: { slots: positions } }).map((one) => one.slot)

  it('are the next ones whose gate is open', () => {
    expect(slotsAt(NOW_MS)).toEqual([1001, 1002, 1003])
    expect(slotsAt(NOW_MS + 599_999)).toEqual([1001, 1002, 1003])
    expect(slotsAt(NOW_MS + 600_000)).toEqual([1002, 1003, 1004])
  })

  it('leave out those whose book is closed or halted', () => {
    const halted = { slot: 1002, phase: 'halted', boughtWh: 0, soldWh: 0, openOrders: [] } as const
    expect(slotsAt(NOW_MS, [halted])).toEqual([1001, 1003])
  })
})

describe('the planner of orders', () => {
  type Open = Positions['slots'][number]['openOrders'][number]
  const open = (fields: Partial<Open>): Open => ({
    orderId: `0x${String(fields.nonce ?? 1).padStart(64, '0')}`,
    nonce: 1,
    side: 'sell',
    priceEurPerMWh: 100,
    energyWh: 500,
    openWh: 500,
    ...fields,
  })
  const held = (openOrders: readonly Open[], phase: 'continuous' | 'closed' = 'continuous') => ({
    slots: [{ slot: 100, phase, boughtWh: 0, soldWh: 0, openOrders }],
  })
  const quote: Quote = { slot: 100, side: 'sell', priceEurPerMWh: 100, energyWh: 500 }

  it('does nothing when the book holds what is wanted', () => {
    expect(planOrders([quote], held([open({})]))).toEqual([])
    expect(planOrders([], held([]))).toEqual([])
  })

  it('places what is missing', () => {
    expect(planOrders([quote], held([]))).toEqual([{ type: 'place', quote }])
    expect(planOrders([quote], { slots: [] })).toEqual([{ type: 'place', quote }])
  })

  it('amends the total, with what is filled already', () => {
    const filled = open({ nonce: 7, energyWh: 800, openWh: 600 })
    expect(planOrders([quote], held([filled]))).toEqual([{ type: 'amend', replaces: 7, totalWh: 700, quote }])
  })

  it('cancels first what stands in the way', () => {
    const buy = open({ nonce: 3, side: 'buy' })
    expect(planOrders([quote], held([buy])).map(({ type }) => type)).toEqual(['cancel', 'place'])
    expect(planOrders([], held([buy, open({ nonce: 4 })])).map(({ type }) => type)).toEqual(['cancel', 'cancel'])
  })

  it('leaves a closed book alone', () => {
    expect(planOrders([quote], held([open({ priceEurPerMWh: 1 })], 'closed'))).toEqual([])
  })

  it('ends, whatever was open, with exactly the quote in the book, and never with both sides at once', () => {
    const orders = fc.uniqueArray(
      fc.record({
        nonce: fc.integer({ min: 1, max: 50 }),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        priceEurPerMWh: fc.integer({ min: 80, max: 210 }),
        openWh: fc.integer({ min: 1, max: 900 }),
        filledWh: fc.nat({ max: 900 }),
      }),
      { selector: ({ nonce }) => nonce, maxLength: 6 },
    )
    const wanted = fc.option(
      fc.record({
        side: fc.constantFrom('buy' as const, 'sell' as const),
        priceEurPerMWh: fc.integer({ min: 80, max: 210 }),
        energyWh: fc.integer({ min: 1, max: 900 }),
      }),
      { nil: null },
    )
    fc.assert(
      fc.property(orders, wanted, (generated, want) => {
        const book = generated.map((one) => open({ ...one, energyWh: one.openWh + one.filledWh }))
        const quotes = want === null ? [] : [{ slot: 100, ...want }]
        const actions = planOrders(quotes, held(book))
        let left = [...book]
        for (const action of actions) {
          left = applied(left, action)
          if (action.type !== 'cancel') expect(new Set(left.map(({ side }) => side)).size).toBe(1)
        }
        expect(left.map(({ side, priceEurPerMWh, openWh }) => ({ side, priceEurPerMWh, energyWh: openWh }))).toEqual(
          want === null ? [] : [want],
        )
        expect(actions.length).toBeLessThanOrEqual(Math.max(1, book.length + 1))
      }),
      { seed: 11 },
    )
  })

  function applied(book: readonly Open[], action: OrderAction): Open[] {
    if (action.type === 'cancel') return book.filter(({ orderId }) => orderId !== action.orderId)
    const { side, priceEurPerMWh, energyWh } = action.quote
    if (action.type === 'place')
      return [...book, open({ nonce: 999, side, priceEurPerMWh, energyWh, openWh: energyWh })]
    return book.map((order) => {
      if (order.nonce !== action.replaces) return order
      const openWh = action.totalWh - (order.energyWh - order.openWh)
      return { ...order, priceEurPerMWh, energyWh: action.totalWh, openWh }
    })
  }
})
