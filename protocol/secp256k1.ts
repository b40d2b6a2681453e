import { Field } from '@noble/curves/abstract/modular'
import { secp256k1 } from '@noble/curves/secp256k1'

type Hex = `0x${string}`
type Point = InstanceType<typeof secp256k1.ProjectivePoint>

const { n: ORDER } = secp256k1.CURVE
/** The scalars: whole numbers modulo the curve's order. */
const scalars = Field(ORDER)
const SIGNERS_MAX = 1_024
/** Multiples of a signer's point that are kept: about 60 kB a key, and a check is some four times as quick. */
const WINDOW_BITS = 5

/** r, s and the parity of the point that they stand for. */
export interface RecoverableSignature {
  readonly r: bigint
  readonly s: bigint
  readonly recovery: 0 | 1
}

/** The uncompressed public key, 64 bytes without the leading 4. Throws if the private key is zero or not below the order. */
export function publicKeyOf(privateKey: Hex): Uint8Array {
  return secp256k1.getPublicKey(privateKey.slice(2), false).subarray(1)
}

/** Signs a 32-byte digest: deterministic (RFC 6979), low-s always. 65 bytes r, s, v as hex; v is 27 or 28. */
export function signDigest(digest: Hex, privateKey: Hex): Hex {
  const signature = secp256k1.sign(digest.slice(2), privateKey.slice(2), { lowS: true })
  return `0x${signature.toCompactHex()}${(27 + signature.recovery).toString(16)}`
}

/** Reads 65 bytes r, s, v. Null if they have another spelling: a high s, a v other than 27 and 28, r or s no scalar. */
export function parseSignature(signature: Hex): RecoverableSignature | null {
  const recovery = Number.parseInt(signature.slice(130), 16) - 27
  if (signature.length !== 132 || (recovery !== 0 && recovery !== 1)) return null
  const [r, s] = [BigInt(signature.slice(0, 66)), BigInt(`0x${signature.slice(66, 130)}`)]
  return r > 0n && r < ORDER && s > 0n && s <= ORDER / 2n ? { r, s, recovery } : null
}

/** The public key, as `publicKeyOf` gives it, that made a signature over a digest; null if none can have made it. */
export function recoverPublicKey(digest: Hex, signature: RecoverableSignature): Uint8Array | null {
  return recoveredPoint(digest, signature)?.toRawBytes(false).subarray(1) ?? null
}

function recoveredPoint(digest: Hex, { r, s, recovery }: RecoverableSignature): Point | null {
  try {
    return new secp256k1.Signature(r, s).addRecoveryBit(recovery).recoverPublicKey(digest.slice(2))
  } catch {
    return null // r is the abscissa of no point: not a signature
  }
}

/** Checks signatures, and keeps what it learned of a signer's key: the second check is much cheaper than the first. */
export class SignatureChecker {
  readonly #addressOf: (publicKey: Uint8Array) => Hex
  readonly #signers = new Map<Hex, { readonly point: Point; uses: number }>()

  /** @param addressOf the address of an uncompressed public key: 64 bytes, without the leading 4 */
  constructor(addressOf: (publicKey: Uint8Array) => Hex) {
    this.#addressOf = addressOf
  }

  /** Whether the key of this address made this very signature over the digest. */
  isSignedBy(signer: Hex, digest: Hex, signature: RecoverableSignature): boolean {
    const known = this.#signers.get(signer)
    if (known === undefined) return this.#recovers(signer, digest, signature)
    // Worth its memory only for a key that comes back.
    if (++known.uses === 2) known.point._setWindowSize(WINDOW_BITS)
    return isSignature(known.point, BigInt(digest), signature)
  }

  #recovers(signer: Hex, digest: Hex, signature: RecoverableSignature): boolean {
    const point = recoveredPoint(digest, signature)
    if (point === null) return false
    if (this.#addressOf(point.toRawBytes(false).subarray(1)) !== signer) return false
    if (this.#signers.size >= SIGNERS_MAX) this.#signers.clear()
    this.#signers.set(signer, { point, uses: 1 })
    return true
  }
}

/**
 * The equation of ECDSA (SEC 1, 4.1.4), by the library's group: R = (z·s⁻¹)·G + (r·s⁻¹)·Q has abscissa r, and the
 * parity that the signature names. The library's own check cannot keep a key's multiples. All of it is public data.
 */
function isSignature(key: Point, digest: bigint, { r, s, recovery }: RecoverableSignature): boolean {
  const inverse = scalars.inv(s)
  const ofBase = scalars.mul(scalars.create(digest), inverse)
  const ofKey = scalars.mul(r, inverse)
  // `multiply`, not the library's `multiplyUnsafe`: that one is wrong for points whose multiples are kept (1.9.1).
  const { BASE, ZERO } = secp256k1.ProjectivePoint
  const sum = (ofBase === 0n ? ZERO : BASE.multiply(ofBase)).add(key.multiply(ofKey))
  if (sum.equals(ZERO)) return false
  const { x, y } = sum.toAffine()
  return x === r && (y & 1n) === BigInt(recovery)
}
