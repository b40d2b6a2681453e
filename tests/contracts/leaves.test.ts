import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BilledSlot, billsOf, billsTreeOf } from '#contracts/settlement/bills.ts'
import { IndexedTree } from '#contracts/settlement/indexed-tree.ts'
import { legsOf, legsTreeOf, type SettledTrade } from '#contracts/settlement/legs.ts'
import { signatureHashOf } from '#contracts/settlement/signature-hash.ts'
import { statementLeavesOf, statementsTreeOf } from '#contracts/settlement/statement-leaves.ts'
import { termsHashOf } from '#contracts/settlement/terms.ts'
import { deviceKeyOf } from '#protocol/device-join.ts'
import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import { bytesOfHex } from '#protocol/hex.ts'
import type { Order } from '#protocol/order.ts'
import { digestOf, keccak } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { home, statement } from './deliveries.ts'
import { type Fixture, openFixture } from './fixture-chain.ts'

type Hex = `0x${string}`

const domain: SigningDomain = { name: 'Commonwatt', version: '1', chainId: 31_337, verifyingContract: home(999) }
const p256Verifier = home(4_095)
const terms = {
  retailMilliEurPerMWh: 320_001,
  feedInMilliEurPerMWh: -80_003,
  localChargeMilliEurPerMWh: 110_777,
  protocolFeeBp: 25,
}

const hexOf = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array): Hex => `0x${Buffer.from(array).toString('hex')}`)

/** A signed order of a home; nobody checks the signature here. */
function order(account: Hex, side: Order['side'], nonce: number): SignedOrder {
  const body: Order = {
    ...{ account, neighbourhood: 'lime-street', slot: 7, side, type: 'limit', priceEurPerMWh: 0, energyWh: 9_999 },
    ...{ timeInForce: 'GTC', expiresAtMs: 0, postOnly: false, selfTradePrevention: 'none', replaces: 0, nonce },
  }
  return { kind: 'order', algorithm: 'secp256k1', signer: account, body, signature: `0x${'ab'.repeat(65)}` }
}

/** Trades of up to five homes with two orders a side each, in up to three slots. */
const anyTrades: fc.Arbitrary<readonly SettledTrade[]> = fc
  .array(
    fc.record({
      buyer: fc.nat(4),
      seller: fc.nat(4),
      nonces: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 3, max: 4 })),
      slot: fc.integer({ min: 7, max: 9 }),
      priceEurPerMWh: fc.integer({ min: -500, max: 4_000 }),
      energyWh: fc.integer({ min: 1, max: 3_000 }),
      tradedAtMs: fc.nat(),
    }),
    { maxLength: 40 },
  )
  .map((rows) => {
    const orders = new Map<string, SignedOrder>()
    const orderOf = (n: number, side: Order['side'], nonce: number) => {
      const key = `${n} ${nonce}`
      const known = orders.get(key) ?? order(home(n), side, nonce)
      orders.set(key, known)
      return known
    }
    return rows.map(({ buyer, seller, nonces, tradedAtMs, ...terms }, n) => {
      const [buyOrder, sellOrder] = [orderOf(buyer, 'buy', nonces[0]), orderOf(seller, 'sell', nonces[1])]
      const sides = { buyer: home(buyer), seller: home(seller), buyOrderId: keccak(''), sellOrderId: keccak('') }
      const trade = { id: `${terms.slot}.${n + 1}`, ...sides, makerSide: 'buy' as const, ...terms }
      return { trade, tradedAtMs, buyOrder, sellOrder }
    })
  })

const anyBilled: fc.Arbitrary<readonly BilledSlot[]> = fc
  .array(
    fc.record({
      account: fc.nat(5).map(home),
      importWh: fc.nat(9_000),
      exportWh: fc.nat(9_000),
      boughtWh: fc.nat(9_000),
      soldWh: fc.nat(9_000),
      tradesMicroEur: fc.integer({ min: -10_000_000, max: 10_000_000 }),
      paidMicroEur: fc.nat(10_000_000),
      localChargeMicroEur: fc.integer({ min: -1_000_000, max: 0 }),
      deviationMicroEur: fc.integer({ min: -1_000_000, max: 1_000_000 }),
      feeMicroEur: fc.integer({ min: -100_000, max: 0 }),
    }),
    { maxLength: 12 },
  )
  .chain((bills) => fc.array(fc.constant(bills), { maxLength: 3 }))
  .map((slots) => slots.map((bills, n) => ({ slot: 9 - n, bills })))

