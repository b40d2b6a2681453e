import { Effect, Semaphore } from 'effect'
import type { ChainPlace } from '#protocol/market-event.ts'
import { addressOf } from '#protocol/signing.ts'
import type { ChainFailure } from './chain-failure.ts'
import { type ChainReader, contractsAt, readerOf } from './chain-reader.ts'
import type { Addresses, Credit, CreditClaim, Movement, Proposal } from './contract-types.ts'
import { connectRpc, type Rpc } from './viem.ts'

type Hex = `0x${string}`
type Sent = Effect.Effect<ChainPlace, ChainFailure>
type Read<A> = Effect.Effect<A, ChainFailure>

/**
 * The contracts of one deployment, for the operator and for whoever holds an account's key. Money in µEUR, energy
 * in Wh. The operator's transactions go one after the other, so share one client a process.
 */
export interface ChainClient extends ChainReader {
  readonly operator: Hex
  readonly propose: (proposal: Proposal, movements: readonly Movement[]) => Sent
  readonly finalize: (neighbourhood: Hex, number: number, movements: readonly Movement[]) => Sent
  /** those of the credits that were not claimed yet */
  readonly unclaimed: <C extends Credit>(neighbourhood: Hex, credits: readonly C[]) => Read<readonly C[]>
  readonly claimMany: (neighbourhood: Hex, number: number, claims: readonly CreditClaim[]) => Sent
  /** mints test EURC and deposits it; accounts that were ever deposited for are left as they are, so it may be repeated */
  readonly fund: (deposits: readonly { readonly account: Hex; readonly amountMicroEur: number }[]) => Read<void>
  readonly requestWithdrawal: (key: Hex, amountMicroEur: number) => Sent
  readonly claimWithdrawal: (key: Hex) => Sent
  readonly retire: (key: Hex, id: bigint, amountWh: number) => Sent
}

/** Connects to a deployment at any JSON-RPC URL. Fails (ChainFailure) if nobody answers there. */
export const connectChain = (options: {
  readonly rpcUrl: string
  readonly operatorKey: Hex
  readonly addresses: Addresses
}): Effect.Effect<ChainClient, ChainFailure> =>
  Effect.map(connectRpc(options.rpcUrl), (rpc) => clientOf(rpc, options.operatorKey, options.addresses))

function clientOf(rpc: Rpc, operatorKey: Hex, addresses: Addresses): ChainClient {
  const { eurc, vault, settlement, energyCredit } = contractsAt(addresses)
  const operator = addressOf(operatorKey)
  // Two transactions signed at once would take the same nonce.
  const turns = Semaphore.makeUnsafe(1)
  const write: Rpc['write'] = (key, call) => turns.withPermits(1)(rpc.write(key, call))

  return {
    ...readerOf(rpc, addresses),
    operator,
    propose: (proposal, movements) =>
      write(operatorKey, { ...settlement, functionName: 'propose', args: [proposal, movements] }),
    finalize: (neighbourhood, number, movements) =>
      write(operatorKey, { ...settlement, functionName: 'finalize', args: [neighbourhood, number, movements] }),
    unclaimed: (neighbourhood, credits) =>
      Effect.filter(
        credits,
        ({ account, source, slot }) =>
          Effect.gen(function* () {
            const id = yield* rpc.read<bigint>({
              ...energyCredit,
              functionName: 'idOf',
              args: [neighbourhood, slot, source],
            })
            return !(yield* rpc.read<boolean>({ ...energyCredit, functionName: 'claimed', args: [id, account] }))
          }),
        { concurrency: 8 },
      ),
    claimMany: (neighbourhood, number, claims) =>
      write(operatorKey, { ...energyCredit, functionName: 'claimMany', args: [neighbourhood, number, claims] }),
    fund: (deposits) =>
      Effect.gen(function* () {
        const accounts = deposits.map(({ account }) => account)
        const earlier = yield* rpc.events({ ...vault, eventName: 'Deposited', args: { account: accounts } })
        const known = new Set(earlier.map(({ args }) => String(args.account).toLowerCase()))
        const fresh = deposits.filter(({ account }) => !known.has(account))
        if (fresh.length === 0) return
        const total = fresh.reduce((sum, { amountMicroEur }) => sum + BigInt(amountMicroEur), 0n)
        // A run that died half way has left some behind.
        const left = yield* rpc.read<bigint>({ ...eurc, functionName: 'balanceOf', args: [operator] })
        if (left < total) yield* write(operatorKey, { ...eurc, functionName: 'mint', args: [operator, total - left] })
        yield* write(operatorKey, { ...eurc, functionName: 'approve', args: [addresses.vault, total] })
        for (const { account, amountMicroEur } of fresh) {
          yield* write(operatorKey, { ...vault, functionName: 'deposit', args: [account, amountMicroEur] })
        }
      }),
    requestWithdrawal: (key, amountMicroEur) =>
      write(key, { ...vault, functionName: 'requestWithdrawal', args: [amountMicroEur] }),
    claimWithdrawal: (key) => write(key, { ...vault, functionName: 'claimWithdrawal', args: [] }),
    retire: (key, id, amountWh) => write(key, { ...energyCredit, functionName: 'retire', args: [id, amountWh] }),
  }
}
