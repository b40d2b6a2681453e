import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { signKeyRotation } from '#protocol/device-join.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import {
  alice,
  BOND,
  BURNT,
  bob,
  type OpenRegistry,
  otherMeter,
  revertOf,
  SLOT_MS,
  softMeter,
  stranger,
  WEEK_MS,
  withRegistry,
} from './registry.ts'

/** Alice's meter has joined, and a slot has passed. */
const withDevice = (body: (t: OpenRegistry, device: bigint) => Effect.Effect<void, Error>) =>
  withRegistry((t) =>
    Effect.gen(function* () {
      const device = yield* t.joined()
      t.clock.pass(SLOT_MS)
      yield* body(t, device)
    }),
  )

const rotate = (t: OpenRegistry, device: bigint) => {
  const rotation = { device: Number(device), owner: alice.account, key: softMeter.signer, nonce: 77, deadline: 2e9 }
  const { key, nonce, deadline } = rotation
  const consent = signKeyRotation(t.domain, rotation, softMeter)
  return t.send(alice.key, 'rotateKey', [device, key, nonce, deadline, consent])
}

const handOver = (t: OpenRegistry, device: bigint) =>
  Effect.andThen(
    t.send(alice.key, 'approve', [bob.account, device]),
    t.transfer(bob.key, alice.account, bob.account, device),
  )

