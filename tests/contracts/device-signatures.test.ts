import { p256 } from '@noble/curves/nist'
import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import type { DeviceJoin } from '#protocol/device-join.ts'
import { meter, nobody, type OpenRegistry, revertOf, softMeter, withRegistry } from './registry.ts'

type Hex = `0x${string}`

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const word = (value: bigint) => value.toString(16).padStart(64, '0')
/** The other signature that the equation of the curve lets pass: s is n − s, and v the other one. */
const mirrored = (signature: Hex, order: bigint): Hex => {
  const [r, s, v] = [signature.slice(2, 66), BigInt(`0x${signature.slice(66, 130)}`), signature.slice(130)]
  const otherV = v === '' ? '' : v === '1b' ? '1c' : '1b'
  return `0x${r}${word(order - s)}${otherV}`
}
/** EIP-2098: 64 bytes, v in the top bit of s. */
const compact = (signature: Hex): Hex => {
  const [r, s, v] = [signature.slice(2, 66), BigInt(`0x${signature.slice(66, 130)}`), signature.slice(130)]
  return `0x${r}${word(s | (v === '1c' ? 1n << 255n : 0n))}`
}

describe('a signature has one spelling: the registry refuses', () => {
  const spellings = (order: bigint, isP256: boolean): readonly (readonly [string, (signature: Hex) => Hex])[] => [
    ['the mirrored one, of a high s', (signature) => mirrored(signature, order)],
    ['one byte more', (signature) => `${signature}00`],
    ['one byte less', (signature) => signature.slice(0, -2) as Hex],
    ['none', () => '0x'],
    ['zeros', (signature) => `0x${'0'.repeat(signature.length - 2)}`],
    ...(isP256
      ? []
      : [
          ['the compact one', compact] as const,
          [
            'v of 0 or 1',
            (signature: Hex) => `${signature.slice(0, -2)}${signature.endsWith('1b') ? '00' : '01'}` as Hex,
          ] as const,
        ]),
  ]

  it('of a P-256 device', () =>
    withRegistry((t) =>
      Effect.gen(function* () {
        const { join, ownerSignature, deviceSignature } = t.signed()
        for (const [what, spell] of spellings(p256.CURVE.n, true)) {
          const signed = { join, ownerSignature, deviceSignature: spell(deviceSignature) }
          expect(yield* revertOf(t.sendJoin(signed)), what).toBe('NotSignedByKey')
        }
        yield* t.sendJoin({ join, ownerSignature, deviceSignature })
      }),
    )())

  it('of a secp256k1 device, and of an owner', () =>
    withRegistry((t) =>
      Effect.gen(function* () {
        const { join, ownerSignature, deviceSignature } = t.signed({ device: softMeter })
        for (const [what, spell] of spellings(SECP256K1_ORDER, false)) {
          const byDevice = { join, ownerSignature, deviceSignature: spell(deviceSignature) }
          expect(yield* revertOf(t.sendJoin(byDevice)), what).toBe('NotSignedByKey')
          const byOwner = { join, ownerSignature: spell(ownerSignature), deviceSignature }
          expect(yield* revertOf(t.sendJoin(byOwner)), what).toBe('NotSignedByOwner')
        }
        yield* t.sendJoin({ join, ownerSignature, deviceSignature })
      }),
    )())
})

describe('a key has one of two forms: the registry refuses', () => {
  const withKey = (t: OpenRegistry, key: (p256Verifier: Hex) => Hex) =>
    revertOf(t.sendJoin(t.signed({}, (join: DeviceJoin) => ({ ...join, key: key(t.p256Verifier) }))))
  const x = meter.signer.slice(2, 66)
  const y = BigInt(`0x${meter.signer.slice(66)}`)
  const prime = p256.CURVE.Fp.ORDER

  it.for([
    ['a point that is not on the curve', (verifier: Hex): Hex => `${verifier}${x}${word(y + 1n)}`],
    ['x and y of zero', (verifier: Hex): Hex => `${verifier}${'0'.repeat(128)}`],
    ['a coordinate above the prime', (verifier: Hex): Hex => `${verifier}${word(prime)}${word(y)}`],
    ['another verifier', (): Hex => `0x${'56'.repeat(20)}${meter.signer.slice(2)}`],
    ['the precompile as verifier', (): Hex => `0x${'100'.padStart(40, '0')}${meter.signer.slice(2)}`],
    ['a P-256 key without verifier', (): Hex => meter.signer],
    ['the zero address', (): Hex => nobody],
    ['a verifier alone and a byte', (verifier: Hex): Hex => `${verifier}00`],
    ['nothing', (): Hex => '0x'],
    ['an Ed25519 key', (): Hex => `0x${'ed'.repeat(32)}`],
    ['a P-256 key and a byte more', (verifier: Hex): Hex => `${verifier}${meter.signer.slice(2)}00`],
  ] as const)('%s', ([, key]) =>
    withRegistry((t) => Effect.map(withKey(t, key), (revert) => expect(revert).toBe('BadKey')))(),
  )

  it('the address of a contract, however it would answer for itself', () =>
    withRegistry((t) =>
      Effect.map(
        withKey(t, () => t.addresses.vault),
        (revert) => expect(revert).toBe('NotSignedByKey'),
      ),
    )())
})
