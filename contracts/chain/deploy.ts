import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Effect } from 'effect'
import { addressOf } from '#protocol/signing.ts'
import { writeDurably } from '../durable-file.ts'
import { ChainFailure } from './chain-failure.ts'
import type { Addresses } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import type { DeployOptions } from './ignition-core.ts'
import { connectRpc, type Rpc } from './viem.ts'

type Hex = `0x${string}`

/** What stands on a chain. */
export interface Deployment {
  readonly chainId: number
  readonly addresses: Addresses
}

/** A deployment that is done, as its folder keeps it. */
interface DeploymentRecord extends Deployment {
  readonly operator: Hex
  readonly disputeWindowSeconds: number
  /** which contracts they are; not said by the first version */
  readonly contracts?: number
}

/** Counts with each change after which contracts are called otherwise. */
const CONTRACTS = 2

/**
 * Deploys all contracts by Ignition. `directory` keeps Ignition's journal, so that an interrupted deployment is taken
 * up where it was, and `deployed.json` once it is done, so that it is found again; without it every call deploys anew.
 * Fails (ChainFailure) if what is kept is of another chain, operator or window, or the contracts were not compiled.
 */
export const deploy = (options: {
  readonly rpcUrl: string
  readonly operatorKey: Hex
  readonly disputeWindowSeconds: number
  /** length of the slots that statements are of; 15 if left out */
  readonly slotMinutes?: number
  readonly directory?: string
}): Effect.Effect<Deployment, ChainFailure> =>
  Effect.gen(function* () {
    const { disputeWindowSeconds, directory } = options
    if (!Number.isSafeInteger(disputeWindowSeconds) || disputeWindowSeconds < 0) {
      return yield* failed(`disputeWindowSeconds is ${disputeWindowSeconds}; it is a whole number from 0`)
    }
    const rpc = yield* connectRpc(options.rpcUrl)
    const wanted = { slotMinutes: 15, ...options, operator: addressOf(options.operatorKey), chainId: rpc.chainId }
    const addresses = yield* attempt(async () => {
      const kept = directory === undefined ? null : await readKept<DeploymentRecord>(recordFile(directory))
      return kept === null ? deployNow(wanted, rpc) : addressesOf(kept, wanted)
    })
    yield* checkDeployed(rpc, addresses)
    return { chainId: rpc.chainId, addresses }
  })

async function deployNow(wanted: DeployOptions, rpc: Rpc): Promise<Addresses> {
  // Loaded when it is needed: a street that stands already need not wait for it.
  const { runIgnition } = await import('./ignition-core.ts')
  const sinceBlock = await beganIn(wanted, rpc)
  const deployed = await runIgnition(wanted)
  const { deviceRegistry } = contractsAt(deployed)
  const verifier = rpc.read<string>({ ...deviceRegistry, functionName: 'p256Verifier', args: [] })
  const p256Verifier = (await Effect.runPromise(verifier)).toLowerCase() as Hex
  const addresses = { ...deployed, p256Verifier, sinceBlock }
  const { directory, chainId, operator, disputeWindowSeconds } = wanted
  if (directory !== undefined) {
    const record: DeploymentRecord = { chainId, operator, disputeWindowSeconds, contracts: CONTRACTS, addresses }
    await writeDurably(recordFile(directory), `${JSON.stringify(record)}\n`)
  }
  return addresses
}

/** When a deployment that may be taken up again was begun, as its folder keeps it. */
interface Begun {
  readonly chainId: number
  readonly block: number
}

/** The block before which nothing of a deployment can be: the latest when it was begun; 0 where nobody has kept that. */
async function beganIn({ directory, chainId }: DeployOptions, rpc: Rpc): Promise<number> {
  const block = await Effect.runPromise(rpc.blockNumber)
  if (directory === undefined) return block
  const file = join(directory, 'begun.json')
  const begun = await readKept<Begun>(file)
  if (begun !== null) return begun.chainId === chainId ? begun.block : 0
  if (existsSync(directory)) return 0
  await writeDurably(file, `${JSON.stringify({ chainId, block } satisfies Begun)}\n`)
  return block
}

async function readKept<A>(file: string): Promise<A | null> {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw cause
  })
  return text === null ? null : (JSON.parse(text) as A)
}

function addressesOf(kept: DeploymentRecord, wanted: DeployOptions): Addresses {
  if (kept.contracts !== CONTRACTS) {
    throw failed(`${recordFile(wanted.directory ?? '')} is of an earlier version, whose contracts are others`)
  }
  for (const field of ['chainId', 'operator', 'disputeWindowSeconds'] as const) {
    if (kept[field] === wanted[field]) continue
    throw failed(`${recordFile(wanted.directory ?? '')} has ${field} ${kept[field]}, not ${wanted[field]}`)
  }
  return kept.addresses
}

/** The folder believes that it is deployed; the chain may have forgotten. */
const checkDeployed = (rpc: Rpc, { sinceBlock: _, ...contracts }: Addresses) =>
  Effect.forEach(
    Object.entries(contracts),
    ([name, address]) =>
      Effect.flatMap(rpc.hasCode(address), (there) =>
        there ? Effect.void : failed(`no contract ${name} at ${address}: the deployment's journal is of another chain`),
      ),
    { discard: true },
  )

const recordFile = (directory: string) => join(directory, 'deployed.json')

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, ChainFailure> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      cause instanceof ChainFailure ? cause : failed(cause instanceof Error ? cause.message : String(cause)),
  })

const failed = (detail: string) => new ChainFailure({ operation: 'deploy the contracts', detail })
