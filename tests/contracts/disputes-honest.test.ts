import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SettledTrade } from '#contracts/settlement/legs.ts'
import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import { digestOf } from '#protocol/signing.ts'
import { around, crafted, honestContents, type Proposed, propose, shown } from './crafted-batch.ts'
import { challenger } from './dispute-chain.ts'
import { authoriseTradingKey, honestRecords } from './dispute-records.ts'
import {
  type DisputeStreet,
  FIRST_SLOT,
  homeAt,
  homes,
  LAST_SLOT,
  metered,
  openDisputeStreet,
  order,
  orderMessage,
  revealed,
  terms,
  traded,
} from './dispute-street.ts'

interface Place {
  readonly account: `0x${string}`
  readonly slot: number
}

interface Signed {
  readonly trades: readonly SettledTrade[]
  readonly statements: readonly SignedStatement[]
}

/** What the homes of a random street ask, bid, trade and meter in two slots. */
const anyStreet = fc.record({
  trades: fc.array(
    fc.record({
      seller: fc.nat(3),
      step: fc.integer({ min: 1, max: 3 }),
      isLast: fc.boolean(),
      priceEurPerMWh: fc.integer({ min: -500, max: 4_000 }),
      energyWh: fc.integer({ min: 1, max: 400 }),
    }),
    { maxLength: 16 },
  ),
  metered: fc.array(fc.record({ importWh: fc.nat(3_000), exportWh: fc.nat(3_000), estimated: fc.boolean() }), {
    minLength: 8,
    maxLength: 8,
  }),
})

