import { mkdir } from 'node:fs/promises'
import {
  type Artifact,
  type DeploymentResult,
  DeploymentResultType,
  deploy as ignite,
} from '@nomicfoundation/ignition-core'
import { commonwatt } from '../ignition/commonwatt.ts'
import { type ContractName, readArtifact } from './artifacts.ts'
import { ChainFailure } from './chain-failure.ts'
import type { Addresses } from './contract-types.ts'
import { registryTermsOf } from './registry-terms.ts'
import { signingProvider } from './viem.ts'

type Hex = `0x${string}`

/** How often Ignition looks for its transactions on a chain that mines at once, ms. */
const LOCAL_POLLING_MS = 20
const LOCAL_CHAIN_ID = 31_337

/** What is deployed, by whom, and where Ignition keeps its journal (nowhere if left out). */
export interface DeployOptions {
  readonly rpcUrl: string
  readonly operatorKey: Hex
  readonly operator: Hex
  readonly chainId: number
  readonly disputeWindowSeconds: number
  readonly slotMinutes: number
  readonly directory?: string
}

/** Runs Ignition over its journal. Rejects (ChainFailure) with what it could not do. */
export async function runIgnition(options: DeployOptions): Promise<Omit<Addresses, 'p256Verifier'>> {
  const { directory, chainId, operator, disputeWindowSeconds } = options
  if (directory !== undefined) await mkdir(directory, { recursive: true })
  const result = await ignite({
    ignitionModule: commonwatt,
    artifactResolver: {
      loadArtifact: async (name) => readArtifact(name as ContractName) as unknown as Artifact,
      getBuildInfo: async () => undefined,
    },
    provider: signingProvider({ rpcUrl: options.rpcUrl, chainId, key: options.operatorKey }),
    deploymentParameters: {
      Commonwatt: { operator, disputeWindowSeconds, registryTerms: { ...registryTermsOf(options) } },
    },
    accounts: [operator],
    defaultSender: operator,
    ...(directory === undefined ? {} : { deploymentDir: directory }),
    ...(chainId === LOCAL_CHAIN_ID ? { config: { blockPollingInterval: LOCAL_POLLING_MS, retryInterval: 50 } } : {}),
  })
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT) {
    throw new ChainFailure({ operation: 'deploy the contracts', detail: explain(result) })
  }
  const deployed = Object.values(result.contracts)
  const address = (name: ContractName) =>
    String(deployed.find(({ contractName }) => contractName === name)?.address).toLowerCase() as Hex
  return {
    eurc: address('TestEURC'),
    vault: address('Vault'),
    settlement: address('Settlement'),
    energyCredit: address('EnergyCredit'),
    greenCertificate: address('GreenCertificate'),
    consentKeys: address('ConsentKeys'),
    deviceRegistry: address('DeviceRegistry'),
    disputes: address('Disputes'),
    legProofs: address('LegProofs'),
    orderProofs: address('OrderProofs'),
    statementProofs: address('StatementProofs'),
    billProofs: address('BillProofs'),
    tradingKeys: address('TradingKeys'),
  }
}

function explain(result: Exclude<DeploymentResult, { type: DeploymentResultType.SUCCESSFUL_DEPLOYMENT }>): string {
  if (result.type === DeploymentResultType.EXECUTION_ERROR) {
    return result.failed.map(({ futureId, error }) => `${futureId}: ${error}`).join('; ') || 'timed out'
  }
  return Object.entries(result.errors)
    .map(([future, errors]) => `${future}: ${errors.join(', ')}`)
    .join('; ')
}
