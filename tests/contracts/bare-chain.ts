import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Effect } from 'effect'
import {
  type Abi,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  http,
  parseEventLogs,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { startLocalChain } from '#contracts/index.ts'
import { HandClock, run } from './on-chain.ts'

type Hex = `0x${string}`

/** A contract that stands on a test's chain. */
export interface Deployed {
  readonly address: Hex
  readonly abi: Abi
}

/** One function of a deployed contract and what to give it. */
export type Call = readonly [contract: Deployed, functionName: string, args: readonly unknown[]]

/** A local chain with nothing on it, and single contracts to put there. */
export interface BareChain {
  readonly clock: HandClock
  readonly chainId: number
  readonly operatorKey: Hex
  /** Deploys what `npx hardhat build` made of a contract of ours, by the operator. */
  readonly deploy: (name: string, args: readonly unknown[]) => Promise<Deployed>
  /** A contract of ours that another one deployed. */
  readonly at: (name: string, address: Hex) => Deployed
  readonly read: <A>(...call: Call) => Promise<A>
  /** Sends a transaction, which must succeed. */
  readonly send: (key: Hex, ...call: Call) => Promise<Sent>
  /** The custom error that a contract refuses with, and its arguments. Throws if it does not. */
  readonly refusal: (key: Hex, ...call: Call) => Promise<string>
}

/** What became of a transaction. */
interface Sent {
  readonly gasUsed: number
  readonly events: readonly { readonly eventName: string; readonly args: Record<string, unknown> }[]
}

const artifacts = join(import.meta.dirname, '..', '..', 'artifacts', 'contracts')

function artifactOf(name: string): { readonly abi: Abi; readonly bytecode: Hex } {
  const file = readdirSync(artifacts, { recursive: true }).find((path) => String(path).endsWith(`${name}.json`))
  if (file === undefined) throw new Error(`${name} is not compiled: run npx hardhat build`)
  return JSON.parse(readFileSync(join(artifacts, String(file)), 'utf8'))
}

/** Runs a test's body on a chain of its own. */
export const onBareChain = (body: (chain: BareChain) => Promise<void>) => (): Promise<void> =>
  run(
    Effect.gen(function* () {
      const clock = new HandClock()
      const { rpcUrl, chainId, operatorKey } = yield* startLocalChain({ clock })
      const transport = http(rpcUrl)
      const reader = createPublicClient({ transport, pollingInterval: 5, cacheTime: 0 })
      const wallet = createWalletClient({ transport })
      const terms = { chain: null, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gas: 16_000_000n } as const
      const request = ([contract, functionName, args]: Call) => ({ ...contract, functionName, args })
      const at = (name: string, address: Hex): Deployed => ({ address, abi: artifactOf(name).abi })
      yield* Effect.promise(() =>
        body({
          clock,
          chainId,
          operatorKey,
          at,
          deploy: async (name, args) => {
            const { abi, bytecode } = artifactOf(name)
            const account = privateKeyToAccount(operatorKey)
            const hash = await wallet.deployContract({ abi, bytecode, args: [...args], account, ...terms })
            const { contractAddress } = await reader.waitForTransactionReceipt({ hash })
            if (contractAddress == null) throw new Error(`${name} was not deployed`)
            return { address: contractAddress, abi }
          },
          read: async <A>(...call: Call) => (await reader.readContract(request(call))) as A,
          send: async (key, ...call) => {
            const account = privateKeyToAccount(key)
            const hash = await wallet.writeContract({ ...request(call), account, ...terms })
            const receipt = await reader.waitForTransactionReceipt({ hash })
            if (receipt.status === 'reverted') throw new Error(`${call[1]} reverted`)
            const events = parseEventLogs({ abi: call[0].abi, logs: receipt.logs })
            return { gasUsed: Number(receipt.gasUsed), events: events as unknown as Sent['events'] }
          },
          refusal: async (key, ...call) => {
            try {
              await reader.simulateContract({ ...request(call), account: privateKeyToAccount(key) })
            } catch (cause) {
              const reverted =
                cause instanceof BaseError && cause.walk((inner) => inner instanceof ContractFunctionRevertedError)
              if (!(reverted instanceof ContractFunctionRevertedError)) throw cause
              const { data, raw } = reverted
              if (data === undefined)
                throw new Error(`${call[1]} reverted with ${raw}, which is no error of its contract`)
              return `${data.errorName}(${(data.args ?? []).map(String).join(', ')})`
            }
            throw new Error(`${call[1]} was not refused`)
          },
        }),
      )
    }),
  )
