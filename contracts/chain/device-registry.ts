import { Effect } from 'effect'
import type { SignedDeviceJoin } from '#protocol/device-join.ts'
import type { ChainPlace } from '#protocol/market-event.ts'
import type { ChainFailure } from './chain-failure.ts'
import type { Addresses } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import { connectDeviceRegistryReader, type DeviceRegistryReader, registryReaderOf } from './device-registry-reader.ts'
import { senderOf } from './sender.ts'
import { openTransactions, type Transactions } from './transactions/transactions.ts'
import { type AtBlock, connectRpc } from './viem.ts'

type Hex = `0x${string}`
type Read<A> = Effect.Effect<A, ChainFailure>

/** The device registry of a deployment, for whoever pays bonds. */
export interface DeviceRegistry extends DeviceRegistryReader {
  /**
   * Registers devices, each with a bond of the payer's EURC; where that is the test coin, it mints what is missing.
   * Gives a place for each; null for one that its owner has there already, so it may be repeated.
   */
  readonly join: (payerKey: Hex, devices: readonly SignedDeviceJoin[]) => Read<readonly (ChainPlace | null)[]>
}

/**
 * Connects to a deployment's registry at any JSON-RPC URL. A payer's transactions go one after the other, also with
 * those of other clients that share its `transactions`. Fails (ChainFailure) if nobody answers there.
 */
export const connectDeviceRegistry = (options: {
  readonly rpcUrl: string
  readonly addresses: Addresses
  /** its own if left out: then nothing else sends for the payers, and what is sent is forgotten with the process */
  readonly transactions?: Transactions
  /** what it tells is as of this block; what it sends is for what there is */
  readonly atBlock?: AtBlock | undefined
}): Effect.Effect<DeviceRegistry, ChainFailure> =>
  Effect.gen(function* () {
    const rpc = yield* connectRpc(options.rpcUrl)
    const { deviceRegistry } = contractsAt(options.addresses)
    const { write, spending } = senderOf(
      rpc,
      options.addresses,
      options.transactions ?? (yield* openTransactions(options)),
    )
    const reader = registryReaderOf(rpc, options.addresses)
    const told = yield* connectDeviceRegistryReader(options)
    return {
      ...told,
      join: (payerKey, devices) =>
        Effect.gen(function* () {
          const there = yield* Effect.forEach(devices, ({ join }) => reader.deviceOf(join), { concurrency: 8 })
          const missing = there.filter((id) => id === null).length
          if (missing === 0) return there.map(() => null)
          const registered = Effect.forEach(devices, ({ join, ownerSignature, deviceSignature }, index) => {
            const args = [join, ownerSignature, deviceSignature]
            return there[index] === null
              ? write(payerKey, { ...deviceRegistry, functionName: 'join', args })
              : Effect.succeed(null)
          })
          const amountMicroEur = BigInt(missing) * BigInt(yield* reader.bondMicroEur)
          return yield* spending({ key: payerKey, spender: deviceRegistry.address, amountMicroEur }, registered)
        }),
    }
  })
