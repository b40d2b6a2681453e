import { Effect, Fiber, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { type EventLog, LogFailure } from '#matching-engine/event-log/event-log.ts'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import type { Neighbourhood } from '#matching-engine/neighbourhood.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import type { Batch, MarketEvent, SlotPhase } from '#protocol/market-event.ts'
import { sign } from '#protocol/signing.ts'
import {
  domain,
  endMs,
  eventsOf,
  gateMs,
  Home,
  NOW_MS,
  openOver,
  operatorKey,
  orderIdOf,
  PARTITION,
  roseStreet,
  rules,
  run,
  SLOT,
  startMs,
  submitOne,
  ZERO_HASH,
} from './rose-street.ts'

const typesAfter = (log: EventLog, after: number) =>
  Effect.map(eventsOf(log, after), (events) => events.map(({ type }) => type))

const phasesOf = (events: readonly MarketEvent[], slot: number): readonly SlotPhase[] =>
  events.flatMap((event) => (event.type === 'SlotPhaseChanged' && event.slot === slot ? [event.phase] : []))

const place = { transaction: ZERO_HASH, block: 5 } as const

function batchOf(number: number, firstSlot: number, lastSlot: number): Batch {
  return {
    number,
    firstSlot,
    lastSlot,
    tradesRoot: ZERO_HASH,
    statementsRoot: ZERO_HASH,
    creditsRoot: ZERO_HASH,
    billsRoot: ZERO_HASH,
    termsHash: ZERO_HASH,
    logHead: ZERO_HASH,
    archiveHash: ZERO_HASH,
    totals: {
      trades: 1,
      tradedWh: 300,
      tradedMicroEur: 45_000,
      localChargeMicroEur: 0,
      importWh: 0,
      exportWh: 0,
      coveredWh: 0,
      costMicroEur: 0,
      costWithoutMarketMicroEur: 0,
      creditsWh: 0,
    },
  }
}

const proposed = (batch: Batch) => ({ type: 'BatchProposed', timeMs: NOW_MS, batch, place }) as const
const finalized = (number: number) => ({ type: 'BatchFinalized', timeMs: NOW_MS, number, place }) as const

describe('two homes trade', () => {
  it('at the price of the order that was there first, and the log tells it in order', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        const before = neighbourhood.street.sequence
        const sell = ben.order({ side: 'sell', priceEurPerMWh: 150, energyWh: 300 })
        const buy = anna.order({ priceEurPerMWh: 200, energyWh: 500 })
        const outcomes = yield* neighbourhood.submit([sell, buy], NOW_MS)
        expect(outcomes).toEqual([sell, buy].map((order) => ({ accepted: true, id: orderIdOf(order) })))
        expect((yield* eventsOf(log, before)).slice(-3)).toEqual([
          { type: 'OrderPlaced', timeMs: NOW_MS, orderId: orderIdOf(sell), order: sell },
          { type: 'OrderPlaced', timeMs: NOW_MS, orderId: orderIdOf(buy), order: buy },
          {
            type: 'TradeMatched',
            timeMs: NOW_MS,
            trade: {
              id: `${SLOT}.1`,
              slot: SLOT,
              buyer: anna.account,
              seller: ben.account,
              buyOrderId: orderIdOf(buy),
              sellOrderId: orderIdOf(sell),
              makerSide: 'sell',
              priceEurPerMWh: 150,
              energyWh: 300,
            },
          },
        ])
        const slot = neighbourhood.street.slots.get(SLOT)
        expect([...(slot?.openOrders.values() ?? [])].map(({ openWh }) => openWh)).toEqual([200])
        expect(slot?.positions.get(anna.account)).toMatchObject({ boughtWh: 300, paidMicroEur: 45_000 })
        expect(slot?.positions.get(ben.account)).toMatchObject({ soldWh: 300, receivedMicroEur: 45_000 })
      }),
    ))

  it('trades are numbered within their slot', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        const orders = [SLOT, SLOT, SLOT + 1].flatMap((slot) => [
          ben.order({ slot, side: 'sell', energyWh: 1 }),
          anna.order({ slot, energyWh: 1 }),
        ])
        yield* neighbourhood.submit(orders, NOW_MS)
        expect(neighbourhood.street.tape.map(({ trade }) => trade.id)).toEqual([
          `${SLOT}.1`,
          `${SLOT}.2`,
          `${SLOT + 1}.1`,
        ])
      }),
    ))

  it('an amend keeps its place when it shrinks and loses it when it grows', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        const first = anna.order({ nonce: 51, energyWh: 400 })
        const shrunk = anna.order({ replaces: 51, nonce: 52, energyWh: 300 })
        const grown = anna.order({ replaces: 52, nonce: 53, energyWh: 350 })
        const outcomes = yield* neighbourhood.submit([first, ben.order(), shrunk], NOW_MS)
        expect(outcomes[2]).toEqual({ accepted: true, id: orderIdOf(first) })
        const accounts = () =>
          [...(neighbourhood.street.slots.get(SLOT)?.openOrders.values() ?? [])].map(({ account }) => account)
        expect(accounts()).toEqual([anna.account, ben.account])
        yield* submitOne(neighbourhood, grown)
        expect(accounts()).toEqual([ben.account, anna.account])
        const priorities = (yield* eventsOf(log)).flatMap((event) =>
          event.type === 'OrderAmended' ? [event.priority] : [],
        )
        expect(priorities).toEqual(['kept', 'lost'])
      }),
    ))

  it('an amend to what has traded already closes the order', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit([anna.order({ nonce: 51 }), ben.order({ side: 'sell', energyWh: 200 })], NOW_MS)
        const before = neighbourhood.street.sequence
        const amend = anna.order({ replaces: 51, energyWh: 200 })
        expect((yield* submitOne(neighbourhood, amend)).accepted).toBe(true)
        expect(yield* typesAfter(log, before)).toEqual(['OrderAmended', 'OrderClosed'])
        expect(neighbourhood.street.slots.get(SLOT)?.openOrders.size).toBe(0)
      }),
    ))

  it('a cancel takes the order out', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna } = yield* roseStreet
        const order = anna.order()
        yield* submitOne(neighbourhood, order)
        const before = neighbourhood.street.sequence
        expect(yield* submitOne(neighbourhood, anna.cancel(orderIdOf(order)))).toEqual({
          accepted: true,
          id: orderIdOf(order),
        })
        expect(yield* typesAfter(log, before)).toEqual(['OrderCancelled', 'OrderClosed'])
      }),
    ))

  it('what is left of an order that may not rest is cancelled at once', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        yield* submitOne(neighbourhood, ben.order({ side: 'sell', energyWh: 200 }))
        const before = neighbourhood.street.sequence
        yield* submitOne(neighbourhood, anna.order({ type: 'market', priceEurPerMWh: 0, timeInForce: 'IOC' }))
        expect(yield* typesAfter(log, before)).toEqual(['OrderPlaced', 'TradeMatched', 'OrderClosed'])
        expect(neighbourhood.street.slots.get(SLOT)?.openOrders.size).toBe(0)
      }),
    ))

  it('self-trade prevention by decrement shrinks both, and an order that it finishes after a trade is closed', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit(
          [ben.order({ side: 'sell', energyWh: 100, priceEurPerMWh: 10 }), anna.order({ side: 'sell', energyWh: 900 })],
          NOW_MS,
        )
        const before = neighbourhood.street.sequence
        yield* submitOne(neighbourhood, anna.order({ energyWh: 500, selfTradePrevention: 'decrement' }))
        const happened = yield* eventsOf(log, before)
        expect(happened.map(({ type }) => type)).toEqual([
          'OrderPlaced',
          'TradeMatched',
          'OrderReduced',
          'OrderReduced',
          'OrderClosed',
        ])
        const left = [...(neighbourhood.street.slots.get(SLOT)?.openOrders.values() ?? [])]
        expect(left.map(({ side, openWh }) => [side, openWh])).toEqual([['sell', 500]])
      }),
    ))
})

