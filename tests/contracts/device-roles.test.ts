import { Effect } from 'effect'
import { expect, it } from 'vitest'
import { signKeyRotation } from '#protocol/device-join.ts'
import { keccak } from '#protocol/signing.ts'
import { person } from './on-chain.ts'
import {
  alice,
  bob,
  MAKER_BOND,
  maker,
  type OpenRegistry,
  payer,
  revertOf,
  SLOT_MS,
  softMeter,
  stranger,
  WEEK_MS,
  withRegistry,
} from './registry.ts'

type Hex = `0x${string}`

/** What is called, with what, by whom alone, and what everybody else is told. */
interface Step {
  readonly call: string
  readonly by: Hex
  readonly others: string
  readonly args: (caller: Hex) => readonly unknown[]
  /** for whom the answer to `others` is another one */
  readonly but?: readonly (readonly [Hex, string | null])[]
}

/** A device's life in calls. Alice owns it until Bob takes it over. */
function life(t: OpenRegistry, id: bigint): readonly Step[] {
  const scope = keccak('readings')
  const guardian = t.operatorKey
  const soon = t.seconds() + 86_400
  const owner = { others: 'NotDeviceOwner', by: alice.key }
  const guarded = { others: 'NotGuardian', by: guardian }
  const consent = (account: Hex) => {
    const rotation = { device: Number(id), owner: account, key: softMeter.signer, nonce: 7, deadline: soon }
    return [id, rotation.key, rotation.nonce, soon, signKeyRotation(t.domain, rotation, softMeter)]
  }
  return [
    { ...owner, call: 'grantData', args: () => [id, stranger.account, scope, soon] },
    { ...guarded, call: 'setTrustLevel', args: () => [id, 1] },
    { ...guarded, call: 'suspend', args: () => [id, soon] },
    { ...guarded, call: 'reinstate', args: () => [id] },
    // The payer is a maker, too, though not this device's.
    { call: 'vouch', by: maker.key, others: 'MakerBondTooLow', but: [[payer.key, 'NotMakerOf']], args: () => [[id]] },
    { call: 'endVouch', by: maker.key, others: 'NotMakerOf', args: () => [[id]] },
    { ...owner, call: 'revokeData', args: () => [id, stranger.account, scope] },
    { call: 'approve', by: alice.key, others: 'ERC721InvalidApprover', args: () => [bob.account, id] },
    {
      call: 'transferFrom',
      by: bob.key,
      others: 'ERC721InsufficientApproval',
      but: [[alice.key, null]], // to herself: that changes nothing, and takes the approval away
      args: (caller) => [alice.account, caller, id],
    },
    { ...owner, call: 'grantData', by: bob.key, args: () => [id, stranger.account, scope, soon] },
    { ...owner, call: 'rotateKey', by: bob.key, args: consent },
    { ...owner, call: 'retire', by: bob.key, args: () => [id] },
    { ...owner, call: 'claimBond', by: bob.key, args: () => [id] },
  ]
}

it('lets each do what is theirs and nothing else: owners, guardian, maker, payer, the device, the grantee', () =>
  withRegistry((t) =>
    Effect.gen(function* () {
      const id = yield* t.joined({ maker: maker.account })
      for (const { key } of [maker, payer]) yield* t.send(key, 'bondMaker', [MAKER_BOND])
      t.clock.pass(SLOT_MS)
      const roles = [
        ['alice', alice],
        ['bob', bob],
        ['guardian', { key: t.operatorKey, account: t.chain.operator }],
        ['maker', maker],
        ['payer', payer],
        ['the device', person(0xf3)],
        ['the grantee', stranger],
      ] as const
      for (const { call, by, others, args, but = [] } of life(t, id)) {
        if (call === 'claimBond') t.clock.pass(WEEK_MS)
        for (const [role, { key, account }] of roles) {
          const other = but.find(([who]) => who === key)
          const expected = other === undefined ? others : other[1]
          if (key === by || expected === null) continue
          expect(yield* revertOf(t.send(key, call, args(account))), `${call} by ${role}`).toBe(expected)
        }
        const rightful = roles.find(([, { key }]) => key === by)?.[1].account ?? by
        yield* t.send(by, call, args(rightful))
      }
      expect(yield* t.status(id)).toBe('retired')
      expect(yield* t.bonds).toBe(2n * MAKER_BOND)
    }),
  )())
