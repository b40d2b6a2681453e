import type { SignedCancel, SignedOrder } from '#protocol/envelope.ts'
import type { OpenOrder } from '#protocol/open-orders.ts'
import type { Order } from '#protocol/order.ts'
import type { Refusal } from '#protocol/refusal.ts'
import { fundsRefusal } from './funds.ts'
import { gateRefusal } from './gate.ts'
import { type MarketView, neighbourhoodRefusal, nonceRefusal, ownSignerRefusal, refuse } from './market-view.ts'

/** Checks of an order that need no secret of the market: made before the signature is. */
export function orderRefusal(view: MarketView, order: SignedOrder): Refusal | null {
  return (
    traderRefusal(view, order) ??
    deviceRefusal(view, order.body.account) ??
    limitsRefusal(view, order.body) ??
    gateRefusal(view, order.body.slot) ??
    heldCallRefusal(view, order.body.slot) ??
    expiryRefusal(view, order.body)
  )
}

/** Checks of an order that its account has really signed. The book's own rules come after. */
export function signedOrderRefusal(view: MarketView, { body }: SignedOrder): Refusal | null {
  const used = nonceRefusal(view, body)
  if (used !== null) return used
  const replaced = body.replaces === 0 ? null : replacedOrder(view, body)
  return (
    roomRefusal(view, body) ??
    (replaced === null ? null : amendRefusal(view, body, replaced)) ??
    fundsRefusal(view, body, replaced ?? null)
  )
}

/** Checks of a cancel before its signature. */
export function cancelRefusal(view: MarketView, cancel: SignedCancel): Refusal | null {
  return traderRefusal(view, cancel)
}

/** Checks of a cancel that its account has really signed: the order must be open, and its own. */
export function signedCancelRefusal(view: MarketView, { body }: SignedCancel): Refusal | null {
  const used = nonceRefusal(view, body)
  if (used !== null) return used
  const order = view.street.slots.get(body.slot)?.openOrders.get(body.orderId)
  if (order === undefined) {
    return view.wasSeen(body)
      ? refuse('NOT_OPEN', `order ${body.orderId} has been filled, cancelled or expired`, 'body.orderId')
      : refuse('UNKNOWN_ORDER', `slot ${body.slot} has seen no order ${body.orderId}`, 'body.orderId')
  }
  if (order.account !== body.account) {
    return refuse('NOT_AUTHORISED', `order ${body.orderId} belongs to another account`, 'body.orderId')
  }
  if (gateRefusal(view, body.slot) === null) return null
  return refuse('NOT_OPEN', `order ${body.orderId} expired when slot ${body.slot} closed its gate`, 'body.orderId')
}

/** The account's open order that an amend replaces. */
export function replacedOrder(view: MarketView, body: Order): OpenOrder | undefined {
  for (const order of view.street.slots.get(body.slot)?.openOrdersOf.get(body.account)?.values() ?? []) {
    if (order.nonce === body.replaces) return order
  }
  return undefined
}

function traderRefusal(view: MarketView, message: SignedOrder | SignedCancel): Refusal | null {
  const { account } = message.body
  const elsewhere = neighbourhoodRefusal(view, message.body)
  if (elsewhere !== null) return elsewhere
  if (!view.street.homeOfAccount.has(account)) {
    return refuse('UNKNOWN_HOME', `no home has enrolled account ${account}`, 'body.account')
  }
  return ownSignerRefusal(message.signer, account)
}

/** What a home without a device in service trades, no batch can settle. */
function deviceRefusal({ street, rules }: MarketView, account: Order['account']): Refusal | null {
  if (rules.devices === 'any' || street.inService.has(account)) return null
  // Whoever asks has not shown yet that the account is theirs: the device's name is not told.
  const detail = `the registry on chain does not have the device of account ${account} in service: register it, or wait until the log has heard of it`
  return refuse('DEVICE_NOT_IN_SERVICE', detail, 'body.account')
}

