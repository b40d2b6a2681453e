import { mkdir } from 'node:fs/promises'
import {
  type Artifact,
  type DeploymentResult,
  DeploymentResultType,
  deploy as ignite,
} from '@nomicfoundation/ignition-core'
import { Effect } from 'effect'
import { addressOf } from '#protocol/viem.ts'
import { commonwatt } from '../ignition/commonwatt.ts'
import { type ContractName, readArtifact } from './artifacts.ts'
import { ChainFailure } from './chain-failure.ts'
import type { Addresses } from './contract-types.ts'
import { connectRpc, type Rpc, signingProvider } from './viem.ts'

type Hex = `0x${string}`

/** What stands on a chain. */
export interface Deployment {
  readonly chainId: number
  readonly addresses: Addresses
}

/** How often Ignition looks for its transactions on a chain that mines at once, ms. */
const LOCAL_POLLING_MS = 20
const LOCAL_CHAIN_ID = 31_337

/**
 * Deploys all contracts by Ignition. `directory` keeps Ignition's journal, so that a repeated or interrupted
 * deployment is taken up where it was, and a finished one is found again; without it every call deploys anew.
 * Fails (ChainFailure) if the journal is of another chain, operator or window, or the contracts were not compiled.
 */
export const deploy = (options: {
  readonly rpcUrl: string
  readonly operatorKey: Hex
  readonly disputeWindowSeconds: number
  readonly directory?: string
}): Effect.Effect<Deployment, ChainFailure> =>
  Effect.gen(function* () {
    const { disputeWindowSeconds } = options
    if (!Number.isSafeInteger(disputeWindowSeconds) || disputeWindowSeconds < 0) {
      return yield* failed(`disputeWindowSeconds is ${disputeWindowSeconds}; it is a whole number from 0`)
    }
    const rpc = yield* connectRpc(options.rpcUrl)
    const operator = addressOf(options.operatorKey)
    const result = yield* Effect.tryPromise({
      try: () => runIgnition({ ...options, operator, chainId: rpc.chainId }),
      catch: (cause) =>
        cause instanceof ChainFailure ? cause : failed(cause instanceof Error ? cause.message : String(cause)),
    })
    if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) return yield* failed(explain(result))
    const deployed = Object.values(result.contracts)
    const address = (name: ContractName) =>
      String(deployed.find(({ contractName }) => contractName === name)?.address).toLowerCase() as Hex
    const addresses: Addresses = {
      eurc: address('TestEURC'),
      vault: address('Vault'),
      settlement: address('Settlement'),
      energyCredit: address('EnergyCredit'),
    }
    yield* checkDeployed(rpc, addresses)
    return { chainId: rpc.chainId, addresses }
  })

async function runIgnition(options: {
  readonly rpcUrl: string
  readonly operatorKey: Hex
  readonly operator: Hex
  readonly chainId: number
  readonly disputeWindowSeconds: number
  readonly directory?: string
}): Promise<DeploymentResult> {
  const { directory, chainId, operator, disputeWindowSeconds } = options
  if (directory !== undefined) await mkdir(directory, { recursive: true })
  return ignite({
    ignitionModule: commonwatt,
    artifactResolver: {
      loadArtifact: async (name) => readArtifact(name as ContractName) as unknown as Artifact,
      getBuildInfo: async () => undefined,
    },
    provider: signingProvider({ rpcUrl: options.rpcUrl, chainId, key: options.operatorKey }),
    deploymentParameters: { Commonwatt: { operator, disputeWindowSeconds } },
    accounts: [operator],
    defaultSender: operator,
    ...(directory === undefined ? {} : { deploymentDir: directory }),
    ...(chainId === LOCAL_CHAIN_ID ? { config: { blockPollingInterval: LOCAL_POLLING_MS, retryInterval: 50 } } : {}),
  })
}

/** Ignition believes its journal; the chain may have forgotten. */
const checkDeployed = (rpc: Rpc, addresses: Addresses) =>
  Effect.forEach(
    Object.entries(addresses),
    ([name, address]) =>
      Effect.flatMap(rpc.hasCode(address), (there) =>
        there ? Effect.void : failed(`no contract ${name} at ${address}: the deployment's journal is of another chain`),
      ),
    { discard: true },
  )

function explain(result: Exclude<DeploymentResult, { type: DeploymentResultType.SUCCESSFUL_DEPLOYMENT }>): string {
  if (result.type === DeploymentResultType.EXECUTION_ERROR) {
    return result.failed.map(({ futureId, error }) => `${futureId}: ${error}`).join('; ') || 'timed out'
  }
  return Object.entries(result.errors)
    .map(([future, errors]) => `${future}: ${errors.join(', ')}`)
    .join('; ')
}

const failed = (detail: string) => new ChainFailure({ operation: 'deploy the contracts', detail })
