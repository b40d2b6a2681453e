import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ChainFailure } from './chain-failure.ts'

/** The contracts that are deployed, by name. */
export type ContractName =
  | 'TestEURC'
  | 'Vault'
  | 'Settlement'
  | 'EnergyCredit'
  | 'GreenCertificate'
  | 'ConsentKeys'
  | 'DeviceRegistry'
  | 'TradingKeys'
  | 'Disputes'
  | 'LegProofs'
  | 'OrderProofs'
  | 'StatementProofs'
  | 'BillProofs'

/** What the compiler made of a contract (Hardhat's artifact format, the parts that are used). */
export interface Artifact {
  readonly contractName: ContractName
  readonly sourceName: string
  readonly abi: readonly unknown[]
  readonly bytecode: `0x${string}`
}

const folder = join(import.meta.dirname, '..', '..', 'artifacts', 'contracts')

/** Each is asked for with every call of its contract. */
const read = new Map<ContractName, Artifact>()

/** A compiled contract, read once. Throws ChainFailure if the contracts were never compiled. */
export function readArtifact(name: ContractName): Artifact {
  try {
    const known = read.get(name)
    if (known !== undefined) return known
    const artifact = JSON.parse(readFileSync(join(folder, `${name}.sol`, `${name}.json`), 'utf8')) as Artifact
    read.set(name, artifact)
    return artifact
  } catch (cause) {
    throw new ChainFailure({
      operation: `read the compiled ${name}`,
      detail: `${cause instanceof Error ? cause.message : cause}: compile the contracts with npx hardhat build`,
    })
  }
}
