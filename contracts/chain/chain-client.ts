import { Effect, Semaphore } from 'effect'
import type { ChainPlace } from '#protocol/market-event.ts'
import { addressOf } from '#protocol/viem.ts'
import { ChainFailure } from './chain-failure.ts'
import type { Addresses, ChainBatch, Credit, CreditClaim, Movement, Proposal } from './contract-types.ts'
import { connectRpc, type Rpc } from './viem.ts'

type Hex = `0x${string}`
type Sent = Effect.Effect<ChainPlace, ChainFailure>
type Read<A> = Effect.Effect<A, ChainFailure>

/**
 * The contracts of one deployment, for the operator and for whoever holds an account's key. Money in µEUR, energy
 * in Wh. The operator's transactions go one after the other, so share one client a process.
 */
export interface ChainClient {
  readonly chainId: number
  readonly operator: Hex
  readonly blockNumber: Read<number>
  readonly disputeWindowSeconds: Read<number>
  /** a batch as the chain keeps it, null if it was not proposed */
  readonly batchOf: (neighbourhood: Hex, number: number) => Read<ChainBatch | null>
  /** where a batch was proposed or finalized, null if it was not */
  readonly placeOf: (
    event: 'BatchProposed' | 'BatchFinalized',
    neighbourhood: Hex,
    number: number,
  ) => Read<ChainPlace | null>
  readonly propose: (proposal: Proposal, movements: readonly Movement[]) => Sent
  readonly finalize: (neighbourhood: Hex, number: number, movements: readonly Movement[]) => Sent
  /** those of the credits that were not claimed yet */
  readonly unclaimed: <C extends Credit>(neighbourhood: Hex, credits: readonly C[]) => Read<readonly C[]>
  readonly claimMany: (neighbourhood: Hex, number: number, claims: readonly CreditClaim[]) => Sent
  /** free balance in the vault */
  readonly balanceOf: (account: Hex) => Read<number>
  /** EURC outside the vault */
  readonly walletOf: (account: Hex) => Read<number>
  /** what an account has locked to leave with */
  readonly withdrawalOf: (account: Hex) => Read<number>
  /** mints test EURC and deposits it; accounts that were ever deposited for are left as they are, so it may be repeated */
  readonly fund: (deposits: readonly { readonly account: Hex; readonly amountMicroEur: number }[]) => Read<void>
  readonly requestWithdrawal: (key: Hex, amountMicroEur: number) => Sent
  readonly claimWithdrawal: (key: Hex) => Sent
  readonly creditIdOf: (neighbourhood: Hex, slot: number, source: Hex) => Read<bigint>
  readonly creditBalanceOf: (account: Hex, id: bigint) => Read<number>
  readonly creditTotals: Read<{ readonly mintedWh: number; readonly retiredWh: number }>
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
  const eurc = { contract: 'TestEURC', address: addresses.eurc } as const
  const vault = { contract: 'Vault', address: addresses.vault } as const
  const settlement = { contract: 'Settlement', address: addresses.settlement } as const
  const energyCredit = { contract: 'EnergyCredit', address: addresses.energyCredit } as const
  const operator = addressOf(operatorKey)
  // Two transactions signed at once would take the same nonce.
  const turns = Semaphore.makeUnsafe(1)
  const write: Rpc['write'] = (key, call) => turns.withPermits(1)(rpc.write(key, call))
  const amount = (call: Parameters<Rpc['read']>[0]) => Effect.flatMap(rpc.read<bigint>(call), wholeNumber)

  return {
    chainId: rpc.chainId,
    operator,
    blockNumber: rpc.blockNumber,
    disputeWindowSeconds: amount({ ...settlement, functionName: 'disputeWindow', args: [] }),
    batchOf: (neighbourhood, number) =>
      Effect.map(
        rpc.read<RawBatch>({ ...settlement, functionName: 'batchOf', args: [neighbourhood, number] }),
        (batch) =>
          batch.proposedAt === 0n
            ? null
            : {
                proposedAt: Number(batch.proposedAt),
                isFinal: batch.isFinal,
                firstSlot: Number(batch.firstSlot),
                lastSlot: Number(batch.lastSlot),
                tradesRoot: batch.tradesRoot,
                statementsRoot: batch.statementsRoot,
                creditsRoot: batch.creditsRoot,
                movementsHash: batch.movementsHash,
              },
      ),
    placeOf: (eventName, neighbourhood, number) =>
      Effect.map(
        rpc.events({ ...settlement, eventName, args: { neighbourhood, number: BigInt(number) } }),
        (found) => found[0]?.place ?? null,
      ),
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
    balanceOf: (account) => amount({ ...vault, functionName: 'balanceOf', args: [account] }),
    walletOf: (account) => amount({ ...eurc, functionName: 'balanceOf', args: [account] }),
    withdrawalOf: (account) =>
      Effect.flatMap(
        rpc.read<{ amountMicroEur: bigint }>({ ...vault, functionName: 'withdrawalOf', args: [account] }),
        ({ amountMicroEur }) => wholeNumber(amountMicroEur),
      ),
    fund: (deposits) =>
      Effect.gen(function* () {
        const accounts = deposits.map(({ account }) => account)
        const earlier = yield* rpc.events({ ...vault, eventName: 'Deposited', args: { account: accounts } })
        const known = new Set(earlier.map(({ args }) => String(args.account).toLowerCase()))
        const fresh = deposits.filter(({ account }) => !known.has(account))
        if (fresh.length === 0) return
        const total = fresh.reduce((sum, { amountMicroEur }) => sum + BigInt(amountMicroEur), 0n)
        yield* write(operatorKey, { ...eurc, functionName: 'mint', args: [operator, total] })
        yield* write(operatorKey, { ...eurc, functionName: 'approve', args: [addresses.vault, total] })
        for (const { account, amountMicroEur } of fresh) {
          yield* write(operatorKey, { ...vault, functionName: 'deposit', args: [account, amountMicroEur] })
        }
      }),
    requestWithdrawal: (key, amountMicroEur) =>
      write(key, { ...vault, functionName: 'requestWithdrawal', args: [amountMicroEur] }),
    claimWithdrawal: (key) => write(key, { ...vault, functionName: 'claimWithdrawal', args: [] }),
    creditIdOf: (neighbourhood, slot, source) =>
      rpc.read<bigint>({ ...energyCredit, functionName: 'idOf', args: [neighbourhood, slot, source] }),
    creditBalanceOf: (account, id) => amount({ ...energyCredit, functionName: 'balanceOf', args: [account, id] }),
    creditTotals: Effect.all({
      mintedWh: amount({ ...energyCredit, functionName: 'mintedWh', args: [] }),
      retiredWh: amount({ ...energyCredit, functionName: 'retiredWh', args: [] }),
    }),
    retire: (key, id, amountWh) => write(key, { ...energyCredit, functionName: 'retire', args: [id, amountWh] }),
  }
}

/** `ISettlement.Batch` as the chain answers it. */
interface RawBatch
  extends Pick<ChainBatch, 'isFinal' | 'tradesRoot' | 'statementsRoot' | 'creditsRoot' | 'movementsHash'> {
  readonly proposedAt: bigint
  readonly firstSlot: bigint
  readonly lastSlot: bigint
}

const wholeNumber = (value: bigint): Effect.Effect<number, ChainFailure> =>
  value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Effect.succeed(Number(value))
    : Effect.fail(new ChainFailure({ operation: 'read an amount', detail: `${value} is above 2^53 − 1` }))
