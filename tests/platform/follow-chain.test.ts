import { Effect, Fiber } from 'effect'
import { expect, it } from 'vitest'
import { connectRpc, makeConfirmed, openTransactions } from '#contracts/index.ts'
import { followChain } from '#platform/live/follow-chain.ts'
import { person, refusalOf, run } from '../contracts/on-chain.ts'
import { openSlowChain, payer } from '../contracts/slow-chain.ts'

it('follows a chain through silence and a reorg of the depth that is waited for, and ends with a deeper one', () =>
  run(
    Effect.gen(function* () {
      const chain = yield* openSlowChain
      const { rpcUrl, ask } = chain
      const rpc = yield* connectRpc(rpcUrl)
      const confirmed = yield* makeConfirmed({ rpc, confirmations: 2 })
      const { send, resume } = yield* openTransactions({ rpcUrl, limits: { waitMsMax: 20, pollMs: 1 } })
      let seconds = 1_900_000_000
      const mine = (blocks: number) =>
        Effect.promise(async () => {
          for (let block = 0; block < blocks; block++) {
            await ask('evm_setNextBlockTimestamp', [++seconds])
            await chain.mine()
          }
        })
      let looks = 0
      const looked = { block: Effect.tap(confirmed.block, () => Effect.sync(() => looks++)) }
      const owner = person(5).account
      expect(yield* refusalOf(send(payer.key, chain.mint(owner, 5)))).toMatchObject({ code: 'STUCK' })
      yield* Effect.promise(chain.forget)
      const ending = yield* Effect.forkChild(
        Effect.flip(followChain({ confirmed: looked, resume: resume(payer.key), everyMs: 1 })),
        { startImmediately: true },
      )
      const someLooks = Effect.suspend(() => {
        const from = looks
        return Effect.repeat(Effect.sleep(1), { until: () => looks > from + 1 })
      })
      const beforeAll = yield* Effect.promise(() => ask('evm_snapshot'))
      yield* Effect.promise(async () => {
        while ((await chain.pending()).length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      })
      yield* mine(3)
      expect(yield* chain.balanceOf(owner)).toBe(5n) // what was stuck and forgotten was sent again
      yield* someLooks
      const before = yield* Effect.promise(() => ask('evm_snapshot'))
      yield* mine(2)
      yield* someLooks
      yield* Effect.promise(() => ask('evm_revert', [before]))
      chain.onRequest(() => Promise.reject(new Error('not now')))
      yield* Effect.sleep(20)
      chain.onRequest((_method, pass) => pass())
      yield* mine(3)
      yield* someLooks
      expect(ending.pollUnsafe()).toBe(undefined)
      yield* Effect.promise(() => ask('evm_revert', [beforeAll]))
      yield* mine(9)
      expect(yield* Fiber.join(ending)).toMatchObject({ code: 'REORGANISED' })
    }),
  ))
