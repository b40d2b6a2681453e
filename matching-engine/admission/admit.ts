import type { SignedMessage } from '#protocol/envelope.ts'
import type { Hex } from '#protocol/ids.ts'
import type { Refusal } from '#protocol/refusal.ts'
import { verifiedDigest } from '#protocol/signing.ts'
import { controlRefusal, signedControlRefusal } from './control.ts'
import { decodeMessage } from './decode.ts'
import type { MarketView } from './market-view.ts'
import { refuse } from './market-view.ts'
import {
  enrolmentRefusal,
  readingRefusal,
  signedEnrolmentRefusal,
  signedReadingRefusal,
  signedStatementRefusal,
  statementRefusal,
} from './metering.ts'
import { isEd25519 } from './node-crypto.ts'
import { cancelRefusal, orderRefusal, signedCancelRefusal, signedOrderRefusal } from './order.ts'
import { sessionRefusal, signedSessionRefusal } from './session.ts'

/** A message that may enter the market, and its digest: the id of an order, the hash of a reading. */
export interface Admitted {
  readonly message: SignedMessage
  readonly digest: Hex
}

/**
 * Decides about one message against the market as it is, and changes nothing. What anybody can see (schema,
 * homes, limits, gates) is checked before the signature, because a signature costs a millisecond; what only the
 * account has a right to know (nonces, its orders, its place in its chain) after it.
 */
export function admit(view: MarketView, input: unknown): Admitted | Refusal {
  const message = decodeMessage(input)
  if ('code' in message) return message
  const refusedUnsigned = publicRefusal(view, message)
  if (refusedUnsigned !== null) return refusedUnsigned
  const digest = verifiedDigest({ domain: view.domain, envelope: message, isEd25519 })
  if (digest === null) {
    return refuse('BAD_SIGNATURE', `the signature is not ${message.signer}'s over this ${message.kind}`, 'signature')
  }
  return signedRefusal(view, message) ?? { message, digest }
}

function publicRefusal(view: MarketView, message: SignedMessage): Refusal | null {
  switch (message.kind) {
    case 'order':
      return orderRefusal(view, message)
    case 'cancel':
      return cancelRefusal(view, message)
    case 'reading':
      return readingRefusal(view, message)
    case 'session':
      return sessionRefusal(view, message)
    case 'statement':
      return statementRefusal(view, message)
    case 'enrolment':
      return enrolmentRefusal(view, message)
    case 'control':
      return controlRefusal(view, message)
  }
}

function signedRefusal(view: MarketView, message: SignedMessage): Refusal | null {
  switch (message.kind) {
    case 'order':
      return signedOrderRefusal(view, message)
    case 'cancel':
      return signedCancelRefusal(view, message)
    case 'reading':
      return signedReadingRefusal(view, message)
    case 'session':
      return signedSessionRefusal(view, message)
    case 'statement':
      return signedStatementRefusal(view, message)
    case 'enrolment':
      return signedEnrolmentRefusal(view, message)
    case 'control':
      return signedControlRefusal(view, message)
  }
}