describe('time', () => {
  it('opens the slots ahead whose gate is open, and one more with each slot that goes by', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood } = yield* roseStreet
        expect([...neighbourhood.street.slots.keys()]).toEqual([SLOT, SLOT + 1, SLOT + 2, SLOT + 3])
        yield* neighbourhood.advance(startMs(SLOT))
        expect([...neighbourhood.street.slots.keys()].at(-1)).toBe(SLOT + rules.slotsAhead)
      }),
    ))

  it('a street opened after a gate begins with the slot after', () =>
    run(
      Effect.gen(function* () {
        const neighbourhood = yield* openOver(yield* openMemoryEventLog(), { nowMs: gateMs(SLOT) })
        expect(Math.min(...neighbourhood.street.slots.keys())).toBe(SLOT + 1)
      }),
    ))

  it('the same time twice does nothing, an earlier one neither', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood } = yield* roseStreet
        yield* neighbourhood.advance(startMs(SLOT))
        const hash = stateHash(neighbourhood.street)
        yield* neighbourhood.advance(startMs(SLOT))
        yield* neighbourhood.advance(NOW_MS)
        expect(stateHash(neighbourhood.street)).toBe(hash)
      }),
    ))

  it('expires GTD orders in time, and all the others at the gate', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        const brief = anna.order({ timeInForce: 'GTD', expiresAtMs: NOW_MS + 1_000 })
        const lasting = ben.order()
        yield* neighbourhood.submit([brief, lasting], NOW_MS)
        const expired = (events: readonly MarketEvent[]) =>
          events.flatMap((event) => (event.type === 'OrderClosed' ? [[event.orderId, event.status]] : []))
        yield* neighbourhood.advance(NOW_MS + 999)
        expect(expired(yield* eventsOf(log))).toEqual([])
        yield* neighbourhood.advance(NOW_MS + 1_000)
        expect(expired(yield* eventsOf(log))).toEqual([[orderIdOf(brief), 'expired']])
        yield* neighbourhood.advance(gateMs(SLOT))
        expect(expired(yield* eventsOf(log)).at(-1)).toEqual([orderIdOf(lasting), 'expired'])
        expect(phasesOf(yield* eventsOf(log), SLOT)).toEqual(['continuous', 'closed'])
      }),
    ))

  it('a jump goes through every phase and leaves no slot out', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log } = yield* roseStreet
        yield* neighbourhood.advance(startMs(SLOT + 40))
        const events = yield* eventsOf(log)
        expect(phasesOf(events, SLOT)).toEqual(['continuous', 'closed', 'delivering', 'metering'])
        expect(phasesOf(events, SLOT + 30)).toEqual(['closed', 'delivering', 'metering'])
        const slots = [...neighbourhood.street.slots.keys()]
        expect(slots).toEqual(Array.from({ length: slots.length }, (_, index) => SLOT + index))
      }),
    ))
})

