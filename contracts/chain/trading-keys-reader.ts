import { Effect } from 'effect'
import type { ChainFailure } from './chain-failure.ts'
import type { Addresses } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import { type AtBlock, connectRpc } from './viem.ts'

type Hex = `0x${string}`

/** What anybody can see of what accounts have cancelled on chain. */
export interface TradingKeysReader {
  /** accounts that have ever cancelled orders there */
  readonly cancellers: Effect.Effect<ReadonlySet<Hex>, ChainFailure>
  /** up to which nonce an account's orders were cancelled at a time, Unix seconds; 0: none */
  readonly cancelledUpToAt: (account: Hex, seconds: number) => Effect.Effect<number, ChainFailure>
}

/**
 * Connects to a deployment's trading keys at any JSON-RPC URL, without a key. With `atBlock` everything is read as it
 * was then. Fails (ChainFailure) if nobody answers there.
 */
export const connectTradingKeysReader = (options: {
  readonly rpcUrl: string
  readonly addresses: Addresses
  readonly atBlock?: AtBlock | undefined
}): Effect.Effect<TradingKeysReader, ChainFailure> =>
  Effect.map(connectRpc(options.rpcUrl, { atBlock: options.atBlock }), (rpc) => {
    const { tradingKeys } = contractsAt(options.addresses)
    return {
      cancellers: Effect.map(
        rpc.events({ ...tradingKeys, eventName: 'CancelledUpTo', args: {} }),
        (found) => new Set(found.map(({ args }) => String(args.account).toLowerCase() as Hex)),
      ),
      cancelledUpToAt: (account, seconds) =>
        Effect.map(
          rpc.read<bigint>({ ...tradingKeys, functionName: 'cancelledUpToAt', args: [account, seconds] }),
          Number,
        ),
    }
  })
