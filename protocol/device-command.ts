import { Schema } from 'effect'
import { Address, Count, Hex, PositiveInt, Slug } from './ids.ts'

/** What a device can be told: to inject no more, to charge, to discharge, or to do again as it was found. */
export const DeviceAction = Schema.Literals(['curtail', 'charge', 'discharge', 'release'])
export type DeviceAction = typeof DeviceAction.Type

/**
 * A home's account tells a device of the home what to do until `expiresAtMs` (Unix ms). `powerW` is the most that it may
 * inject when curtailed, or what it shall charge or discharge with; 0 for a release. An account's nonces grow.
 */
export const DeviceCommand = Schema.Struct({
  account: Address,
  deviceId: Slug,
  action: DeviceAction,
  powerW: Count,
  expiresAtMs: Count,
  nonce: PositiveInt,
})
export type DeviceCommand = typeof DeviceCommand.Type

/** A command and who vouches for it: an envelope like those of the market's messages, which no market takes. */
export const SignedCommand = Schema.Struct({
  kind: Schema.Literal('command'),
  body: DeviceCommand,
  algorithm: Schema.Literal('secp256k1'),
  signer: Address,
  signature: Hex.check(Schema.isBetweenLength(132, 132)),
})
export type SignedCommand = typeof SignedCommand.Type
