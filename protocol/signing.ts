import type { DeviceCommand, SignedCommand } from './device-command.ts'
import { type Ed25519Check, isEd25519Signature } from './ed25519.ts'
import { encodeType, structEncoder } from './eip712.ts'
import type { BodyOf, MessageKind, SignedMessage } from './envelope.ts'
import { hexOfBytes } from './hex.ts'
import { keccakBytes } from './js-sha3.ts'
import { isP256Signature } from './p256.ts'
import { parseSignature, publicKeyOf, recoverPublicKey, SignatureChecker, signDigest } from './secp256k1.ts'
import type { Signer } from './signer.ts'
import {
  deviceCommandType,
  deviceDomain,
  type Field,
  messageTypeOf,
  type SigningDomain,
  typedData,
} from './typed-data.ts'

type Hex = `0x${string}`

const encoder = new TextEncoder()
const bytesOfText = (text: string): Uint8Array => encoder.encode(text)

/** keccak256 of canonical bytes or a text, as lower-case hex. */
export function keccak(data: Uint8Array | string): Hex {
  return hexOfBytes(keccakBytes(typeof data === 'string' ? bytesOfText(data) : data))
}

/** The last 20 bytes of the hash of an uncompressed public key's 64 bytes. */
const addressOfPublicKey = (publicKey: Uint8Array): Hex => `0x${keccak(publicKey).slice(-40)}`

/** A key's address costs as much as a signature; a process signs with few keys, many times. */
const addresses = new Map<Hex, Hex>()
const ADDRESSES_MAX = 1_024

/** The address of a secp256k1 private key, lower-case. Throws if the key is not below the curve's order. */
export function addressOf(privateKey: Hex): Hex {
  const known = addresses.get(privateKey)
  if (known !== undefined) return known
  const address = addressOfPublicKey(publicKeyOf(privateKey))
  if (addresses.size >= ADDRESSES_MAX) addresses.clear()
  addresses.set(privateKey, address)
  return address
}

/** Working out a message's type and its domain anew each time would cost more than the message. */
const encoders = new WeakMap<StructType, ReturnType<typeof structEncoder>>()
const domainSeparators = new WeakMap<SigningDomain, Uint8Array>()
/** Few texts stand in many messages: names, sides, sources. */
const texts = new Map<string, Uint8Array>()
const TEXTS_MAX = 4_096
const TEXT_LENGTH_MAX = 64

function hashed(data: Uint8Array | string): Uint8Array {
  if (typeof data !== 'string') return keccakBytes(data)
  const known = texts.get(data)
  if (known !== undefined) return known
  const hash = keccakBytes(bytesOfText(data))
  if (texts.size >= TEXTS_MAX) texts.clear()
  if (data.length <= TEXT_LENGTH_MAX) texts.set(data, hash)
  return hash
}

interface StructType {
  readonly primaryType: string
  readonly fields: readonly Field[]
}

/** keccak256 of a flat struct (EIP-712, hashStruct). */
function structHash(type: StructType, body: object): Uint8Array {
  let encode = encoders.get(type)
  if (encode === undefined) {
    const { primaryType, fields } = type
    encode = structEncoder({ typeHash: hashed(encodeType(primaryType, fields)), fields, keccak: hashed })
    encoders.set(type, encode)
  }
  return keccakBytes(encode(body as Readonly<Record<string, unknown>>))
}

/** EIP-712's own struct, with the fields that our domain has. */
const domainType: StructType = {
  primaryType: 'EIP712Domain',
  fields: [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
  ],
}

function domainSeparatorOf(domain: SigningDomain): Uint8Array {
  const known = domainSeparators.get(domain)
  if (known !== undefined) return known
  const separator = structHash(domainType, domain)
  domainSeparators.set(domain, separator)
  return separator
}

/** The EIP-712 digest that is signed: the message's identity. A reading's digest is the next reading's `previousHash`. */
export function digestOf<K extends MessageKind>(message: {
  readonly domain: SigningDomain
  readonly kind: K
  readonly body: BodyOf<K>
}): Hex {
  return structDigest(typedData[messageTypeOf(message.kind, message.body)], message.domain, message.body)
}

/** The EIP-712 digest of what no envelope carries: a command to a device, a message to the chain. */
export function structDigest(type: StructType, domain: SigningDomain, message: object): Hex {
  const signed = new Uint8Array(66)
  signed.set([0x19, 0x01])
  signed.set(domainSeparatorOf(domain), 2)
  signed.set(structHash(type, message), 34)
  return hexOfBytes(keccakBytes(signed))
}

