import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { deviceKeyOf, signKeyRotation } from '#protocol/device-join.ts'
import { keccak, secp256k1Signer } from '#protocol/signing.ts'
import {
  alice,
  BOND,
  bob,
  meter,
  otherMeter,
  payer,
  revertOf,
  SLOT_MS,
  softMeter,
  stranger,
  WEEK_MS,
  withRegistry,
} from './registry.ts'

const street = keccak('lime-street')
const name = keccak('home-1')
const ofBob = { owner: secp256k1Signer(bob.key) }
const ACTIVE = 2
const NO_CAP = 2n ** 256n - 1n

describe('joining', () => {
  it.for([
    ['P-256', meter],
    ['secp256k1', softMeter],
  ] as const)('takes a device with a %s key from anybody who pays its bond', ([, device]) =>
    withRegistry((t) =>
      Effect.gen(function* () {
        const before = yield* t.coinOf(payer.account)
        const id = yield* t.joined({ device, siteHash: keccak('salted site') })
        expect(id).toBe(1n)
        expect(yield* t.status(id)).toBe('vetting')
        expect(yield* t.ask<string>('ownerOf', [id])).toMatch(new RegExp(alice.account, 'i'))
        expect(yield* t.registry.deviceOf({ neighbourhood: street, name, owner: alice.account })).toBe(1)
        expect(yield* t.ask('recordOf', [id])).toMatchObject({
          neighbourhood: street,
          name,
          siteHash: keccak('salted site'),
          joinedAt: t.seconds(),
          claimableAt: 0,
        })
        expect(yield* t.ask('bondMicroEurOf', [id])).toBe(BOND)
        expect(before - (yield* t.coinOf(payer.account))).toBe(BOND)
        expect(yield* t.bonds).toBe(BOND)
      }),
    )(),
  )

  it(
    'refuses a second device of a name, a key in use, and a nonce or a message twice',
    withRegistry((t) =>
      Effect.gen(function* () {
        const first = t.signed()
        yield* t.sendJoin(first)
        expect(yield* revertOf(t.sendJoin(first))).toBe('NonceUsed')
        const { nonce } = first.join
        expect(yield* revertOf(t.sendJoin(t.signed({ deviceId: 'home-2', device: otherMeter, nonce })))).toBe(
          'NonceUsed',
        )
        expect(yield* revertOf(t.sendJoin(t.signed({ device: otherMeter })))).toBe('NameTaken')
        expect(yield* revertOf(t.sendJoin(t.signed({ deviceId: 'home-2' })))).toBe('KeyInUse')
        expect(yield* revertOf(t.sendJoin(t.signed(ofBob)))).toBe('KeyInUse')
        // What was refused used no nonce up, and a name is an owner's own.
        yield* t.sendJoin(t.signed({ ...ofBob, device: otherMeter, nonce }))
        expect(yield* t.ask('isNonceUsed', [bob.account, nonce])).toBe(true)
        expect(yield* t.ask('devices')).toBe(2n)
      }),
    ),
  )

  it(
    'refuses a message that is late, of another chain or deployment, or changed after it was signed',
    withRegistry((t) =>
      Effect.gen(function* () {
        const late = t.signed()
        t.clock.pass(3_600_000)
        yield* t.sendJoin(late) // its last second
        t.clock.pass(1_000)
        const more = { deviceId: 'home-2', device: otherMeter }
        expect(yield* revertOf(t.sendJoin(t.signed({ ...more, deadline: t.seconds() - 1 })))).toBe('DeadlinePassed')
        const elsewhere = { ...t.domain, verifyingContract: bob.account }
        expect(yield* revertOf(t.sendJoin(t.signed({ ...more, domain: elsewhere })))).toBe('NotSignedByKey')
        const otherChain = { ...t.domain, chainId: 1 }
        expect(yield* revertOf(t.sendJoin(t.signed({ ...more, domain: otherChain })))).toBe('NotSignedByKey')
        for (const change of [
          { owner: bob.account },
          { maker: bob.account },
          { siteHash: name },
          { neighbourhood: name },
          { name: street },
          { nonce: 999 },
          { deadline: t.seconds() + 9_999 },
        ]) {
          const changed = t.signed(more, (join) => ({ ...join, ...change }))
          expect(yield* revertOf(t.sendJoin(changed)), Object.keys(change)[0]).toBe('NotSignedByKey')
        }
      }),
    ),
  )

  it(
    'needs the owner, and coin for the bond',
    withRegistry((t) =>
      Effect.gen(function* () {
        const { join, deviceSignature } = t.signed()
        const byBob = t.signed({ nonce: join.nonce, ...ofBob }, () => join)
        expect(yield* revertOf(t.sendJoin({ ...byBob, deviceSignature }))).toBe('NotSignedByOwner')
        expect(yield* revertOf(t.sendJoin(t.signed(), stranger.key))).toBe('ERC20InsufficientAllowance')
        expect(yield* t.ask('devices')).toBe(0n)
        expect(yield* t.bonds).toBe(0n)
      }),
    ),
  )
})

