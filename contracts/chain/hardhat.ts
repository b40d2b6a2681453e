import { join } from 'node:path'
import type { createHardhatRuntimeEnvironment } from 'hardhat/hre'

/** What must not change while a chain lives. */
export interface Genesis {
  readonly chainId: number
  readonly hardfork: 'osaka'
  /** Unix seconds of block 0 */
  readonly timestamp: number
  /** the one account that has coins for gas */
  readonly funded: `0x${string}`
}

/** Said outright, because Hardhat would look for a package around the working directory. */
const projectRoot = join(import.meta.dirname, '..', '..')

/** A chain inside this process, asked in JSON-RPC. Errors carry `code`, `message` and often `data`. */
export interface InProcessChain {
  readonly request: (method: string, params?: readonly unknown[]) => Promise<unknown>
  readonly close: () => Promise<void>
}

/**
 * A fresh chain of Hardhat's EDR in this process: automining, no base fee (so that an account without coins can
 * act), equal block times allowed, no console output, no network.
 */
export async function openInProcessChain(options: {
  readonly genesis: Genesis
  readonly fundedKey: `0x${string}`
}): Promise<InProcessChain> {
  const { genesis } = options
  const config: Parameters<typeof createHardhatRuntimeEnvironment>[0] = {
    // None: it would read every build, to explain by source line what viem explains by the contracts' interfaces.
    paths: { artifacts: join(projectRoot, 'artifacts', 'none') },
    networks: {
      local: {
        type: 'edr-simulated',
        chainType: 'l1',
        chainId: genesis.chainId,
        hardfork: genesis.hardfork,
        initialDate: new Date(genesis.timestamp * 1000),
        allowBlocksWithSameTimestamp: true,
        initialBaseFeePerGas: 0,
        accounts: [{ privateKey: options.fundedKey, balance: 10n ** 24n }],
        loggingEnabled: false,
        // As on a real node: a transaction that reverts is mined, and its receipt says so.
        throwOnTransactionFailures: false,
      },
    },
  }
  // Loaded when it is needed: only a street with a chain of its own has to wait for it.
  const hardhat = await import('hardhat/hre')
  const runtime = await hardhat.createHardhatRuntimeEnvironment(config, {}, projectRoot)
  const connection = await runtime.network.create({ network: 'local', chainType: 'l1' })
  return {
    request: (method, params = []) => connection.provider.request({ method, params: [...params] }),
    close: () => connection.close(),
  }
}
