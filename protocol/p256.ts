import { p256 } from '@noble/curves/nist'
import { bytesOfHex, hexOfBytes } from './hex.ts'
import type { Hex } from './ids.ts'
import type { Signer } from './signer.ts'

/**
 * A P-256 private key as a signer: over the digest itself, as the P256VERIFY precompile checks it, deterministic
 * (RFC 6979), low-s always. Throws if the key is not below the curve's order.
 */
export function p256Signer(privateKey: Hex): Signer {
  const secret = bytesOfHex(privateKey)
  return {
    algorithm: 'p256',
    signer: hexOfBytes(p256.getPublicKey(secret, false).subarray(1)),
    signDigest: (digest) => `0x${p256.sign(bytesOfHex(digest), secret, { lowS: true }).toCompactHex()}`,
  }
}

/** Whether 64 bytes x and y are a point of the curve. */
export function isP256Key(publicKey: Hex): boolean {
  try {
    p256.ProjectivePoint.fromHex(`04${publicKey.slice(2)}`).assertValidity()
    return true
  } catch {
    return false
  }
}

/** Whether 64 bytes r and s are this key's signature over the digest. A high s and a key that is no point are refused. */
export function isP256Signature(publicKey: Hex, digest: Hex, signature: Hex): boolean {
  try {
    const uncompressed = bytesOfHex(`0x04${publicKey.slice(2)}`)
    return p256.verify(bytesOfHex(signature), bytesOfHex(digest), uncompressed, { lowS: true, format: 'compact' })
  } catch {
    return false
  }
}