describe('service', () => {
  it(
    'begins with a vetting time and its cap, which doubles with each level of trust',
    withRegistry((t) =>
      Effect.gen(function* () {
        const joinedAt = t.seconds()
        const id = yield* t.joined()
        const cap = (time: number) => t.ask<bigint>('capWhPerSlotAt', [id, time])
        const isActive = (time: number) => t.ask<boolean>('isActiveAt', [id, time])
        expect(yield* cap(joinedAt - 1)).toBe(0n)
        expect(yield* isActive(joinedAt - 1)).toBe(false)
        expect(yield* cap(joinedAt)).toBe(1_500n)
        expect(yield* isActive(joinedAt)).toBe(true)
        for (const level of [1, 2, 3]) {
          t.clock.pass(1_000)
          yield* t.send(t.operatorKey, 'setTrustLevel', [id, level])
          expect(yield* cap(t.seconds())).toBe(1_500n << BigInt(level))
          expect(yield* cap(t.seconds() - 1)).toBe(1_500n << BigInt(level - 1)) // not backwards
        }
        expect(yield* revertOf(t.send(t.operatorKey, 'setTrustLevel', [id, 4]))).toBe('NoSuchTrustLevel')
        const end = joinedAt + WEEK_MS / 1_000
        expect(yield* cap(end - 1)).toBe(12_000n)
        expect(yield* cap(end)).toBe(NO_CAP)
        t.clock.timeMs = end * 1_000
        expect(yield* t.status(id)).toBe('active')
      }),
    ),
  )

  it(
    'is interrupted by a suspension, which ends by itself or by the guardian, and touches no slot before',
    withRegistry((t) =>
      Effect.gen(function* () {
        const id = yield* t.joined()
        t.clock.pass(WEEK_MS)
        const suspendedAt = t.seconds()
        const until = suspendedAt + 1_000
        const isActive = (time: number) => t.ask<boolean>('isActiveAt', [id, time])
        yield* t.send(t.operatorKey, 'suspend', [id, until])
        expect(yield* t.status(id)).toBe('suspended')
        const times = [suspendedAt - 1, suspendedAt, until - 1, until]
        expect(yield* Effect.forEach(times, isActive)).toEqual([true, false, false, true])
        expect(yield* t.ask('statusAt', [id, until])).toBe(ACTIVE)
        expect(yield* t.ask('capWhPerSlotAt', [id, suspendedAt])).toBe(0n)
        t.clock.pass(500_000)
        yield* t.send(t.operatorKey, 'reinstate', [id])
        expect(yield* isActive(suspendedAt + 499)).toBe(false)
        expect(yield* isActive(suspendedAt + 500)).toBe(true)
        expect(yield* revertOf(t.send(t.operatorKey, 'reinstate', [id]))).toBe('WrongStatus')
        const month = 30 * 86_400
        for (const [after, error] of [
          [0, 'WrongSuspension'],
          [month + 1, 'WrongSuspension'],
        ] as const) {
          expect(yield* revertOf(t.send(t.operatorKey, 'suspend', [id, t.seconds() + after]))).toBe(error)
        }
        yield* t.send(t.operatorKey, 'suspend', [id, t.seconds() + month])
        t.clock.pass(month * 1_000)
        expect(yield* t.status(id)).toBe('active')
      }),
    ),
  )

  it(
    'ends by the owner; the bond comes back after the thaw, and key and name are free then',
    withRegistry((t) =>
      Effect.gen(function* () {
        const id = yield* t.joined()
        yield* t.send(t.operatorKey, 'suspend', [id, t.seconds() + 1_000]) // which holds nobody's bond
        expect(yield* revertOf(t.send(alice.key, 'claimBond', [id]))).toBe('WrongStatus')
        yield* t.send(alice.key, 'retire', [id])
        const retiredAt = t.seconds()
        expect(yield* t.status(id)).toBe('retired')
        for (const [functionName, args] of [
          ['retire', []],
          ['rotateKey', ['0x', 0, 0, '0x']],
        ] as const) {
          expect(yield* revertOf(t.send(alice.key, functionName, [id, ...args]))).toBe('WrongStatus')
        }
        expect(yield* revertOf(t.send(t.operatorKey, 'suspend', [id, retiredAt + 9]))).toBe('WrongStatus')
        expect(yield* revertOf(t.send(t.operatorKey, 'setTrustLevel', [id, 1]))).toBe('WrongStatus')
        t.clock.pass(WEEK_MS - 1_000)
        expect(yield* revertOf(t.send(alice.key, 'claimBond', [id]))).toBe('StillThawing')
        expect(yield* revertOf(t.sendJoin(t.signed()))).toBe('NameTaken')
        expect(yield* revertOf(t.sendJoin(t.signed({ deviceId: 'home-2' })))).toBe('KeyInUse')
        t.clock.pass(1_000)
        yield* t.send(alice.key, 'claimBond', [id])
        expect(yield* t.coinOf(alice.account)).toBe(BOND)
        expect(yield* t.ask('bondMicroEurOf', [id])).toBe(0n)
        expect(yield* t.bonds).toBe(0n)
        expect(yield* revertOf(t.send(alice.key, 'claimBond', [id]))).toBe('NotDeviceOwner')
        expect(yield* revertOf(t.ask('ownerOf', [id]))).toBe('ERC721NonexistentToken')
        expect(yield* t.registry.deviceOf({ neighbourhood: street, name, owner: alice.account })).toBeNull()
        expect(yield* t.joined()).toBe(2n)
        const at = (time: number) => t.ask<bigint>('deviceOfAt', [street, name, alice.account, time])
        expect(yield* Effect.forEach([retiredAt, t.seconds()], at)).toEqual([1n, 2n])
      }),
    ),
  )
})

