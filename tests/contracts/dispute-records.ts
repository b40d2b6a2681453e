import type { SettledTrade } from '#contracts/settlement/legs.ts'
import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import { GENESIS } from './dispute-chain.ts'
import { type DisputeStreet, FIRST_SLOT, homeAt, homes, LAST_SLOT, metered, order, traded } from './dispute-street.ts'
import { person } from './on-chain.ts'

/** Trades for home 2 within 500 EUR/MWh and 1,500 Wh a slot, for a day. */
export const tradingKey = person(0x77)
export const KEY_BOUNDS = { highestPriceEurPerMWh: 500, energyWhPerSlot: 1_500, expiresAt: GENESIS + 86_400 }

export interface Records {
  readonly trades: readonly SettledTrade[]
  readonly statements: readonly SignedStatement[]
  /** home 0's order of the last slot, and the amendment of it */
  readonly amended: readonly [SignedOrder, SignedOrder]
  /** home 0's order of the first slot, filled twice */
  readonly sunny: SignedOrder
}

/** Lets the trading key trade for home 2. */
export const authoriseTradingKey = (street: DisputeStreet) =>
  street.send(homeAt(2).key, 'TradingKeys', 'authoriseKey', [secp256k1Signer(tradingKey.key).signer, KEY_BOUNDS])

/**
 * What two honest slots leave behind: home 0 sells to 1 and 2, who bids by a trading key; in the second slot 1 sells to
 * 2 below zero, and 0 sells by an order and its amendment; 3 trades nothing; the operator estimates 2's last slot.
 */
export function honestRecords({ domain }: DisputeStreet): Records {
  const [zero, one, two] = [homeAt(0), homeAt(1), homeAt(2)]
  const last = { slot: LAST_SLOT }
  const sunny = order(domain, zero, 'sell', { priceEurPerMWh: 140 })
  const asks = order(domain, zero, 'sell', { ...last, energyWh: 800 })
  const amendment = order(domain, zero, 'sell', { ...last, energyWh: 500, replaces: asks.body.nonce })
  const bidOfOne = order(domain, one, 'buy', { timeInForce: 'GTD', expiresAtMs: (GENESIS + 1_000) * 1_000 })
  const bidOfTwo = order(domain, two, 'buy', { priceEurPerMWh: 160 }, tradingKey.key)
  const lateBid = order(domain, one, 'buy', { ...last, type: 'market', priceEurPerMWh: 0 })
  const [cheapAsk, cheapBid] = [order(domain, one, 'sell', last), order(domain, two, 'buy', { ...last, nonce: 900 })]
  const trades = [
    traded(1, sunny, bidOfOne, { priceEurPerMWh: 150, energyWh: 1_001 }),
    traded(2, sunny, bidOfTwo, { priceEurPerMWh: 151, energyWh: 499 }),
    traded(1, cheapAsk, cheapBid, { priceEurPerMWh: -20, energyWh: 300 }),
    traded(2, asks, lateBid, { priceEurPerMWh: 90, energyWh: 200 }),
    traded(3, amendment, lateBid, { priceEurPerMWh: 91, energyWh: 300 }),
  ]
  const statements = homes.flatMap((home, n) => [
    metered(domain, home, { slot: FIRST_SLOT, importWh: 37 * n, exportWh: n === 0 ? 1_620 : 0 }),
    metered(domain, home, { slot: LAST_SLOT, importWh: 411 * n, exportWh: 10, estimated: n === 2 }),
  ])
  return { trades, statements, amended: [asks, amendment], sunny }
}
