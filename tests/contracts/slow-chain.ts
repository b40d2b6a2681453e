import { Effect } from 'effect'
import { readArtifact } from '#contracts/chain/artifacts.ts'
import { openInProcessChain } from '#contracts/chain/hardhat.ts'
import { listenForRpc } from '#contracts/chain/rpc-server.ts'
import { type Call, connectRpc } from '#contracts/chain/viem.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`

/** Who pays on a slow chain. */
export const payer = person(0x77)

/** What a test does with a request: let it through, or answer for the node. */
export type OnRequest = (method: string, pass: () => Promise<unknown>) => Promise<unknown>

/** A chain as the world has them: it makes a block when somebody tells it to, takes fees, and may forget blocks. */
export const openSlowChain = Effect.acquireRelease(
  Effect.promise(async () => {
    const genesis = { chainId: 31_337, hardfork: 'osaka', timestamp: 1_800_000_000, funded: payer.account } as const
    const chain = await openInProcessChain({ genesis, fundedKey: payer.key })
    const ask = chain.request
    const made = (await ask('eth_sendTransaction', [
      { from: payer.account, data: readArtifact('TestEURC').bytecode },
    ])) as Hex
    const { contractAddress } = (await ask('eth_getTransactionReceipt', [made])) as { contractAddress: Hex }
    await ask('evm_setAutomine', [false])
    let onRequest: OnRequest = (_method, pass) => pass()
    const { url, close } = await listenForRpc({
      handler: (method, params) => onRequest(method, () => ask(method, params)),
      port: 0,
    })
    const rpc = await Effect.runPromise(connectRpc(url))
    const coin = { contract: 'TestEURC', address: contractAddress } as const
    const mint = (owner: Hex, amount: number): Call => ({ ...coin, functionName: 'mint', args: [owner, amount] })
    const pending = async () =>
      ((await ask('eth_getBlockByNumber', ['pending', true])) as { transactions: { hash: Hex; nonce: Hex }[] })
        .transactions
    return {
      rpcUrl: url,
      ask,
      mint,
      balanceOf: (owner: Hex) => rpc.read<bigint>({ ...coin, functionName: 'balanceOf', args: [owner] }),
      mine: () => ask('evm_mine'),
      /** what the next block asks for a unit of gas at least, wei */
      baseFee: (wei: number) => ask('hardhat_setNextBlockBaseFeePerGas', [`0x${wei.toString(16)}`]),
      /** what the next block would hold */
      pending,
      /** has the node forget what it would put into the next block */
      forget: async () => {
        for (const { hash } of await pending()) await ask('hardhat_dropTransaction', [hash])
      },
      /** sends a transaction with the payer's key, past our own sender, at a price nobody else pays */
      sendPast: (nonce: number) =>
        ask('eth_sendTransaction', [
          {
            from: payer.account,
            to: payer.account,
            nonce: `0x${nonce.toString(16)}`,
            maxFeePerGas: `0x${(10n ** 14n).toString(16)}`,
            maxPriorityFeePerGas: `0x${(10n ** 13n).toString(16)}`,
          },
        ]),
      /** from now on */
      onRequest: (next: OnRequest) => {
        onRequest = next
      },
      close: async () => {
        await close()
        await chain.close()
      },
    }
  }),
  ({ close }) => Effect.promise(close),
)

export type SlowChain = Effect.Success<typeof openSlowChain>
