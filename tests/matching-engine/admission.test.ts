import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import type { Neighbourhood } from '#matching-engine/neighbourhood.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import { HOMES_MAX } from '#protocol/market-rules.ts'
import type { Outcome } from '#protocol/messages.ts'
import type { RefusalCode } from '#protocol/refusal.ts'
import { digestOf, sign } from '#protocol/signing.ts'
import {
  domain,
  endMs,
  gateMs,
  Home,
  MINUTE_MS,
  NOW_MS,
  operatorKey,
  orderIdOf,
  roseStreet,
  rules,
  run,
  SLOT,
  SLOT_MS,
  startMs,
  submitOne,
  ZERO_HASH,
} from './rose-street.ts'

interface Scene {
  readonly neighbourhood: Neighbourhood
  readonly anna: Home
  readonly ben: Home
}

/** A message that is refused with a code, and what had to happen before. Time is where `before` left it. */
interface Case {
  readonly rule: string
  readonly code: RefusalCode
  readonly field?: string
  readonly nowMs?: number
  readonly before?: (scene: Scene) => readonly unknown[]
  readonly message: (scene: Scene) => unknown
}

const forged = <M extends { readonly signature: `0x${string}` }>(message: M): M => ({
  ...message,
  signature: `0x${'11'.repeat(64)}1b`,
})
const nobody = new Home('nobody')
const delivered = endMs(SLOT)
const overdue = delivered + rules.meteringDeadlineMs
const estimate = { estimated: true, firstSequence: 0, lastSequence: 0, chainHead: ZERO_HASH } as const

