import type { MessageKind } from './envelope.ts'

/** The one EIP-712 domain of a deployment; stands under every signature. */
export interface SigningDomain {
  readonly name: 'Commonwatt'
  readonly version: '1'
  readonly chainId: number
  readonly verifyingContract: `0x${string}`
}

/** One field of a message: its name and its Solidity type. */
export interface Field {
  readonly name: string
  readonly type: string
}

/** The types that are signed: one a kind, and a second one for the enrolment of a device with a P-256 key. */
export type MessageType = MessageKind | 'enrolmentP256'

/** EIP-712 fields of each message, in signing order. */
export const typedData: Readonly<
  Record<MessageType, { readonly primaryType: string; readonly fields: readonly Field[] }>
> = {
  order: {
    primaryType: 'Order',
    fields: [
      { name: 'account', type: 'address' },
      { name: 'neighbourhood', type: 'string' },
      { name: 'slot', type: 'uint64' },
      { name: 'side', type: 'string' },
      { name: 'type', type: 'string' },
      { name: 'priceEurPerMWh', type: 'int64' },
      { name: 'energyWh', type: 'uint64' },
      { name: 'timeInForce', type: 'string' },
      { name: 'expiresAtMs', type: 'uint64' },
      { name: 'postOnly', type: 'bool' },
      { name: 'selfTradePrevention', type: 'string' },
      { name: 'replaces', type: 'uint64' },
      { name: 'nonce', type: 'uint64' },
    ],
  },
  cancel: {
    primaryType: 'Cancel',
    fields: [
      { name: 'account', type: 'address' },
      { name: 'neighbourhood', type: 'string' },
      { name: 'slot', type: 'uint64' },
      { name: 'orderId', type: 'bytes32' },
      { name: 'nonce', type: 'uint64' },
    ],
  },
  reading: {
    primaryType: 'Reading',
    fields: [
      { name: 'version', type: 'uint8' },
      { name: 'deviceId', type: 'string' },
      { name: 'sequence', type: 'uint64' },
      { name: 'bootId', type: 'uint64' },
      { name: 'timeMs', type: 'uint64' },
      { name: 'clock', type: 'string' },
      { name: 'monotonicMs', type: 'uint64' },
      { name: 'importWh', type: 'uint64' },
      { name: 'exportWh', type: 'uint64' },
      { name: 'powerW', type: 'int64' },
      { name: 'quality', type: 'uint64' },
      { name: 'source', type: 'string' },
      { name: 'profileHash', type: 'bytes32' },
      { name: 'registersHash', type: 'bytes32' },
      { name: 'previousHash', type: 'bytes32' },
    ],
  },
  statement: {
    primaryType: 'Statement',
    fields: [
      { name: 'deviceId', type: 'string' },
      { name: 'account', type: 'address' },
      { name: 'neighbourhood', type: 'string' },
      { name: 'slot', type: 'uint64' },
      { name: 'importWh', type: 'uint64' },
      { name: 'exportWh', type: 'uint64' },
      { name: 'firstSequence', type: 'uint64' },
      { name: 'lastSequence', type: 'uint64' },
      { name: 'chainHead', type: 'bytes32' },
      { name: 'quality', type: 'uint64' },
      { name: 'estimated', type: 'bool' },
    ],
  },
  enrolment: {
    primaryType: 'Enrolment',
    fields: [
      { name: 'neighbourhood', type: 'string' },
      { name: 'home', type: 'string' },
      { name: 'account', type: 'address' },
      { name: 'deviceId', type: 'string' },
      { name: 'deviceSigner', type: 'address' },
      { name: 'nonce', type: 'uint64' },
    ],
  },
  enrolmentP256: {
    primaryType: 'EnrolmentP256',
    fields: [
      { name: 'neighbourhood', type: 'string' },
      { name: 'home', type: 'string' },
      { name: 'account', type: 'address' },
      { name: 'deviceId', type: 'string' },
      { name: 'deviceSigner', type: 'bytes' },
      { name: 'nonce', type: 'uint64' },
    ],
  },
  session: {
    primaryType: 'StreamSession',
    fields: [
      { name: 'neighbourhood', type: 'string' },
      { name: 'deviceId', type: 'string' },
      { name: 'streamKey', type: 'bytes32' },
      { name: 'fromMs', type: 'uint64' },
      { name: 'untilMs', type: 'uint64' },
      { name: 'sequence', type: 'uint64' },
    ],
  },
  control: {
    primaryType: 'MarketControl',
    fields: [
      { name: 'neighbourhood', type: 'string' },
      { name: 'action', type: 'string' },
      { name: 'slot', type: 'uint64' },
      { name: 'nonce', type: 'uint64' },
    ],
  },
}

/** The type that a body is signed as. An enrolment with an address keeps the type that it had before there were others. */
export function messageTypeOf(kind: MessageKind, body: object): MessageType {
  return kind === 'enrolment' && 'deviceSigner' in body && String(body.deviceSigner).length > ADDRESS_DIGITS
    ? 'enrolmentP256'
    : kind
}

/** `0x` and 20 bytes */
const ADDRESS_DIGITS = 42

/** EIP-712 fields of a command to a device. No market takes one, so it is not published with the messages. */
export const deviceCommandType = {
  primaryType: 'DeviceCommand',
  fields: [
    { name: 'account', type: 'address' },
    { name: 'deviceId', type: 'string' },
    { name: 'action', type: 'string' },
    { name: 'powerW', type: 'uint64' },
    { name: 'expiresAtMs', type: 'uint64' },
    { name: 'nonce', type: 'uint64' },
  ],
} as const

/** EIP-712 fields of a device's request to be registered: `contracts/types/DeviceMessages.sol`. */
export const deviceJoinType = {
  primaryType: 'DeviceJoin',
  fields: [
    { name: 'neighbourhood', type: 'bytes32' },
    { name: 'name', type: 'bytes32' },
    { name: 'owner', type: 'address' },
    { name: 'key', type: 'bytes' },
    { name: 'siteHash', type: 'bytes32' },
    { name: 'maker', type: 'address' },
    { name: 'nonce', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
} as const

/** All that a market takes, and passes on to its chain, as `GET /api/v1/protocol` publishes it. */
export const publishedTypes = { ...typedData, deviceJoin: deviceJoinType } as const

/** EIP-712 fields of a new key's consent to sign for a device: `contracts/types/DeviceMessages.sol`. For the chain only. */
export const keyRotationType = {
  primaryType: 'KeyRotation',
  fields: [
    { name: 'device', type: 'uint256' },
    { name: 'owner', type: 'address' },
    { name: 'key', type: 'bytes' },
    { name: 'nonce', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
} as const

/** What commands are signed for: a home and its devices, whatever neighbourhood and chain they have joined. */
export const deviceDomain: SigningDomain = {
  name: 'Commonwatt',
  version: '1',
  chainId: 0,
  verifyingContract: `0x${'0'.repeat(40)}`,
}
