import { decodeErrorResult, decodeFunctionResult, encodeFunctionData } from 'viem'
import { openInProcessChain } from '#contracts/chain/hardhat.ts'
import { compileFixture } from './compile-fixture.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`

/** Where the contract stands for the length of a call. */
const to: Hex = `0x${'f1'.repeat(20)}`
const somebody = person(1)

/** A contract of `tests/contracts/solidity` on a chain of its own. */
export interface Fixture {
  /** what a view function answers; throws `ErrorName(arguments)` where it reverts */
  readonly call: (functionName: string, args: readonly unknown[]) => Promise<unknown>
  readonly close: () => Promise<void>
}

/** Compiles a fixture and opens a chain to call it on. */
export async function openFixture(name: string): Promise<Fixture> {
  const { abi, code } = compileFixture(name)
  const genesis = { chainId: 31_337, hardfork: 'osaka', timestamp: 1_800_000_000, funded: somebody.account } as const
  const chain = await openInProcessChain({ genesis, fundedKey: somebody.key })
  return {
    close: chain.close,
    call: async (functionName, args) => {
      const data = encodeFunctionData({ abi, functionName, args })
      const params = [{ to, data, gas: '0x1000000' }, 'latest', { [to]: { code } }]
      const answer = await chain.request('eth_call', params).catch((cause: { data?: { data?: Hex } | Hex }) => {
        const reverted = typeof cause.data === 'object' ? cause.data.data : cause.data
        if (reverted === undefined) throw cause
        const { errorName, args } = decodeErrorResult({ abi, data: reverted })
        throw new Error(`${errorName}(${args?.join(', ') ?? ''})`)
      })
      return decodeFunctionResult({ abi, functionName, data: answer as Hex })
    },
  }
}