const settle = (neighbourhood: Neighbourhood, homes: readonly Home[], slots: readonly number[]) =>
  neighbourhood.submit(
    slots.flatMap((slot) => homes.map((home) => home.statement({ slot }))),
    endMs(Math.max(...slots)),
  )

describe('metering and settlement', () => {
  it('a slot settles when every home has stated it', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        yield* submitOne(neighbourhood, anna.statement(), endMs(SLOT))
        expect(neighbourhood.street.slots.get(SLOT)?.phase).toBe('metering')
        yield* submitOne(neighbourhood, ben.statement(), endMs(SLOT))
        expect(neighbourhood.street.slots.get(SLOT)?.phase).toBe('settling')
      }),
    ))

  it('what is missing at the deadline is estimated as the import stated last, else as nothing, and never as export', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        yield* submitOne(neighbourhood, anna.statement({ importWh: 123, exportWh: 4 }), endMs(SLOT))
        const nowMs = endMs(SLOT + 1) + rules.meteringDeadlineMs
        expect(neighbourhood.missingStatements(endMs(SLOT) + rules.meteringDeadlineMs - 1)).toEqual([])
        yield* neighbourhood.advance(nowMs)
        const missing = neighbourhood.missingStatements(nowMs)
        expect(missing.map(({ slot, account, importWh, exportWh }) => [slot, account, importWh, exportWh])).toEqual([
          [SLOT, ben.account, 0, 0],
          [SLOT + 1, anna.account, 123, 0],
          [SLOT + 1, ben.account, 0, 0],
        ])
        const signed = missing.map((body) => sign({ domain, kind: 'statement', body, privateKey: operatorKey }))
        const outcomes = yield* neighbourhood.submit(signed, nowMs)
        expect(outcomes.every((outcome) => outcome.accepted)).toBe(true)
        expect(neighbourhood.missingStatements(nowMs)).toEqual([])
        expect(neighbourhood.street.slots.get(SLOT + 1)?.phase).toBe('settling')
      }),
    ))

  it('a batch is proposed, becomes final, and settles its slots', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        yield* settle(neighbourhood, [anna, ben], [SLOT, SLOT + 1])
        yield* neighbourhood.record(proposed(batchOf(1, SLOT, SLOT + 1)))
        const before = neighbourhood.street.sequence
        yield* neighbourhood.record(finalized(1))
        expect(yield* typesAfter(log, before)).toEqual(['BatchFinalized', 'SlotPhaseChanged', 'SlotPhaseChanged'])
        expect(neighbourhood.street.slots.get(SLOT + 1)?.phase).toBe('settled')
        expect(neighbourhood.street.counts).toMatchObject({ settledTrades: 1, settledWh: 300, chainBlock: 5 })
      }),
    ))

  it('a disputed batch is not final before it is upheld', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* roseStreet
        yield* settle(neighbourhood, [anna, ben], [SLOT, SLOT + 1])
        yield* neighbourhood.record(proposed(batchOf(1, SLOT, SLOT + 1)))
        const disputed = { ...finalized(1), type: 'BatchDisputed' } as const
        const upheld = { ...finalized(1), type: 'BatchUpheld' } as const
        const phases = () => [SLOT, SLOT + 1].map((slot) => neighbourhood.street.slots.get(slot)?.phase)
        expect((yield* Effect.flip(neighbourhood.record(upheld))).message).toMatch(/settling, not disputed/)
        yield* neighbourhood.record(disputed)
        expect(phases()).toEqual(['disputed', 'disputed'])
        for (const event of [finalized(1), disputed]) {
          expect((yield* Effect.flip(neighbourhood.record(event))).message).toMatch(/disputed, not settling/)
        }
        const reopened = yield* openOver(log)
        yield* reopened.record(upheld)
        yield* reopened.record(finalized(1))
        expect(phasesOf(yield* eventsOf(log), SLOT).slice(-3)).toEqual(['disputed', 'settling', 'settled'])
      }),
    ))

  it.each([
    {
      rule: 'a number left out',
      event: proposed(batchOf(3, SLOT + 2, SLOT + 3)),
      says: /batch 3 cannot follow batch 1/,
    },
    { rule: 'the same number again', event: proposed(batchOf(1, SLOT, SLOT + 1)), says: /cannot follow/ },
    { rule: 'a slot left out', event: proposed(batchOf(2, SLOT + 3, SLOT + 3)), says: /begins with slot/ },
    { rule: 'slots backwards', event: proposed(batchOf(2, SLOT + 2, SLOT + 1)), says: /ends before it begins/ },
    { rule: 'a slot not delivered', event: proposed(batchOf(2, SLOT + 2, SLOT + 2)), says: /not settling/ },
    { rule: 'final before proposed', event: finalized(2), says: /never proposed/ },
  ])('refuses $rule, changes nothing, and goes on', ({ event, says }) =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        yield* settle(neighbourhood, [anna, ben], [SLOT, SLOT + 1])
        yield* neighbourhood.record(proposed(batchOf(1, SLOT, SLOT + 1)))
        const hash = stateHash(neighbourhood.street)
        const failure = yield* Effect.flip(neighbourhood.record(event))
        expect(failure.message).toMatch(says)
        expect(stateHash(neighbourhood.street)).toBe(hash)
        yield* neighbourhood.record(finalized(1))
        expect((yield* Effect.flip(neighbourhood.record(finalized(1)))).message).toMatch(/final already/)
      }),
    ),
  )
})

