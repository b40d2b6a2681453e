import { Effect } from 'effect'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Neighbourhood } from '#matching-engine/neighbourhood.ts'
import { stateHash } from '#matching-engine/state-hash.ts'
import { fundsOf } from '#protocol/funds.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { Order } from '#protocol/order.ts'
import { snapshotOf, streetFrom } from '#protocol/snapshot.ts'
import {
  divergenceOf,
  endMs,
  gateMs,
  type Home,
  NOW_MS,
  openOver,
  orderIdOf,
  roseStreet,
  rules,
  run,
  SLOT,
  streetWith,
  submitOne,
  ZERO_HASH,
} from './rose-street.ts'

const reserving: MarketRules = { ...rules, collateral: 'reserved', protocolFeeBp: 25, slotsPerBatch: 1 }
/** 1 Wh bought at 200 EUR/MWh: its price, 110 of local charge, 0.5 of fee. */
const BUY_WH = 200 + 110 + 1
/** 1 Wh sold at 200 EUR/MWh: what the supplier takes beyond that. */
const SELL_WH = 320 - 200

const tell = (neighbourhood: Neighbourhood, funds: readonly (readonly [Home, number])[], block = 1) =>
  neighbourhood.record({
    type: 'FundsChanged',
    timeMs: NOW_MS,
    block,
    funds: funds
      .map(([{ account }, balanceMicroEur]) => ({ account, balanceMicroEur }))
      .sort((a, b) => (a.account < b.account ? -1 : 1)),
  })

/** Anna and Ben on a street that asks for funds, with so many µEUR each. */
const streetOf = (anna: number, ben = 10_000_000) =>
  Effect.tap(streetWith({ rules: reserving }), (street) =>
    tell(street.neighbourhood, [
      [street.anna, anna],
      [street.ben, ben],
    ]),
  )

const reserved = (neighbourhood: Neighbourhood, { account }: Home) =>
  fundsOf(neighbourhood.street, account).reservedMicroEur

const insufficient = { accepted: false, code: 'INSUFFICIENT_FUNDS' }

