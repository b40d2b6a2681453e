import { Effect } from 'effect'
import type { ChainPlace } from '#protocol/market-event.ts'
import { ChainFailure } from './chain-failure.ts'
import type { Addresses, ChainBatch } from './contract-types.ts'
import { type ChainEvent, connectRpc, type Rpc } from './viem.ts'

type Hex = `0x${string}`
type Read<A> = Effect.Effect<A, ChainFailure>

/** What changed the vault's balances, in the order in which it did. Money in µEUR. */
export type VaultEvent = { readonly place: ChainPlace } & (
  | {
      readonly type: 'Deposited' | 'WithdrawalRequested' | 'Withdrawn'
      readonly account: Hex
      readonly amountMicroEur: number
    }
  | { readonly type: 'BatchFinalized'; readonly neighbourhood: Hex; readonly number: number }
)

/** Credits that were minted for an account, or that it retired. */
export interface CreditEvent {
  readonly type: 'Claimed' | 'Retired'
  readonly account: Hex
  readonly id: bigint
  readonly amountWh: number
  readonly place: ChainPlace
}

/** What anybody can see of a deployment's contracts. Money in µEUR, energy in Wh. */
export interface ChainReader {
  readonly chainId: number
  readonly blockNumber: Read<number>
  readonly disputeWindowSeconds: Read<number>
  /** the number of a neighbourhood's last final batch, 0 before the first */
  readonly lastFinal: (neighbourhood: Hex) => Read<number>
  /** a batch as the chain keeps it, null if it was not proposed */
  readonly batchOf: (neighbourhood: Hex, number: number) => Read<ChainBatch | null>
  /** where a batch was proposed or finalized, null if it was not */
  readonly placeOf: (
    event: 'BatchProposed' | 'BatchFinalized',
    neighbourhood: Hex,
    number: number,
  ) => Read<ChainPlace | null>
  /** the hash of a batch's archive as it was proposed with, null if it was not */
  readonly archiveHashOf: (neighbourhood: Hex, number: number) => Read<Hex | null>
  /** what became of a transaction, null if the chain does not know it */
  readonly transactionOf: (
    hash: Hex,
  ) => Read<{ readonly block: number; readonly status: 'success' | 'reverted' } | null>
  /** free balance in the vault */
  readonly balanceOf: (account: Hex) => Read<number>
  /** EURC outside the vault */
  readonly walletOf: (account: Hex) => Read<number>
  /** what an account has locked to leave with */
  readonly withdrawalOf: (account: Hex) => Read<number>
  readonly creditIdOf: (neighbourhood: Hex, slot: number, source: Hex) => Read<bigint>
  readonly creditBalanceOf: (account: Hex, id: bigint) => Read<number>
  readonly creditTotals: Read<{ readonly mintedWh: number; readonly retiredWh: number }>
  /** oldest first */
  readonly vaultEvents: Read<readonly VaultEvent[]>
  /** oldest first */
  readonly creditEvents: Read<readonly CreditEvent[]>
}

/**
 * Connects to a deployment at any JSON-RPC URL, without a key. With `atBlock` everything is read as it was then.
 * Fails (ChainFailure) if nobody answers there.
 */
export const connectChainReader = (options: {
  readonly rpcUrl: string
  readonly addresses: Addresses
  readonly atBlock?: number
}): Effect.Effect<ChainReader, ChainFailure> =>
  Effect.map(connectRpc(options.rpcUrl, { atBlock: options.atBlock }), (rpc) => readerOf(rpc, options.addresses))

