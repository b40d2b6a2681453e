import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import { addressOf } from '#protocol/signing.ts'
import type { Delivery } from '../settlement/delivery.ts'
import type { SettledTrade } from '../settlement/legs.ts'

type Hex = `0x${string}`

/** A home of the bench: its key, and the account of it. */
export interface BenchHome {
  readonly key: Hex
  readonly account: Hex
}

/** What settlement keeps and does not look at: whoever disputes does. */
const SIGNATURE: Hex = `0x${'0'.repeat(130)}`
const SLOTS = 4

export const benchHomes = (count: number): readonly BenchHome[] =>
  Array.from({ length: count }, (_, i) => {
    const key: Hex = `0x${(0xbe_0000 + i).toString(16).padStart(64, '0')}`
    return { key, account: addressOf(key) }
  })

export const deviceIdOf = (index: number): string => `meter-${index}`

/** Four slots in which homes trade with each other at random, and each is metered to what it traded and a little more. */
export function benchDeliveries(street: {
  readonly neighbourhood: string
  readonly homes: readonly BenchHome[]
  readonly trades: number
  readonly firstSlot: number
  readonly random: () => number
}): readonly Delivery[] {
  const { neighbourhood, homes, random } = street
  const below = (most: number) => Math.floor(random() * most)
  return Array.from({ length: SLOTS }, (_, at) => {
    const slot = street.firstSlot + at
    const positions = homes.map(() => 0)
    const trades = Array.from({ length: street.trades / SLOTS }, (_, n): SettledTrade => {
      const seller = below(homes.length)
      const buyer = (seller + 1 + below(homes.length - 1)) % homes.length
      const [energyWh, priceEurPerMWh] = [1 + below(1_500), 80 + below(200)]
      positions[seller] = (positions[seller] ?? 0) + energyWh
      positions[buyer] = (positions[buyer] ?? 0) - energyWh
      const order = (side: 'buy' | 'sell', home: number) =>
        orderOf({ neighbourhood, slot, side, account: accountAt(homes, home), energyWh, priceEurPerMWh, nonce: n + 1 })
      const [buyOrder, sellOrder] = [order('buy', buyer), order('sell', seller)]
      const ids = { buyOrderId: `0x${'1'.repeat(64)}`, sellOrderId: `0x${'2'.repeat(64)}` } as const
      const sides = { buyer: buyOrder.body.account, seller: sellOrder.body.account, makerSide: 'sell' } as const
      const trade = { id: `${slot}.${n + 1}`, slot, ...sides, ...ids, priceEurPerMWh, energyWh }
      return { trade, tradedAtMs: slot * 900_000 - 3_600_000, buyOrder, sellOrder }
    })
    const statements = positions.map((positionWh, home) =>
      statementOf({ neighbourhood, slot, home, account: accountAt(homes, home), netWh: positionWh + below(41) - 20 }),
    )
    return { slot, trades, statements }
  })
}

function accountAt(homes: readonly BenchHome[], index: number): Hex {
  const home = homes[index]
  if (home === undefined) throw new RangeError(`the bench has no home ${index}`)
  return home.account
}

function orderOf(
  order: Pick<
    SignedOrder['body'],
    'neighbourhood' | 'slot' | 'side' | 'account' | 'energyWh' | 'priceEurPerMWh' | 'nonce'
  >,
): SignedOrder {
  const kind = { type: 'limit', timeInForce: 'GTC', expiresAtMs: 0, postOnly: false, replaces: 0 } as const
  const body = { ...order, ...kind, selfTradePrevention: 'none' } as const
  return { kind: 'order', body, algorithm: 'secp256k1', signer: order.account, signature: SIGNATURE }
}

function statementOf(metered: {
  readonly neighbourhood: string
  readonly slot: number
  readonly home: number
  readonly account: Hex
  readonly netWh: number
}): SignedStatement {
  const { neighbourhood, slot, account, netWh } = metered
  const readings = { firstSequence: 1, lastSequence: 90, chainHead: `0x${'3'.repeat(64)}`, quality: 0 } as const
  const energy = { importWh: Math.max(0, -netWh), exportWh: Math.max(0, netWh) }
  const place = { deviceId: deviceIdOf(metered.home), account, neighbourhood, slot }
  const body = { ...place, ...energy, ...readings, estimated: false }
  return { kind: 'statement', body, algorithm: 'secp256k1', signer: account, signature: SIGNATURE }
}
