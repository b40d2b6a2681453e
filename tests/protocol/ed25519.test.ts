import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519'
import { describe, expect, it } from 'vitest'
import { isEd25519 } from '#matching-engine/index.ts'
import { isEd25519Key, isEd25519Signature } from '#protocol/ed25519.ts'
import { hexOfBytes } from '#protocol/hex.ts'

const { BASE, ZERO } = ed25519.ExtendedPoint
/** A point of order 8. */
const TORSION = ed25519.ExtendedPoint.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
const bytesOf = (number: bigint) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse()

/** A signature by RFC 8032's equation whose R is moved by a point. */
function signatureWith(moved: typeof ZERO) {
  const [scalar, nonce, digest] = [1_234_567_890_123n, 987_654_321n, Buffer.alloc(32, 7)]
  const key = BASE.multiply(scalar).toRawBytes()
  const r = BASE.multiply(nonce).add(moved).toRawBytes()
  const hash = createHash('sha512').update(r).update(key).update(digest).digest()
  const s = (nonce + numberOf(hash) * scalar) % ed25519.CURVE.n
  return [hexOfBytes(key), hexOfBytes(digest), hexOfBytes(Buffer.concat([r, bytesOf(s)]))] as const
}

describe('an Ed25519 signature', () => {
  it('is the same to the check that runs anywhere and to that of Node, also by a key that makes its own', () => {
    for (const [moved, holds] of [
      [ZERO, true],
      [TORSION, false],
      [TORSION.multiply(4n), false],
    ] as const) {
      const [key, digest, signature] = signatureWith(moved)
      expect(isEd25519Key(key)).toBe(true)
      expect(isEd25519Signature(key, digest, signature)).toBe(holds)
      expect(isEd25519(key, digest, signature)).toBe(holds)
    }
  })
})
