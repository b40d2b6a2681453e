import { ed25519 } from '@noble/curves/ed25519'
import { bytesOfHex } from './hex.ts'
import type { Hex } from './ids.ts'

/** Whether 64 bytes are an Ed25519 key's signature over the digest (RFC 8032, the digest as the message). */
export type Ed25519Check = (publicKey: Hex, digest: Hex, signature: Hex) => boolean

/** Checks anywhere, the browser included, at some hundred a second. A room on Node may bring a quicker check. */
export const isEd25519Signature: Ed25519Check = (publicKey, digest, signature) => {
  try {
    const bytes = bytesOfHex(signature)
    // The library multiplies by the cofactor and would pass an R outside the prime-order group, which Node refuses.
    const isR = ed25519.ExtendedPoint.fromHex(bytes.subarray(0, 32)).isTorsionFree()
    return isR && ed25519.verify(bytes, bytesOfHex(digest), bytesOfHex(publicKey), { zip215: false })
  } catch {
    return false
  }
}

/**
 * Whether 32 bytes are a point of the prime-order group in its one spelling: for such keys all checks agree, and nobody
 * can make one signature that fits several messages.
 */
export function isEd25519Key(publicKey: Hex): boolean {
  try {
    const point = ed25519.ExtendedPoint.fromHex(bytesOfHex(publicKey))
    return !point.isSmallOrder() && point.isTorsionFree()
  } catch {
    return false
  }
}