function limitsRefusal({ rules }: MarketView, body: Order): Refusal | null {
  const { maxOrderWh, minPriceEurPerMWh: min, maxPriceEurPerMWh: max } = rules
  if (body.energyWh > maxOrderWh) {
    return refuse('INVALID_QTY', `energyWh ${body.energyWh} is above the ${maxOrderWh} Wh of an order`, 'body.energyWh')
  }
  const price = body.priceEurPerMWh
  if (body.type === 'market') {
    if (price !== 0) return refuse('INVALID_PRICE', `a market order has price 0, not ${price}`, 'body.priceEurPerMWh')
    return body.replaces === 0 ? null : refuse('MALFORMED', 'an amend is a limit order', 'body.type')
  }
  if (price >= min && price <= max) return null
  return refuse('INVALID_PRICE', `price ${price} is outside ${min} … ${max} EUR/MWh`, 'body.priceEurPerMWh')
}

/** A halted call goes on collecting nothing. (Of other halts the book knows itself.) */
function heldCallRefusal(view: MarketView, slot: number): Refusal | null {
  const known = view.street.slots.get(slot)
  if (known?.phase !== 'halted' || known.callEndsMs === null) return null
  return refuse('NOT_TRADING', `the opening call of slot ${slot} is halted`, 'body.slot')
}

function expiryRefusal(view: MarketView, body: Order): Refusal | null {
  if (body.timeInForce !== 'GTD') {
    if (body.expiresAtMs === 0) return null
    return refuse('MALFORMED', `expiresAtMs is 0 unless the time in force is GTD`, 'body.expiresAtMs')
  }
  if (body.expiresAtMs > view.nowMs) return null
  return refuse('ALREADY_EXPIRED', `it is ${view.nowMs}, not before ${body.expiresAtMs}`, 'body.expiresAtMs')
}

/** What an account has sent in all is bounded, too: nonces and ids are remembered until the slot settles. */
function roomRefusal(view: MarketView, body: Order): Refusal | null {
  const { account, slot, replaces } = body
  const { maxOrdersPerAccountAndSlot, maxOpenOrdersPerAccountAndSlot } = view.rules
  const taken = view.ordersTaken({ account, slot })
  if (taken >= maxOrdersPerAccountAndSlot) {
    const detail = `account ${account} has sent ${taken} orders and amends in slot ${slot}; ${maxOrdersPerAccountAndSlot} are allowed`
    return refuse('TOO_MANY_ORDERS', detail)
  }
  // Only orders that may rest count as open: the others leave at once.
  const leavesAtOnce = body.type === 'market' || body.timeInForce === 'IOC' || body.timeInForce === 'FOK'
  if (replaces !== 0 || leavesAtOnce) return null
  const open = view.street.slots.get(slot)?.openOrdersOf.get(account)?.size ?? 0
  if (open < maxOpenOrdersPerAccountAndSlot) return null
  const detail = `account ${account} has ${open} open orders in slot ${slot}; ${maxOpenOrdersPerAccountAndSlot} are allowed`
  return refuse('TOO_MANY_ORDERS', detail)
}

const unchangeable = ['side', 'timeInForce', 'expiresAtMs', 'postOnly', 'selfTradePrevention'] as const

function amendRefusal(view: MarketView, body: Order, order: OpenOrder | undefined): Refusal | null {
  if (order === undefined) {
    const used = view.street.nonces.get(body.account)?.get(body.replaces) === body.slot
    return used
      ? refuse('NOT_OPEN', `the order of nonce ${body.replaces} is not open any more`, 'body.replaces')
      : refuse('UNKNOWN_ORDER', `no order of nonce ${body.replaces} was seen in slot ${body.slot}`, 'body.replaces')
  }
  const changed = unchangeable.find((field) => body[field] !== order[field])
  if (changed === undefined) return null
  const detail = `an amend changes price and quantity; ${changed} stays ${order[changed]}, not ${body[changed]}`
  return refuse('MALFORMED', detail, `body.${changed}`)
}
