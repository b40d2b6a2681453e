import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import type { Clock } from '#protocol/clock.ts'
import { addressOf } from '#protocol/signing.ts'
import { ChainFailure } from './chain-failure.ts'
import { type Genesis, openInProcessChain } from './hardhat.ts'
import { JOURNAL_FILE, lastJournalledTime, openJournal } from './journal.ts'
import { LocalNode } from './local-node.ts'
import { listenForRpc } from './rpc-server.ts'

/** A chain of one's own. */
export interface LocalChain {
  /** JSON-RPC over HTTP on 127.0.0.1 */
  readonly rpcUrl: string
  readonly chainId: number
  /** the operator's private key: funded, and known to everybody, so good for this chain only */
  readonly operatorKey: `0x${string}`
  readonly operator: `0x${string}`
}

/** The first account of Hardhat's public mnemonic: nobody can mistake it for a secret. */
const OPERATOR_KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
const CHAIN_ID = 31_337

/**
 * Starts a chain in this process, on simulated time: each block carries the clock's second. It ends with the scope.
 * With `dataDir` its transactions are kept in `chain.ndjson` there and applied again at the next start, so that
 * addresses and state come back; without, everything is forgotten. `port` 0 (default) takes any free one.
 * Fails (ChainFailure) on a taken port, and on a journal that is damaged or of another chain.
 */
export const startLocalChain = (options: {
  readonly clock: Clock
  readonly dataDir?: string
  readonly port?: number
}): Effect.Effect<LocalChain, ChainFailure, Scope.Scope> =>
  Effect.gen(function* () {
    const operator = addressOf(OPERATOR_KEY)
    const now: Genesis = {
      chainId: CHAIN_ID,
      hardfork: 'osaka',
      timestamp: Math.floor(options.clock.nowMs() / 1000),
      funded: operator,
    }
    const { dataDir } = options
    const journal =
      dataDir === undefined
        ? null
        : yield* resource('open the chain journal', async () => {
            await mkdir(dataDir, { recursive: true })
            return openJournal({ path: join(dataDir, JOURNAL_FILE), genesis: now })
          })
    const genesis = journal?.genesis ?? now
    const chain = yield* resource('start the local chain', () =>
      openInProcessChain({ genesis, fundedKey: OPERATOR_KEY }),
    )
    const node = new LocalNode({ chain, clock: options.clock, journal })
    yield* attempt('replay the chain journal', () => node.replay(journal?.entries ?? []))
    const { url } = yield* resource('open the JSON-RPC port', () =>
      listenForRpc({ handler: (method, params) => node.request(method, params), port: options.port ?? 0 }),
    )
    return { rpcUrl: url, chainId: CHAIN_ID, operatorKey: OPERATOR_KEY, operator }
  })

/** The time of the last block of the chain that a folder keeps, Unix ms; 0 where there is none. */
export const localChainTimeMs = (dataDir: string): Effect.Effect<number, ChainFailure> =>
  attempt('read the chain journal', async () => (await lastJournalledTime(join(dataDir, JOURNAL_FILE))) * 1000)

/** Forgets the chain that a folder keeps: the next start begins another one. */
export const forgetLocalChain = (dataDir: string): Effect.Effect<void, ChainFailure> =>
  attempt('forget the chain journal', () => rm(join(dataDir, JOURNAL_FILE), { force: true }))

const attempt = <A>(operation: string, run: () => Promise<A>): Effect.Effect<A, ChainFailure> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      cause instanceof ChainFailure
        ? cause
        : new ChainFailure({ operation, detail: cause instanceof Error ? cause.message : String(cause) }),
  })

const resource = <A extends { readonly close: () => Promise<void> }>(operation: string, open: () => Promise<A>) =>
  Effect.acquireRelease(attempt(operation, open), (opened) => Effect.promise(() => opened.close()))