describe("a device's key", () => {
  it(
    'is replaced by the owner with the consent of the new one, and remembered by time',
    withRegistry((t) =>
      Effect.gen(function* () {
        const id = yield* t.joined()
        const joinedAt = t.seconds()
        const key = softMeter.signer
        const deadline = joinedAt + 10 * SLOT_MS
        const rotation = (over: object = {}) => ({
          device: Number(id),
          owner: alice.account,
          key,
          nonce: 77,
          deadline,
          ...over,
        })
        const consent = (over: object = {}, signer = softMeter) => signKeyRotation(t.domain, rotation(over), signer)
        const rotate = (signature: string, by = alice.key, over: object = {}) => {
          const { device, key: newKey, nonce, deadline: end } = rotation(over)
          return t.send(by, 'rotateKey', [device, newKey, nonce, end, signature])
        }
        t.clock.pass(SLOT_MS)
        expect(yield* revertOf(rotate(consent({}, meter)))).toBe('NotSignedByKey')
        expect(yield* revertOf(rotate(consent({ owner: bob.account })))).toBe('NotSignedByKey')
        expect(yield* revertOf(rotate(consent({ device: 2 })))).toBe('NotSignedByKey')
        expect(yield* revertOf(rotate(consent(), bob.key))).toBe('NotDeviceOwner')
        const past = { deadline: joinedAt }
        expect(yield* revertOf(rotate(consent(past), alice.key, past))).toBe('DeadlinePassed')
        yield* rotate(consent())
        const rotatedAt = t.seconds()
        const keyAt = (time: number) => t.ask<string>('keyAt', [id, time])
        const first = deviceKeyOf(meter, t.p256Verifier)
        expect(yield* Effect.forEach([joinedAt - 1, joinedAt, rotatedAt - 1, rotatedAt, 1e12], keyAt)).toEqual([
          '0x',
          first,
          first,
          key,
          key,
        ])
        expect(yield* revertOf(rotate(consent()))).toBe('NonceUsed')
        const again = { nonce: 78 }
        expect(yield* revertOf(rotate(consent(again), alice.key, again))).toBe('KeyInUse')
        const back = { key: first, nonce: 78 }
        expect(yield* revertOf(rotate(consent(back, meter), alice.key, back))).toBe('KeyInUse')
      }),
    ),
  )
})
