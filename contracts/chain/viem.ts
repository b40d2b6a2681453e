import { Effect } from 'effect'
import {
  type Abi,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeAbiParameters,
  http,
  keccak256,
  type PublicClient,
  parseAbiParameters,
  TransactionReceiptNotFoundError,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { ChainPlace } from '#protocol/market-event.ts'
import { type ContractName, readArtifact } from './artifacts.ts'
import { ChainFailure } from './chain-failure.ts'

type Hex = `0x${string}`

/** One function of a deployed contract and what to give it. */
interface Call {
  readonly contract: ContractName
  readonly address: Hex
  readonly functionName: string
  readonly args: readonly unknown[]
}

/** One event of a deployed contract and the indexed values to look for. */
interface EventQuery {
  readonly contract: ContractName
  readonly address: Hex
  readonly eventName: string
  readonly args: Record<string, unknown>
}

/** Reads and writes of any chain behind a JSON-RPC URL, by the compiled contracts' own interfaces. */
export interface Rpc {
  readonly chainId: number
  readonly blockNumber: Effect.Effect<number, ChainFailure>
  /** Calls without a transaction. Integers of up to 48 bits come as numbers, larger ones as bigint. */
  readonly read: <A>(call: Call) => Effect.Effect<A, ChainFailure>
  /** Signs, sends and waits for the receipt. Fails with `revert` where a contract refuses. */
  readonly write: (key: Hex, call: Call) => Effect.Effect<ChainPlace, ChainFailure>
  /** All events that fit, oldest first. */
  readonly events: (query: EventQuery) => Effect.Effect<readonly ChainEvent[], ChainFailure>
  /** All events of a contract, oldest first. */
  readonly allEvents: (
    of: Pick<EventQuery, 'contract' | 'address'>,
  ) => Effect.Effect<readonly NamedEvent[], ChainFailure>
  readonly hasCode: (address: Hex) => Effect.Effect<boolean, ChainFailure>
  /** What became of a transaction, null if the chain does not know it. */
  readonly transactionOf: (hash: Hex) => Effect.Effect<TransactionOutcome | null, ChainFailure>
}

/** What became of a transaction that a block holds. */
export interface TransactionOutcome {
  readonly block: number
  readonly status: 'success' | 'reverted'
  readonly gasUsed: number
}

/** An event of a contract, where it was emitted, and its place among the events of that block. */
export interface ChainEvent {
  readonly args: Record<string, unknown>
  readonly place: ChainPlace
  readonly index: number
}

/** An event and what it is called. */
interface NamedEvent extends ChainEvent {
  readonly name: string
}

/** The id of the credits of energy that `source` fed in in a slot: `EnergyCredit.idOf`. */
export function creditIdOf(neighbourhood: Hex, slot: number, source: Hex): bigint {
  const layout = parseAbiParameters('bytes32 neighbourhood, uint64 slot, address source')
  return BigInt(keccak256(encodeAbiParameters(layout, [neighbourhood, BigInt(slot), source])))
}

/** How long a node may take for one answer, to its last byte. */
const ANSWER_MS_MAX = 20_000

/** JSON-RPC over HTTP. viem's own limit ends with an answer's head: whoever never ends the body would hold us for ever. */
const transportTo = (rpcUrl: string, answerMsMax = ANSWER_MS_MAX) =>
  http(rpcUrl, {
    retryCount: 2,
    timeout: 0,
    fetchFn: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(answerMsMax) }),
  })

/**
 * Connects to a chain. With `atBlock`, contracts and events are read as they were at that block. Fails (ChainFailure)
 * when nobody answers at the URL within `answerMsMax` (20 s), three times.
 */
export const connectRpc = (
  rpcUrl: string,
  options: { readonly atBlock?: number | undefined; readonly answerMsMax?: number } = {},
): Effect.Effect<Rpc, ChainFailure> =>
  Effect.gen(function* () {
    const { atBlock } = options
    const transport = transportTo(rpcUrl, options.answerMsMax)
    const chainId = yield* attempt(`connect to ${rpcUrl}`, () => createPublicClient({ transport }).getChainId())
    const chain = chainOf(chainId, rpcUrl)
    const reader = createPublicClient({ chain, transport, pollingInterval: 100, cacheTime: 0 })
    const blockNumber = atBlock === undefined ? undefined : BigInt(atBlock)
    const write = async (key: Hex, call: Call): Promise<ChainPlace> => {
      const account = privateKeyToAccount(key)
      const { baseFeePerGas } = await reader.getBlock()
      // Where gas costs nothing, an account without coins can act.
      const fees = baseFeePerGas === 0n ? { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } : {}
      const request = { ...contractCall(call), account, ...fees }
      // `simulateContract` gives the custom error that `estimateGas` hides on some nodes.
      await reader.simulateContract(request)
      const hash = await createWalletClient({ account, chain, transport }).writeContract(request)
      return placeOf(reader, hash, call)
    }
    return {
      chainId,
      blockNumber: attempt('read the block number', async () => {
        const block = Number(await reader.getBlockNumber())
        if (!Number.isSafeInteger(block)) throw new Error(`${block} is no block number`)
        return block
      }),
      read: <A>(call: Call) =>
        attempt(`read ${call.contract}.${call.functionName}`, async () => {
          const at = blockNumber === undefined ? {} : { blockNumber }
          return (await reader.readContract({ ...contractCall(call), ...at })) as A
        }),
      write: (key, call) => attempt(`${call.contract}.${call.functionName}`, () => write(key, call)),
      events: (query) =>
        attempt(`look for ${query.contract}.${query.eventName}`, async () => {
          const { abi } = readArtifact(query.contract)
          const found = await reader.getContractEvents({
            ...query,
            abi: abi as Abi,
            fromBlock: 'earliest',
            toBlock: blockNumber ?? 'latest',
            strict: true,
          })
          return found.map((event) => ({
            args: event.args as unknown as Record<string, unknown>,
            place: placeIn(event.transactionHash, event.blockNumber),
            index: event.logIndex,
          }))
        }),
      allEvents: ({ contract, address }) =>
        attempt(`look for the events of ${contract}`, async () => {
          const { abi } = readArtifact(contract)
          const range = { fromBlock: 'earliest', toBlock: blockNumber ?? 'latest' } as const
          const found = await reader.getContractEvents({ address, abi: abi as Abi, ...range, strict: true })
          return found.map((event) => ({
            name: event.eventName as string,
            args: event.args as unknown as Record<string, unknown>,
            place: placeIn(event.transactionHash, event.blockNumber),
            index: event.logIndex,
          }))
        }),
      hasCode: (address) =>
        attempt(`read the code at ${address}`, async () => (await reader.getCode({ address })) !== undefined),
      transactionOf: (hash) =>
        attempt(`look for transaction ${hash}`, async () => {
          try {
            const { blockNumber: block, status, gasUsed } = await reader.getTransactionReceipt({ hash })
            return { block: Number(block), status, gasUsed: Number(gasUsed) }
          } catch (cause) {
            if (cause instanceof TransactionReceiptNotFoundError) return null
            throw cause
          }
        }),
    }
  })

