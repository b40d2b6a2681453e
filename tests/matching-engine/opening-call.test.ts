import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { priceRules } from '#matching-engine/book/codes.ts'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import type { MarketEvent } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import {
  controlBy,
  divergenceOf,
  eventsOf,
  gateMs,
  MINUTE_MS,
  NOW_MS,
  openOver,
  orderIdOf,
  roseStreet,
  rules,
  run,
  SLOT,
  startMs,
  streetWith,
  submitOne,
} from './rose-street.ts'

const CALL_MS = 2 * MINUTE_MS
const withCall = (change: Partial<MarketRules> = {}) => ({ rules: { ...rules, openingCallMs: CALL_MS, ...change } })

const tradesOf = (events: readonly MarketEvent[]) =>
  events.flatMap((event) => (event.type === 'TradeMatched' ? [event.trade] : []))

const changesOf = (events: readonly MarketEvent[], slot = SLOT) =>
  events.flatMap((event) =>
    event.type === 'SlotPhaseChanged' && event.slot === slot ? [[event.phase, event.cause, event.untilMs]] : [],
  )

describe('an opening call', () => {
  it('collects orders, trades them at one price when the clock ends it, and goes on continuously', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetWith(withCall())
        const orders = [
          anna.order({ priceEurPerMWh: 300, energyWh: 100 }),
          anna.order({ priceEurPerMWh: 200, energyWh: 100 }),
          ben.order({ side: 'sell', priceEurPerMWh: 100, energyWh: 60 }),
          ben.order({ side: 'sell', priceEurPerMWh: 180, energyWh: 90 }),
          ben.order({ side: 'sell', priceEurPerMWh: 400, energyWh: 10 }),
        ]
        const outcomes = yield* neighbourhood.submit(orders, NOW_MS)
        expect(outcomes.every(({ accepted }) => accepted)).toBe(true)
        expect(tradesOf(yield* eventsOf(log))).toEqual([])
        yield* neighbourhood.advance(NOW_MS + CALL_MS - 1)
        expect(neighbourhood.street.slots.get(SLOT)?.phase).toBe('call')

        const before = neighbourhood.street.sequence
        yield* neighbourhood.advance(NOW_MS + CALL_MS)
        const events = (yield* eventsOf(log, before)).filter(
          (event) => event.type !== 'SlotPhaseChanged' || event.slot === SLOT,
        )
        // It has traded before it is continuous.
        expect(events.map(({ type }) => type)).toEqual([
          'TradeMatched',
          'TradeMatched',
          'TradeMatched',
          'SlotPhaseChanged',
        ])
        expect(
          tradesOf(events).map(({ priceEurPerMWh, energyWh, makerSide }) => [priceEurPerMWh, energyWh, makerSide]),
        ).toEqual([
          [200, 60, 'buy'],
          [200, 40, 'buy'],
          [200, 50, 'buy'],
        ])
        expect(changesOf(yield* eventsOf(log))).toEqual([
          ['call', 'clock', NOW_MS + CALL_MS],
          ['continuous', 'clock', undefined],
        ])
        yield* neighbourhood.submit([ben.order({ side: 'sell', priceEurPerMWh: 200, energyWh: 50 })], NOW_MS + CALL_MS)
        expect(tradesOf(yield* eventsOf(log))).toHaveLength(4)
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('takes limit orders that may rest, and no others; cancels and amends as ever', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* streetWith(withCall())
        const resting = ben.order({ side: 'sell', priceEurPerMWh: 100 })
        const outcomes = yield* neighbourhood.submit(
          [
            anna.order({ type: 'market', priceEurPerMWh: 0, timeInForce: 'IOC' }),
            anna.order({ timeInForce: 'IOC' }),
            anna.order({ timeInForce: 'FOK' }),
            resting,
            anna.order({ nonce: 70, postOnly: true }),
            anna.order({ nonce: 71, replaces: 70, postOnly: true, energyWh: 900 }),
            ben.cancel(orderIdOf(resting)),
          ],
          NOW_MS,
        )
        expect(outcomes.map((outcome) => (outcome.accepted ? 'taken' : outcome.code))).toEqual([
          'NOT_ALLOWED_IN_CALL',
          'NOT_ALLOWED_IN_CALL',
          'NOT_ALLOWED_IN_CALL',
          'taken',
          'taken',
          'taken',
          'taken',
        ])
      }),
    ))

  it('is there for each slot when it opens, and not at all unless the rules say so', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log } = yield* streetWith(withCall())
        yield* neighbourhood.advance(startMs(SLOT))
        expect(changesOf(yield* eventsOf(log), SLOT + 4)).toEqual([['call', 'clock', startMs(SLOT) + CALL_MS]])
        const without = yield* roseStreet
        expect(changesOf(yield* eventsOf(without.log))).toEqual([['continuous', 'clock', undefined]])
      }),
    ))

  it('taken up again from its log holds what it had collected, crossed as it is, and ends at its time', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetWith(withCall())
        const brief = { timeInForce: 'GTD', expiresAtMs: NOW_MS + CALL_MS } as const
        yield* neighbourhood.submit(
          [
            anna.order({ priceEurPerMWh: 300, energyWh: 10 }),
            anna.order({ priceEurPerMWh: 300, energyWh: 10, ...brief }),
            ben.order({ side: 'sell', priceEurPerMWh: 100, energyWh: 30 }),
          ],
          NOW_MS,
        )
        const reopened = yield* openOver(log, withCall())
        expect(stateHash(reopened.street)).toBe(stateHash(neighbourhood.street))
        yield* reopened.advance(NOW_MS + CALL_MS)
        // What expires when the call ends has expired before it.
        expect(tradesOf(yield* eventsOf(log)).map(({ energyWh }) => energyWh)).toEqual([10])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('that nobody has ended in time is ended before the gate closes, and its orders trade', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetWith(withCall())
        yield* neighbourhood.submit([anna.order(), ben.order({ side: 'sell', energyWh: 500 })], NOW_MS)
        yield* neighbourhood.advance(startMs(SLOT))
        expect(tradesOf(yield* eventsOf(log))).toHaveLength(1)
        expect(changesOf(yield* eventsOf(log)).map(([phase]) => phase)).toEqual([
          'call',
          'continuous',
          'closed',
          'delivering',
        ])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('may last until the gate: then there is one auction and nothing else', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetWith(withCall({ openingCallMs: 24 * 60 * MINUTE_MS }))
        yield* neighbourhood.submit([anna.order({ energyWh: 700 }), ben.order({ side: 'sell', energyWh: 500 })], NOW_MS)
        yield* neighbourhood.advance(gateMs(SLOT))
        const events = (yield* eventsOf(log)).filter((event) => !('slot' in event) || event.slot === SLOT)
        expect(events.slice(-3).map(({ type }) => type)).toEqual(['TradeMatched', 'SlotPhaseChanged', 'OrderClosed'])
        expect(neighbourhood.street.slots.get(SLOT)?.openOrders.size).toBe(0)
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it.each([
    ['largest-volume', 200],
    ['highest-matched-ask', 100],
    ['last-matched-bid', 200],
    ['midpoint', 150],
  ] as const)('finds its price by the rule of the market: %s', (priceRule, priceEurPerMWh) =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetWith(withCall({ priceRule }))
        yield* neighbourhood.submit(
          [
            anna.order({ priceEurPerMWh: 200, energyWh: 50 }),
            ben.order({ side: 'sell', priceEurPerMWh: 100, energyWh: 30 }),
          ],
          NOW_MS,
        )
        yield* neighbourhood.advance(NOW_MS + CALL_MS)
        expect(tradesOf(yield* eventsOf(log))).toMatchObject([{ priceEurPerMWh, energyWh: 30 }])
      }),
    ),
  )

  it('knows the price rules that the book knows', () =>
    run(
      Effect.gen(function* () {
        for (const priceRule of priceRules) yield* openOver(yield* openMemoryEventLog(), withCall({ priceRule }))
        const wrong = withCall({ priceRule: 'dearest' as never })
        const failure = yield* Effect.flip(openOver(yield* openMemoryEventLog(), wrong))
        expect(failure.message).toMatch(/priceRule/)
      }),
    ))
})

