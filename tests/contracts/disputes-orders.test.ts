import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { legsOf, type SettledTrade } from '#contracts/settlement/legs.ts'
import { deviceKeyOf } from '#protocol/device-join.ts'
import type { SignedOrder } from '#protocol/envelope.ts'
import type { Order } from '#protocol/order.ts'
import { p256Signer } from '#protocol/p256.ts'
import { digestOf, signWith } from '#protocol/signing.ts'
import { type Contents, crafted, honestContents, type Proposed, propose, shown } from './crafted-batch.ts'
import { challenger, GENESIS } from './dispute-chain.ts'
import { authoriseTradingKey, honestRecords, KEY_BOUNDS, type Records, tradingKey } from './dispute-records.ts'
import {
  type DisputeStreet,
  homeAt,
  LAST_SLOT,
  openDisputeStreet,
  order,
  orderMessage,
  revealed,
  TRADED_AT,
  traded,
} from './dispute-street.ts'
import { expectFall, fallOf } from './expect-fall.ts'
import { person } from './on-chain.ts'

describe('a batch whose legs are not what was ordered', () => {
  let street: DisputeStreet
  let honest: Contents
  let records: Records
  let untouched: unknown
  beforeAll(async () => {
    street = await openDisputeStreet()
    records = honestRecords(street)
    honest = await honestContents(street, records)
    untouched = await street.snapshot()
  })
  beforeEach(async () => {
    await street.goBackTo(untouched)
    untouched = await street.snapshot()
  })
  afterAll(() => street.close())

  const idOf = ({ body }: SignedOrder) => digestOf({ domain: street.domain, kind: 'order', body })
  /** A batch of these trades alone: what they are billed does not matter here. */
  const batchOf = async (...trades: readonly SettledTrade[]) => {
    return propose(street, crafted({ ...honest, legs: legsOf(trades, street.domain) }))
  }
  /** The last leg of an order. */
  const legOf = (batch: Proposed, signed: SignedOrder) => {
    const index = batch.contents.legs.findLastIndex(({ orderId }) => orderId === idOf(signed))
    return shown(batch, 'legs', index)
  }
  const proveOf = (batch: Proposed, proof: string, signed: SignedOrder) =>
    fallOf(street, 'OrderProofs', proof, [...batch.case, legOf(batch, signed), orderMessage(signed)])
  const proveSigned = (batch: Proposed, signed: SignedOrder) => {
    const evidence = revealed(signed, street.p256Verifier)
    return fallOf(street, 'OrderProofs', 'orderNotSigned', [...batch.case, legOf(batch, signed), evidence])
  }
  const proveChain = (batch: Proposed, proof: string, orders: readonly SignedOrder[]) =>
    fallOf(street, 'OrderProofs', proof, [
      ...batch.case,
      orders.map((one) => legOf(batch, one)),
      orders.map(orderMessage),
    ])
  const proveKey = (batch: Proposed, orders: readonly SignedOrder[]) =>
    fallOf(street, 'OrderProofs', 'beyondTradingKey', [
      ...batch.case,
      orders.map((one) => legOf(batch, one)),
      orders.map((one) => revealed(one, street.p256Verifier)),
    ])

  const ask = (over: Partial<Order> = {}, key = homeAt(0).key) => order(street.domain, homeAt(0), 'sell', over, key)
  const bid = (over: Partial<Order> = {}, key = homeAt(2).key) => order(street.domain, homeAt(2), 'buy', over, key)
  const trade = (sell: SignedOrder, buy: SignedOrder, over: Partial<Parameters<typeof traded>[3]> = {}, n = 1) =>
    traded(n, sell, buy, { priceEurPerMWh: 100, energyWh: 1_000, ...over })
  const NOTICE = 300

  describe('falls if an order was signed', () => {
    it('by nobody', async () => {
      const forged: SignedOrder = { ...ask(), signature: `0x${'1b'.repeat(65)}` }
      expectFall(await proveSigned(await batchOf(trade(forged, bid())), forged), 'OrderNotSigned')
    })

    it('by a key that never was the account’s', async () => {
      const foreign = ask({}, person(0x666).key)
      expectFall(await proveSigned(await batchOf(trade(foreign, bid())), foreign), 'OrderNotSigned')
    })

    it('over another message', async () => {
      const [one, other] = [ask(), ask()]
      const swapped = { ...one, signature: other.signature }
      expectFall(await proveSigned(await batchOf(trade(swapped, bid())), swapped), 'OrderNotSigned')
    })

    it('by a trading key that was revoked long before', async () => {
      await authoriseTradingKey(street)
      await street.send(homeAt(2).key, 'TradingKeys', 'revokeKey', [tradingKey.account])
      const late = { tradedAtMs: ((await street.seconds()) + NOTICE) * 1_000 }
      const byKey = bid({}, tradingKey.key)
      expectFall(await proveSigned(await batchOf(trade(ask(), byKey, late)), byKey), 'OrderNotSigned')
    })

    it('by a trading key that was authorised after', async () => {
      await street.passTo(TRADED_AT + 1)
      await authoriseTradingKey(street)
      const byKey = bid({}, tradingKey.key)
      expectFall(await proveSigned(await batchOf(trade(ask(), byKey)), byKey), 'OrderNotSigned')
    })
  })

  describe('stands if an order was signed', () => {
    const stands = async (signed: SignedOrder, over: Parameters<typeof trade>[2] = {}) => {
      const batch = await batchOf(signed.body.side === 'buy' ? trade(ask(), signed, over) : trade(signed, bid(), over))
      await expect(proveSigned(batch, signed)).rejects.toThrow('NothingWrong()')
    }

    it('by its account', () => stands(ask()))

    it('by a trading key', async () => {
      await authoriseTradingKey(street)
      await stands(bid({}, tradingKey.key))
    })

    it('by a trading key with P-256', async () => {
      const signer = p256Signer(person(0x78).key)
      const key = deviceKeyOf(signer, street.p256Verifier)
      await street.send(homeAt(2).key, 'TradingKeys', 'authoriseKey', [key, KEY_BOUNDS])
      const { body } = bid()
      // No market takes such an order today; the chain would.
      const signed = signWith({ domain: street.domain, kind: 'order', body, signer: signer as never })
      await stands({ ...signed, algorithm: 'secp256k1', signer: key })
    })

    it('by a trading key of whose revocation the market need not have heard', async () => {
      await authoriseTradingKey(street)
      await street.passTo(GENESIS + 600)
      await street.send(homeAt(2).key, 'TradingKeys', 'revokeKey', [tradingKey.account])
      await stands(bid({}, tradingKey.key), { tradedAtMs: ((await street.seconds()) + NOTICE - 1) * 1_000 })
    })
  })

  const elsewhere = [
    ['account', () => ({ account: homeAt(3).account })],
    ['slot', () => ({ slot: LAST_SLOT })],
    ['side', () => ({ isBuy: true })],
  ] as const
  it.for(elsewhere)('falls if a leg is of another %s than its order', async ([, over]) => {
    const signed = ask()
    const legs = legsOf([trade(signed, bid())], street.domain).map((leg) =>
      leg.orderId === idOf(signed) ? { ...leg, ...over() } : leg,
    )
    const batch = await propose(street, crafted({ ...honest, legs }))
    expectFall(await proveOf(batch, 'orderMismatched', signed), 'OrderMismatched')
  })

  it('falls if an order was for another neighbourhood', async () => {
    const signed = ask({ neighbourhood: 'elm-road' })
    expectFall(await proveOf(await batchOf(trade(signed, bid())), 'orderMismatched', signed), 'OrderMismatched')
  })

  it('falls if an order was filled by one Wh too much, over several trades', async () => {
    const signed = ask({ energyWh: 1_999 })
    const batch = await batchOf(trade(signed, bid()), trade(signed, bid(), {}, 2))
    expectFall(await proveOf(batch, 'orderOverfilled', signed), 'OrderOverfilled')
  })

  it('stands if an order was filled to its last Wh', async () => {
    const signed = ask({ energyWh: 2_000 })
    const batch = await batchOf(trade(signed, bid()), trade(signed, bid(), {}, 2))
    await expect(proveOf(batch, 'orderOverfilled', signed)).rejects.toThrow('NothingWrong()')
  })

  describe('with an order that was amended', () => {
    /** 600 Wh of an order, then so many of its amendment to `totalWh`. */
    const amendedBatch = async (filledWh: number, totalWh: number, numbers: readonly [number, number] = [1, 2]) => {
      const first = ask({ energyWh: 1_000 })
      const amendment = ask({ energyWh: totalWh, replaces: first.body.nonce })
      const batch = await batchOf(
        trade(first, bid(), { energyWh: 600 }, numbers[0]),
        trade(amendment, bid(), { energyWh: filledWh }, numbers[1]),
      )
      return { batch, orders: [first, amendment] as const }
    }

    it('falls if both together were filled by one Wh too much', async () => {
      const { batch, orders } = await amendedBatch(301, 900)
      expectFall(await proveChain(batch, 'amendmentOverfilled', orders), 'AmendmentOverfilled')
    })

    it('stands if both together were filled as far as the amendment goes', async () => {
      const { batch, orders } = await amendedBatch(300, 900)
      await expect(proveChain(batch, 'amendmentOverfilled', orders)).rejects.toThrow('NothingWrong()')
      await expect(proveChain(batch, 'filledAfterReplaced', orders)).rejects.toThrow('NothingWrong()')
    })

    it('falls if three of them together were', async () => {
      const first = ask({ energyWh: 1_000 })
      const second = ask({ energyWh: 500, replaces: first.body.nonce })
      const third = ask({ energyWh: 599, replaces: second.body.nonce })
      const fill = (signed: SignedOrder, n: number) => trade(signed, bid(), { energyWh: 200 }, n)
      const batch = await batchOf(fill(first, 1), fill(second, 2), fill(third, 3))
      expectFall(await proveChain(batch, 'amendmentOverfilled', [first, second, third]), 'AmendmentOverfilled')
    })

    it('falls if the order was filled after its amendment', async () => {
      const { batch, orders } = await amendedBatch(300, 900, [2, 1])
      expectFall(await proveChain(batch, 'filledAfterReplaced', orders), 'FilledAfterReplaced')
    })

    it('refuses orders of which none replaces the other', async () => {
      const { batch, orders } = await amendedBatch(301, 900)
      const backwards = orders.toReversed()
      for (const proof of ['amendmentOverfilled', 'filledAfterReplaced']) {
        await expect(proveChain(batch, proof, backwards)).rejects.toThrow('Unrelated()')
        await expect(proveChain(batch, proof, orders.slice(0, 1))).rejects.toThrow('WrongLeafCount(1)')
      }
    })
  })

  it.for([
    ['a millisecond after', 1],
    ['at the end', 0],
  ] as const)('judges a trade %s of an order’s time', async ([, late]) => {
    const expiresAtMs = TRADED_AT * 1_000
    const signed = ask({ timeInForce: 'GTD', expiresAtMs })
    const batch = await batchOf(trade(signed, bid(), { tradedAtMs: expiresAtMs + late }))
    if (late === 0) await expect(proveOf(batch, 'orderExpired', signed)).rejects.toThrow('NothingWrong()')
    else expectFall(await proveOf(batch, 'orderExpired', signed), 'OrderExpired')
  })

  it('stands if an order that is good till cancelled names a time', async () => {
    const signed = ask({ expiresAtMs: GENESIS * 1_000 })
    const batch = await batchOf(trade(signed, bid()))
    await expect(proveOf(batch, 'orderExpired', signed)).rejects.toThrow('NothingWrong()')
  })

  it('falls if an order was filled that its account had cancelled on chain', async () => {
    const signed = ask()
    await street.send(homeAt(0).key, 'TradingKeys', 'cancelUpTo', [signed.body.nonce])
    const tradedAtMs = ((await street.seconds()) + NOTICE) * 1_000
    expectFall(
      await proveOf(await batchOf(trade(signed, bid(), { tradedAtMs })), 'orderCancelled', signed),
      'OrderCancelled',
    )
  })

  it.for([
    ['the market need not have heard of it', 0, NOTICE - 1],
    ['only earlier orders were cancelled', -1, NOTICE],
  ] as const)('stands if an order was filled after a cancellation, but %s', async ([, upTo, later]) => {
    const signed = ask()
    await street.send(homeAt(0).key, 'TradingKeys', 'cancelUpTo', [signed.body.nonce + upTo])
    const batch = await batchOf(trade(signed, bid(), { tradedAtMs: ((await street.seconds()) + later) * 1_000 }))
    await expect(proveOf(batch, 'orderCancelled', signed)).rejects.toThrow('NothingWrong()')
  })

  it('stands if an order was cancelled after its trade', async () => {
    const signed = ask()
    await street.passTo(TRADED_AT + 1)
    await street.send(homeAt(0).key, 'TradingKeys', 'cancelUpTo', [signed.body.nonce])
    await expect(proveOf(await batchOf(trade(signed, bid())), 'orderCancelled', signed)).rejects.toThrow('NothingWrong')
  })

  describe('holds prices to their limits', () => {
    it('falls if a buyer pays one EUR/MWh more than its limit', async () => {
      const signed = bid({ priceEurPerMWh: 99 })
      expectFall(await proveOf(await batchOf(trade(ask(), signed)), 'outsideLimit', signed), 'OutsideLimit')
    })

    it('falls if a seller gets one EUR/MWh less than its limit', async () => {
      const signed = ask({ priceEurPerMWh: -19 })
      const batch = await batchOf(trade(signed, bid(), { priceEurPerMWh: -20 }))
      expectFall(await proveOf(batch, 'outsideLimit', signed), 'OutsideLimit')
    })

    it('stands at the limit, and for market orders', async () => {
      const [exact, atMarket] = [ask({ priceEurPerMWh: 100 }), bid({ type: 'market', priceEurPerMWh: 0 })]
      const batch = await batchOf(trade(exact, atMarket))
      await expect(proveOf(batch, 'outsideLimit', exact)).rejects.toThrow('NothingWrong()')
      await expect(proveOf(batch, 'outsideLimit', atMarket)).rejects.toThrow('NothingWrong()')
    })
  })

  describe('holds a trading key to its bounds', () => {
    beforeEach(() => authoriseTradingKey(street))
    const keyBid = (over: Partial<Order> = {}) => bid(over, tradingKey.key)

    it('falls if it pays one EUR/MWh too much', async () => {
      const signed = keyBid()
      const batch = await batchOf(trade(ask(), signed, { priceEurPerMWh: 501 }))
      expectFall(await proveKey(batch, [signed]), 'BeyondTradingKey')
    })

    it('falls if two of its orders together are one Wh too much', async () => {
      const [a, b] = [keyBid(), keyBid()].sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1)) as [
        SignedOrder,
        SignedOrder,
      ]
      const batch = await batchOf(trade(ask(), a), trade(ask(), b, { energyWh: 501 }, 2))
      expectFall(await proveKey(batch, [a, b]), 'BeyondTradingKey')
    })

    it('stands within them, and never binds the account’s own key', async () => {
      const [signed, own] = [keyBid(), bid()]
      const batch = await batchOf(
        trade(ask(), signed, { priceEurPerMWh: 500, energyWh: 1_500 }),
        trade(ask(), own, { priceEurPerMWh: 4_000, energyWh: 2_000 }, 2),
      )
      await expect(proveKey(batch, [signed])).rejects.toThrow('NothingWrong()')
      await expect(proveKey(batch, [own])).rejects.toThrow('NothingWrong()')
      await expect(proveKey(batch, [])).rejects.toThrow('WrongLeafCount(0)')
      await expect(proveKey(batch, [signed, signed])).rejects.toThrow('Unrelated()')
      const both = [signed, own].sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
      await expect(proveKey(batch, both)).rejects.toThrow('Unrelated()')
    })

    it('takes the wider of its bounds while the market need not have heard of the narrower', async () => {
      const narrower = { ...KEY_BOUNDS, highestPriceEurPerMWh: 90, energyWhPerSlot: 500 }
      await street.passTo(GENESIS + 600)
      await street.send(homeAt(2).key, 'TradingKeys', 'authoriseKey', [tradingKey.account, narrower])
      const changedAt = await street.seconds()
      const [early, late] = [keyBid(), keyBid()]
      const batch = await batchOf(
        trade(ask(), early, { tradedAtMs: (changedAt + NOTICE - 1) * 1_000 }),
        trade(ask(), late, { tradedAtMs: (changedAt + NOTICE) * 1_000 }, 2),
      )
      await expect(proveKey(batch, [early])).rejects.toThrow('NothingWrong()')
      expectFall(await proveKey(batch, [late]), 'BeyondTradingKey')
    })
  })

  it('refuses another order, and another signature, than the leg names', async () => {
    const [signed, other] = [ask(), ask()]
    const batch = await batchOf(trade(signed, bid()))
    for (const proof of ['orderMismatched', 'orderOverfilled', 'orderExpired', 'orderCancelled', 'outsideLimit']) {
      const args = [...batch.case, legOf(batch, signed), orderMessage(other)]
      const refused = `WrongPreimage(${idOf(other)}, ${idOf(signed)})`
      await expect(street.check(challenger.key, 'OrderProofs', proof, args)).rejects.toThrow(refused)
    }
    const evidence = revealed(other, street.p256Verifier)
    const args = [...batch.case, legOf(batch, signed), evidence]
    await expect(street.check(challenger.key, 'OrderProofs', 'orderNotSigned', args)).rejects.toThrow('WrongPreimage(')
  })
})