describe('an order in a market that asks for funds', () => {
  it('is refused where the account has none, and the refusal says what is missing; nothing changes', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* streetWith({ rules: reserving })
        const before = stateHash(neighbourhood.street)
        const outcome = yield* submitOne(neighbourhood, anna.order({ energyWh: 100 }))
        expect(outcome).toMatchObject({
          ...insufficient,
          detail: expect.stringMatching(/reserves 31100 µEUR; of the 0 µEUR .* 0 are reserved: 31100 µEUR are missing/),
        })
        expect(stateHash(neighbourhood.street)).toBe(before)
      }),
    ))

  it('is taken to the last µEUR, a buy and a sell by what each may cost', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* streetOf(100 * BUY_WH + 50 * SELL_WH)
        const outcomes = yield* neighbourhood.submit(
          [
            anna.order({ energyWh: 100 }),
            anna.order({ energyWh: 51, side: 'sell', slot: SLOT + 1 }),
            anna.order({ energyWh: 50, side: 'sell', slot: SLOT + 1 }),
            anna.order({ energyWh: 1, slot: SLOT + 2 }),
            anna.order({ energyWh: 1_000, side: 'sell', priceEurPerMWh: 320, slot: SLOT + 2 }), // reserves nothing
          ],
          NOW_MS,
        )
        expect(outcomes.map(({ accepted }) => accepted)).toEqual([true, false, true, false, true])
        expect(reserved(neighbourhood, anna)).toBe(100 * BUY_WH + 50 * SELL_WH)
      }),
    ))

  it('gives back what it reserves when it is cancelled, amended down, expires, or its gate closes', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* streetOf(1_000 * BUY_WH)
        const order = anna.order({ energyWh: 1_000 })
        yield* submitOne(neighbourhood, order)
        const { nonce } = order.body
        yield* submitOne(neighbourhood, anna.order({ energyWh: 400, replaces: nonce }))
        expect(reserved(neighbourhood, anna)).toBe(400 * BUY_WH)
        yield* submitOne(neighbourhood, anna.cancel(orderIdOf(order)))
        expect(reserved(neighbourhood, anna)).toBe(0)
        const gtd = { timeInForce: 'GTD', expiresAtMs: NOW_MS + 1_000, energyWh: 1_000 } as const
        yield* submitOne(neighbourhood, anna.order(gtd))
        yield* neighbourhood.advance(NOW_MS + 1_000)
        expect(reserved(neighbourhood, anna)).toBe(0)
        yield* submitOne(neighbourhood, anna.order({ energyWh: 1_000 }), NOW_MS + 1_000)
        expect(reserved(neighbourhood, anna)).toBe(1_000 * BUY_WH)
        yield* neighbourhood.advance(gateMs(SLOT))
        expect(reserved(neighbourhood, anna)).toBe(0)
      }),
    ))

  it('that replaces another may use what that reserves, and no more', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* streetOf(100 * BUY_WH)
        const order = anna.order({ energyWh: 90 })
        yield* submitOne(neighbourhood, order)
        const { nonce } = order.body
        expect(yield* submitOne(neighbourhood, anna.order({ energyWh: 101, replaces: nonce }))).toMatchObject(
          insufficient,
        )
        const more = anna.order({ energyWh: 100, replaces: nonce })
        expect(yield* submitOne(neighbourhood, more)).toMatchObject({ accepted: true })
        // The money is gone meanwhile: what reserves no more than before is taken all the same.
        yield* tell(neighbourhood, [[anna, 0]], 2)
        const less = anna.order({ energyWh: 100, priceEurPerMWh: 199, replaces: more.body.nonce })
        expect(yield* submitOne(neighbourhood, less)).toMatchObject({ accepted: true })
      }),
    ))

  it('a market order by the worst price that it meets, not counting its own where it does not trade with itself', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* streetOf(10 * (250 + 110 + 1) + 20 * (320 - 260))
        const sell = (home: Home, priceEurPerMWh: number, energyWh: number) =>
          home.order({ side: 'sell', priceEurPerMWh, energyWh })
        yield* neighbourhood.submit([sell(ben, 200, 6), sell(ben, 250, 6), sell(anna, 260, 20)], NOW_MS)
        const market = { type: 'market', priceEurPerMWh: 0, timeInForce: 'IOC' } as const
        const buy = (energyWh: number) =>
          anna.order({ ...market, energyWh, selfTradePrevention: 'cancel-taker' } satisfies Partial<Order>)
        expect(yield* submitOne(neighbourhood, buy(11))).toMatchObject(insufficient)
        expect(yield* submitOne(neighbourhood, buy(10))).toMatchObject({ accepted: true })
        expect(neighbourhood.street.slots.get(SLOT)?.positions.get(anna.account)).toMatchObject({
          boughtWh: 10,
          reservedMicroEur: 6 * BUY_WH + 4 * (250 + 110 + 1),
        })
        // Nobody buys: nothing is sold, nothing reserved.
        expect(yield* submitOne(neighbourhood, anna.order({ ...market, side: 'sell' }))).toMatchObject({
          accepted: true,
        })
      }),
    ))

  it('needs nothing in a market that asks for nothing', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna, ben } = yield* roseStreet
        yield* neighbourhood.submit([anna.order(), ben.order({ side: 'sell' })], NOW_MS)
        expect(neighbourhood.street.counts.trades).toBe(1)
        expect(neighbourhood.street.slots.get(SLOT)?.positions.get(anna.account)?.reservedMicroEur).toBe(0)
      }),
    ))
})

