import { Effect, Fiber } from 'effect'
import { describe, expect, it } from 'vitest'
import { admit } from '#matching-engine/admission/admit.ts'
import { openMemoryEventLog } from '#matching-engine/event-log/memory.ts'
import { laneOf } from '#matching-engine/gateway/lane-of.ts'
import type { Neighbourhood } from '#matching-engine/neighbourhood.ts'
import { Turns } from '#matching-engine/turns.ts'
import type { OpenOrder } from '#protocol/open-orders.ts'
import { addressOf } from '#protocol/signing.ts'
import { snapshotOf, streetFrom } from '#protocol/snapshot.ts'
import {
  divergenceOf,
  domain,
  eventsOf,
  Home,
  NOW_MS,
  openOver,
  operatorKey,
  orderIdOf,
  roseStreet,
  rules,
  run,
  SLOT,
  streetWith,
  submitOne,
  ZERO_HASH,
} from './rose-street.ts'

describe('what one account may send', () => {
  it('is bounded in all, amends included; what is open it can cancel all the same, and others go on', () =>
    run(
      Effect.gen(function* () {
        const terms = { rules: { ...rules, maxOrdersPerAccountAndSlot: 5 } }
        const { neighbourhood, log, anna, ben } = yield* streetWith(terms)
        const order = anna.order({ nonce: 100 })
        const outcomes = yield* neighbourhood.submit(
          [
            order,
            anna.order({ nonce: 101, replaces: 100, energyWh: 400 }),
            anna.order({ nonce: 102, replaces: 101, energyWh: 300 }),
            anna.order({ timeInForce: 'IOC' }),
            anna.order({ timeInForce: 'IOC' }),
          ],
          NOW_MS,
        )
        expect(outcomes.every(({ accepted }) => accepted)).toBe(true)
        const reopened = yield* openOver(log, terms)
        for (const more of [
          anna.order(),
          anna.order({ timeInForce: 'IOC' }),
          anna.order({ replaces: 102, energyWh: 200 }),
        ]) {
          expect(yield* submitOne(reopened, more)).toMatchObject({ accepted: false, code: 'TOO_MANY_ORDERS' })
        }
        const rest = yield* reopened.submit(
          [anna.cancel(orderIdOf(order)), anna.order({ slot: SLOT + 1 }), ben.order()],
          NOW_MS,
        )
        expect(rest.map(({ accepted }) => accepted)).toEqual([true, true, true])
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('is counted without a look at what others have open', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        yield* neighbourhood.submit([anna.order({ nonce: 100 }), anna.order(), anna.order()], NOW_MS)
        // A copy of the street in which nobody can go through the slot's orders, however many there are.
        const street = streetFrom(snapshotOf(neighbourhood.street))
        const openOrders = street.slots.get(SLOT)?.openOrders as Map<`0x${string}`, OpenOrder>
        for (const walk of ['values', 'keys', 'entries', 'forEach', Symbol.iterator] as const) {
          openOrders[walk] = () => {
            throw new Error(`${String(walk)} walks all orders of the slot`)
          }
        }
        const view = {
          street,
          rules,
          domain,
          operator: addressOf(operatorKey),
          nowMs: NOW_MS,
          wasSeen: () => false,
          ordersTaken: () => 3,
        }
        expect(admit(view, anna.order())).toMatchObject({ code: 'TOO_MANY_ORDERS' })
        expect(admit(view, anna.order({ replaces: 100 }))).toMatchObject({ message: { kind: 'order' } })
        expect(admit(view, anna.order({ replaces: 99 }))).toMatchObject({ code: 'UNKNOWN_ORDER' })
      }),
    ))
})

describe('turns', () => {
  it('go round the lanes; within a lane who came first is done first', () =>
    run(
      Effect.gen(function* () {
        const turns = new Turns()
        const done: string[] = []
        const caller = (who: string, name: string, count: number) =>
          turns.inLane(
            who,
            Effect.forEach(Array.from({ length: count }), () =>
              turns.inTurn(
                Effect.andThen(
                  Effect.yieldNow,
                  Effect.sync(() => done.push(name)),
                ),
              ),
            ),
          )
        yield* Effect.all([caller('a', 'a1', 3), caller('a', 'a2', 2), caller('b', 'b', 2), caller('c', 'c', 1)], {
          concurrency: 'unbounded',
        })
        expect(done).toEqual(['a1', 'b', 'c', 'a1', 'b', 'a1', 'a2', 'a2'])
        expect(turns.areWanted).toBe(false)
      }),
    ))

  it('that are given up while waiting leave no gap', () =>
    run(
      Effect.gen(function* () {
        const turns = new Turns()
        const done: string[] = []
        const turn = (who: string) =>
          turns.inLane(
            who,
            turns.inTurn(
              Effect.andThen(
                Effect.sleep(5),
                Effect.sync(() => done.push(who)),
              ),
            ),
          )
        const [a, b, c] = yield* Effect.forEach(['a', 'b', 'c'], (who) =>
          Effect.forkChild(turn(who), { startImmediately: true }),
        )
        if (a === undefined || b === undefined || c === undefined) throw new Error('three have come')
        yield* Fiber.interrupt(b)
        yield* Fiber.interrupt(a) // half a turn does not stay behind
        yield* Fiber.join(c)
        expect(done).toEqual(['a', 'c'])
        expect(turns.areWanted).toBe(false)
      }),
    ))
})

describe('while one home floods the market', () => {
  /** Homes of a street that let anna send as many orders as she likes. */
  const flooded = streetWith({ rules: { ...rules, maxOpenOrdersPerAccountAndSlot: 1_000 } })
  /** How many messages of others may be decided before a message that came gets its turn. */
  const TURN = 8

  const ordersOf = (neighbourhood: Neighbourhood) => neighbourhood.street.counts.orders

  it('another is answered after a turn of it, however much has come before', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* flooded
        const batches = Array.from({ length: 6 }, () => Array.from({ length: 40 }, () => anna.order({ energyWh: 1 })))
        const flood = yield* Effect.forEach(batches, (batch) =>
          Effect.forkChild(neighbourhood.submit(batch, NOW_MS, 'anna'), { startImmediately: true }),
        )
        const waited: number[] = []
        for (let n = 0; n < 5; n++) {
          const before = ordersOf(neighbourhood)
          expect(
            (yield* neighbourhood.submit([ben.order({ slot: SLOT + 1 + (n % 3) })], NOW_MS, 'ben'))[0],
          ).toMatchObject({
            accepted: true,
          })
          waited.push(ordersOf(neighbourhood) - before - 1)
          yield* Effect.yieldNow
        }
        // At most what is left of the turn under way, which is in no answer yet, and nothing of the queue behind it.
        expect(Math.max(...waited)).toBeLessThanOrEqual(2 * TURN)
        expect(ordersOf(neighbourhood)).toBeLessThan(240)
        const outcomes = yield* Effect.forEach(flood, Fiber.join)
        expect(outcomes.flat().every(({ accepted }) => accepted)).toBe(true)
        expect(outcomes.map(({ length }) => length)).toEqual(batches.map(({ length }) => length))
        // The flood's own order is kept.
        const placed = (yield* eventsOf(log)).flatMap((event) =>
          event.type === 'OrderPlaced' && event.order.body.account === anna.account ? [event.order.body.nonce] : [],
        )
        expect(placed).toEqual(batches.flat().map(({ body }) => body.nonce))
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('time moves on as well', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* flooded
        const flood = yield* Effect.forkChild(
          neighbourhood.submit(
            Array.from({ length: 100 }, () => anna.order({ energyWh: 1, slot: SLOT + 2 })),
            NOW_MS,
            'anna',
          ),
          { startImmediately: true },
        )
        yield* neighbourhood.advance(NOW_MS + 1_000_000)
        expect(ordersOf(neighbourhood)).toBeLessThanOrEqual(2 * TURN)
        yield* Fiber.join(flood)
        expect(ordersOf(neighbourhood)).toBe(100)
      }),
    ))

  it('a batch that nobody interrupts is one append', () =>
    run(
      Effect.gen(function* () {
        const log = yield* openMemoryEventLog()
        let appends = 0
        const append: typeof log.append = (...batch) => {
          appends++
          return log.append(...batch)
        }
        const neighbourhood = yield* openOver({ ...log, append })
        const anna = new Home('anna')
        appends = 0
        yield* neighbourhood.submit([anna.enrolment(), ...Array.from({ length: 30 }, () => anna.order())], NOW_MS)
        expect(appends).toBe(1)
      }),
    ))
})

describe('the lane of a request', () => {
  it('is its address and the home that it is about, without a look at any signature', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        const { street } = neighbourhood
        const lane = (from: string, ...messages: readonly unknown[]) => laneOf(street, { from, messages })
        const order = lane('::1', anna.order())
        expect(lane('::1', anna.reading())).toBe(order)
        expect(lane('::1', { ...anna.order(), signature: '0x' })).toBe(order)
        expect(lane('::1', anna.cancel(ZERO_HASH), ben.order())).toBe(order)
        expect(new Set([order, lane('::1', ben.order()), lane('::2', anna.order()), lane('::1', null)]).size).toBe(4)
        const strangers = [
          new Home('carla').order(),
          null,
          7,
          [],
          { body: null },
          { body: { account: '__proto__' } },
          { body: { account: {}, deviceId: [] } },
          JSON.parse('{"body":{"__proto__":{"account":"x"}}}'),
        ]
        for (const stranger of strangers) expect(lane('::1', stranger)).toBe(lane('::1'))
      }),
    ))
})