describe('two statements of one device for one slot', () => {
  it(
    'cost it its bond: half for who proves it, half burnt; it is out of service from then on, and only from then on',
    withDevice((t, device) =>
      Effect.gen(function* () {
        const slashedAt = t.seconds()
        yield* t.prove(t.statement(), t.statement({ exportWh: 701 }))
        expect(yield* t.status(device)).toBe('slashed')
        expect(yield* t.coinOf(stranger.account)).toBe(BOND / 2n)
        expect(yield* t.coinOf(BURNT)).toBe(BOND / 2n)
        expect(yield* t.bonds).toBe(0n)
        const isActive = (time: number) => t.ask<boolean>('isActiveAt', [device, time])
        expect(yield* Effect.forEach([slashedAt - 1, slashedAt, slashedAt + 1e6], isActive)).toEqual([
          true,
          false,
          false,
        ])
        // Once only, and for ever: nothing of it can be had back, transferred or put into service.
        const slot = t.statement().body.slot - 1
        const another = [t.statement({ slot }), t.statement({ slot, exportWh: 702 })] as const
        expect(yield* revertOf(t.prove(...another))).toBe('NothingAtStake')
        for (const functionName of ['retire', 'claimBond'] as const) {
          expect(yield* revertOf(t.send(alice.key, functionName, [device]))).toBe('NotDeviceOwner')
        }
        expect(yield* revertOf(t.send(t.operatorKey, 'suspend', [device, t.seconds() + 9]))).toBe('WrongStatus')
        expect(yield* revertOf(t.send(t.operatorKey, 'reinstate', [device]))).toBe('WrongStatus')
        // Its key is burnt, too; its name is not.
        expect(yield* revertOf(t.sendJoin(t.signed()))).toBe('KeyInUse')
        expect(yield* t.joined({ device: otherMeter })).toBe(2n)
      }),
    ),
  )

  it.for(
    Object.entries({
      importWh: 9_999,
      exportWh: 9_999,
      firstSequence: 9_999,
      lastSequence: 9_999,
      chainHead: `0x${'1'.repeat(64)}`,
      quality: 9_999,
      estimated: true,
    }),
  )('are two if only their %s differs', ([field, value]) =>
    withDevice((t) => Effect.asVoid(t.prove(t.statement(), t.statement({ [field]: value }))))(),
  )

  it(
    'are none if they are the same, of two slots, of two devices or accounts, or of two neighbourhoods',
    withDevice((t) =>
      Effect.gen(function* () {
        yield* t.joined({ deviceId: 'home-2', device: otherMeter })
        const first = t.statement()
        expect(yield* revertOf(t.prove(first, first))).toBe('SameStatement')
        expect(yield* revertOf(t.prove(first, t.statement({ slot: first.body.slot + 1 })))).toBe('NotOneSlot')
        for (const over of [
          { deviceId: 'home-2', exportWh: 1 },
          { account: bob.account },
          { neighbourhood: 'elm-road' },
        ]) {
          expect(yield* revertOf(t.prove(first, t.statement(over)))).toBe('NotOneDevice')
          const byOther = t.statement(over, { signer: otherMeter })
          expect(yield* revertOf(t.prove(first, byOther))).toBe('NotOneDevice')
        }
      }),
    ),
  )

  it(
    'prove nothing where the device did not sign both for this deployment and chain',
    withDevice((t, device) =>
      Effect.gen(function* () {
        const first = t.statement()
        const over = { exportWh: 701 }
        const forgeries = [
          t.statement(over, { signer: softMeter }),
          t.statement(over, { signer: otherMeter }),
          t.statement(over, { domain: { ...t.domain, chainId: 1 } }),
          t.statement(over, { domain: { ...t.domain, verifyingContract: t.addresses.deviceRegistry } }),
          { ...t.statement(over), signature: first.signature },
        ]
        for (const forged of forgeries) {
          expect(yield* revertOf(t.prove(first, forged))).toBe('NotSignedByKey')
          expect(yield* revertOf(t.prove(forged, first))).toBe('NotSignedByKey')
        }
        expect(yield* t.status(device)).toBe('vetting')
      }),
    ),
  )

  it(
    'prove nothing about a slot that ended before the device joined, or one that nobody has',
    withDevice((t) =>
      Effect.gen(function* () {
        const slot = t.statement().body.slot - 2
        const pair = (over: object) => [t.statement(over), t.statement({ ...over, exportWh: 1 })] as const
        expect(yield* revertOf(t.prove(...pair({ slot })))).toBe('NoSuchDevice')
        expect(yield* revertOf(t.prove(...pair({ account: bob.account })))).toBe('NoSuchDevice')
        expect(yield* revertOf(t.prove(...pair({ deviceId: 'home-2' })))).toBe('NoSuchDevice')
      }),
    ),
  )

  it(
    'are judged by the key that the device had when the slot ended',
    withDevice((t, device) =>
      Effect.gen(function* () {
        const slot = t.statement().body.slot - 1 // it has ended
        yield* rotate(t, device)
        t.clock.pass(SLOT_MS)
        const pair = (of: number, signer?: typeof softMeter) => {
          const by = signer === undefined ? {} : { signer }
          return [t.statement({ slot: of }, by), t.statement({ slot: of, exportWh: 1 }, by)] as const
        }
        expect(yield* revertOf(t.prove(...pair(slot, softMeter)))).toBe('NotSignedByKey')
        // Whoever found the old key cannot hurt the device with slots that ended since.
        expect(yield* revertOf(t.prove(...pair(slot + 2)))).toBe('NotSignedByKey')
        expect(yield* t.ask('deviceThatSigned', [t.statement({ slot }).body, t.statement({ slot }).signature])).toBe(
          device,
        )
        yield* t.prove(...pair(slot))
        expect(yield* t.status(device)).toBe('slashed')
      }),
    ),
  )

  it(
    'of the new key slash, too',
    withDevice((t, device) =>
      Effect.gen(function* () {
        yield* rotate(t, device)
        t.clock.pass(SLOT_MS)
        const by = { signer: softMeter }
        yield* t.prove(t.statement({}, by), t.statement({ exportWh: 1 }, by))
        expect(yield* t.status(device)).toBe('slashed')
      }),
    ),
  )

  it(
    'are found after a transfer, at the cost of the bond that the new owner took over',
    withDevice((t, device) =>
      Effect.gen(function* () {
        const slot = t.statement().body.slot - 1
        const pair = [t.statement({ slot }), t.statement({ slot, exportWh: 1 })] as const
        yield* handOver(t, device)
        t.clock.pass(SLOT_MS)
        // Alice's account has no device any more.
        expect(yield* revertOf(t.prove(t.statement(), t.statement({ exportWh: 1 })))).toBe('NoSuchDevice')
        yield* t.prove(...pair)
        expect(yield* t.status(device)).toBe('slashed')
        expect(yield* revertOf(t.ask('ownerOf', [device]))).toBe('ERC721NonexistentToken')
      }),
    ),
  )

  it(
    'are found while the bond thaws, and cost nothing once it is paid out',
    withDevice((t, device) =>
      Effect.gen(function* () {
        const slot = t.statement().body.slot - 1
        const pair = [t.statement({ slot }), t.statement({ slot, exportWh: 1 })] as const
        yield* t.send(t.operatorKey, 'suspend', [device, t.seconds() + 9])
        yield* t.send(alice.key, 'retire', [device])
        t.clock.pass(WEEK_MS)
        const other = yield* t.joined({ owner: secp256k1Signer(bob.key), device: otherMeter })
        const ofBob = { account: bob.account }
        const bobs = [
          t.statement(ofBob, { signer: otherMeter }),
          t.statement({ ...ofBob, exportWh: 1 }, { signer: otherMeter }),
        ] as const
        yield* t.send(bob.key, 'retire', [other])
        yield* t.send(alice.key, 'claimBond', [device])
        expect(yield* revertOf(t.prove(...pair))).toBe('NothingAtStake')
        expect(yield* t.status(device)).toBe('retired')
        yield* t.prove(...bobs)
        expect(yield* t.status(other)).toBe('slashed')
        t.clock.pass(WEEK_MS)
        expect(yield* revertOf(t.send(bob.key, 'claimBond', [other]))).toBe('NotDeviceOwner')
        expect(yield* t.bonds).toBe(0n)
      }),
    ),
  )
})
