import type { Clock } from '#protocol/clock.ts'
import { ChainFailure } from './chain-failure.ts'
import type { InProcessChain } from './hardhat.ts'
import type { Journal, JournalEntry } from './journal.ts'

/** What a node answers a method it does not offer with (JSON-RPC). */
const METHOD_NOT_FOUND = -32601
const INVALID_INPUT = -32000

/** An error with its JSON-RPC code. */
class RpcError extends Error {
  readonly code: number
  constructor(problem: { readonly code: number; readonly message: string }) {
    super(problem.message)
    this.code = problem.code
  }
}

/** Methods that only read. Nothing but a signed transaction changes a chain that anybody may ask. */
const reading = new Set([
  'eth_accounts',
  'eth_blockNumber',
  'eth_call',
  'eth_chainId',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getBlockReceipts',
  'eth_getCode',
  'eth_getLogs',
  'eth_getProof',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
  'eth_syncing',
  'hardhat_getAutomine',
  'net_listening',
  'net_version',
  'web3_clientVersion',
  'web3_sha3',
])

interface Block {
  readonly number: `0x${string}`
  readonly timestamp: `0x${string}`
  readonly stateRoot: `0x${string}`
}

/**
 * The rules of the local node: blocks and calls carry the clock's time, only signed transactions change state, and
 * each that was taken is in the journal before it is answered. Requests are served one after the other.
 */
export class LocalNode {
  readonly #chain: InProcessChain
  readonly #clock: Clock
  readonly #journal: Journal | null
  #last: Promise<unknown> = Promise.resolve()
  /** why the journal is behind the chain; nothing is answered after that */
  #lost: unknown = null

  constructor(parts: { readonly chain: InProcessChain; readonly clock: Clock; readonly journal: Journal | null }) {
    this.#chain = parts.chain
    this.#clock = parts.clock
    this.#journal = parts.journal
  }

  /** Answers one request; rejects with RpcError or the chain's own error. */
  request(method: string, params: readonly unknown[]): Promise<unknown> {
    const answer = this.#last.then(() => this.#serve(method, params))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  /** Applies what the journal holds. Rejects with ChainFailure where another state comes out than was journalled. */
  async replay(entries: readonly JournalEntry[]): Promise<void> {
    for (const [index, entry] of entries.entries()) {
      const stateRoot = await this.#apply(entry).catch(
        (cause) => `nothing: ${cause instanceof Error ? cause.message : cause}`,
      )
      if (stateRoot === entry.stateRoot) continue
      throw new ChainFailure({
        operation: 'replay the chain journal',
        detail: `transaction ${index + 1} gives state ${stateRoot}, not ${entry.stateRoot}`,
      })
    }
  }

  async #apply(entry: JournalEntry): Promise<string> {
    await this.#setTime(entry.timestamp)
    await this.#chain.request('eth_sendRawTransaction', [entry.raw])
    return (await this.#latest()).stateRoot
  }

  async #serve(method: string, params: readonly unknown[]): Promise<unknown> {
    if (this.#lost !== null) throw this.#lost
    if (method === 'eth_sendRawTransaction') return this.#send(params)
    if (!reading.has(method)) {
      throw new RpcError({ code: METHOD_NOT_FOUND, message: `${method} is not offered by this node` })
    }
    // A call sees the clock's time, not that of the last block: only a pending block carries it.
    const [call, block, ...rest] = params
    const present = block === undefined || block === 'latest' || block === 'pending'
    if (method === 'eth_getBlockByNumber' && call === 'pending') await this.#setTime(await this.#nextTime())
    if ((method === 'eth_call' || method === 'eth_estimateGas') && present) {
      await this.#setTime(await this.#nextTime())
      return this.#chain.request(method, [call, 'pending', ...rest])
    }
    return this.#chain.request(method, params)
  }

  async #send(params: readonly unknown[]): Promise<unknown> {
    const before = await this.#latest()
    await this.#setTime(await this.#nextTime())
    const hash = await this.#chain.request('eth_sendRawTransaction', params)
    const { number, timestamp, stateRoot } = await this.#latest()
    if (number === before.number) {
      // Kept for later it would be mined at a time that no journal knows.
      await this.#chain.request('hardhat_dropTransaction', [hash])
      throw new RpcError({ code: INVALID_INPUT, message: 'nonce too high: this node keeps no transaction waiting' })
    }
    try {
      await this.#journal?.append({ raw: params[0] as `0x${string}`, timestamp: Number(timestamp), stateRoot })
    } catch (cause) {
      this.#lost = cause
      throw cause
    }
    return hash
  }

  async #nextTime(): Promise<number> {
    const { timestamp } = await this.#latest()
    return Math.max(Number(timestamp), Math.floor(this.#clock.nowMs() / 1000))
  }

  async #setTime(seconds: number): Promise<void> {
    await this.#chain.request('evm_setNextBlockTimestamp', [seconds])
  }

  async #latest(): Promise<Block> {
    return (await this.#chain.request('eth_getBlockByNumber', ['latest', false])) as Block
  }
}