const cases: readonly Case[] = [
  // schema
  { rule: 'no object at all', code: 'MALFORMED', field: 'kind', message: () => 'order' },
  { rule: 'an unknown kind', code: 'MALFORMED', field: 'kind', message: () => ({ kind: 'toString' }) },
  {
    rule: 'a field of another type',
    code: 'MALFORMED',
    field: 'body.energyWh',
    message: ({ anna }) => ({ ...anna.order(), body: { ...anna.orderBody(), energyWh: '500' } }),
  },
  {
    rule: 'a quantity of zero',
    code: 'MALFORMED',
    field: 'body.energyWh',
    message: ({ anna }) => ({ ...anna.order(), body: { ...anna.orderBody(), energyWh: 0 } }),
  },
  {
    rule: 'a property too many',
    code: 'MALFORMED',
    field: 'body.hidden',
    message: ({ anna }) => ({ ...anna.order(), body: { ...anna.orderBody(), hidden: true } }),
  },
  {
    rule: 'a property too many in the envelope',
    code: 'MALFORMED',
    field: 'note',
    message: ({ anna }) => ({ ...anna.order(), note: '' }),
  },
  {
    rule: 'an expiry on an order that is not GTD',
    code: 'MALFORMED',
    field: 'body.expiresAtMs',
    message: ({ anna }) => anna.order({ expiresAtMs: NOW_MS + 1 }),
  },
  // signature and signer
  {
    rule: 'a forged order signature',
    code: 'BAD_SIGNATURE',
    field: 'signature',
    message: ({ anna }) => forged(anna.order()),
  },
  {
    rule: 'an order changed after signing',
    code: 'BAD_SIGNATURE',
    message: ({ anna }) => {
      const order = anna.order()
      return { ...order, body: { ...order.body, energyWh: order.body.energyWh + 1 } }
    },
  },
  {
    rule: "somebody else's key under the account's name",
    code: 'BAD_SIGNATURE',
    message: ({ anna, ben }) => ({
      ...sign({ domain, kind: 'order', body: anna.orderBody(), privateKey: ben.accountKey }),
      signer: anna.account,
    }),
  },
  {
    rule: 'an order for another chain',
    code: 'BAD_SIGNATURE',
    message: ({ anna }) =>
      sign({ domain: { ...domain, chainId: 1 }, kind: 'order', body: anna.orderBody(), privateKey: anna.accountKey }),
  },
  {
    rule: 'an order signed for somebody else',
    code: 'NOT_AUTHORISED',
    field: 'signer',
    message: ({ anna, ben }) => sign({ domain, kind: 'order', body: anna.orderBody(), privateKey: ben.accountKey }),
  },
  {
    rule: "a reading signed by the account, not by the device's key",
    code: 'NOT_AUTHORISED',
    field: 'signer',
    message: ({ anna }) => sign({ domain, kind: 'reading', body: anna.reading().body, privateKey: anna.accountKey }),
  },
  { rule: 'a forged reading', code: 'BAD_SIGNATURE', message: ({ anna }) => forged(anna.reading()) },
  {
    rule: 'an enrolment signed by another account',
    code: 'NOT_AUTHORISED',
    field: 'signer',
    message: ({ anna }) =>
      sign({ domain, kind: 'enrolment', body: nobody.enrolment().body, privateKey: anna.accountKey }),
  },
  // neighbourhood and homes
  {
    rule: 'an order for another street',
    code: 'WRONG_NEIGHBOURHOOD',
    field: 'body.neighbourhood',
    message: ({ anna }) => anna.order({ neighbourhood: 'elm-street' }),
  },
  { rule: 'an order of no home', code: 'UNKNOWN_HOME', field: 'body.account', message: () => nobody.order() },
  { rule: 'a reading of no home', code: 'UNKNOWN_HOME', field: 'body.deviceId', message: () => nobody.reading() },
  { rule: 'a statement of no home', code: 'UNKNOWN_HOME', nowMs: delivered, message: () => nobody.statement() },
  {
    rule: 'an enrolment for another street',
    code: 'WRONG_NEIGHBOURHOOD',
    message: () => nobody.enrolment({ neighbourhood: 'elm-street' }),
  },
  {
    rule: 'a home enrolled twice',
    code: 'ALREADY_ENROLLED',
    field: 'body.home',
    message: () => nobody.enrolment({ home: 'anna' }),
  },
  {
    rule: 'an account enrolled twice',
    code: 'ALREADY_ENROLLED',
    field: 'body.account',
    message: ({ anna }) => anna.enrolment({ home: 'other', deviceId: 'other' }),
  },
  {
    rule: 'a device enrolled twice',
    code: 'ALREADY_ENROLLED',
    field: 'body.deviceId',
    message: ({ anna }) => nobody.enrolment({ deviceId: anna.deviceId }),
  },
  {
    rule: 'one home more than a batch can settle',
    code: 'NEIGHBOURHOOD_FULL',
    before: () => Array.from({ length: HOMES_MAX - 2 }, (_, n) => new Home(`home-${n}`).enrolment()),
    message: () => nobody.enrolment(),
  },
  // nonces
  {
    rule: 'a replayed order',
    code: 'NONCE_USED',
    field: 'body.nonce',
    before: ({ anna }) => [anna.order({ nonce: 77 })],
    message: ({ anna }) => anna.order({ nonce: 77 }),
  },
  {
    rule: "a cancel with its order's nonce",
    code: 'NONCE_USED',
    before: ({ anna }) => [anna.order({ nonce: 77 })],
    message: ({ anna }) => anna.cancel(orderIdOf({ body: anna.orderBody({ nonce: 77 }) }), { nonce: 77 }),
  },
  // slots and gates
  {
    rule: 'an order at the gate',
    code: 'NOT_TRADING',
    field: 'body.slot',
    nowMs: gateMs(SLOT),
    message: ({ anna }) => anna.order(),
  },
  { rule: 'an order for the past', code: 'NOT_TRADING', message: ({ anna }) => anna.order({ slot: 7 }) },
  {
    rule: 'an order beyond the open slots',
    code: 'SLOT_NOT_OPEN',
    field: 'body.slot',
    message: ({ anna }) => anna.order({ slot: SLOT + rules.slotsAhead }),
  },
  // limits
  {
    rule: 'a price above the rules',
    code: 'INVALID_PRICE',
    field: 'body.priceEurPerMWh',
    message: ({ anna }) => anna.order({ priceEurPerMWh: rules.maxPriceEurPerMWh + 1 }),
  },
  {
    rule: 'a price below the rules',
    code: 'INVALID_PRICE',
    message: ({ anna }) => anna.order({ priceEurPerMWh: rules.minPriceEurPerMWh - 1 }),
  },
  {
    rule: 'a market order with a price',
    code: 'INVALID_PRICE',
    message: ({ anna }) => anna.order({ type: 'market', timeInForce: 'IOC', priceEurPerMWh: 1 }),
  },
  {
    rule: 'a quantity above the rules',
    code: 'INVALID_QTY',
    field: 'body.energyWh',
    message: ({ anna }) => anna.order({ energyWh: rules.maxOrderWh + 1 }),
  },
  {
    rule: 'one open order too many',
    code: 'TOO_MANY_ORDERS',
    before: ({ anna }) => [anna.order(), anna.order(), anna.order()],
    message: ({ anna }) => anna.order(),
  },
  {
    rule: 'an order that has expired',
    code: 'ALREADY_EXPIRED',
    field: 'body.expiresAtMs',
    message: ({ anna }) => anna.order({ timeInForce: 'GTD', expiresAtMs: NOW_MS }),
  },
  // the book's own rules
  {
    rule: 'a post-only order that would trade',
    code: 'POST_ONLY_WOULD_CROSS',
    field: 'body.priceEurPerMWh',
    before: ({ ben }) => [ben.order({ side: 'sell', priceEurPerMWh: 150 })],
    message: ({ anna }) => anna.order({ postOnly: true }),
  },
  // cancels and amends
  {
    rule: 'a cancel of what was never there',
    code: 'UNKNOWN_ORDER',
    field: 'body.orderId',
    message: ({ anna }) => anna.cancel(ZERO_HASH),
  },
  {
    rule: "a cancel of somebody else's order",
    code: 'NOT_AUTHORISED',
    before: ({ ben }) => [ben.order({ nonce: 88 })],
    message: ({ anna, ben }) => anna.cancel(orderIdOf({ body: ben.orderBody({ nonce: 88 }) })),
  },
  {
    rule: 'a cancel of an order that has traded away',
    code: 'NOT_OPEN',
    before: ({ anna, ben }) => [ben.order({ side: 'sell', priceEurPerMWh: 150 }), anna.order({ nonce: 77 })],
    message: ({ anna }) => anna.cancel(orderIdOf({ body: anna.orderBody({ nonce: 77 }) })),
  },
  {
    rule: 'an amend of what was never there',
    code: 'UNKNOWN_ORDER',
    field: 'body.replaces',
    message: ({ anna }) => anna.order({ replaces: 12_345 }),
  },
  {
    rule: 'an amend of an order that is cancelled',
    code: 'NOT_OPEN',
    field: 'body.replaces',
    before: ({ anna }) => {
      const order = anna.order({ nonce: 77 })
      return [order, anna.cancel(orderIdOf(order))]
    },
    message: ({ anna }) => anna.order({ replaces: 77 }),
  },
  {
    rule: 'an amend that changes the side',
    code: 'MALFORMED',
    field: 'body.side',
    before: ({ anna }) => [anna.order({ nonce: 77 })],
    message: ({ anna }) => anna.order({ replaces: 77, side: 'sell' }),
  },
  // readings
  {
    rule: 'a reading with the last sequence again',
    code: 'STALE_SEQUENCE',
    field: 'body.sequence',
    before: ({ anna }) => [anna.reading({ sequence: 5 })],
    message: ({ anna }) => anna.reading({ sequence: 5 }),
  },
  {
    rule: 'a reading that does not follow the one before',
    code: 'BROKEN_CHAIN',
    field: 'body.previousHash',
    before: ({ anna }) => [anna.reading({ sequence: 5 })],
    message: ({ anna }) => anna.reading({ sequence: 6 }),
  },
  {
    rule: 'a reading from more than a slot ahead',
    code: 'TIME_AHEAD',
    field: 'body.timeMs',
    message: ({ anna }) => anna.reading({ timeMs: NOW_MS + SLOT_MS + 1 }),
  },
  // statements
  {
    rule: 'a statement before the slot has ended',
    code: 'SLOT_NOT_DELIVERED',
    field: 'body.slot',
    nowMs: delivered - 1,
    message: ({ anna }) => anna.statement(),
  },
  ...(['importWh', 'exportWh'] as const).map((field) => ({
    rule: `more ${field} than a home can have in a slot`,
    code: 'INVALID_QTY' as const,
    field: `body.${field}`,
    nowMs: delivered,
    message: ({ anna }: Scene) => anna.statement({ [field]: rules.maxOrderWh + 1 }),
  })),
  {
    rule: 'a second statement of a slot',
    code: 'STATEMENT_EXISTS',
    nowMs: delivered,
    before: ({ anna }) => [anna.statement()],
    message: ({ anna }) => anna.statement({ importWh: 1 }),
  },
  {
    rule: 'a second statement after all are in',
    code: 'STATEMENT_EXISTS',
    nowMs: delivered,
    before: ({ anna, ben }) => [anna.statement(), ben.statement()],
    message: ({ anna }) => anna.statement(),
  },
  {
    rule: 'a statement once an estimate stands for it',
    code: 'SLOT_SETTLED',
    nowMs: overdue,
    before: ({ anna }) => [anna.statement(estimate, operatorKey)],
    message: ({ anna }) => anna.statement(),
  },
  {
    rule: 'a statement of a slot that was never opened',
    code: 'SLOT_SETTLED',
    message: ({ anna }) => anna.statement({ slot: 900 }),
  },
  {
    rule: "a statement for another home's account",
    code: 'NOT_AUTHORISED',
    field: 'body.account',
    nowMs: delivered,
    message: ({ anna, ben }) => anna.statement({ account: ben.account }),
  },
  {
    rule: "a statement signed by another home's device",
    code: 'NOT_AUTHORISED',
    field: 'signer',
    nowMs: delivered,
    message: ({ anna, ben }) => anna.statement({}, ben.deviceKey),
  },
  {
    rule: 'a statement for another street',
    code: 'WRONG_NEIGHBOURHOOD',
    nowMs: delivered,
    message: ({ anna }) => anna.statement({ neighbourhood: 'elm-street' }),
  },
  {
    rule: 'an estimate signed by the device',
    code: 'NOT_AUTHORISED',
    field: 'signer',
    nowMs: overdue,
    message: ({ anna }) => anna.statement(estimate),
  },
  {
    rule: 'an estimate before the metering deadline',
    code: 'NOT_AUTHORISED',
    field: 'body.estimated',
    nowMs: overdue - 1,
    message: ({ anna }) => anna.statement(estimate, operatorKey),
  },
  {
    rule: 'a plain statement signed by the operator',
    code: 'NOT_AUTHORISED',
    field: 'signer',
    nowMs: delivered,
    message: ({ anna }) => anna.statement({}, operatorKey),
  },
  {
    rule: 'an estimate that names readings',
    code: 'MALFORMED',
    field: 'body.lastSequence',
    nowMs: overdue,
    message: ({ anna }) => anna.statement({ ...estimate, lastSequence: 3 }, operatorKey),
  },
  {
    rule: 'a statement whose readings run backwards',
    code: 'MALFORMED',
    field: 'body.firstSequence',
    nowMs: delivered,
    message: ({ anna }) => anna.statement({ firstSequence: 10 }),
  },
]