/** What Ignition asks to send: JSON-RPC quantities. */
type IgnitionTransaction = {
  readonly [F in 'to' | 'data' | 'value' | 'gas' | 'nonce' | 'maxFeePerGas' | 'maxPriorityFeePerGas']?: Hex
}

/** An EIP-1193 provider that signs with a key of ours what the node is asked to send: for Ignition. */
export function signingProvider(options: { readonly rpcUrl: string; readonly chainId: number; readonly key: Hex }): {
  readonly request: (request: { readonly method: string; readonly params?: unknown }) => Promise<unknown>
} {
  const account = privateKeyToAccount(options.key)
  const chain = chainOf(options.chainId, options.rpcUrl)
  const wallet = createWalletClient({ account, chain, transport: transportTo(options.rpcUrl) })
  return {
    request: async ({ method, params }) => {
      if (method === 'eth_accounts') return [account.address]
      if (method !== 'eth_sendTransaction') return wallet.request({ method, params } as never)
      const [wanted] = params as [IgnitionTransaction]
      const quantity = (value: Hex | undefined) => (value === undefined ? undefined : BigInt(value))
      return wallet.sendTransaction({
        to: wanted.to ?? null,
        data: wanted.data,
        value: quantity(wanted.value),
        gas: quantity(wanted.gas),
        nonce: wanted.nonce === undefined ? undefined : Number(wanted.nonce),
        maxFeePerGas: quantity(wanted.maxFeePerGas),
        maxPriorityFeePerGas: quantity(wanted.maxPriorityFeePerGas),
      } as never)
    },
  }
}

function contractCall(call: Call) {
  // The Settlement passes the Vault's refusals on, and all the coin's, so their errors are known everywhere.
  const errors = (['Vault', 'Settlement', 'TestEURC'] as const)
    .flatMap((name) => readArtifact(name).abi as Abi)
    .filter((item) => item.type === 'error')
  const abi: Abi = [...(readArtifact(call.contract).abi as Abi), ...errors]
  return { address: call.address, abi, functionName: call.functionName, args: call.args }
}

async function placeOf(reader: PublicClient, hash: Hex, call: Call): Promise<ChainPlace> {
  const receipt = await reader.waitForTransactionReceipt({ hash })
  if (receipt.status === 'reverted') {
    throw new ChainFailure({ operation: `${call.contract}.${call.functionName}`, detail: `${hash} reverted` })
  }
  return { transaction: hash, block: Number(receipt.blockNumber) }
}

/** Whoever answers may have said anything. */
function placeIn(transaction: unknown, block: unknown): ChainPlace {
  if (typeof transaction !== 'string' || !/^0x[0-9a-f]{64}$/.test(transaction) || typeof block !== 'bigint') {
    throw new Error('an event without the transaction and the block that it is of')
  }
  return { transaction: transaction as Hex, block: Number(block) }
}

function chainOf(id: number, rpcUrl: string) {
  return defineChain({
    id,
    name: `chain ${id}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  })
}

const attempt = <A>(operation: string, run: () => Promise<A>): Effect.Effect<A, ChainFailure> =>
  Effect.tryPromise({ try: run, catch: (cause) => failureOf(operation, cause) })

function failureOf(operation: string, cause: unknown): ChainFailure {
  if (cause instanceof ChainFailure) return cause
  if (!(cause instanceof BaseError)) {
    return new ChainFailure({ operation, detail: cause instanceof Error ? cause.message : String(cause) })
  }
  const reverted = cause.walk((inner) => inner instanceof ContractFunctionRevertedError)
  if (!(reverted instanceof ContractFunctionRevertedError)) {
    const details: unknown = cause.details // what the node said, if that is a text
    return new ChainFailure({
      operation,
      detail: `${cause.shortMessage} ${typeof details === 'string' ? details : ''}`.trim(),
    })
  }
  const { data, reason } = reverted
  return new ChainFailure({
    operation,
    revert: data?.errorName ?? reason ?? 'reverted',
    detail: data?.args === undefined ? 'refused' : `refused with (${data.args.map(String).join(', ')})`,
  })
}