describe('an honest batch', () => {
  let street: DisputeStreet
  let untouched: unknown
  beforeAll(async () => {
    street = await openDisputeStreet()
    await authoriseTradingKey(street)
    untouched = await street.snapshot()
  })
  beforeEach(async () => {
    await street.goBackTo(untouched)
    untouched = await street.snapshot()
  })
  afterAll(() => street.close())

  const isBelow = (place: Place) => (leaf: Place) =>
    leaf.account < place.account || (leaf.account === place.account && leaf.slot < place.slot)

  /** Every proof about every leaf that shows what is there: none may make the batch fall. */
  function* proofsOf(batch: Proposed, { trades, statements }: Signed) {
    const { legs, bills, statements: leaves } = batch.contents
    const orders = new Map<string, SignedOrder>()
    for (const one of trades.flatMap(({ buyOrder, sellOrder }) => [buyOrder, sellOrder])) {
      orders.set(digestOf({ domain: street.domain, kind: 'order', body: one.body }), one)
    }
    for (const [index, leg] of legs.entries()) {
      const [row, order] = [shown(batch, 'legs', index), orders.get(leg.orderId) as SignedOrder]
      yield ['LegProofs', 'legMisplaced', row]
      yield ['LegProofs', 'legSumsWrong', index === 0 ? row : shown(batch, 'legs', index - 1, 2)]
      if (index > 0) yield ['LegProofs', 'legsOutOfOrder', shown(batch, 'legs', index - 1, 2)]
      const { counterparty, slot, counterOrderId, sequence } = leg
      const other = legs.findIndex(
        (one) =>
          one.account === counterparty &&
          one.slot === slot &&
          one.orderId === counterOrderId &&
          one.sequence === sequence,
      )
      yield ['LegProofs', 'counterLegDiffers', row, shown(batch, 'legs', other)]
      yield ['LegProofs', 'counterLegMissing', row, shown(batch, 'legs', other)]
      for (const proof of ['orderMismatched', 'orderOverfilled', 'orderExpired', 'orderCancelled', 'outsideLimit']) {
        yield ['OrderProofs', proof, row, orderMessage(order)]
      }
      yield ['OrderProofs', 'orderNotSigned', row, revealed(order, street.p256Verifier)]
      yield ['OrderProofs', 'beyondTradingKey', [row], [revealed(order, street.p256Verifier)]]
    }
    for (const [index, leaf] of leaves.entries()) {
      const row = shown(batch, 'statements', index)
      const statement = statements.find(({ body }) => body.account === leaf.account && body.slot === leaf.slot)
      if (index > 0) yield ['StatementProofs', 'statementsOutOfOrder', shown(batch, 'statements', index - 1, 2)]
      yield ['StatementProofs', 'statementMisplaced', row]
      yield ['StatementProofs', 'deviceNotInService', row]
      yield ['StatementProofs', 'estimateEarns', row]
      yield ['StatementProofs', 'statementMismatched', row, statement?.body]
      const signed = revealed(statement as SignedStatement, street.p256Verifier)
      yield ['StatementProofs', 'statementNotSigned', row, signed]
      yield ['BillProofs', 'statementNotBilled', shown(batch, 'bills', index), row]
    }
    for (const [index, bill] of bills.entries()) {
      const row = shown(batch, 'bills', index)
      if (index > 0) yield ['BillProofs', 'billsOutOfOrder', shown(batch, 'bills', index - 1, 2)]
      yield ['BillProofs', 'billMisplaced', row]
      yield ['BillProofs', 'billMiscalculated', row, terms]
      yield ['BillProofs', 'billTotalsWrong', index === 0 ? row : shown(batch, 'bills', index - 1, 2), terms]
      yield ['BillProofs', 'notAsMetered', row, shown(batch, 'statements', index)]
      const last = legs.findLastIndex(({ account, slot }) => account === bill.account && slot === bill.slot)
      const evidence = last === -1 ? around(batch, 'legs', isBelow(bill)) : shown(batch, 'legs', last, 2)
      yield ['BillProofs', 'notAsTraded', row, legs.length === 0 ? { count: 0, shown: [] } : evidence]
      if (last !== -1) yield ['BillProofs', 'tradeNotBilled', row, shown(batch, 'legs', last)]
      if (index % 2 === 1) yield ['BillProofs', 'movementNotAsBilled', shown(batch, 'bills', index, 2), batch.parts]
    }
    yield ['BillProofs', 'termsBeyondBounds', terms]
    yield ['BillProofs', 'counterpartiesNotAsBilled', shown(batch, 'bills', bills.length - 1), batch.parts]
  }

  const expectToStand = async (signed: Signed) => {
    const batch = await propose(street, crafted(await honestContents(street, signed)))
    let tried = 0
    for (const [court, proof, ...evidence] of proofsOf(batch, signed)) {
      const refusal = street.check(challenger.key, court as 'LegProofs', proof as string, [...batch.case, ...evidence])
      await expect(refusal, `${proof} ${JSON.stringify(evidence).slice(0, 300)}`).rejects.toThrow('NothingWrong()')
      tried += 1
    }
    return tried
  }

  it('is not made to fall by any proof', async () => {
    expect(await expectToStand(honestRecords(street))).toBeGreaterThan(200)
  })

  it('of any small street is not made to fall by any proof', async () => {
    for (const { trades, metered: readings } of fc.sample(anyStreet, { numRuns: 12, seed: 7 })) {
      const orders = homes.map((home) =>
        [FIRST_SLOT, LAST_SLOT].map((slot) => ({
          sell: order(street.domain, home, 'sell', { slot, energyWh: 8_000 }),
          buy: order(street.domain, home, 'buy', { slot, energyWh: 8_000 }),
        })),
      )
      const ordersOf = (n: number, isLast: boolean) =>
        (orders[n]?.[isLast ? 1 : 0] ?? orders[0]?.[0]) as never as {
          readonly sell: SignedOrder
          readonly buy: SignedOrder
        }
      await street.goBackTo(untouched)
      untouched = await street.snapshot()
      await expectToStand({
        trades: trades.map(({ seller, step, isLast, ...rest }, n) =>
          traded(n + 1, ordersOf(seller, isLast).sell, ordersOf((seller + step) % 4, isLast).buy, rest),
        ),
        statements: readings.map((reading, n) =>
          metered(street.domain, homeAt(n % 4), { slot: n < 4 ? FIRST_SLOT : LAST_SLOT, ...reading }),
        ),
      })
    }
  })

  it('without a single trade is not made to fall by any proof', async () => {
    const { statements } = honestRecords(street)
    expect(await expectToStand({ trades: [], statements })).toBeGreaterThan(50)
  })

  it('is applied after its window, and cannot fall then', async () => {
    const signed = honestRecords(street)
    const batch = await propose(street, crafted(await honestContents(street, signed)))
    await street.passTo(batch.state.closesAt)
    const { ref, state, parts } = batch
    const packedState = BigInt(state.closesAt) | (BigInt(state.debitMicroEur) << 40n)
    const booked = [ref.neighbourhood, ref.number, ref.headerHash, packedState, parts[0]]
    await street.send(challenger.key, 'Vault', 'applyBatch', booked)
    const evidence = [...batch.case, shown(batch, 'legs', 0)]
    await expect(street.check(challenger.key, 'LegProofs', 'legMisplaced', evidence)).rejects.toThrow('AlreadyFinal(')
  })
})
