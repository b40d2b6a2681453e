import { Effect } from 'effect'
import { addressOf } from '#protocol/signing.ts'
import type { ChainFailure } from './chain-failure.ts'
import type { Addresses } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import type { Transactions } from './transactions/transactions.ts'
import type { Rpc } from './viem.ts'

type Hex = `0x${string}`

/** What a client writes with. */
export interface Sender {
  readonly write: Transactions['send']
  /**
   * Runs what makes `spender` take so much of the key's EURC: it may then, and where that is the test coin, what is
   * missing was minted. What work that failed has left of both, the next one finds.
   */
  readonly spending: <A>(
    spending: { readonly key: Hex; readonly spender: Hex; readonly amountMicroEur: bigint },
    work: Effect.Effect<A, ChainFailure>,
  ) => Effect.Effect<A, ChainFailure>
}

export function senderOf(rpc: Rpc, addresses: Addresses, transactions: Transactions): Sender {
  const { eurc } = contractsAt(addresses)
  const { send: write, spendings } = transactions
  return {
    write,
    spending: ({ key, spender, amountMicroEur }, work) =>
      spendings.withPermits(1)(
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
