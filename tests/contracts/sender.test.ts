import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { connectChain, connectDeviceRegistry, openTransactions } from '#contracts/index.ts'
import { signDeviceJoin } from '#protocol/device-join.ts'
import { secp256k1Signer } from '#protocol/signing.ts'
import { LIME_STREET, person, run, testChain } from './on-chain.ts'

describe('clients of one operator', () => {
  it('take turns: deposits, bonds and batches of devices at once take no coin and no nonce of each other', () =>
    run(
      Effect.gen(function* () {
        const { clock, chain, deployment } = yield* testChain()
        const { rpcUrl, operatorKey } = chain
        const { addresses, chainId } = deployment
        const transactions = yield* openTransactions({ rpcUrl })
        const client = yield* connectChain({ rpcUrl, operatorKey, addresses, transactions, neighbourhood: LIME_STREET })
        const registry = yield* connectDeviceRegistry({ rpcUrl, addresses, transactions })
        const bondMicroEur = yield* client.bond
        const join = (seed: number) =>
          signDeviceJoin({
            domain: { name: 'Commonwatt', version: '1', chainId, verifyingContract: addresses.settlement },
            neighbourhood: 'lime-street',
            deviceId: `home-${seed}`,
            owner: secp256k1Signer(person(0xa00 + seed).key),
            device: secp256k1Signer(person(0xb00 + seed).key),
            p256Verifier: addresses.p256Verifier,
            deadline: Math.floor(clock.timeMs / 1_000) + 60,
          })
        const accounts = [1, 2, 3, 4].map((seed) => person(0xa00 + seed).account)
        yield* Effect.all(
          [
            client.fund(accounts.slice(0, 2).map((account) => ({ account, amountMicroEur: 3_000_000 }))),
            registry.join(operatorKey, [join(1), join(2)]),
            client.bondAtLeast(bondMicroEur + 5_000_000),
            registry.join(operatorKey, [join(3)]),
            client.fund(accounts.slice(2).map((account) => ({ account, amountMicroEur: 4_000_000 }))),
            registry.join(operatorKey, [join(4)]),
          ],
          { concurrency: 'unbounded' },
        )
        const balances = yield* Effect.forEach(accounts, client.balanceOf)
        expect(balances).toEqual([3_000_000, 3_000_000, 4_000_000, 4_000_000])
        expect(yield* client.bond).toBe(bondMicroEur + 5_000_000)
        const devices = yield* Effect.forEach([1, 2, 3, 4], (seed) => registry.deviceOf(join(seed).join))
        expect([...devices].sort()).toEqual([1, 2, 3, 4])
        expect(yield* client.walletOf(client.operator)).toBe(0)
      }),
    ))

  it('lose no coin over a device that is refused: what was approved for it serves the next one', () =>
    run(
      Effect.gen(function* () {
        const { clock, chain, deployment, client } = yield* testChain()
        const { addresses, chainId } = deployment
        const { rpcUrl, operatorKey } = chain
        const registry = yield* connectDeviceRegistry({ rpcUrl, addresses })
        const join = (deadlineIn: number) =>
          signDeviceJoin({
            domain: { name: 'Commonwatt', version: '1', chainId, verifyingContract: addresses.settlement },
            neighbourhood: 'lime-street',
            deviceId: 'home-1',
            owner: secp256k1Signer(person(0xa1).key),
            device: secp256k1Signer(person(0xb1).key),
            p256Verifier: addresses.p256Verifier,
            deadline: Math.floor(clock.timeMs / 1_000) + deadlineIn,
          })
        const late = Effect.flip(registry.join(operatorKey, [join(-1)]))
        expect(yield* late).toMatchObject({ revert: 'DeadlinePassed' })
        const block = yield* client.blockNumber
        expect(yield* late).toMatchObject({ revert: 'DeadlinePassed' })
        expect(yield* client.blockNumber).toBe(block) // not one transaction more
        yield* registry.join(operatorKey, [join(60)])
        expect(yield* client.blockNumber).toBe(block + 1)
      }),
    ))
})