const anyStatements: fc.Arbitrary<readonly SignedStatement[]> = fc.array(
  fc
    .record({
      n: fc.nat(9),
      slot: fc.integer({ min: 7, max: 9 }),
      importWh: fc.nat(),
      exportWh: fc.nat(),
      estimated: fc.boolean(),
      quality: fc.constantFrom(0, 16, 2_048, 1 << 20),
      isP256: fc.boolean(),
      signature: hexOf(64),
    })
    .map(({ n, quality, isP256, signature, ...metered }): SignedStatement => {
      const body = { ...statement({ account: home(n), ...metered }), quality }
      if (isP256) return { kind: 'statement', body, algorithm: 'p256', signer: `0x${'cd'.repeat(64)}`, signature }
      return { kind: 'statement', body, algorithm: 'secp256k1', signer: home(n), signature: `${signature}1b` }
    }),
  { maxLength: 12 },
)

describe('leaves of a batch', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture('LeavesFixture')
  })
  afterAll(() => fixture.close())

  const rootOnChain = async (kind: 'legs' | 'bills' | 'statements', leaves: readonly object[]) => {
    const hashes = (await fixture.call(kind, [leaves])) as readonly Hex[]
    return new IndexedTree(hashes.map(bytesOfHex)).root
  }
  const sample = <A>(arbitrary: fc.Arbitrary<A>, seed: number) => fc.sample(arbitrary, { numRuns: 20, seed })

  it('are hashed as the contracts hash them', async () => {
    for (const trades of sample(anyTrades, 1)) {
      const legs = legsOf(trades, domain)
      expect(legsTreeOf(legs).root).toBe(await rootOnChain('legs', legs))
    }
    for (const netted of sample(anyBilled, 2)) {
      const bills = billsOf(netted, terms)
      expect(billsTreeOf(bills).root).toBe(await rootOnChain('bills', bills))
    }
    for (const statements of sample(anyStatements, 3)) {
      const leaves = statementLeavesOf(statements, p256Verifier)
      expect(statementsTreeOf(leaves).root).toBe(await rootOnChain('statements', leaves))
    }
    expect(await fixture.call('terms', [[terms]])).toEqual([termsHashOf(terms)])
  })

  it('name their orders and signatures as the contracts do', async () => {
    for (const trades of sample(anyTrades, 4)) {
      const orders = trades.flatMap(({ buyOrder, sellOrder }) => [buyOrder, sellOrder])
      const legs = legsOf(trades, domain)
      const known = new Map(orders.map((one) => [digestOf({ domain, kind: 'order', body: one.body }), one]))
      const signed = legs.map(({ orderId }) => known.get(orderId) as SignedOrder)
      const expected = signed.map(signatureHashOf)
      expect(legs.map(({ signatureHash }) => signatureHash)).toEqual(expected)
      const [signers, signatures] = [signed.map(({ signer }) => signer), signed.map(({ signature }) => signature)]
      expect(await fixture.call('signatures', [signers, signatures])).toEqual(expected)
    }
    for (const statements of sample(anyStatements, 5)) {
      const signers = statements.map((one) => deviceKeyOf(one, p256Verifier))
      const signatures = statements.map(({ signature }) => signature)
      const hashes = statementLeavesOf(statements, p256Verifier).map(({ signatureHash }) => signatureHash)
      const onChain = (await fixture.call('signatures', [signers, signatures])) as readonly Hex[]
      expect(hashes.toSorted()).toEqual(onChain.toSorted())
    }
  })

  it('say of each trade both sides, in order, with sums that run over a home and slot', () => {
    fc.assert(
      fc.property(anyTrades, (trades) => {
        const legs = legsOf(trades, domain)
        expect(legs).toHaveLength(2 * trades.length)
        const key = ({ account, slot, orderId, sequence }: (typeof legs)[number]) =>
          `${account} ${String(slot).padStart(9)} ${orderId} ${String(sequence).padStart(9)}`
        const keys = legs.map(key)
        expect(keys).toEqual([...new Set(keys)].sort())
        for (const leg of legs) {
          const { counterparty, counterOrderId, slot, sequence } = leg
          const other = legs.find((one) => key(one) === key({ ...leg, account: counterparty, orderId: counterOrderId }))
          expect(other).toMatchObject({ slot, sequence, isBuy: !leg.isBuy, counterparty: leg.account })
        }
        for (const [index, leg] of legs.entries()) {
          const next = legs[index + 1]
          if (next?.account === leg.account && next.slot === leg.slot) continue
          const bought = trades.filter(({ trade }) => trade.slot === leg.slot && trade.buyer === leg.account)
          const sold = trades.filter(({ trade }) => trade.slot === leg.slot && trade.seller === leg.account)
          const sum = (rows: readonly SettledTrade[], of: (trade: SettledTrade['trade']) => number) =>
            rows.reduce((total, { trade }) => total + of(trade), 0)
          const value = (trade: SettledTrade['trade']) => trade.priceEurPerMWh * trade.energyWh
          const boughtWh = sum(bought, ({ energyWh }) => energyWh)
          expect(leg).toMatchObject({
            boughtWh,
            positionWh: sum(sold, ({ energyWh }) => energyWh) - boughtWh,
            moneyMicroEur: sum(sold, value) - sum(bought, value),
            paidMicroEur: sum(bought, (trade) => Math.max(0, value(trade))),
          })
        }
      }),
    )
  })

  it('say an order’s fill on its last leg', () => {
    fc.assert(
      fc.property(anyTrades, (trades) => {
        const legs = legsOf(trades, domain)
        for (const { account, slot, orderId } of legs) {
          const ofOrder = legs.filter((leg) => leg.account === account && leg.slot === slot && leg.orderId === orderId)
          expect(ofOrder.at(-1)?.filledWh).toBe(ofOrder.reduce((sum, { energyWh }) => sum + energyWh, 0))
        }
      }),
    )
  })

  it('end each account’s bills with its movement, and all bills with what grid and fund receive', () => {
    const row = { importWh: 0, exportWh: 0, soldWh: 0, tradesMicroEur: -300, deviationMicroEur: 7 }
    const bought = { ...row, boughtWh: 3, paidMicroEur: 999, localChargeMicroEur: -333, feeMicroEur: -3 }
    const netted = [5, 4].map((slot) => ({ slot, bills: [1, 0].map((n) => ({ account: home(n), ...bought })) }))
    const bills = billsOf(netted, terms)
    expect(bills.map(({ account, slot }) => [account, slot])).toEqual(
      [0, 1].flatMap((n) => [4, 5].map((slot) => [home(n), slot])),
    )
    expect(bills.map(({ totalMicroEur }) => totalMicroEur)).toEqual([-629, -1_258, -629, -1_258])
    expect(bills.map(({ totalPositionWh }) => totalPositionWh)).toEqual([-3, -6, -3, -6])
    // ⌊3 Wh × 110.777 EUR/MWh⌋ = ⌊332.331⌋ and ⌊999 × 25 ÷ 10,000⌋ = ⌊2.4975⌋ µEUR a bill
    expect(bills.map(({ gridMicroEur }) => gridMicroEur)).toEqual([332, 664, 996, 1_328])
    expect(bills.map(({ fundMicroEur }) => fundMicroEur)).toEqual([2, 4, 6, 8])
  })

  it('give credit neither for an estimate nor for a doubtful statement', () => {
    const signed = (over: object): SignedStatement => ({
      ...{ kind: 'statement', algorithm: 'secp256k1', signer: home(1), signature: `0x${'ab'.repeat(65)}` },
      body: { ...statement({ slot: 7, account: home(1), exportWh: 5 }), ...over },
    })
    const earns = (over: object) => statementLeavesOf([signed(over)], p256Verifier)[0]?.earnsCredit
    expect([earns({}), earns({ estimated: true }), earns({ quality: 2_048 })]).toEqual([true, false, false])
  })

  it('refuse a number that is not exact', () => {
    const [bill] = billsOf([{ slot: 1, bills: [] }], terms)
    expect(bill).toBeUndefined()
    expect(() => termsHashOf({ ...terms, protocolFeeBp: 0.5 })).toThrow(RangeError)
  })
})
