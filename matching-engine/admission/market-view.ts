import type { Hex } from '#protocol/ids.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { Refusal, RefusalCode } from '#protocol/refusal.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { Street } from '#protocol/street.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'

/** What admission looks at: the market at one moment. It changes none of it. */
export interface MarketView {
  readonly street: Street
  readonly rules: MarketRules
  readonly domain: SigningDomain
  readonly operator: Hex
  /** the clock, Unix ms: a gate holds by it even if nobody has closed the book yet */
  readonly nowMs: number
  /** whether an order of this id was ever taken in a slot that is not settled */
  readonly wasSeen: (order: { readonly slot: number; readonly orderId: Hex }) => boolean
  /** how many orders and amends of an account were ever taken in a slot that is not settled */
  readonly ordersTaken: (of: { readonly slot: number; readonly account: Hex }) => number
}

/** A refusal; `field` is a path into the envelope. */
export function refuse(code: RefusalCode, detail: string, field?: string): Refusal {
  return field === undefined ? { code, detail } : { code, detail, field }
}

/** When a slot's trading, delivery and metering end, Unix ms. */
export function slotTimes(slot: number, rules: MarketRules) {
  const { slotMinutes } = rules
  const startMs = slotStartMs({ slot, slotMinutes })
  const endMs = slotStartMs({ slot: slot + 1, slotMinutes })
  return {
    gateMs: startMs - rules.gateBeforeDeliveryMs,
    startMs,
    endMs,
    meteringDeadlineMs: endMs + rules.meteringDeadlineMs,
  }
}

/** WRONG_NEIGHBOURHOOD unless the message is for this one. */
export function neighbourhoodRefusal(view: MarketView, body: { readonly neighbourhood: string }): Refusal | null {
  const { neighbourhood } = view.street
  if (body.neighbourhood === neighbourhood) return null
  return refuse('WRONG_NEIGHBOURHOOD', `this is ${neighbourhood}, not ${body.neighbourhood}`, 'body.neighbourhood')
}

/** NOT_AUTHORISED unless the account signs for itself. */
export function ownSignerRefusal(signer: Hex, account: Hex): Refusal | null {
  if (signer === account) return null
  return refuse('NOT_AUTHORISED', `account ${account} signs for itself, not ${signer}`, 'signer')
}

/** NONCE_USED if the account has used the nonce. */
export function nonceRefusal(
  view: MarketView,
  body: { readonly account: Hex; readonly nonce: number },
): Refusal | null {
  if (!view.street.nonces.get(body.account)?.has(body.nonce)) return null
  return refuse('NONCE_USED', `account ${body.account} has used nonce ${body.nonce}`, 'body.nonce')
}

/** UNKNOWN_HOME: nobody has enrolled the device. */
export function unknownDevice(deviceId: string): Refusal {
  return refuse('UNKNOWN_HOME', `no home has enrolled device ${deviceId}`, 'body.deviceId')
}

/** NOT_AUTHORISED: another key signs for the device. */
export function wrongDeviceSigner(deviceId: string, signer: string): Refusal {
  return refuse('NOT_AUTHORISED', `device ${deviceId} was not enrolled with signer ${signer}`, 'signer')
}
