import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import {
  alice,
  BOND,
  BURNT,
  MAKER_BOND,
  maker,
  type OpenRegistry,
  otherMeter,
  revertOf,
  SLOT_MS,
  softMeter,
  stranger,
  WEEK_MS,
  withRegistry,
} from './registry.ts'

describe("a maker's bond", () => {
  const proof = (t: OpenRegistry) => t.prove(t.statement(), t.statement({ exportWh: 1 }))
  const stake = (t: OpenRegistry) =>
    t.ask<{ bondMicroEur: bigint; thawingMicroEur: bigint }>('makerOf', [maker.account])

  it(
    'I8: loses for a device it vouched for at most that bond, and at most a tenth of what is at stake then',
    withRegistry((t) =>
      Effect.gen(function* () {
        yield* t.send(maker.key, 'bondMaker', [MAKER_BOND])
        // Almost all of it thaws: what is at stake is the same.
        const device = yield* t.joined({ maker: maker.account })
        yield* t.send(maker.key, 'vouch', [[device]])
        yield* t.send(maker.key, 'thawMakerBond', [MAKER_BOND - 10_000_000n])
        t.clock.pass(SLOT_MS)
        yield* proof(t)
        expect(yield* t.coinOf(stranger.account)).toBe(BOND / 2n) // nothing of the maker's
        expect(yield* t.coinOf(BURNT)).toBe(BOND / 2n + BOND)
        expect(yield* stake(t)).toMatchObject({
          bondMicroEur: 0n,
          thawingMicroEur: MAKER_BOND - BOND,
        })
        expect(yield* t.bonds).toBe(MAKER_BOND - BOND)
        // What a second device costs when 100 EUR are left is a tenth of them.
        t.clock.pass(WEEK_MS)
        yield* t.send(maker.key, 'claimMakerBond', [])
        yield* t.send(maker.key, 'bondMaker', [MAKER_BOND])
        const second = yield* t.joined({ maker: maker.account, device: softMeter })
        yield* t.send(maker.key, 'vouch', [[second]])
        yield* t.send(maker.key, 'thawMakerBond', [MAKER_BOND - 100_000_000n])
        t.clock.pass(WEEK_MS)
        yield* t.send(maker.key, 'claimMakerBond', [])
        const by = { signer: softMeter }
        yield* t.prove(t.statement({}, by), t.statement({ exportWh: 1 }, by))
        expect(yield* stake(t)).toMatchObject({ bondMicroEur: 90_000_000n, thawingMicroEur: 0n })
        expect(yield* t.bonds).toBe(90_000_000n)
      }),
    ),
  )

  it(
    'answers for slots that ended while it vouched, and for no other',
    withRegistry((t) =>
      Effect.gen(function* () {
        yield* t.send(maker.key, 'bondMaker', [MAKER_BOND])
        const joins = [
          { deviceId: 'home-1', device: otherMeter },
          { deviceId: 'home-2', device: softMeter },
        ]
        const [first, second] = [
          yield* t.joined({ ...joins[0], maker: maker.account }),
          yield* t.joined({ ...joins[1], maker: maker.account }),
        ]
        yield* t.send(maker.key, 'vouch', [[first, second]])
        t.clock.pass(SLOT_MS)
        const slot = t.statement().body.slot - 1
        yield* t.send(maker.key, 'endVouch', [[first, second]])
        t.clock.pass(2 * SLOT_MS)
        const isVouched = (time: number) => t.ask<boolean>('isVouchedAt', [first, time])
        const ended = (slot + 1) * 900 - 1
        expect(yield* Effect.forEach([ended, t.seconds()], isVouched)).toEqual([true, false])
        const pair = (deviceId: string, signer: typeof softMeter, of: number) =>
          [
            t.statement({ deviceId, slot: of }, { signer }),
            t.statement({ deviceId, slot: of, importWh: 0 }, { signer }),
          ] as const
        yield* t.prove(...pair('home-1', otherMeter, slot + 2))
        expect((yield* stake(t)).bondMicroEur).toBe(MAKER_BOND)
        yield* t.prove(...pair('home-2', softMeter, slot))
        expect((yield* stake(t)).bondMicroEur).toBe(MAKER_BOND - BOND)
      }),
    ),
  )

  it(
    'is needed to vouch, and comes back after a thaw that begins anew with each request',
    withRegistry((t) =>
      Effect.gen(function* () {
        const device = yield* t.joined({ maker: maker.account })
        const nameless = yield* t.joined({ deviceId: 'home-2', device: otherMeter })
        const send = (functionName: string, ...args: readonly unknown[]) => t.send(maker.key, functionName, args)
        expect(yield* revertOf(send('vouch', [device]))).toBe('MakerBondTooLow')
        expect(yield* revertOf(send('bondMaker', 0n))).toBe('ZeroBond')
        yield* send('bondMaker', MAKER_BOND - 1n)
        expect(yield* revertOf(send('vouch', [device]))).toBe('MakerBondTooLow')
        yield* send('bondMaker', 1n)
        expect(yield* revertOf(send('vouch', [device, nameless]))).toBe('NotMakerOf')
        expect(yield* revertOf(send('endVouch', [device]))).toBe('NotVouched')
        yield* send('vouch', [device])
        expect(yield* revertOf(send('vouch', [device]))).toBe('AlreadyVouched')
        expect(yield* revertOf(send('thawMakerBond', 0n))).toBe('ZeroBond')
        expect(yield* revertOf(send('thawMakerBond', MAKER_BOND + 1n))).toBe('InsufficientMakerBond')
        expect(yield* revertOf(send('claimMakerBond'))).toBe('NothingThawing')
        const before = yield* t.coinOf(maker.account)
        yield* send('thawMakerBond', 1n)
        t.clock.pass(WEEK_MS - 1_000)
        yield* send('thawMakerBond', 2n)
        t.clock.pass(WEEK_MS - 1_000)
        expect(yield* revertOf(send('claimMakerBond'))).toBe('StillThawing')
        t.clock.pass(1_000)
        yield* send('claimMakerBond')
        expect((yield* t.coinOf(maker.account)) - before).toBe(3n)
        expect(yield* t.bonds).toBe(MAKER_BOND - 3n + 2n * BOND)
        yield* t.send(alice.key, 'retire', [nameless])
        t.clock.pass(WEEK_MS)
        yield* t.send(alice.key, 'claimBond', [nameless])
        yield* send('bondMaker', 3n)
        yield* t.prove(t.statement(), t.statement({ exportWh: 1 }))
        yield* send('endVouch', [device])
        expect(yield* revertOf(send('vouch', [device]))).toBe('MakerBondTooLow')
        yield* send('bondMaker', BOND)
        expect(yield* revertOf(send('vouch', [device]))).toBe('ERC721NonexistentToken')
      }),
    ),
  )
})
