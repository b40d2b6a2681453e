import { type Abi, createPublicClient, createWalletClient, custom, decodeErrorResult, getAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type ContractName, readArtifact } from '#contracts/chain/artifacts.ts'
import { openInProcessChain } from '#contracts/chain/hardhat.ts'
import { registryTermsOf } from '#contracts/chain/registry-terms.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`

export const operator = person(0x0e)
export const guardian = person(0x9a)
export const challenger = person(0xca)
/** No consent is checked here. */
const NOBODY: Hex = `0x${'0'.repeat(40)}`
const CHAIN_ID = 31_337
export const SLOT_SECONDS = 900
export const WINDOW_SECONDS = 86_400
/** Block 0, the beginning of slot 2,000,000; Unix seconds. */
export const GENESIS = 2_000_000 * SLOT_SECONDS

const contracts = [
  ...(['TestEURC', 'Settlement', 'Vault', 'DeviceRegistry', 'TradingKeys'] as const),
  ...(['Disputes', 'LegProofs', 'OrderProofs', 'StatementProofs', 'BillProofs'] as const),
]
type Deployed = (typeof contracts)[number]

/** Every contract's functions, events and errors: what one passes on of another is known everywhere. */
const errors = contracts.flatMap((name) => readArtifact(name).abi as Abi).filter(({ type }) => type === 'error')

/**
 * A chain of its own with everything deployed that disputes need. Whoever has a key sends without fees, and time stands
 * still until it is passed.
 */
