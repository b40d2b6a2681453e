import type { Order } from '#protocol/order.ts'
import { verifiedDigest } from '#protocol/signing.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { eventPlace } from './evidence.ts'
import type { Party } from './party.ts'
import { ProofFailed } from './proof-failed.ts'
import type { ReceiptStep } from './receipt.ts'
import type { TradeStory } from './trade-story.ts'

/** A party's order: signed by its account, its id its digest, and the trade within what it allowed. Throws ProofFailed. */
export function orderStep(story: TradeStory, party: Party, domain: SigningDomain): ReceiptStep {
  const { trade } = story.trade.event
  const { role } = party
  const side = role === 'seller' ? 'sell' : 'buy'
  const orderId = side === 'sell' ? trade.sellOrderId : trade.buyOrderId
  const versions = story.orders.get(orderId) ?? []
  const step = `${role}: order`
  const tradePlace = eventPlace(story.trade, `trade.${side}OrderId`)
  const last = versions.at(-1)
  if (last === undefined || versions[0]?.event.type !== 'OrderPlaced') {
    throw new ProofFailed({ step, place: tradePlace, expected: 'an order that was placed before', got: orderId })
  }
  for (const version of versions) {
    const { order } = version.event
    const refuse = (field: string, expected: unknown, got: unknown): void => {
      if (expected === got) return
      throw new ProofFailed({ step, place: eventPlace(version, field), expected: String(expected), got: String(got) })
    }
    const digest = verifiedDigest({ domain, envelope: order })
    if (digest === null) {
      throw new ProofFailed({
        step,
        place: eventPlace(version, 'order.signature'),
        expected: `${order.signer}'s signature over this order`,
        got: order.signature,
      })
    }
    if (version.event.type === 'OrderPlaced') refuse('orderId', digest, version.event.orderId)
    refuse('order.signer', party.account, order.signer)
    for (const [field, expected] of [
      ['account', party.account],
      ['slot', trade.slot],
      ['side', side],
    ] as const) {
      refuse(`order.body.${field}`, expected, order.body[field])
    }
  }
  const { body } = last.event.order
  if (!isWithin(body, trade.priceEurPerMWh)) {
    const place = eventPlace(story.trade, 'trade.priceEurPerMWh')
    const expected = `${side === 'sell' ? 'at least' : 'at most'} ${body.priceEurPerMWh} EUR/MWh, as ordered`
    throw new ProofFailed({ step, place, expected, got: String(trade.priceEurPerMWh) })
  }
  if (trade.energyWh > body.energyWh) {
    const place = eventPlace(story.trade, 'trade.energyWh')
    throw new ProofFailed({
      step,
      place,
      expected: `at most ${body.energyWh} Wh, as ordered`,
      got: String(trade.energyWh),
    })
  }
  const amended = versions.length > 1 ? `, changed ${versions.length - 1} times` : ''
  const limit = body.type === 'market' ? 'at any price' : `at ${body.priceEurPerMWh} EUR/MWh`
  return {
    step: 'order',
    party: role,
    state: 'proven',
    detail: `${side} ${body.energyWh} Wh ${limit}${amended}; signed by ${party.account}; its id is its digest ${orderId}`,
    place: eventPlace(last),
  }
}

function isWithin(order: Order, priceEurPerMWh: number): boolean {
  if (order.type === 'market') return true
  return order.side === 'buy' ? priceEurPerMWh <= order.priceEurPerMWh : priceEurPerMWh >= order.priceEurPerMWh
}