describe('the log comes first', () => {
  const brokenFrom = (log: EventLog, failing: () => boolean): EventLog => ({
    ...log,
    read: log.read,
    subscribe: log.subscribe,
    partitions: log.partitions,
    append: (partition, expected, events) =>
      failing()
        ? Effect.fail(new LogFailure({ partition, detail: 'the disk is full' }))
        : log.append(partition, expected, events),
  })

  it('if it cannot be written nothing has happened, and the engine has stopped', () =>
    run(
      Effect.gen(function* () {
        const kept = yield* openMemoryEventLog()
        let isFull = false
        const neighbourhood = yield* openOver(brokenFrom(kept, () => isFull))
        const anna = new Home('anna')
        yield* submitOne(neighbourhood, anna.enrolment())
        const hash = stateHash(neighbourhood.street)
        isFull = true
        expect((yield* Effect.flip(submitOne(neighbourhood, anna.order()))).message).toMatch(/the disk is full/)
        expect(stateHash(neighbourhood.street)).toBe(hash)
        isFull = false
        for (const call of [
          submitOne(neighbourhood, anna.order()),
          neighbourhood.advance(NOW_MS),
          neighbourhood.record(finalized(1)),
        ]) {
          expect((yield* Effect.flip(Effect.asVoid(call))).message).toMatch(/the disk is full/)
        }
        expect(stateHash((yield* openOver(kept)).street)).toBe(hash)
      }),
    ))

  it('of two engines on one partition the one that was overtaken stops', () =>
    run(
      Effect.gen(function* () {
        const log = yield* openMemoryEventLog()
        const [one, other] = [yield* openOver(log), yield* openOver(log)]
        yield* submitOne(one, new Home('anna').enrolment())
        expect(yield* Effect.flip(submitOne(other, new Home('ben').enrolment()))).toMatchObject({
          _tag: 'StaleSequence',
        })
        expect(yield* Effect.flip(other.advance(startMs(SLOT + 9)))).toMatchObject({ _tag: 'StaleSequence' })
        expect([...other.street.homes.keys()]).toEqual([])
      }),
    ))

  it('concurrent calls are taken one after the other', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log } = yield* roseStreet
        const homes = Array.from({ length: 20 }, (_, index) => new Home(`home-${index}`))
        const answers = yield* Effect.all(
          homes.map((home) => neighbourhood.submit([home.enrolment(), home.order(), home.order()], NOW_MS)),
          { concurrency: 'unbounded' },
        )
        expect(answers.flat().every((outcome) => outcome.accepted)).toBe(true)
        expect((yield* eventsOf(log)).length).toBe(neighbourhood.street.sequence)
      }),
    ))

  it('subscribers see everything that was answered', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        const { sequence } = neighbourhood.street
        const next = yield* Effect.forkChild(neighbourhood.events(sequence).pipe(Stream.take(1), Stream.runCollect), {
          startImmediately: true,
        })
        yield* submitOne(neighbourhood, anna.order())
        expect((yield* Fiber.join(next)).map((logged) => [logged.sequence, logged.event.type])).toEqual([
          [sequence + 1, 'OrderPlaced'],
        ])
      }),
    ))
})

