import { Effect } from 'effect'
import {
  type Abi,
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  decodeFunctionData,
  defineChain,
  encodeAbiParameters,
  encodeFunctionData,
  http,
  keccak256,
  parseAbiParameters,
  parseTransaction,
  RpcRequestError,
  TransactionReceiptNotFoundError,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { ChainPlace } from '#protocol/market-event.ts'
import { type ContractName, readArtifact } from './artifacts.ts'
import { ChainFailure } from './chain-failure.ts'
import type { FeeMarket, Fees } from './transactions/fees.ts'
import type { SignedBytes } from './transactions/transaction-journal.ts'

type Hex = `0x${string}`

/** One function of a deployed contract and what to give it. */
export interface Call {
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
  /** where nothing of the contract is in an earlier block */
  readonly sinceBlock?: number
}

/** Reads and writes of any chain behind a JSON-RPC URL, by the compiled contracts' own interfaces. */
export interface Rpc {
  readonly chainId: number
  readonly blockNumber: Effect.Effect<number, ChainFailure>
  /** Calls without a transaction. Integers of up to 48 bits come as numbers, larger ones as bigint. */
  readonly read: <A>(call: Call) => Effect.Effect<A, ChainFailure>
  /** All events that fit, oldest first. */
  readonly events: (query: EventQuery) => Effect.Effect<readonly ChainEvent[], ChainFailure>
  /** All events of a contract, oldest first; those after a block, where one is named. */
  readonly allEvents: (
    of: Omit<EventQuery, 'eventName' | 'args'> & { readonly afterBlock?: number },
  ) => Effect.Effect<readonly NamedEvent[], ChainFailure>
  readonly hasCode: (address: Hex) => Effect.Effect<boolean, ChainFailure>
  /** What became of a transaction, null if the chain does not know it. */
  readonly transactionOf: (hash: Hex) => Effect.Effect<TransactionOutcome | null, ChainFailure>
  /** The function that a transaction called of one of these contracts, `Vault.applyBatch`; null where it called none. */
  readonly calledBy: (
    hash: Hex,
    contracts: readonly Pick<Call, 'contract' | 'address'>[],
  ) => Effect.Effect<string | null, ChainFailure>
  /** Whether the node has a transaction, in a block or waiting for one. */
  readonly knows: (hash: Hex) => Effect.Effect<boolean, ChainFailure>
  /** The Unix second of a block; if none is named, of the one that is read at, where that is the latest of the one to come. */
  readonly secondsOf: (block?: number) => Effect.Effect<number, ChainFailure>
  /** The hash of a block, null where the chain is not that long. */
  readonly blockHash: (block: number) => Effect.Effect<Hex | null, ChainFailure>
  /** How many transactions of an account blocks hold: the nonce of its next one. */
  readonly nonceOf: (account: Hex) => Effect.Effect<number, ChainFailure>
  readonly feeMarket: Effect.Effect<FeeMarket, ChainFailure>
  /** What a call would take if it was sent now. Fails with `revert` where a contract refuses. */
  readonly gasOf: (account: Hex, call: Call) => Effect.Effect<bigint, ChainFailure>
  /** Hands a signed transaction to the node. Fails where nobody can say whether it has it. */
  readonly broadcast: (raw: Hex) => Effect.Effect<Reception, ChainFailure>
}

/**
 * What a node makes of a signed transaction: it has it; its nonce is used; it has another one of this nonce, or asks for
 * higher fees; one of a lower nonce is missing; or it does not want it, and says why.
 */
type Reception =
  | { readonly is: 'taken' | 'used' | 'underpriced' | 'early' }
  | { readonly is: 'refused'; readonly why: string }

/** A transaction before it is signed. */
export interface Unsigned {
  readonly chainId: number
  readonly to: Hex
  readonly data: Hex
  readonly nonce: number
  readonly gas: bigint
  readonly fees: Fees
}

/** What a call says to the contract. */
export function calldataOf(call: Call): Hex {
  const { abi, functionName, args } = contractCall(call)
  return encodeFunctionData({ abi, functionName, args })
}

/** Signs, deterministically: the same is signed to the same bytes. */
export const signTransaction = (key: Hex, { fees, ...unsigned }: Unsigned): Effect.Effect<SignedBytes> =>
  Effect.promise(async () => {
    const { mostWei: maxFeePerGas, tipWei: maxPriorityFeePerGas } = fees
    const account = privateKeyToAccount(key)
    const raw = await account.signTransaction({ type: 'eip1559', ...unsigned, maxFeePerGas, maxPriorityFeePerGas })
    return { raw, hash: keccak256(raw) }
  })

/** What was signed. */
export function unsignedOf(raw: Hex): Unsigned {
  const { chainId, to, data, nonce, gas, maxFeePerGas, maxPriorityFeePerGas } = parseTransaction(raw)
  if (chainId === undefined || to == null || gas === undefined) throw new Error(`${raw} is no call of a contract`)
  const fees = { mostWei: maxFeePerGas ?? 0n, tipWei: maxPriorityFeePerGas ?? 0n }
  return { chainId, to, data: data ?? '0x', nonce: nonce ?? 0, gas, fees }
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

/** A block, or whichever it is when it is asked for. */
export type AtBlock = number | Effect.Effect<number, ChainFailure>

/**
 * Connects to a chain. With `atBlock`, contracts and events are read as they were at that block. Fails (ChainFailure)
 * when nobody answers at the URL within `answerMsMax` (20 s), three times.
 */
export const connectRpc = (
  rpcUrl: string,
  options: { readonly atBlock?: AtBlock | undefined; readonly answerMsMax?: number } = {},
): Effect.Effect<Rpc, ChainFailure> =>
  Effect.gen(function* () {
    const { atBlock } = options
    const transport = transportTo(rpcUrl, options.answerMsMax)
    const chainId = yield* attempt(`connect to ${hostOf(rpcUrl)}`, () => createPublicClient({ transport }).getChainId())
    const chain = chainOf(chainId, rpcUrl)
    const reader = createPublicClient({ chain, transport, pollingInterval: 100, cacheTime: 0 })
    const readAt: Effect.Effect<bigint | undefined, ChainFailure> =
      typeof atBlock === 'object' ? Effect.map(atBlock, BigInt) : Effect.succeed(optionalBigInt(atBlock))
    /** Asks of the block that is read at, undefined for the latest. */
    const attemptAt = <A>(operation: string, run: (block: bigint | undefined) => Promise<A>) =>
      Effect.flatMap(readAt, (block) => attempt(operation, () => run(block)))
    const gasOf = async (account: Hex, call: Call): Promise<bigint> => {
      // Without fees, so that an account needs no coins to be told what a contract says.
      const request = { ...contractCall(call), account }
      try {
        return await reader.estimateContractGas(request)
      } catch (cause) {
        await reader.simulateContract(request) // gives the custom error that `estimateGas` hides on some nodes
        throw cause
      }
    }
    return {
      chainId,
      blockNumber: attempt('read the block number', async () => {
        const block = Number(await reader.getBlockNumber())
        if (!Number.isSafeInteger(block)) throw new Error(`${block} is no block number`)
        return block
      }),
      read: <A>(call: Call) =>
        attemptAt(`read ${operationOf(call)}`, async (blockNumber) => {
          const at = blockNumber === undefined ? {} : { blockNumber }
          return (await reader.readContract({ ...contractCall(call), ...at })) as A
        }),
      events: ({ sinceBlock = 0, ...query }) =>
        attemptAt(`look for ${query.contract}.${query.eventName}`, async (blockNumber) => {
          const range = rangeOf(sinceBlock, blockNumber)
          if (range === null) return []
          const { abi } = readArtifact(query.contract)
          const found = await reader.getContractEvents({ ...query, abi: abi as Abi, ...range, strict: true })
          return found.map((event) => ({
            args: event.args as unknown as Record<string, unknown>,
            place: placeIn(event.transactionHash, event.blockNumber),
            index: event.logIndex,
          }))
        }),
      allEvents: ({ contract, address, sinceBlock = 0, afterBlock = -1 }) =>
        attemptAt(`look for the events of ${contract}`, async (blockNumber) => {
          const range = rangeOf(Math.max(sinceBlock, afterBlock + 1), blockNumber)
          if (range === null) return []
          const { abi } = readArtifact(contract)
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
      calledBy: (hash, contracts) =>
        attempt(`look for transaction ${hash}`, async () => {
          const { to, input } = await reader.getTransaction({ hash })
          const called = contracts.find(({ address }) => address === to?.toLowerCase())
          if (called === undefined) return null
          const { abi } = readArtifact(called.contract)
          return `${called.contract}.${decodeFunctionData({ abi: abi as Abi, data: input }).functionName}`
        }),
      knows: (hash) =>
        attempt(`look for transaction ${hash}`, async () => {
          const found = await reader.request({ method: 'eth_getTransactionByHash', params: [hash] })
          return found !== null
        }),
      secondsOf: (named) =>
        attemptAt('read the time of a block', async (readAt) => {
          const blockNumber = optionalBigInt(named) ?? readAt
          // The latest may be long ago: a development chain makes a block when it has something to put into it.
          const at = blockNumber === undefined ? ({ blockTag: 'pending' } as const) : { blockNumber }
          return Number((await reader.getBlock(at)).timestamp)
        }),
      blockHash: (block) =>
        attempt(`read block ${block}`, async () => {
          const params = [`0x${block.toString(16)}`, false] as const
          const found = await reader.request({ method: 'eth_getBlockByNumber', params: [...params] })
          return (found?.hash ?? null) as Hex | null
        }),
      nonceOf: (account) =>
        attempt(`read the nonce of ${account}`, () =>
          reader.getTransactionCount({ address: account, blockTag: 'latest' }),
        ),
      feeMarket: attempt('read the price of gas', async () => {
        const { baseFeePerGas } = await reader.getBlock()
        const baseFeeWei = baseFeePerGas ?? 0n
        // Where gas costs nothing, nobody is paid for it.
        const tipWei = baseFeeWei === 0n ? 0n : await reader.estimateMaxPriorityFeePerGas()
        return { baseFeeWei, tipWei }
      }),
      gasOf: (account, call) => attempt(operationOf(call), () => gasOf(account, call)),
      broadcast: (raw) =>
        attempt('send a transaction', async () => {
          try {
            await reader.sendRawTransaction({ serializedTransaction: raw })
            return { is: 'taken' } as const
          } catch (cause) {
            const answer = cause instanceof BaseError ? cause.walk((inner) => inner instanceof RpcRequestError) : null
            if (answer instanceof RpcRequestError) return receptionOf(answer.details)
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

/** Who is asked. What follows in the address may be a key, and messages are logged. */
const hostOf = (rpcUrl: string) => (URL.canParse(rpcUrl) ? new URL(rpcUrl).origin : rpcUrl)

const optionalBigInt = (value: number | undefined) => (value === undefined ? undefined : BigInt(value))

/** The blocks to look for events in, up to one or to the latest; null where there are none. */
function rangeOf(fromBlock: number, toBlock: bigint | undefined) {
  const isEmpty = toBlock !== undefined && BigInt(fromBlock) > toBlock
  return isEmpty ? null : ({ fromBlock: BigInt(fromBlock), toBlock: toBlock ?? 'latest' } as const)
}

/** What a call is called in messages. */
export const operationOf = ({ contract, functionName }: Call): string => `${contract}.${functionName}`

/** Nodes have no codes for these, only words. */
function receptionOf(words: string): Reception {
  if (/already (known|imported|exists)|known transaction/i.test(words)) return { is: 'taken' }
  if (/nonce (is )?too low/i.test(words)) return { is: 'used' }
  if (/nonce (is )?too high/i.test(words)) return { is: 'early' }
  if (/underpriced|fee too low|less than block base fee/i.test(words)) return { is: 'underpriced' }
  return { is: 'refused', why: words }
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