describe('what is traded', () => {
  const place = { transaction: ZERO_HASH, block: 5 }
  const totals = {
    ...{ trades: 1, tradedWh: 100, tradedMicroEur: 20_000, localChargeMicroEur: 11_000, importWh: 100, exportWh: 100 },
    ...{ coveredWh: 100, costMicroEur: 11_000, costWithoutMarketMicroEur: 24_000, creditsWh: 100 },
  }
  const roots = { tradesRoot: ZERO_HASH, statementsRoot: ZERO_HASH, billsRoot: ZERO_HASH, creditsRoot: ZERO_HASH }
  const hashes = { termsHash: ZERO_HASH, logHead: ZERO_HASH, archiveHash: ZERO_HASH }

  it('stays reserved at its price until its batch is final, and then the balance has it', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, log, anna, ben } = yield* streetOf(100 * BUY_WH)
        yield* neighbourhood.submit(
          [ben.order({ side: 'sell', energyWh: 60, priceEurPerMWh: 150 }), anna.order({ energyWh: 100 })],
          NOW_MS,
        )
        // 60 Wh at the seller's price, 40 Wh still wanted at her own.
        const traded = 60 * (150 + 110 + 1)
        expect(reserved(neighbourhood, anna)).toBe(traded + 40 * BUY_WH)
        expect(reserved(neighbourhood, ben)).toBe(60 * (320 - 150))
        yield* neighbourhood.submit(
          [anna.statement({ importWh: 60 }), ben.statement({ importWh: 0, exportWh: 60 })],
          endMs(SLOT),
        )
        const timeMs = endMs(SLOT)
        const batch = { number: 1, firstSlot: SLOT, lastSlot: SLOT, ...roots, ...hashes, totals }
        yield* neighbourhood.record({ type: 'BatchProposed', timeMs, batch, place: { ...place, block: 2 } })
        expect(reserved(neighbourhood, anna)).toBe(traded)

        const final = { type: 'BatchFinalized', timeMs, number: 1, place } as const
        expect((yield* Effect.flip(neighbourhood.record(final))).message).toMatch(
          /block 5, balances are known up to block 1/,
        )
        yield* tell(neighbourhood, [[anna, 100 * BUY_WH - traded]], 5)
        yield* neighbourhood.record(final)
        expect(fundsOf(neighbourhood.street, anna.account)).toEqual({
          balanceMicroEur: 100 * BUY_WH - traded,
          reservedMicroEur: 0,
        })
        expect(yield* divergenceOf(log)).toBeNull()
      }),
    ))

  it('whatever is sent, nobody reserves more than it has; the log runs again alike, a snapshot has all of it', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            who: fc.boolean(),
            side: fc.constantFrom('buy', 'sell'),
            slot: fc.integer({ min: SLOT, max: SLOT + 1 }),
            priceEurPerMWh: fc.integer({ min: -150, max: 330 }),
            energyWh: fc.integer({ min: 1, max: 400 }),
            type: fc.constantFrom('limit', 'limit', 'market'),
            selfTradePrevention: fc.constantFrom('none', 'cancel-maker', 'decrement'),
          }),
          { minLength: 5, maxLength: 25 },
        ),
        async (wishes) =>
          run(
            Effect.gen(function* () {
              const { neighbourhood, log, anna, ben } = yield* streetOf(60_000, 90_000)
              for (const { who, type, ...wish } of wishes) {
                const market = { type, priceEurPerMWh: 0, timeInForce: 'IOC' } as const
                yield* submitOne(
                  neighbourhood,
                  (who ? anna : ben).order({ ...wish, ...(type === 'market' ? market : {}) }),
                )
                for (const { account } of [anna, ben]) {
                  const { balanceMicroEur, reservedMicroEur } = fundsOf(neighbourhood.street, account)
                  expect(reservedMicroEur).toBeLessThanOrEqual(balanceMicroEur)
                }
              }
              expect(yield* divergenceOf(log)).toBeNull()
              const again = yield* openOver(log, { rules: reserving })
              expect(stateHash(again.street)).toBe(stateHash(neighbourhood.street))
              const copy = streetFrom(snapshotOf(neighbourhood.street))
              expect(fundsOf(copy, anna.account)).toEqual(fundsOf(neighbourhood.street, anna.account))
            }),
          ),
      ),
      { numRuns: 25 },
    ))
})

describe('what is told of balances', () => {
  it('is of homes of the street, in whole µEUR', () =>
    run(
      Effect.gen(function* () {
        const { neighbourhood, anna } = yield* streetWith({ rules: reserving })
        const told = (account: `0x${string}`, balanceMicroEur: number, block = 1) =>
          Effect.flip(
            neighbourhood.record({
              type: 'FundsChanged',
              timeMs: NOW_MS,
              block,
              funds: [{ account, balanceMicroEur }],
            }),
          )
        expect((yield* told(`0x${'9'.repeat(40)}`, 1)).message).toMatch(/is of no home/)
        expect((yield* told(anna.account, -1)).message).toMatch(/cannot have -1 µEUR/)
        expect((yield* told(anna.account, 1, 0.5)).message).toMatch(/0.5 is no block/)
        const twice = { account: anna.account, balanceMicroEur: 1 }
        const event = { type: 'FundsChanged', timeMs: NOW_MS, block: 1, funds: [twice, twice] } as const
        expect((yield* Effect.flip(neighbourhood.record(event))).message).toMatch(/does not come after/)
        expect(neighbourhood.street.funds.size).toBe(0)
      }),
    ))
})