describe('a partition is opened only as what it is', () => {
  it.each([
    { rule: 'other rules', change: { rules: { ...rules, slotsAhead: 5 } }, says: /rules must be those of the log/ },
    { rule: 'another chain', change: { domain: { ...domain, chainId: 1 } }, says: /domain must be those/ },
    { rule: 'another operator', change: { operator: `0x${'99'.repeat(20)}` as const }, says: /operator must be/ },
    { rule: 'a name that is none', change: { partition: 'Rose Street' }, says: /partition/ },
    {
      rule: 'prices upside down',
      change: { rules: { ...rules, minPriceEurPerMWh: 5, maxPriceEurPerMWh: 4 } },
      says: /minPriceEurPerMWh 5 is above/,
    },
  ])('$rule', ({ change, says }) =>
    run(
      Effect.gen(function* () {
        const log = yield* openMemoryEventLog()
        yield* openOver(log)
        expect((yield* Effect.flip(openOver(log, change))).message).toMatch(says)
      }),
    ),
  )

  it('a log that cannot be folded is refused with the reason', () =>
    run(
      Effect.gen(function* () {
        const log = yield* openMemoryEventLog()
        yield* openOver(log)
        const last = (yield* eventsOf(log)).length
        const stray: MarketEvent = { type: 'BatchFinalized', timeMs: NOW_MS, number: 9, place }
        yield* log.append(PARTITION, last, [stray])
        expect((yield* Effect.flip(openOver(log))).message).toMatch(/the log names batch 9/)
      }),
    ))
})
