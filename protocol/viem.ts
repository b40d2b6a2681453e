import { secp256k1 } from '@noble/curves/secp256k1'
import { hashTypedData, keccak256, stringToBytes } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import type { BodyOf, MessageKind, SignedMessage } from './envelope.ts'
import { type SigningDomain, typedData } from './typed-data.ts'

type Hex = `0x${string}`

/** keccak256 of canonical bytes or a text, as lower-case hex. */
export function keccak(data: Uint8Array | string): Hex {
  return keccak256(typeof data === 'string' ? stringToBytes(data) : data)
}

/** A key's address costs as much as a signature; a process signs with few keys, many times. */
const addresses = new Map<Hex, Hex>()
const ADDRESSES_MAX = 1_024

/** The address of a secp256k1 private key, lower-case. Throws if the key is not below the curve's order. */
export function addressOf(privateKey: Hex): Hex {
  const known = addresses.get(privateKey)
  if (known !== undefined) return known
  const address = privateKeyToAddress(privateKey).toLowerCase() as Hex
  if (addresses.size >= ADDRESSES_MAX) addresses.clear()
  addresses.set(privateKey, address)
  return address
}

/** The EIP-712 digest that is signed: the message's identity. A reading's digest is the next reading's `previousHash`. */
export function digestOf<K extends MessageKind>(message: {
  readonly domain: SigningDomain
  readonly kind: K
  readonly body: BodyOf<K>
}): Hex {
  const { primaryType, fields } = typedData[message.kind]
  return hashTypedData({
    domain: message.domain,
    types: { [primaryType]: fields },
    primaryType,
    message: message.body as unknown as Record<string, unknown>,
  })
}

/** Signs a body with a secp256k1 key: deterministic (RFC 6979), low-s always. */
export function sign<K extends MessageKind>(message: {
  readonly domain: SigningDomain
  readonly kind: K
  readonly body: BodyOf<K>
  readonly privateKey: Hex
}): Extract<SignedMessage, { readonly kind: K }> {
  const signature = secp256k1.sign(digestOf(message).slice(2), message.privateKey.slice(2), { lowS: true })
  const compact = signature.toCompactHex()
  return {
    kind: message.kind,
    body: message.body,
    algorithm: 'secp256k1',
    signer: addressOf(message.privateKey),
    signature: `0x${compact}${(27 + signature.recovery).toString(16)}`,
  } as unknown as Extract<SignedMessage, { readonly kind: K }>
}

/**
 * Checks an envelope's signature and gives its digest, or null if it was not made by `signer` over these bytes.
 * Refuses high-s and any v but 27 and 28, so that a signature has one spelling.
 */
export function verifiedDigest(message: {
  readonly domain: SigningDomain
  readonly envelope: SignedMessage
}): Hex | null {
  const { envelope, domain } = message
  const digest = digestOf({ domain, kind: envelope.kind, body: envelope.body })
  const recovery = Number.parseInt(envelope.signature.slice(130), 16) - 27
  if (recovery !== 0 && recovery !== 1) return null
  try {
    const signature = secp256k1.Signature.fromCompact(envelope.signature.slice(2, 130)).addRecoveryBit(recovery)
    if (signature.hasHighS()) return null
    const publicKey = signature.recoverPublicKey(digest.slice(2)).toRawBytes(false)
    const address = `0x${keccak(publicKey.subarray(1)).slice(-40)}`
    return address === envelope.signer ? digest : null
  } catch {
    return null // not a point of the curve: not a signature
  }
}