describe('a refusal names its code and changes nothing', () => {
  it.each(cases)('$rule: $code', ({ code, field, nowMs = NOW_MS, before, message }) =>
    run(
      Effect.gen(function* () {
        const scene = yield* roseStreet
        const { neighbourhood } = scene
        const taken = yield* neighbourhood.submit(before?.(scene) ?? [], nowMs)
        expect(taken.filter((outcome) => !outcome.accepted)).toEqual([])
        const hash = stateHash(neighbourhood.street)
        const outcome = yield* submitOne(neighbourhood, message(scene), nowMs)
        expect(outcome).toMatchObject({ accepted: false, code, ...(field === undefined ? {} : { field }) })
        expect(stateHash(neighbourhood.street)).toBe(hash)
      }),
    ),
  )

  it('the gate holds by the clock, even if nobody has moved time', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        expect(neighbourhood.street.slots.get(SLOT)?.phase).toBe('continuous')
        const early = yield* submitOne(neighbourhood, anna.order(), gateMs(SLOT) - 1)
        expect(early.accepted).toBe(true)
        const late = yield* submitOne(neighbourhood, anna.order(), gateMs(SLOT))
        expect(late).toMatchObject({ accepted: false, code: 'NOT_TRADING' })
        expect(neighbourhood.street.slots.get(SLOT)?.openOrders.size).toBe(0)
      }),
    ))

  it('messages of one call see what the ones before them did', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        const order = anna.order({ nonce: 50 })
        const outcomes = yield* neighbourhood.submit(
          [order, order, anna.order({ nonce: 50, energyWh: 1 }), nobody.enrolment(), nobody.order(), 42],
          NOW_MS,
        )
        const summary = outcomes.map((outcome: Outcome) => (outcome.accepted ? 'taken' : outcome.code))
        expect(summary).toEqual(['taken', 'NONCE_USED', 'NONCE_USED', 'taken', 'taken', 'MALFORMED'])
      }),
    ))

  it('names every fault of a malformed message at once', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        const order = anna.order()
        const outcome = yield* submitOne(neighbourhood, { ...order, signer: 'me', body: { ...order.body, slot: -1 } })
        expect(outcome).toMatchObject({
          accepted: false,
          detail: expect.stringMatching(/body\.slot.*signer|signer.*body\.slot/s),
        })
      }),
    ))

  it('a device statement that is late, but before any estimate, is still taken', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        expect((yield* submitOne(neighbourhood, anna.statement(), overdue + MINUTE_MS)).accepted).toBe(true)
      }),
    ))

  it('a gap in the sequence of readings is taken as a gap', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        const outcomes = yield* neighbourhood.submit(
          [anna.reading({ sequence: 5 }), anna.reading({ sequence: 9 })],
          NOW_MS,
        )
        expect(outcomes.map(({ accepted }) => accepted)).toEqual([true, true])
        expect(neighbourhood.street.homeOfDevice.get(anna.deviceId)?.readingSequence).toBe(9)
      }),
    ))

  it('readings are chained: the next one carries the digest of the one before', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* roseStreet
        const first = anna.reading({ sequence: 41, previousHash: `0x${'5a'.repeat(32)}` })
        const previousHash = digestOf({ domain, kind: 'reading', body: first.body })
        const next = anna.reading({ sequence: 42, previousHash, timeMs: startMs(SLOT) })
        const outcomes = yield* neighbourhood.submit([first, next], NOW_MS)
        expect(outcomes.map((outcome) => outcome.accepted)).toEqual([true, true])
        expect(outcomes[0]).toEqual({ accepted: true, id: previousHash })
        expect(neighbourhood.street.homes.get('anna')).toMatchObject({ readingSequence: 42, powerW: -350 })
      }),
    ))
})
