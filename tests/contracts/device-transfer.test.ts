import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { keccak, secp256k1Signer } from '#protocol/signing.ts'
import { alice, BOND, bob, otherMeter, revertOf, SLOT_MS, stranger, WEEK_MS, withRegistry } from './registry.ts'

const street = keccak('lime-street')
const name = keccak('home-1')
const ofBob = { owner: secp256k1Signer(bob.key) }

describe('a transfer', () => {
  it(
    'is sent by who gets the device, takes its name along, and leaves the past where it was',
    withRegistry((t) =>
      Effect.gen(function* () {
        const id = yield* t.joined()
        t.clock.pass(SLOT_MS)
        expect(yield* revertOf(t.transfer(alice.key, alice.account, bob.account, id))).toBe('NotSentByRecipient')
        expect(yield* revertOf(t.transfer(bob.key, alice.account, bob.account, id))).toBe('ERC721InsufficientApproval')
        yield* t.send(alice.key, 'approve', [bob.account, id])
        yield* t.transfer(bob.key, alice.account, bob.account, id)
        const at = (owner: string) => (time: number) => t.ask<bigint>('deviceOfAt', [street, name, owner, time])
        const times = [t.seconds() - 1, t.seconds()]
        expect(yield* Effect.forEach(times, at(alice.account))).toEqual([id, 0n])
        expect(yield* Effect.forEach(times, at(bob.account))).toEqual([0n, id])
        yield* t.transfer(bob.key, bob.account, bob.account, id) // to oneself: nothing changes
        expect(yield* t.registry.deviceOf({ neighbourhood: street, name, owner: bob.account })).toBe(1)
        // The bond is the device's: its new owner gets it.
        yield* t.send(bob.key, 'retire', [id])
        t.clock.pass(WEEK_MS)
        yield* t.send(bob.key, 'claimBond', [id])
        expect(yield* t.coinOf(bob.account)).toBe(BOND)
      }),
    ),
  )

  it(
    'is refused where the new owner has a device of that name',
    withRegistry((t) =>
      Effect.gen(function* () {
        const id = yield* t.joined()
        yield* t.joined({ ...ofBob, device: otherMeter })
        yield* t.send(alice.key, 'approve', [bob.account, id])
        expect(yield* revertOf(t.transfer(bob.key, alice.account, bob.account, id))).toBe('NameTaken')
      }),
    ),
  )

  it(
    'ends all data grants',
    withRegistry((t) =>
      Effect.gen(function* () {
        const id = yield* t.joined()
        const scope = keccak('readings')
        const has = (grantee = stranger.account, of = scope) => t.ask<boolean>('hasDataGrant', [id, grantee, of])
        const grant = (key = alice.key, expiresAt = t.seconds() + 86_400) =>
          t.send(key, 'grantData', [id, stranger.account, scope, expiresAt])
        expect(yield* revertOf(grant(alice.key, t.seconds()))).toBe('GrantExpired')
        yield* grant()
        expect(yield* Effect.all([has(), has(bob.account), has(stranger.account, street)])).toEqual([
          true,
          false,
          false,
        ])
        t.clock.pass(86_400_000)
        expect(yield* has()).toBe(false)
        expect(yield* revertOf(t.send(alice.key, 'revokeData', [id, stranger.account, scope]))).toBe('NoGrant')
        yield* grant()
        yield* t.send(alice.key, 'revokeData', [id, stranger.account, scope])
        expect(yield* has()).toBe(false)
        yield* grant()
        yield* t.send(alice.key, 'approve', [bob.account, id])
        yield* t.transfer(bob.key, alice.account, bob.account, id)
        expect(yield* has()).toBe(false)
        expect(yield* revertOf(grant())).toBe('NotDeviceOwner')
        // Nor do they come back with the device.
        yield* t.send(bob.key, 'approve', [alice.account, id])
        yield* t.transfer(alice.key, bob.account, alice.account, id)
        expect(yield* has()).toBe(false)
      }),
    ),
  )
})
