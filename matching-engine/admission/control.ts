import type { SignedControl } from '#protocol/envelope.ts'
import type { Refusal } from '#protocol/refusal.ts'
import { gateRefusal } from './gate.ts'
import { type MarketView, neighbourhoodRefusal, refuse } from './market-view.ts'

/** Checks of a control before its signature: the operator speaks, of a slot whose gate is open or of them all. */
export function controlRefusal(view: MarketView, { body, signer }: SignedControl): Refusal | null {
  const elsewhere = neighbourhoodRefusal(view, body)
  if (elsewhere !== null) return elsewhere
  if (signer !== view.operator)
    return refuse('NOT_AUTHORISED', 'the market is controlled by its operator only', 'signer')
  const { action, slot } = body
  if (action === 'halt' || action === 'resume') return gateRefusal(view, slot)
  return slot === 0 ? null : refuse('MALFORMED', `${action} is for all slots: slot is 0, not ${slot}`, 'body.slot')
}

/** Checks of a control that the operator has really signed: its nonces only rise, so that none can be said again. */
export function signedControlRefusal({ street }: MarketView, { body }: SignedControl): Refusal | null {
  const { controlNonce } = street
  if (body.nonce > controlNonce) return null
  return refuse('NONCE_USED', `nonce ${body.nonce} is not above ${controlNonce}, the operator's last`, 'body.nonce')
}
