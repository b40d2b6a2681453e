import { bls12_381 } from '@noble/curves/bls12-381'
import { describe, expect, it } from 'vitest'
import {
  blsKey,
  consentDomain,
  g1Infinity,
  g1Words,
  g2Infinity,
  g2Words,
  outsideG1,
  outsideG2,
  possessionDomain,
  signBls,
} from './bls.ts'
import { batchOf, consentAnswer, consentOf, onConsentStreet, possessionOf } from './consent-street.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`
const stranger = person(0xbad)

describe('registering a key', () => {
  it(
    'needs a seat, and that the seat has no key',
    onConsentStreet(async ({ chain, keys, neighbourhood, homes: [home] }) => {
      if (home === undefined) throw new Error('a street has homes')
      const args = [neighbourhood, g1Words(home.bls.point), g2Words(g2Infinity)]
      expect(await chain.refusal(stranger.key, keys, 'registerKey', args)).toMatch(/^NoSeat\(/)
      expect(await chain.refusal(home.key, keys, 'registerKey', args)).toBe('KeyExists(4)')
    }),
  )

  it(
    'refuses a rogue key: one that is no key but a difference to others',
    onConsentStreet(async (street) => {
      const { chain, keys, neighbourhood, homes } = street
      const [rogue, ...victims] = homes
      if (rogue === undefined) throw new Error('a street has homes')
      await chain.send(rogue.key, keys, 'removeKey', [neighbourhood, g1Words(rogue.bls.point)])
      const mine = blsKey(77)
      const point = victims.reduce((sum, { bls }) => sum.subtract(bls.point), mine.point)
      const message = await chain.read<Hex>(keys, 'possessionMessageOf', [neighbourhood, rogue.account, g1Words(point)])
      const args = [neighbourhood, g1Words(point), g2Words(signBls(mine, message, possessionDomain))]
      expect(await chain.refusal(rogue.key, keys, 'registerKey', args)).toMatch(/^NotPossessed\(/)
    }),
  )

  it(
    'refuses a possession that is replayed, signed as consent, or infinity',
    onConsentStreet(async (street) => {
      const { chain, keys, neighbourhood, vault, settlement, homes } = street
      const [first, second] = homes
      if (first === undefined || second === undefined) throw new Error('a street has homes')
      const key = g1Words(first.bls.point)
      const possession = await possessionOf(street, first)
      await chain.send(second.key, keys, 'removeKey', [neighbourhood, g1Words(second.bls.point)])
      const refusal = (signature: typeof possession, contract = keys) =>
        chain.refusal(second.key, contract, 'registerKey', [neighbourhood, key, g2Words(signature)])
      expect(await refusal(possession)).toMatch(/^NotPossessed\(/)
      expect(await refusal(g2Infinity)).toMatch(/^NotPossessed\(/)
      const message = await chain.read<Hex>(keys, 'possessionMessageOf', [neighbourhood, second.account, key])
      expect(await refusal(signBls(first.bls, message, consentDomain))).toMatch(/^NotPossessed\(/)
      // The same account, key and neighbourhood in another deployment.
      const other = await chain.deploy('ConsentKeys', [settlement.address, vault.address])
      const args = [neighbourhood, key, g2Words(possession)]
      expect(await chain.refusal(first.key, other, 'registerKey', args)).toMatch(/^NotPossessed\(/)
      // Its own possession is good again.
      await chain.send(first.key, keys, 'removeKey', [neighbourhood, key])
      await chain.send(first.key, keys, 'registerKey', args)
    }),
  )

  it(
    'refuses infinity, and what is no point of its group',
    onConsentStreet(async (street) => {
      const { chain, keys, neighbourhood, counterparties } = street
      const [supplier] = counterparties
      if (supplier === undefined) throw new Error('a street has a supplier')
      const good = g1Words(supplier.bls.point)
      const possession = g2Words(await possessionOf(street, supplier))
      const refusal = (key: object, signature: object = possession) =>
        chain.refusal(supplier.key, keys, 'registerKey', [neighbourhood, key, signature])
      expect(await refusal(g1Words(g1Infinity), g2Words(g2Infinity))).toBe('KeyIsInfinity()')
      for (const key of [
        { ...good, yLow: good.xLow },
        { ...good, xHigh: `0x${'f'.repeat(64)}` },
        g1Words(outsideG1()),
      ]) {
        expect(await refusal(key)).toMatch(/^PrecompileRefused\(/)
      }
      // The key and a point of a small group: pairings would not tell the sum from the key, were it let in.
      const outside = outsideG1()
      const small = outside.multiply(bls12_381.params.r - 1n).add(outside)
      expect(await refusal(g1Words(supplier.bls.point.add(small)))).toMatch(/^PrecompileRefused\(/)
      expect(await refusal(good, g2Words(outsideG2()))).toMatch(/^PrecompileRefused\(/)
    }),
  )

  it(
    'replaces a key and takes it away by the one that it is, and the sum follows',
    onConsentStreet(async (street) => {
      const { chain, keys, neighbourhood, homes } = street
      const [first, second, ...rest] = homes
      if (first === undefined || second === undefined) throw new Error('a street has homes')
      const next = { ...first, bls: blsKey(12_345) }
      const possession = g2Words(await possessionOf(street, next))
      const [oldKey, newKey, otherKey] = [first, next, second].map(({ bls }) => g1Words(bls.point))
      const replace = [neighbourhood, oldKey, newKey, possession]
      expect(await chain.refusal(first.key, keys, 'replaceKey', [neighbourhood, otherKey, newKey, possession])).toBe(
        'WrongKey(4)',
      )
      expect(await chain.refusal(first.key, keys, 'removeKey', [neighbourhood, otherKey])).toBe('WrongKey(4)')
      expect(await chain.refusal(stranger.key, keys, 'removeKey', [neighbourhood, oldKey])).toMatch(/^NoSeat\(/)
      await chain.send(first.key, keys, 'replaceKey', replace)
      const batch = batchOf()
      const signature = await consentOf(street, batch, [next, second, ...rest])
      expect(await consentAnswer(street, { batch, debited: homes, signature })).toBe('consented')
      expect(
        await consentAnswer(street, { batch, debited: homes, signature: await consentOf(street, batch, homes) }),
      ).toBe('WrongConsent()')
      for (const { key, bls } of [next, second, ...rest]) {
        await chain.send(key, keys, 'removeKey', [neighbourhood, g1Words(bls.point)])
      }
      expect(await chain.read(keys, 'aggregateOf', [neighbourhood])).toEqual(g1Words(g1Infinity))
      expect(await chain.read(keys, 'keyHashOf', [neighbourhood, 4n])).toBe(`0x${'0'.repeat(64)}`)
      const nobody = { batch, debited: [], signature: g2Infinity }
      expect(await consentAnswer(street, nobody)).toBe('NobodySigned()')
    }),
  )
})