export async function openDisputeChain() {
  const genesis = { chainId: CHAIN_ID, hardfork: 'osaka', timestamp: GENESIS, funded: operator.account } as const
  const chain = await openInProcessChain({ genesis, fundedKey: operator.key })
  const transport = custom({ request: ({ method, params }) => chain.request(method, params) }, { retryCount: 0 })
  const reader = createPublicClient({ transport, cacheTime: 0, pollingInterval: 10 })
  const walletOf = (key: Hex) => createWalletClient({ account: privateKeyToAccount(key), transport })
  const free = { chain: null, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n, gas: 16_000_000n } as const
  const addresses = new Map<Deployed, Hex>()
  const at = (name: Deployed) => addresses.get(name) as Hex
  const abiOf = (name: Deployed): Abi => [...(readArtifact(name).abi as Abi), ...errors]

  const seconds = async () => Number((await reader.getBlock()).timestamp)
  /** The next block is of the last one's second: else it would be later by what the wall's clock has gone on. */
  const holdTime = async () => chain.request('evm_setNextBlockTimestamp', [await seconds()])

  const deploy = async (name: Exclude<Deployed, 'Vault'>, args: readonly unknown[]) => {
    const { bytecode } = readArtifact(name as ContractName)
    await holdTime()
    const hash = await walletOf(operator.key).deployContract({ abi: abiOf(name), bytecode, args: [...args], ...free })
    const { contractAddress, status } = await reader.waitForTransactionReceipt({ hash })
    if (status !== 'success') throw new Error(`${name} was not deployed`)
    addresses.set(name, contractAddress as Hex)
  }
  const ask = <A>(contract: Deployed, functionName: string, args: readonly unknown[] = []) =>
    reader.readContract({ address: at(contract), abi: abiOf(contract), functionName, args }) as Promise<A>

  /** Sends, and gives the gas used and the names of all events; throws `ErrorName(arguments)` where it reverts. */
  const send = async (key: Hex, contract: Deployed, functionName: string, args: readonly unknown[]) => {
    await check(key, contract, functionName, args)
    const call = { address: at(contract), abi: abiOf(contract), functionName, args }
    await holdTime()
    const hash = await walletOf(key).writeContract({ ...call, ...free })
    const { gasUsed, status } = await reader.waitForTransactionReceipt({ hash })
    if (status !== 'success') throw new Error(`${contract}.${functionName} reverted in its block`)
    return Number(gasUsed)
  }
  /** The same without a transaction. */
  const check = async (key: Hex, contract: Deployed, functionName: string, args: readonly unknown[]) => {
    const call = { address: at(contract), abi: abiOf(contract), functionName, args }
    const account = privateKeyToAccount(key)
    await reader.simulateContract({ ...call, ...free, account } as never).catch((cause: unknown) => {
      throw new Error(refusalIn(cause) ?? String(cause))
    })
  }

  await deploy('TestEURC', [])
  await deploy('Settlement', [at('TestEURC'), WINDOW_SECONDS, guardian.account])
  addresses.set('Vault', await ask<Hex>('Settlement', 'vault'))
  const terms = registryTermsOf({ disputeWindowSeconds: WINDOW_SECONDS, slotMinutes: SLOT_SECONDS / 60 })
  await deploy('DeviceRegistry', [at('TestEURC'), at('Settlement'), guardian.account, terms])
  await deploy('TradingKeys', [at('DeviceRegistry')])
  await deploy('Disputes', [at('Settlement'), at('DeviceRegistry'), at('Vault'), at('TestEURC')])
  await deploy('LegProofs', [at('Disputes')])
  await deploy('OrderProofs', [at('Disputes'), at('DeviceRegistry'), at('TradingKeys')])
  await deploy('StatementProofs', [at('Disputes'), at('DeviceRegistry')])
  await deploy('BillProofs', [at('Disputes'), at('Vault')])
  const courts = (['LegProofs', 'OrderProofs', 'StatementProofs', 'BillProofs'] as const).map(at)
  await send(operator.key, 'Disputes', 'link', [courts])
  await send(operator.key, 'Settlement', 'link', [at('Disputes'), NOBODY])

  const verifyingContract = at('Settlement').toLowerCase() as Hex
  const domain: SigningDomain = { name: 'Commonwatt', version: '1', chainId: CHAIN_ID, verifyingContract }
  return {
    at,
    ask,
    send,
    check,
    domain,
    close: chain.close,
    coinOf: (account: Hex) => ask<bigint>('TestEURC', 'balanceOf', [account]),
    seconds,
    /** Every block from now on carries this time, Unix seconds, and so does what is looked up. */
    passTo: async (seconds: number) => {
      await chain.request('evm_setNextBlockTimestamp', [seconds])
      await chain.request('evm_mine', [])
    },
    events: async (contract: Deployed, eventName: string) =>
      (
        await reader.getContractEvents({
          address: at(contract),
          abi: abiOf(contract),
          eventName,
          fromBlock: 'earliest',
        })
      ).map(({ args }) => args as unknown as Record<string, unknown>),
    snapshot: () => chain.request('evm_snapshot'),
    goBackTo: (snapshot: unknown) => chain.request('evm_revert', [snapshot]),
  }
}

export type DisputeChain = Awaited<ReturnType<typeof openDisputeChain>>

/** `ErrorName(arguments)` of the custom error that a failure carries, undefined if there is none. */
function refusalIn(cause: unknown): string | undefined {
  for (let inner = cause; inner instanceof Object; inner = (inner as { cause?: unknown }).cause) {
    const { data } = inner as { data?: unknown }
    const raw = typeof data === 'string' ? data : ((data as { data?: unknown } | undefined)?.data ?? null)
    if (typeof raw !== 'string' || !/^0x[0-9a-f]{8}/.test(raw)) continue
    const { errorName, args } = decodeErrorResult({ abi: [...errors, ...panics], data: raw as Hex })
    return `${errorName}(${(args ?? []).map(String).join(', ')})`
  }
  return undefined
}

/** What Solidity itself throws. */
const panics: Abi = [
  { type: 'error', name: 'Panic', inputs: [{ name: 'code', type: 'uint256' }] },
  { type: 'error', name: 'Error', inputs: [{ name: 'reason', type: 'string' }] },
]

/** An address as events spell it. */
export const spelled = (account: Hex): Hex => getAddress(account)