/** The contracts of a deployment behind a connection. */
export function readerOf(rpc: Rpc, addresses: Addresses): ChainReader {
  const { eurc, vault, settlement, energyCredit } = contractsAt(addresses)
  const amount = (call: Parameters<Rpc['read']>[0]) => Effect.flatMap(rpc.read<bigint>(call), wholeNumber)
  const eventsOf = <A>(
    contract: typeof vault | typeof settlement | typeof energyCredit,
    eventName: string,
    of: (event: ChainEvent) => A,
  ) =>
    Effect.map(rpc.events({ ...contract, eventName, args: {} }), (found) =>
      found.map((event) => ({ order: event, is: of(event) })),
    )
  const batchEvent = (eventName: 'BatchProposed' | 'BatchFinalized', neighbourhood: Hex, number: number) =>
    Effect.map(
      rpc.events({ ...settlement, eventName, args: { neighbourhood, number: BigInt(number) } }),
      (found) => found[0] ?? null,
    )
  const moved = (type: 'Deposited' | 'WithdrawalRequested' | 'Withdrawn') =>
    eventsOf(
      vault,
      type,
      ({ args, place }): VaultEvent => ({
        type,
        account: addressIn(args.account),
        amountMicroEur: Number(args.amountMicroEur),
        place,
      }),
    )
  const credited = (type: 'Claimed' | 'Retired') =>
    eventsOf(
      energyCredit,
      type,
      ({ args, place }): CreditEvent => ({
        type,
        account: addressIn(args.account),
        id: args.id as bigint,
        amountWh: Number(args.amountWh),
        place,
      }),
    )

  return {
    chainId: rpc.chainId,
    blockNumber: rpc.blockNumber,
    disputeWindowSeconds: amount({ ...settlement, functionName: 'disputeWindow', args: [] }),
    lastFinal: (neighbourhood) => amount({ ...settlement, functionName: 'lastFinal', args: [neighbourhood] }),
    batchOf: (neighbourhood, number) =>
      Effect.map(
        rpc.read<RawBatch>({ ...settlement, functionName: 'batchOf', args: [neighbourhood, number] }),
        (batch) => (batch.proposedAt === 0n ? null : batchFrom(batch)),
      ),
    placeOf: (eventName, neighbourhood, number) =>
      Effect.map(batchEvent(eventName, neighbourhood, number), (found) => found?.place ?? null),
    archiveHashOf: (neighbourhood, number) =>
      Effect.map(batchEvent('BatchProposed', neighbourhood, number), (found) =>
        found === null ? null : (found.args.archiveHash as Hex),
      ),
    transactionOf: rpc.transactionOf,
    balanceOf: (account) => amount({ ...vault, functionName: 'balanceOf', args: [account] }),
    walletOf: (account) => amount({ ...eurc, functionName: 'balanceOf', args: [account] }),
    withdrawalOf: (account) =>
      Effect.flatMap(
        rpc.read<{ amountMicroEur: bigint }>({ ...vault, functionName: 'withdrawalOf', args: [account] }),
        ({ amountMicroEur }) => wholeNumber(amountMicroEur),
      ),
    creditIdOf: (neighbourhood, slot, source) =>
      rpc.read<bigint>({ ...energyCredit, functionName: 'idOf', args: [neighbourhood, slot, source] }),
    creditBalanceOf: (account, id) => amount({ ...energyCredit, functionName: 'balanceOf', args: [account, id] }),
    creditTotals: Effect.all({
      mintedWh: amount({ ...energyCredit, functionName: 'mintedWh', args: [] }),
      retiredWh: amount({ ...energyCredit, functionName: 'retiredWh', args: [] }),
    }),
    vaultEvents: Effect.map(
      Effect.all([
        moved('Deposited'),
        moved('WithdrawalRequested'),
        moved('Withdrawn'),
        eventsOf(
          settlement,
          'BatchFinalized',
          ({ args, place }): VaultEvent => ({
            type: 'BatchFinalized',
            neighbourhood: args.neighbourhood as Hex,
            number: Number(args.number),
            place,
          }),
        ),
      ]),
      inOrder,
    ),
    creditEvents: Effect.map(Effect.all([credited('Claimed'), credited('Retired')]), inOrder),
  }
}

/** The deployed contracts by name, as calls name them. */
export function contractsAt(addresses: Addresses) {
  return {
    eurc: { contract: 'TestEURC', address: addresses.eurc },
    vault: { contract: 'Vault', address: addresses.vault },
    settlement: { contract: 'Settlement', address: addresses.settlement },
    energyCredit: { contract: 'EnergyCredit', address: addresses.energyCredit },
  } as const
}

/** `ISettlement.Batch` as the chain answers it. */
interface RawBatch
  extends Pick<ChainBatch, 'isFinal' | 'backstop' | 'tradesRoot' | 'statementsRoot' | 'creditsRoot' | 'movementsHash'> {
  readonly proposedAt: bigint
  readonly firstSlot: bigint
  readonly lastSlot: bigint
}

function batchFrom(batch: RawBatch): ChainBatch {
  return {
    proposedAt: Number(batch.proposedAt),
    isFinal: batch.isFinal,
    backstop: addressIn(batch.backstop),
    firstSlot: Number(batch.firstSlot),
    lastSlot: Number(batch.lastSlot),
    tradesRoot: batch.tradesRoot,
    statementsRoot: batch.statementsRoot,
    creditsRoot: batch.creditsRoot,
    movementsHash: batch.movementsHash,
  }
}

/** Chains answer addresses in mixed case. */
const addressIn = (value: unknown) => String(value).toLowerCase() as Hex

function inOrder<A>(lists: readonly (readonly { readonly order: ChainEvent; readonly is: A }[])[]): readonly A[] {
  const all = lists.flat()
  all.sort((a, b) => a.order.place.block - b.order.place.block || a.order.index - b.order.index)
  return all.map(({ is }) => is)
}

const wholeNumber = (value: bigint): Effect.Effect<number, ChainFailure> =>
  value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Effect.succeed(Number(value))
    : Effect.fail(new ChainFailure({ operation: 'read an amount', detail: `${value} is above 2^53 − 1` }))
