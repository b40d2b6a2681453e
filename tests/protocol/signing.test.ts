import { secp256k1 } from '@noble/curves/secp256k1'
import fc from 'fast-check'
import { hashTypedData, recoverTypedDataAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { addressOf, digestOf, sign, signCommand, verifiedCommand, verifiedDigest } from '#protocol/signing.ts'
import { deviceCommandType, deviceDomain, typedData } from '#protocol/typed-data.ts'
import { domain, keyOf, orderOf } from './messages.ts'

describe('a signed message', () => {
  const privateKey = keyOf(7)
  const signed = sign({ domain, kind: 'order', body: orderOf({ key: privateKey }), privateKey })

  it('is accepted with its digest', () => {
    expect(verifiedDigest({ domain, envelope: signed })).toBe(digestOf({ domain, kind: 'order', body: signed.body }))
  })

  it('is the EIP-712 signature that any wallet library recovers', async () => {
    const { primaryType, fields } = typedData.order
    const message = signed.body as unknown as Record<string, unknown>
    const types = { [primaryType]: [...fields] }
    const recovered = await recoverTypedDataAddress({
      domain,
      types,
      primaryType,
      message,
      signature: signed.signature,
    })
    expect(recovered.toLowerCase()).toBe(signed.signer)
  })

  it('has the digest that any EIP-712 library computes, whatever is in it', () => {
    const { primaryType, fields } = typedData.order
    const types = { [primaryType]: [...fields] }
    fc.assert(
      fc.property(
        fc.maxSafeInteger(),
        fc.maxSafeNat(),
        fc.boolean(),
        fc.string({ unit: 'grapheme' }),
        (price, nonce, postOnly, name) => {
          const body = orderOf({ priceEurPerMWh: price, nonce, postOnly, neighbourhood: name })
          const message = body as unknown as Record<string, unknown>
          expect(digestOf({ domain, kind: 'order', body })).toBe(hashTypedData({ domain, types, primaryType, message }))
        },
      ),
    )
  })

  it('of the operator has the digest that any EIP-712 library computes, too', () => {
    const { primaryType, fields } = typedData.control
    const types = { [primaryType]: [...fields] }
    for (const action of ['halt', 'resume', 'stop', 'start'] as const) {
      const body = { neighbourhood: 'elm-street', action, slot: 1_978_132, nonce: 7 }
      expect(digestOf({ domain, kind: 'control', body })).toBe(
        hashTypedData({ domain, types, primaryType, message: body as never }),
      )
    }
  })

  it('of a known signer is checked as strictly as of an unknown one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.maxSafeNat(), fc.nat(131), (key, slot, at) => {
        const own = sign({ domain, kind: 'order', body: orderOf({ slot, key: keyOf(key) }), privateKey: keyOf(key) })
        expect(verifiedDigest({ domain, envelope: own })).toBe(digestOf({ domain, kind: 'order', body: own.body }))
        const digit = own.signature[at] === '1' ? '2' : '1'
        const other = `${own.signature.slice(0, at)}${digit}${own.signature.slice(at + 1)}` as `0x${string}`
        if (at > 1) expect(verifiedDigest({ domain, envelope: { ...own, signature: other } })).toBeNull()
        expect(
          verifiedDigest({ domain, envelope: { ...own, body: { ...own.body, slot: slot === 0 ? 1 : slot - 1 } } }),
        ).toBeNull()
      }),
      { numRuns: 60 },
    )
  })

  it('is the same bytes each time it is signed', () => {
    expect(sign({ domain, kind: 'order', body: signed.body, privateKey })).toEqual(signed)
  })

  it('is refused when any field of the body is changed', () => {
    const changes = [
      { slot: 1_001 },
      { priceEurPerMWh: 149 },
      { energyWh: 101 },
      { side: 'sell' },
      { nonce: 2 },
    ] as const
    for (const change of changes) {
      expect(verifiedDigest({ domain, envelope: { ...signed, body: { ...signed.body, ...change } } })).toBeNull()
    }
  })

  it('is refused on another chain, contract, or under another name', () => {
    expect(verifiedDigest({ domain: { ...domain, chainId: 1 }, envelope: signed })).toBeNull()
    const verifyingContract = `0x${'22'.repeat(20)}` as const
    expect(verifiedDigest({ domain: { ...domain, verifyingContract }, envelope: signed })).toBeNull()
    expect(verifiedDigest({ domain, envelope: { ...signed, signer: addressOf(keyOf(8)) } })).toBeNull()
  })

  it('is refused with any bit of the signature flipped', () => {
    fc.assert(
      fc.property(fc.nat(65 * 8 - 1), (bit) => {
        const bytes = Buffer.from(signed.signature.slice(2), 'hex')
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        const signature = `0x${bytes.toString('hex')}` as const
        expect(verifiedDigest({ domain, envelope: { ...signed, signature } })).toBeNull()
      }),
      { numRuns: 60 },
    )
  })

  it('is refused in its malleable twin, with a high s', () => {
    const signature = secp256k1.Signature.fromCompact(signed.signature.slice(2, 130))
    const twin = new secp256k1.Signature(signature.r, secp256k1.CURVE.n - signature.s)
    const v = signed.signature.endsWith('1b') ? '1c' : '1b'
    expect(verifiedDigest({ domain, envelope: { ...signed, signature: `0x${twin.toCompactHex()}${v}` } })).toBeNull()
  })
})

describe('a signed command to a device', () => {
  const privateKey = keyOf(7)
  const body = {
    account: addressOf(privateKey),
    deviceId: 'inverter',
    action: 'curtail',
    powerW: 3_000,
    expiresAtMs: 1_780_000_000_000,
    nonce: 5,
  } as const
  const signed = signCommand(body, privateKey)

  it('has the digest, and the signature, that any EIP-712 library computes', async () => {
    const { primaryType, fields } = deviceCommandType
    const types = { [primaryType]: [...fields] }
    const typed = { domain: deviceDomain, types, primaryType, message: { ...body } as never }
    expect(verifiedCommand(signed)).toBe(hashTypedData(typed))
    const recovered = await recoverTypedDataAddress({ ...typed, signature: signed.signature })
    expect(recovered.toLowerCase()).toBe(signed.signer)
  })

  it('is none when a field is another', () => {
    for (const change of [
      { account: addressOf(keyOf(8)) },
      { deviceId: 'battery' },
      { action: 'charge' },
      { powerW: 3_001 },
      { expiresAtMs: body.expiresAtMs + 1 },
      { nonce: 6 },
    ] as const) {
      expect(verifiedCommand({ ...signed, body: { ...body, ...change } })).toBeNull()
    }
    expect(verifiedCommand({ ...signed, signer: addressOf(keyOf(8)) })).toBeNull()
  })
})
