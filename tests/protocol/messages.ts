import type { Order } from '#protocol/order.ts'
import { addressOf } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'

export const domain: SigningDomain = {
  name: 'Commonwatt',
  version: '1',
  chainId: 31337,
  verifyingContract: `0x${'11'.repeat(20)}`,
}

export const keyOf = (n: number) => `0x${n.toString(16).padStart(64, '0')}` as const

export function orderOf(change: Partial<Order> & { readonly key?: `0x${string}` } = {}): Order {
  const { key = keyOf(1), ...fields } = change
  return {
    account: addressOf(key),
    neighbourhood: 'street',
    slot: 1_000,
    side: 'buy',
    type: 'limit',
    priceEurPerMWh: 150,
    energyWh: 100,
    timeInForce: 'GTC',
    expiresAtMs: 0,
    postOnly: false,
    selfTradePrevention: 'none',
    replaces: 0,
    nonce: 1,
    ...fields,
  }
}
