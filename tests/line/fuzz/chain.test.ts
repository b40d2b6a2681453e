import { Effect } from 'effect'
import { beforeAll, describe, expect, it } from 'vitest'
import { readArtifact } from '#contracts/chain/artifacts.ts'
import { person, type TestChain, testChain } from '../../contracts/on-chain.ts'
import { throughDoor } from './door.ts'
import { fuzzing } from './fuzzing.ts'
import { calldata, changingFunctions, signedCall } from './viem.ts'

const { opened } = fuzzing()

describe('contracts and their node', () => {
  const rich = person(0xa11ce)
  const strangers = [person(0xb0b), person(0xca7), person(0xd06)]
  let test: TestChain
  const rpc = async (method: unknown, params: unknown): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const headers = { 'content-type': 'application/json' }
    return (await fetch(test.chain.rpcUrl, { method: 'POST', headers, body })).json()
  }
  const balances = () =>
    Effect.runPromise(
      Effect.all({
        rich: test.client.balanceOf(rich.account),
        leaving: test.client.withdrawalOf(rich.account),
        strangers: Effect.forEach(strangers, ({ account }) => test.client.balanceOf(account)),
        credits: test.client.creditTotals,
        batch: test.client.batchOf(1),
      }),
    )

  beforeAll(async () => {
    test = await opened(testChain())
    await Effect.runPromise(test.client.fund([{ account: rich.account, amountMicroEur: 1_000_000 }]))
  })

  it('whatever a stranger calls, no balance, credit or batch changes', async () => {
    const { vault, settlement, energyCredit } = test.deployment.addresses
    const doors = [
      ...changingFunctions(readArtifact('Vault').abi).map((fn) => ({ fn, to: vault })),
      ...changingFunctions(readArtifact('Settlement').abi).map((fn) => ({ fn, to: settlement })),
      ...changingFunctions(readArtifact('EnergyCredit').abi).map((fn) => ({ fn, to: energyCredit })),
    ]
    const before = await balances()
    const nonces = strangers.map(() => 0)
    await throughDoor({
      door: 'contracts',
      send: async (input) => {
        const { fn, to } = input.pick(doors)
        const who = input.below(strangers.length)
        const { key } = strangers[who] ?? rich
        const data = calldata(input, fn)
        const nonce = nonces[who] ?? 0
        const raw = await signedCall({ key, chainId: test.chain.chainId, to, data, nonce })
        const answer = (await rpc('eth_sendRawTransaction', [raw])) as {
          readonly result?: string
          readonly error?: unknown
        }
        if (answer.result === undefined) throw new Error(`${fn.name}(${data}): ${JSON.stringify(answer.error)}`)
        nonces[who] = nonce + 1
      },
    })
    expect(await balances()).toEqual(before)
  })

  it('whatever the node is asked, it answers, and nothing changes', async () => {
    const methods = [
      'eth_call',
      'eth_getLogs',
      'eth_getBlockByNumber',
      'eth_estimateGas',
      'eth_getStorageAt',
      'eth_sendRawTransaction',
    ]
    const others = ['evm_mine', 'hardhat_setBalance', 'evm_revert', 'eth_sendTransaction', '__proto__', '', 7, null]
    const before = await balances()
    const block = await Effect.runPromise(test.client.blockNumber)
    const call = { from: rich.account, to: test.deployment.addresses.vault, data: '0x12345678', value: '0x0' }
    await throughDoor({
      door: 'JSON-RPC',
      lanes: 4,
      send: async (input) => {
        const method = input.chance(0.7) ? input.pick(methods) : input.pick(others)
        const params = JSON.parse(JSON.stringify(input.mutated([call, 'latest']))) as unknown
        const answer = (await rpc(method, params)) as { readonly result?: unknown; readonly error?: unknown }
        if (answer.result === undefined && answer.error === undefined) throw new Error(JSON.stringify(answer))
      },
    })
    expect(await Effect.runPromise(test.client.blockNumber)).toBe(block)
    expect(await balances()).toEqual(before)
  })
})
