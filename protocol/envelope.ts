import { Schema } from 'effect'
import { Enrolment } from './enrolment.ts'
import { Address, Hash32, Hex, P256Key } from './ids.ts'
import { MarketControl } from './market-control.ts'
import { Cancel, Order } from './order.ts'
import { Reading } from './reading.ts'
import { Session } from './session.ts'
import { Statement } from './statement.ts'

/** How a signature is made: each over the body's EIP-712 digest as it is, never hashed again. */
export type Algorithm = 'secp256k1' | 'p256' | 'ed25519'

const bytes = (count: number) => Hex.check(Schema.isBetweenLength(2 + 2 * count, 2 + 2 * count))

/**
 * The key as ERC-7913 would name it without a verifier, and the signature: an address and r, s, v; x, y and r, s;
 * RFC 8032's 32 and 64 bytes. s is the low one always.
 */
const forms = {
  secp256k1: { signer: Address, signature: bytes(65) },
  p256: { signer: P256Key, signature: bytes(64) },
  ed25519: { signer: Hash32, signature: bytes(64) },
} as const satisfies Record<Algorithm, object>

/** A body and who vouches for it. `kind` names the body's EIP-712 type, `algorithm` how `signature` was made. */
const envelope = <K extends string, B extends Schema.Top, A extends Algorithm>(kind: K, body: B, algorithm: A) =>
  Schema.Struct({
    kind: Schema.Literal(kind),
    body,
    algorithm: Schema.Literal(algorithm),
    signer: forms[algorithm].signer,
    signature: forms[algorithm].signature,
  })

export const SignedOrder = envelope('order', Order, 'secp256k1')
export type SignedOrder = typeof SignedOrder.Type
export const SignedCancel = envelope('cancel', Cancel, 'secp256k1')
export type SignedCancel = typeof SignedCancel.Type
/** By the device's own key, or by a stream key that it has authorised for the time (Ed25519). */
export const SignedReading = Schema.Union([
  envelope('reading', Reading, 'secp256k1'),
  envelope('reading', Reading, 'p256'),
  envelope('reading', Reading, 'ed25519'),
])
export type SignedReading = typeof SignedReading.Type
export const SignedStatement = Schema.Union([
  envelope('statement', Statement, 'secp256k1'),
  envelope('statement', Statement, 'p256'),
])
export type SignedStatement = typeof SignedStatement.Type
export const SignedSession = Schema.Union([
  envelope('session', Session, 'secp256k1'),
  envelope('session', Session, 'p256'),
])
export type SignedSession = typeof SignedSession.Type
export const SignedEnrolment = envelope('enrolment', Enrolment, 'secp256k1')
export type SignedEnrolment = typeof SignedEnrolment.Type

export const SignedControl = envelope('control', MarketControl, 'secp256k1')
export type SignedControl = typeof SignedControl.Type

/** Everything a market can be handed, by its homes and by its operator. */
export const SignedMessage = Schema.Union([
  SignedOrder,
  SignedCancel,
  SignedReading,
  SignedStatement,
  SignedSession,
  SignedEnrolment,
  SignedControl,
])
export type SignedMessage = typeof SignedMessage.Type
export type MessageKind = SignedMessage['kind']
export type BodyOf<K extends MessageKind> = Extract<SignedMessage, { readonly kind: K }>['body']
