import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, type Scope } from 'effect'
import {
  ChainFailure,
  type ChainReader,
  connectChainReader,
  connectDeviceRegistryReader,
  connectTradingKeysReader,
  type DeviceRegistryReader,
  JOURNAL_FILE,
  neighbourhoodIdOf,
  startLocalChain,
  type TradingKeysReader,
} from '#contracts/index.ts'
import { BadInput } from '../bad-input.ts'
import { DEFAULT_CONFIRMATIONS } from '../settings/settings.ts'
import type { NodeFile } from './node-file.ts'
import { ProofFailed } from './proof-failed.ts'

/** The chain that a proof is held against, as it was at one block. */
export interface PinnedChain {
  readonly reader: ChainReader
  readonly registry: DeviceRegistryReader
  readonly tradingKeys: TradingKeysReader
  readonly block: number
  /** where it was asked */
  readonly source: string
}

/**
 * The chain of a data folder, as it was `confirmations` blocks before its last (0 of a local chain, 5 of another, unless
 * said otherwise): at `rpcUrl` where the user names one; that of the running node; else the local one,
 * made again from a copy of its journal, so that nothing in the folder changes.
 */
export const openChain = (options: {
  readonly folder: string
  readonly node: NodeFile
  readonly rpcUrl: string | undefined
  readonly confirmations: number | undefined
}): Effect.Effect<PinnedChain, ChainFailure | BadInput | ProofFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const { folder, node, rpcUrl } = options
    const confirmations = options.confirmations ?? (node.chain === 'local' ? 0 : DEFAULT_CONFIRMATIONS)
    if (rpcUrl !== undefined) return yield* pinned({ rpcUrl, node, source: rpcUrl, confirmations })
    if (node.rpcUrl !== null) {
      const running = pinned({ rpcUrl: node.rpcUrl, node, source: node.rpcUrl, confirmations })
      if (node.chain === 'remote') return yield* running
      // A node that was killed still says where its chain was.
      const found = yield* Effect.catch(running, () => Effect.succeed(null))
      if (found !== null) return found
    }
    return yield* fromJournal({ folder, node, confirmations })
  })

const fromJournal = (from: { readonly folder: string; readonly node: NodeFile; readonly confirmations: number }) =>
  Effect.gen(function* () {
    const { folder, node, confirmations } = from
    const journal = join(folder, JOURNAL_FILE)
    if (!existsSync(journal)) {
      return yield* new BadInput({ detail: `--data ${folder}: holds no ${JOURNAL_FILE}; name its chain with --rpc` })
    }
    const copy = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), 'commonwatt-verify-'))),
      (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
    )
    yield* Effect.sync(() => copyFileSync(journal, join(copy, JOURNAL_FILE)))
    // Nothing is sent, so what the clock says does not matter.
    const { rpcUrl } = yield* startLocalChain({ clock: { nowMs: () => 0, speed: 1 }, dataDir: copy }).pipe(
      Effect.mapError(
        ({ operation, detail }) => new ChainFailure({ operation, detail: detail.replaceAll(join(copy, '/'), '') }),
      ),
    )
    return yield* pinned({ rpcUrl, node, source: journal, confirmations })
  })

const pinned = (at: {
  readonly rpcUrl: string
  readonly node: NodeFile
  readonly source: string
  readonly confirmations: number
}) =>
  Effect.gen(function* () {
    const { rpcUrl, node, source, confirmations } = at
    const { addresses, neighbourhood: name } = node
    const neighbourhood = neighbourhoodIdOf(name)
    const now = yield* connectChainReader({ rpcUrl, addresses, neighbourhood })
    const block = Math.max(0, (yield* now.blockNumber) - confirmations)
    const reader = yield* connectChainReader({ rpcUrl, addresses, neighbourhood, atBlock: block })
    const terms = yield* reader.terms // there is a settlement at all
    for (const role of ['supplier', 'grid', 'fund'] as const) {
      if (terms[role] === node[role]) continue
      const place = `chain neighbourhood ${role}`
      return yield* new ProofFailed({ step: 'chain', place, expected: node[role], got: terms[role] })
    }
    const registry = yield* connectDeviceRegistryReader({ rpcUrl, addresses, atBlock: block })
    const tradingKeys = yield* connectTradingKeysReader({ rpcUrl, addresses, atBlock: block })
    return { reader, registry, tradingKeys, block, source }
  })