/** A secp256k1 private key as a signer: deterministic (RFC 6979), low-s always. */
export function secp256k1Signer(privateKey: Hex): Signer {
  return {
    algorithm: 'secp256k1',
    signer: addressOf(privateKey),
    signDigest: (digest) => signDigest(digest, privateKey),
  }
}

/** Signs a body. Whether a key of this algorithm may sign such a body is for the market to say. */
export function signWith<K extends MessageKind>(message: {
  readonly domain: SigningDomain
  readonly kind: K
  readonly body: BodyOf<K>
  readonly signer: Signer
}): Extract<SignedMessage, { readonly kind: K }> {
  const { kind, body, signer } = message
  return envelopeOf({ kind, body, signer, signature: signer.signDigest(digestOf(message)) })
}

/** The envelope of a body that was signed before. */
export function envelopeOf<K extends MessageKind>(signed: {
  readonly kind: K
  readonly body: BodyOf<K>
  readonly signer: Pick<Signer, 'algorithm' | 'signer'>
  readonly signature: Hex
}): Extract<SignedMessage, { readonly kind: K }> {
  const { kind, body, signature } = signed
  const { algorithm, signer } = signed.signer
  return { kind, body, algorithm, signer, signature } as unknown as Extract<SignedMessage, { readonly kind: K }>
}

/** Signs a body with a secp256k1 key. */
export function sign<K extends MessageKind>(message: {
  readonly domain: SigningDomain
  readonly kind: K
  readonly body: BodyOf<K>
  readonly privateKey: Hex
}): Extract<SignedMessage, { readonly kind: K }> {
  const { privateKey, ...unsigned } = message
  return signWith({ ...unsigned, signer: secp256k1Signer(privateKey) })
}

const checker = new SignatureChecker(addressOfPublicKey)

/**
 * Whether a key made this very signature over a digest. Refuses high-s and any v but 27 and 28, so that a signature has
 * one spelling. `isEd25519` may be a quicker check.
 */
export function isSignature(
  { algorithm, signer }: Pick<Signer, 'algorithm' | 'signer'>,
  digest: Hex,
  signature: Hex,
  isEd25519: Ed25519Check = isEd25519Signature,
): boolean {
  switch (algorithm) {
    case 'secp256k1': {
      const parsed = parseSignature(signature)
      return parsed !== null && checker.isSignedBy(signer, digest, parsed)
    }
    case 'p256':
      return isP256Signature(signer, digest, signature)
    case 'ed25519':
      return isEd25519(signer, digest, signature)
  }
}

/** Checks an envelope's signature, as `isSignature` does, and gives its digest, or null if `signer` did not make it. */
export function verifiedDigest(message: {
  readonly domain: SigningDomain
  readonly envelope: SignedMessage
  readonly isEd25519?: Ed25519Check
}): Hex | null {
  const { envelope, domain, isEd25519 } = message
  const digest = digestOf({ domain, kind: envelope.kind, body: envelope.body })
  return isSignature(envelope, digest, envelope.signature, isEd25519) ? digest : null
}

/**
 * The public key, 64 bytes x, y, of whoever signed an envelope by secp256k1; null if its `signer` did not make it, or
 * with a key of another algorithm.
 */
export function publicKeyBehind(message: {
  readonly domain: SigningDomain
  readonly envelope: SignedMessage
}): Hex | null {
  const { domain, envelope } = message
  const signature = envelope.algorithm === 'secp256k1' ? parseSignature(envelope.signature) : null
  if (signature === null) return null
  const publicKey = recoverPublicKey(digestOf({ domain, kind: envelope.kind, body: envelope.body }), signature)
  return publicKey !== null && addressOfPublicKey(publicKey) === envelope.signer ? hexOfBytes(publicKey) : null
}

/** The EIP-712 digest of a command to a device: its identity. */
const commandDigest = (body: DeviceCommand): Hex => structDigest(deviceCommandType, deviceDomain, body)

/** Signs a command to a device, as `sign` does a message. */
export function signCommand(body: DeviceCommand, privateKey: Hex): SignedCommand {
  const signature = signDigest(commandDigest(body), privateKey)
  return { kind: 'command', body, algorithm: 'secp256k1', signer: addressOf(privateKey), signature }
}

/** Checks a command's signature and gives its digest, or null; as strict as `verifiedDigest`. */
export function verifiedCommand({ body, algorithm, signer, signature }: SignedCommand): Hex | null {
  const digest = commandDigest(body)
  return isSignature({ algorithm, signer }, digest, signature) ? digest : null
}
