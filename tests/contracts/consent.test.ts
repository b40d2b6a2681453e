import { bls12_381 } from '@noble/curves/bls12-381'
import { describe, expect, it } from 'vitest'
import { consentDomain, g1Words, g2Infinity, g2Words, outsideG2, possessionDomain, signTogether } from './bls.ts'
import {
  batchArgs,
  batchOf,
  checkConsent,
  consentAnswer,
  consentMessageOf,
  consentOf,
  type Member,
  onConsentStreet,
  registerKeys,
} from './consent-street.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`
const stranger = person(0xbad)

const blsOf = (members: readonly Member[]) => members.map(({ bls }) => bls)

describe('consent to a batch', () => {
  it(
    'holds when all sign, and when who is not debited does not',
    onConsentStreet(async (street) => {
      const batch = batchOf()
      const [first, ...others] = street.homes
      if (first === undefined) throw new Error('a street has homes')
      const all = await consentOf(street, batch, street.homes)
      expect(await consentAnswer(street, { batch, debited: street.homes, signature: all })).toBe('consented')
      const most = await consentOf(street, batch, others)
      expect(await consentAnswer(street, { batch, debited: others, absent: [first], signature: most })).toBe(
        'consented',
      )
      expect(await consentAnswer(street, { batch, debited: [], absent: [first], signature: most })).toBe('consented')
    }),
  )

  it(
    'takes the sum of signatures that @noble/curves takes for one',
    onConsentStreet(async (street) => {
      const batch = batchOf()
      const message = (await street.chain.read<Hex>(street.keys, 'consentMessageOf', batchArgs(street, batch))).slice(2)
      const signature = signTogether(blsOf(street.homes), `0x${message}`, consentDomain)
      const points = street.homes.map(({ bls }) => bls.point)
      const sum = bls12_381.aggregatePublicKeys(points)
      expect(
        bls12_381.verify(
          signature,
          bls12_381.G2.hashToCurve(Buffer.from(message, 'hex'), { DST: consentDomain }) as never,
          sum,
        ),
      ).toBe(true)
      expect(await street.chain.read(street.keys, 'aggregateOf', [street.neighbourhood])).toEqual(g1Words(sum))
      expect(await consentAnswer(street, { batch, debited: street.homes, signature })).toBe('consented')
    }),
  )

  it(
    'counts supplier, grid and fund as seats 1 to 3',
    onConsentStreet(async (street) => {
      const batch = batchOf()
      const everybody = [...street.counterparties, ...street.homes]
      const homesOnly = await consentOf(street, batch, street.homes)
      expect(await consentAnswer(street, { batch, debited: everybody, signature: homesOnly })).toBe('NoKey(1)')
      await registerKeys(street, street.counterparties)
      const signature = await consentOf(street, batch, everybody)
      expect(await consentAnswer(street, { batch, debited: everybody, signature })).toBe('consented')
      expect(await consentAnswer(street, { batch, debited: everybody, signature: homesOnly })).toBe('WrongConsent()')
    }),
  )

  it(
    'is refused where a signature is missing, double, of another batch, or for another purpose',
    onConsentStreet(async (street) => {
      const batch = batchOf()
      const debited = street.homes
      const refused = async (signature: ReturnType<typeof signTogether>) =>
        expect(await consentAnswer(street, { batch, debited, signature })).toBe('WrongConsent()')
      const all = await consentOf(street, batch, street.homes)
      await refused(await consentOf(street, batch, street.homes.slice(1)))
      await refused(all.add(await consentOf(street, batch, street.homes.slice(0, 1))))
      for (const other of [{ number: 2n }, { headerHash: batch.movementsHash }, { movementsHash: batch.headerHash }]) {
        await refused(await consentOf(street, batchOf(other), street.homes))
      }
      const message = await street.chain.read<Hex>(street.keys, 'consentMessageOf', batchArgs(street, batch))
      await refused(signTogether(blsOf(street.homes), message, possessionDomain))
      await refused(all.negate())
    }),
  )

  it(
    'is a signature for one chain and one Settlement',
    onConsentStreet(async (street) => {
      const { chain, keys, vault } = street
      const batch = batchOf()
      const message = await chain.read<Hex>(keys, 'consentMessageOf', batchArgs(street, batch))
      expect(message).toBe(consentMessageOf(street, batch))
      const other = await chain.deploy('ConsentKeys', [stranger.account, vault.address])
      expect(await chain.read(other, 'consentMessageOf', batchArgs(street, batch))).not.toBe(message)
      const elsewhere = { ...street, chain: { ...chain, chainId: 1 } }
      const debited = street.homes
      const signature = signTogether(blsOf(debited), consentMessageOf(elsewhere, batch), consentDomain)
      expect(await consentAnswer(street, { batch, debited, signature })).toBe('WrongConsent()')
    }),
  )

  it(
    'is refused where a debited seat is absent or has no key',
    onConsentStreet(async (street) => {
      const batch = batchOf()
      const [first, second, ...rest] = street.homes
      if (first === undefined || second === undefined) throw new Error('a street has homes')
      const signature = await consentOf(street, batch, [second, ...rest])
      const of = { batch, debited: [first], absent: [first], signature }
      expect(await consentAnswer(street, of)).toBe('NotConsented(4)')
      const far = { ...first, seat: 600 }
      expect(await consentAnswer(street, { batch, debited: [far], signature })).toBe('NoKey(600)')
      await street.chain.send(first.key, street.keys, 'removeKey', [street.neighbourhood, g1Words(first.bls.point)])
      expect(await consentAnswer(street, { batch, debited: [first], signature })).toBe('NoKey(4)')
      expect(await consentAnswer(street, { batch, debited: [second], signature })).toBe('consented')
      expect(await consentAnswer(street, { batch, debited: [second], absent: [first], signature })).toBe('WrongKey(4)')
    }),
  )

  it(
    'names each absent seat once, in order, with the key that it has',
    onConsentStreet(async (street) => {
      const batch = batchOf()
      const [first, second, third, fourth] = street.homes
      if (!first || !second || !third || !fourth) throw new Error('a street has homes')
      const signature = await consentOf(street, batch, [third, fourth])
      const refusal = (absent: readonly (typeof first)[]) =>
        consentAnswer(street, { batch, debited: [third], absent, signature })
      expect(await refusal([first, second])).toBe('consented')
      expect(await refusal([first, first])).toBe('AbsentNotAscending(4)')
      expect(await refusal([second, first])).toBe('AbsentNotAscending(4)')
      expect(await refusal([{ ...first, seat: 0 }])).toBe('AbsentNotAscending(0)')
      expect(await refusal([{ ...first, bls: second.bls }])).toBe('WrongKey(4)')
      expect(await refusal([{ ...first, bls: { secret: 0n, point: first.bls.point.negate() } }])).toBe('WrongKey(4)')
    }),
  )

  it(
    'is not given by nobody, whatever is signed',
    onConsentStreet(async (street) => {
      const batch = batchOf()
      const of = { batch, debited: [], absent: street.homes, signature: g2Infinity }
      expect(await consentAnswer(street, of)).toBe('NobodySigned()')
      expect(await consentAnswer(street, { batch, debited: street.homes, signature: g2Infinity })).toBe(
        'WrongConsent()',
      )
    }),
  )

  it(
    'is refused where the signature is no point of its group',
    onConsentStreet(async (street) => {
      const batch = batchOf()
      const signature = await consentOf(street, batch, street.homes)
      const notPoints = [
        { ...g2Words(signature), y1Low: `0x${'1'.repeat(64)}` as const },
        { ...g2Words(signature), x0High: `0x${'f'.repeat(64)}` as const },
        g2Words(outsideG2()),
        g2Words(signature.add(outsideG2())),
      ]
      for (const point of notPoints) {
        const [keys, name, args] = checkConsent(street, { batch, debited: street.homes, signature })
        const refusal = await street.chain.refusal(stranger.key, keys, name, [...args.slice(0, -1), point])
        expect(refusal).toMatch(/^PrecompileRefused\(0x0{38}0[fF]\)$/)
      }
    }),
  )
})