describe('an opening call that is halted', () => {
  const crossed = Effect.gen(function* () {
    const street = yield* streetWith(withCall())
    const { neighbourhood, anna, ben } = street
    const buy = anna.order({ nonce: 70, energyWh: 40 })
    yield* neighbourhood.submit([buy, ben.order({ side: 'sell', energyWh: 30 })], NOW_MS)
    yield* submitOne(neighbourhood, controlBy('halt', { slot: SLOT }))
    return { ...street, buy }
  })

  it('takes cancels only, trades nothing, and goes on when it is resumed', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* crossed
        const outcomes = yield* neighbourhood.submit(
          [anna.order(), anna.order({ replaces: 70, energyWh: 10 }), ben.order({ side: 'sell' })],
          NOW_MS,
        )
        for (const outcome of outcomes) expect(outcome).toMatchObject({ accepted: false, code: 'NOT_TRADING' })
        const reopened = yield* openOver(log, withCall())
        yield* reopened.advance(NOW_MS + 2 * CALL_MS)
        expect(reopened.street.slots.get(SLOT)?.phase).toBe('halted')
        expect(tradesOf(yield* eventsOf(log))).toEqual([])
        // Its end is over: it ends as soon as it goes on.
        yield* submitOne(reopened, controlBy('resume', { slot: SLOT, nonce: 2 }), NOW_MS + 2 * CALL_MS)
        expect(tradesOf(yield* eventsOf(log)).map(({ energyWh }) => energyWh)).toEqual([30])
        expect(changesOf(yield* eventsOf(log))).toEqual([
          ['call', 'clock', NOW_MS + CALL_MS],
          ['halted', 'operator', undefined],
          ['call', 'operator', NOW_MS + CALL_MS],
          ['continuous', 'clock', undefined],
        ])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('until its gate is not held: its orders are cancelled, and none of them has traded', () =>
    run(
      Effect.gen(function* () {
        const { log, anna, buy } = yield* crossed
        const reopened = yield* openOver(log, withCall())
        yield* reopened.advance(gateMs(SLOT))
        const events = yield* eventsOf(log)
        expect(tradesOf(events)).toEqual([])
        expect(events.flatMap((event) => (event.type === 'OrderClosed' ? [event.status] : []))).toEqual([
          'cancelled',
          'cancelled',
        ])
        expect(reopened.street.slots.get(SLOT)).toMatchObject({ phase: 'closed', trades: 0 })
        const late = anna.cancel(orderIdOf(buy))
        expect(yield* submitOne(reopened, late, gateMs(SLOT))).toMatchObject({ accepted: false, code: 'NOT_OPEN' })
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('with the whole market waits for the start of it', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetWith(withCall())
        yield* neighbourhood.submit(
          [anna.order({ energyWh: 5 }), ben.order({ side: 'sell', energyWh: 5 }), controlBy('stop')],
          NOW_MS,
        )
        yield* neighbourhood.advance(startMs(SLOT))
        yield* submitOne(neighbourhood, controlBy('start', { nonce: 2 }), startMs(SLOT))
        expect(tradesOf(yield* eventsOf(log))).toEqual([]) // it was past its gate by then
        const phases = [...neighbourhood.street.slots.values()].map(({ phase }) => phase)
        // Calls whose time has passed end at once; the slot that could not open begins its own.
        expect(phases).toEqual(['delivering', 'continuous', 'continuous', 'continuous', 'call'])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))
})

describe('market data of a call', () => {
  it('shows what is collected, crossed as it is', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* streetWith(withCall())
        yield* neighbourhood.submit(
          [
            anna.order({ priceEurPerMWh: 300, energyWh: 10 }),
            ben.order({ side: 'sell', priceEurPerMWh: 100, energyWh: 4 }),
          ],
          NOW_MS,
        )
        const { marketData } = neighbourhood
        const before = marketData.depthAfter(SLOT, null)
        expect(before).toMatchObject({ phase: 'call', bids: [[300, 10, 1]], asks: [[100, 4, 1]] })
        yield* neighbourhood.advance(NOW_MS + CALL_MS)
        expect(marketData.depthAfter(SLOT, before.toSequence)).toMatchObject({
          phase: 'continuous',
          bids: [[300, 6, 1]],
          asks: [[100, 0, 0]],
          lastWh: 4,
        })
      }),
    ))
})
