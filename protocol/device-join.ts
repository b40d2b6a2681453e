import { Schema } from 'effect'
import { Address, Count, Hash32, Hex } from './ids.ts'
import type { Signer } from './signer.ts'
import { isSignature, keccak, structDigest } from './signing.ts'
import { deviceJoinType, keyRotationType, type SigningDomain } from './typed-data.ts'

/** A key as the registry writes it (ERC-7913): an address, or the P-256 verifier's address and x, y. */
const DeviceKey = Schema.TemplateLiteral(['0x', Schema.String]).check(
  Schema.isPattern(/^0x(?:[0-9a-f]{40}|[0-9a-f]{168})$/),
)

/** A device's request to be registered on chain: `contracts/types/DeviceMessages.sol`. */
export const DeviceJoin = Schema.Struct({
  /** keccak256 of the neighbourhood's name */
  neighbourhood: Hash32,
  /** keccak256 of the name that its statements carry as `deviceId` */
  name: Hash32,
  /** the account that its statements carry */
  owner: Address,
  /** what signs its statements, as `deviceKeyOf` writes it */
  key: DeviceKey,
  /** salted hash of where it is built in */
  siteHash: Hash32,
  /** who made it; zero: does not say */
  maker: Address,
  /** one that the owner has not used in the registry */
  nonce: Count,
  /** last second in which it is taken, Unix time */
  deadline: Count,
})
export type DeviceJoin = typeof DeviceJoin.Type

/** A request and who consents to it: owner and device sign the same message, the owner in 65 bytes r, s, v. */
export const SignedDeviceJoin = Schema.Struct({
  join: DeviceJoin,
  ownerSignature: Hex.check(Schema.isPattern(/^0x\w{130}$/)),
  deviceSignature: Hex.check(Schema.isPattern(/^0x(?:\w{128}|\w{130})$/)),
})
export type SignedDeviceJoin = typeof SignedDeviceJoin.Type

/** A new key's consent to sign for a device. */
export interface KeyRotation extends Pick<DeviceJoin, 'owner' | 'key' | 'nonce' | 'deadline'> {
  /** id of the device in the registry */
  readonly device: number
}

/**
 * A key as the registry writes it (ERC-7913): an address, or its P-256 verifier's address and x, y. Throws on a key
 * that signs no statements (Ed25519).
 */
export function deviceKeyOf(signer: Pick<Signer, 'algorithm' | 'signer'>, p256Verifier: Address): Hex {
  if (signer.algorithm === 'secp256k1') return signer.signer
  if (signer.algorithm === 'p256') return `${p256Verifier}${signer.signer.slice(2)}`
  throw new TypeError(`no registry knows a key of ${signer.algorithm}`)
}

/** `0x` and 20 bytes */
const ADDRESS_DIGITS = 42

/** The key of a device as its enrolment names it. */
export function enrolledKey(deviceSigner: Hex): Pick<Signer, 'algorithm' | 'signer'> {
  return { algorithm: deviceSigner.length === ADDRESS_DIGITS ? 'secp256k1' : 'p256', signer: deviceSigner }
}

/** Which signature of a request was not made over it by whom it names; null where both were. */
export function wrongSignatureOf(
  domain: SigningDomain,
  { join, ownerSignature, deviceSignature }: SignedDeviceJoin,
): 'ownerSignature' | 'deviceSignature' | null {
  const digest = structDigest(deviceJoinType, domain, join)
  if (!isSignature({ algorithm: 'secp256k1', signer: join.owner }, digest, ownerSignature)) return 'ownerSignature'
  const { key } = join
  const device = enrolledKey(key.length === ADDRESS_DIGITS ? key : `0x${key.slice(ADDRESS_DIGITS)}`)
  return isSignature(device, digest, deviceSignature) ? null : 'deviceSignature'
}

/** Signs a request to register a device by name. What is left out is zero: no site, no maker, nonce 0. */
export function signDeviceJoin(request: {
  readonly domain: SigningDomain
  readonly neighbourhood: string
  readonly deviceId: string
  readonly owner: Signer
  readonly device: Signer
  readonly p256Verifier: Address
  readonly deadline: number
  readonly siteHash?: Hash32
  readonly maker?: Address
  readonly nonce?: number
}): SignedDeviceJoin {
  const { domain, owner, device, deadline } = request
  const join: DeviceJoin = {
    neighbourhood: keccak(request.neighbourhood),
    name: keccak(request.deviceId),
    owner: owner.signer,
    key: deviceKeyOf(device, request.p256Verifier),
    siteHash: request.siteHash ?? `0x${'0'.repeat(64)}`,
    maker: request.maker ?? `0x${'0'.repeat(40)}`,
    nonce: request.nonce ?? 0,
    deadline,
  }
  const digest = structDigest(deviceJoinType, domain, join)
  return { join, ownerSignature: owner.signDigest(digest), deviceSignature: device.signDigest(digest) }
}

/** The consent of `rotation.key`, which `signer` holds. */
export function signKeyRotation(domain: SigningDomain, rotation: KeyRotation, signer: Signer): Hex {
  return signer.signDigest(structDigest(keyRotationType, domain, rotation))
}
