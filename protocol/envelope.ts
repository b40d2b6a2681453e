import { Schema } from 'effect'
import { Enrolment } from './enrolment.ts'
import { Address, Hex } from './ids.ts'
import { MarketControl } from './market-control.ts'
import { Cancel, Order } from './order.ts'
import { Reading } from './reading.ts'
import { Statement } from './statement.ts'

/**
 * A body and who vouches for it. `kind` names the body's EIP-712 type, `algorithm` how `signature` was made,
 * `signer` the key: 20 address bytes for secp256k1 (an ERC-7913 signer without verifier), so that other
 * algorithms fit the same envelope.
 */
const envelope = <K extends string, B extends Schema.Top>(kind: K, body: B) =>
  Schema.Struct({
    kind: Schema.Literal(kind),
    body,
    algorithm: Schema.Literal('secp256k1'),
    signer: Address,
    signature: Hex.check(Schema.isBetweenLength(132, 132)),
  })

export const SignedOrder = envelope('order', Order)
export type SignedOrder = typeof SignedOrder.Type
export const SignedCancel = envelope('cancel', Cancel)
export type SignedCancel = typeof SignedCancel.Type
export const SignedReading = envelope('reading', Reading)
export type SignedReading = typeof SignedReading.Type
export const SignedStatement = envelope('statement', Statement)
export type SignedStatement = typeof SignedStatement.Type
export const SignedEnrolment = envelope('enrolment', Enrolment)
export type SignedEnrolment = typeof SignedEnrolment.Type

export const SignedControl = envelope('control', MarketControl)
export type SignedControl = typeof SignedControl.Type

/** Everything a market can be handed, by its homes and by its operator. */
export const SignedMessage = Schema.Union([
  SignedOrder,
  SignedCancel,
  SignedReading,
  SignedStatement,
  SignedEnrolment,
  SignedControl,
])
export type SignedMessage = typeof SignedMessage.Type
export type MessageKind = SignedMessage['kind']
export type BodyOf<K extends MessageKind> = Extract<SignedMessage, { readonly kind: K }>['body']
