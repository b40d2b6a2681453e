import { domainSeparator, keccak256, stringToBytes, toBytes } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { encodeStruct, encodeType } from './eip712.ts'
import type { BodyOf, MessageKind, SignedMessage } from './envelope.ts'
import { parseSignature, SignatureChecker, signDigest } from './secp256k1.ts'
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

/** Hashing a message anew each time its type and its domain would cost more than the message. */
const typeHashes = new Map<MessageKind, Uint8Array>()
const domainSeparators = new WeakMap<SigningDomain, Uint8Array>()
const keccakBytes = (data: Uint8Array) => keccak256(data, 'bytes')

function typeHashOf(kind: MessageKind): Uint8Array {
  const known = typeHashes.get(kind)
  if (known !== undefined) return known
  const { primaryType, fields } = typedData[kind]
  const hash = keccakBytes(stringToBytes(encodeType(primaryType, fields)))
  typeHashes.set(kind, hash)
  return hash
}

function domainSeparatorOf(domain: SigningDomain): Uint8Array {
  const known = domainSeparators.get(domain)
  if (known !== undefined) return known
  const separator = toBytes(domainSeparator({ domain }))
  domainSeparators.set(domain, separator)
  return separator
}

/** The EIP-712 digest that is signed: the message's identity. A reading's digest is the next reading's `previousHash`. */
export function digestOf<K extends MessageKind>(message: {
  readonly domain: SigningDomain
  readonly kind: K
  readonly body: BodyOf<K>
}): Hex {
  const { fields } = typedData[message.kind]
  const body = message.body as unknown as Readonly<Record<string, unknown>>
  const struct = encodeStruct({ typeHash: typeHashOf(message.kind), fields, body, keccak: keccakBytes })
  const signed = new Uint8Array(66)
  signed.set([0x19, 0x01])
  signed.set(domainSeparatorOf(message.domain), 2)
  signed.set(keccakBytes(struct), 34)
  return keccak256(signed)
}

/** Signs a body with a secp256k1 key: deterministic (RFC 6979), low-s always. */
export function sign<K extends MessageKind>(message: {
  readonly domain: SigningDomain
  readonly kind: K
  readonly body: BodyOf<K>
  readonly privateKey: Hex
}): Extract<SignedMessage, { readonly kind: K }> {
  return {
    kind: message.kind,
    body: message.body,
    algorithm: 'secp256k1',
    signer: addressOf(message.privateKey),
    signature: signDigest(digestOf(message), message.privateKey),
  } as unknown as Extract<SignedMessage, { readonly kind: K }>
}

const checker = new SignatureChecker((publicKey) => `0x${keccak(publicKey).slice(-40)}`)

/**
 * Checks an envelope's signature and gives its digest, or null if it was not made by `signer` over these bytes.
 * Refuses high-s and any v but 27 and 28, so that a signature has one spelling.
 */
export function verifiedDigest(message: {
  readonly domain: SigningDomain
  readonly envelope: SignedMessage
}): Hex | null {
  const { envelope, domain } = message
  const signature = parseSignature(envelope.signature)
  if (signature === null) return null
  const digest = digestOf({ domain, kind: envelope.kind, body: envelope.body })
  return checker.isSignedBy(envelope.signer, digest, signature) ? digest : null
}
