import { createPublicKey, verify } from 'node:crypto'
import { p256 } from '@noble/curves/nist'
import fc from 'fast-check'
import { hashTypedData } from 'viem'
import { describe, expect, it } from 'vitest'
import { keyOfText, newKeyText } from '#meter-agent/keys/key-text.ts'
import { isEd25519Key } from '#protocol/ed25519.ts'
import type { BodyOf } from '#protocol/envelope.ts'
import { isP256Key, p256Signer } from '#protocol/p256.ts'
import { addressOf, digestOf, signWith, verifiedDigest } from '#protocol/signing.ts'
import { type MessageType, typedData } from '#protocol/typed-data.ts'
import { domain, keyOf } from './messages.ts'

const hex = (bytes: number) =>
  fc
    .uint8Array({ minLength: bytes, maxLength: bytes })
    .map((array) => `0x${Buffer.from(array).toString('hex')}` as const)
const name = fc.string({ unit: 'grapheme' })
const count = fc.maxSafeNat()

/** What any EIP-712 library makes of a body. */
const elsewhere = (type: MessageType, body: object) => {
  const { primaryType, fields } = typedData[type]
  return hashTypedData({ domain, types: { [primaryType]: [...fields] }, primaryType, message: { ...body } })
}

const statement: BodyOf<'statement'> = {
  deviceId: 'meter-1',
  account: addressOf(keyOf(1)),
  neighbourhood: 'street',
  slot: 1_000,
  importWh: 12,
  exportWh: 345,
  firstSequence: 1,
  lastSequence: 9,
  chainHead: `0x${'ab'.repeat(32)}`,
  quality: 0,
  estimated: false,
}
const pem = { p256: keyOfText(newKeyText('p256')), ed25519: keyOfText(newKeyText('ed25519')) }

describe('what a device signs', () => {
  it('has the digest that any EIP-712 library computes: sessions', () => {
    fc.assert(
      fc.property(name, name, hex(32), count, count, count, (...given) => {
        const [neighbourhood, deviceId, streamKey, fromMs, untilMs, sequence] = given
        const body = { neighbourhood, deviceId, streamKey, fromMs, untilMs, sequence }
        expect(digestOf({ domain, kind: 'session', body })).toBe(elsewhere('session', body))
      }),
    )
  })

  it('… and enrolments, with an address as before and with a P-256 key as bytes', () => {
    const { fields } = typedData.enrolment
    expect(fields.find((field) => field.name === 'deviceSigner')?.type).toBe('address')
    fc.assert(
      fc.property(name, hex(20), fc.oneof(hex(20), hex(64)), count, (home, account, deviceSigner, nonce) => {
        const body = { neighbourhood: home, home, account, deviceId: home, deviceSigner, nonce }
        const type = deviceSigner.length === 42 ? 'enrolment' : 'enrolmentP256'
        expect(digestOf({ domain, kind: 'enrolment', body })).toBe(elsewhere(type, body))
      }),
    )
  })

  it.each(['p256', 'ed25519'] as const)('is 64 bytes over the digest by %s, and the same each time', (algorithm) => {
    const message = { domain, kind: 'statement', body: statement, signer: pem[algorithm] } as const
    const signed = signWith(message)
    expect(signed).toMatchObject({
      algorithm,
      signer: pem[algorithm].signer,
      signature: expect.stringMatching(/^0x\w{128}$/),
    })
    expect(signWith(message)).toEqual(signed)
  })

  it('is an Ed25519 signature as Node knows it', () => {
    const digest = digestOf({ domain, kind: 'statement', body: statement })
    const der = Buffer.from(`302a300506032b6570032100${pem.ed25519.signer.slice(2)}`, 'hex')
    const publicKey = createPublicKey({ key: der, format: 'der', type: 'spki' })
    const signature = Buffer.from(pem.ed25519.signDigest(digest).slice(2), 'hex')
    expect(verify(null, Buffer.from(digest.slice(2), 'hex'), publicKey, signature)).toBe(true)
  })

  it.each(['p256', 'ed25519'] as const)('by %s is refused with any bit of signature or key flipped', (algorithm) => {
    // Not a kind that the market takes by Ed25519, but the signature is one all the same.
    const envelope = signWith({ domain, kind: 'statement', body: statement, signer: pem[algorithm] })
    expect(verifiedDigest({ domain, envelope })).toBe(digestOf({ domain, kind: 'statement', body: statement }))
    fc.assert(
      fc.property(fc.constantFrom('signature', 'signer'), fc.nat(), (field, anyBit) => {
        const bytes = Buffer.from(envelope[field as 'signer'].slice(2), 'hex')
        const bit = anyBit % (bytes.length * 8)
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(verifiedDigest({ domain, envelope: { ...envelope, [field]: `0x${bytes.toString('hex')}` } })).toBeNull()
      }),
      { numRuns: 40 },
    )
    expect(verifiedDigest({ domain, envelope: { ...envelope, body: { ...statement, exportWh: 346 } } })).toBeNull()
    expect(verifiedDigest({ domain: { ...domain, chainId: 1 }, envelope })).toBeNull()
  })

  it('by P-256 has a low s always, and is refused with the high one', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: p256.CURVE.n - 1n }), hex(32), (scalar, chainHead) => {
        const signer = p256Signer(`0x${scalar.toString(16).padStart(64, '0')}`)
        const envelope = signWith({ domain, kind: 'statement', body: { ...statement, chainHead }, signer })
        const s = BigInt(`0x${envelope.signature.slice(66)}`)
        expect(s <= p256.CURVE.n / 2n).toBe(true)
        const high = (p256.CURVE.n - s).toString(16).padStart(64, '0')
        const twin = `${envelope.signature.slice(0, 66)}${high}` as `0x${string}`
        expect(verifiedDigest({ domain, envelope })).not.toBeNull()
        expect(verifiedDigest({ domain, envelope: { ...envelope, signature: twin } })).toBeNull()
      }),
      { numRuns: 20 },
    )
  })

  it('is by keys that are points of their curves', () => {
    expect(isP256Key(pem.p256.signer)).toBe(true)
    for (const other of [`0x${'00'.repeat(64)}`, `0x${'11'.repeat(64)}`, `0x${'ff'.repeat(64)}`] as const) {
      expect(isP256Key(other), other).toBe(false)
      const envelope = signWith({ domain, kind: 'statement', body: statement, signer: { ...pem.p256, signer: other } })
      expect(verifiedDigest({ domain, envelope })).toBeNull()
    }
    expect(isEd25519Key(pem.ed25519.signer)).toBe(true)
    // Points of order 1, 2, 4 and 8, one in another spelling, and no point at all.
    for (const other of [
      `0x01${'00'.repeat(31)}`,
      `0xec${'ff'.repeat(30)}7f`,
      `0x${'00'.repeat(32)}`,
      '0xc7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      `0xee${'ff'.repeat(30)}7f`,
      `0x02${'00'.repeat(31)}`,
    ] as const) {
      expect(isEd25519Key(other), other).toBe(false)
    }
  })
})
