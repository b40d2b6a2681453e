import { Effect, Semaphore } from 'effect'
import { addressOf } from '#protocol/signing.ts'
import type { ChainFailure } from './chain-failure.ts'
import type { Addresses } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import type { Rpc } from './viem.ts'

type Hex = `0x${string}`

/** The turns of a process's transactions on a chain: the clients that send for the same key share one. */
export interface Turns {
  /** one transaction at a time: two that are signed at once would take the same nonce */
  readonly transactions: Semaphore.Semaphore
  /** one spending of coin at a time: each counts on what is there, and on what it let another take of it */
  readonly spendings: Semaphore.Semaphore
}

export const makeTurns = (): Turns => ({
  transactions: Semaphore.makeUnsafe(1),
  spendings: Semaphore.makeUnsafe(1),
})

/** What a client writes with. */
export interface Sender {
  /** `Rpc.write`, when it is its turn */
  readonly write: Rpc['write']
  /**
   * Runs what makes `spender` take so much of the key's EURC: it may then, and where that is the test coin, what is
   * missing was minted. What work that failed has left of both, the next one finds.
   */
  readonly spending: <A>(
    spending: { readonly key: Hex; readonly spender: Hex; readonly amountMicroEur: bigint },
    work: Effect.Effect<A, ChainFailure>,
  ) => Effect.Effect<A, ChainFailure>
}

export function senderOf(rpc: Rpc, addresses: Addresses, turns: Turns): Sender {
  const { eurc } = contractsAt(addresses)
  const write: Rpc['write'] = (key, call) => turns.transactions.withPermits(1)(rpc.write(key, call))
  return {
    write,
    spending: ({ key, spender, amountMicroEur }, work) =>
      turns.spendings.withPermits(1)(
        Effect.gen(function* () {
          const owner = addressOf(key)
          const ask = (functionName: string, args: readonly Hex[]) => rpc.read<bigint>({ ...eurc, functionName, args })
          const missing = amountMicroEur - (yield* ask('balanceOf', [owner]))
          if (missing > 0n) yield* write(key, { ...eurc, functionName: 'mint', args: [owner, missing] })
          const isAllowed = (yield* ask('allowance', [owner, spender])) >= amountMicroEur
          if (!isAllowed) yield* write(key, { ...eurc, functionName: 'approve', args: [spender, amountMicroEur] })
          return yield* work
        }),
      ),
  }
}
