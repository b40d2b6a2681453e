import { Effect } from 'effect'
import type { ChainTransaction } from '#protocol/chain-transaction.ts'
import type { ChainPlace } from '#protocol/market-event.ts'
import { batchDigestOf, headerHashOf } from '../settlement/batch-digest.ts'
import { batchFrom, stateFrom } from './chain-batch.ts'
import { ChainFailure } from './chain-failure.ts'
import type { Addresses, BatchState, ChainBatch, NeighbourhoodTerms } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import { faults } from './faults.ts'
import { type AtBlock, type ChainEvent, connectRpc, type Rpc, type TransactionOutcome } from './viem.ts'

type Hex = `0x${string}`
type Read<A> = Effect.Effect<A, ChainFailure>

/** What moved money in the vault, in the order in which it did. Money in µEUR. */
export type VaultEvent = { readonly place: ChainPlace } & (
  | {
      readonly type: 'Deposited' | 'WithdrawalRequested' | 'Withdrawn' | 'Escaped'
      readonly account: Hex
      readonly amountMicroEur: number
    }
  | { readonly type: 'BondPosted' | 'BondReturned' | 'BondSlashed'; readonly amountMicroEur: number }
  | { readonly type: 'PartApplied' | 'PartSkipped'; readonly number: number; readonly part: number }
  | { readonly type: 'Applied'; readonly number: number }
)

/** Credits that were minted for an account, or that it retired. */
export interface CreditEvent {
  readonly type: 'Claimed' | 'Retired'
  readonly account: Hex
  readonly id: bigint
  readonly amountWh: number
  readonly place: ChainPlace
}

/** A proposal that fell because of what it said. */
interface FaultyProposal {
  readonly headerHash: Hex
  readonly movementsHash: Hex
  /** one of `faults`, or that its movements cannot be booked */
  readonly fault: string
}

/** What anybody can see of one neighbourhood in a deployment's contracts. Money in µEUR, energy in Wh. */
export interface ChainReader {
  readonly chainId: number
  /** keccak256 of the neighbourhood's name */
  readonly neighbourhood: Hex
  readonly blockNumber: Read<number>
  /** the Unix second of a block; if none is named, of the one that is read at, where that is the latest of the one to come */
  readonly secondsOf: (block?: number) => Read<number>
  /** who runs it, who stands opposite its homes; addresses of zero where it was never opened */
  readonly terms: Read<Pick<NeighbourhoodTerms, 'operator' | 'supplier' | 'grid' | 'fund'>>
  readonly disputeWindowSeconds: Read<number>
  /** the hash of what bills of a slot follow that is not final, or is of the last batch (`types/Terms.sol`) */
  readonly termsHashAt: (slot: number) => Read<Hex>
  /** the number of the last applied batch, 0 before the first */
  readonly lastFinal: Read<number>
  /** a batch as the chain keeps it, null if it was not proposed or has fallen */
  readonly batchOf: (number: number) => Read<ChainBatch | null>
  /** the last proposal of this number whose fault was shown; null if there was none, or it only lacked an answer or an end */
  readonly faultyOf: (number: number) => Read<FaultyProposal | null>
  /** where a batch was proposed, the last time, or applied; null if it was not */
  readonly placeOf: (event: 'BatchProposed' | 'Applied', number: number) => Read<ChainPlace | null>
  /** where a batch of this header was proposed, each time, oldest first: once more for each time that it fell */
  readonly proposalsOf: (number: number, headerHash: Hex) => Read<readonly ChainPlace[]>
  /** what became of a transaction, null if the chain does not know it */
  readonly transactionOf: (hash: Hex) => Read<TransactionOutcome | null>
  /** … where in the deployment it went and when, null if no block holds it */
  readonly transactionSeen: (transaction: Hex) => Read<ChainTransaction | null>
  /** free balance in the vault */
  readonly balanceOf: (account: Hex) => Read<number>
  /** sold − bought over all applied batches */
  readonly positionOf: (account: Hex) => Read<number>
  /** EURC outside the vault */
  readonly walletOf: (account: Hex) => Read<number>
  /** what an account has locked to leave with */
  readonly withdrawalOf: (account: Hex) => Read<number>
  /** the operator's bond */
  readonly bond: Read<number>
  /** account → its seat in the ledger */
  readonly seats: Read<ReadonlyMap<Hex, number>>
  /** account → the block in which it was seated */
  readonly seatBlocks: Read<ReadonlyMap<Hex, number>>
  /** how many parts of the batch after the last applied one are booked */
  readonly partsApplied: Read<number>
  readonly creditIdOf: (slot: number, source: Hex) => Read<bigint>
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
  /** keccak256 of its name */
  readonly neighbourhood: Hex
  readonly atBlock?: AtBlock | undefined
}): Effect.Effect<ChainReader, ChainFailure> =>
  Effect.map(connectRpc(options.rpcUrl, { atBlock: options.atBlock }), (rpc) =>
    readerOf(rpc, options.addresses, options.neighbourhood),
  )

/** The contracts of a deployment behind a connection. */
export function readerOf(rpc: Rpc, addresses: Addresses, neighbourhood: Hex): ChainReader {
  const { eurc, vault, settlement, energyCredit, disputes } = contractsAt(addresses)
  const amount = (call: Parameters<Rpc['read']>[0]) => Effect.flatMap(rpc.read<bigint | number>(call), wholeNumber)
  const ofVault = (functionName: string, ...args: readonly unknown[]) =>
    amount({ ...vault, functionName, args: [neighbourhood, ...args] })
  const eventsOf = <A>(
    contract: typeof vault | typeof energyCredit,
    { eventName, args }: { readonly eventName: string; readonly args: Record<string, unknown> },
    of: (event: ChainEvent) => A,
  ) =>
    Effect.map(rpc.events({ ...contract, eventName, args }), (found) =>
      found.map((event) => ({ order: event, is: of(event) })),
    )
  const ofBatch = (contract: typeof vault | typeof settlement | typeof disputes, eventName: string, number: number) =>
    rpc.events({ ...contract, eventName, args: { neighbourhood, number: BigInt(number) } })
  const credited = (type: 'Claimed' | 'Retired') =>
    eventsOf(
      energyCredit,
      { eventName: type, args: {} },
      ({ args, place }): CreditEvent => ({
        type,
        account: addressIn(args.account),
        id: args.id as bigint,
        amountWh: Number(args.amountWh),
        place,
      }),
    )
  const lastFinal = ofVault('lastApplied')
  const seated = rpc.events({ ...vault, eventName: 'Seated', args: { neighbourhood } })

  return {
    chainId: rpc.chainId,
    neighbourhood,
    blockNumber: rpc.blockNumber,
    secondsOf: rpc.secondsOf,
    terms: Effect.map(
      rpc.read<NeighbourhoodTerms>({ ...settlement, functionName: 'neighbourhoodOf', args: [neighbourhood] }),
      ({ operator, supplier, grid, fund }) => ({
        operator: addressIn(operator),
        supplier: addressIn(supplier),
        grid: addressIn(grid),
        fund: addressIn(fund),
      }),
    ),
    disputeWindowSeconds: amount({ ...settlement, functionName: 'disputeWindow', args: [] }),
    termsHashAt: (slot) => rpc.read<Hex>({ ...settlement, functionName: 'termsHashAt', args: [neighbourhood, slot] }),
    lastFinal,
    batchOf: (number) =>
      Effect.gen(function* () {
        const proposed = (yield* ofBatch(settlement, 'BatchProposed', number)).at(-1)
        if (proposed === undefined) return null
        const changes = yield* ofBatch(settlement, 'BatchStateChanged', number)
        const changed = changes.filter((change) => isAfter(change, proposed)).at(-1)
        const batch = { ...batchFrom(proposed.args), isFinal: number <= (yield* lastFinal) }
        const state: BatchState = changed === undefined ? batch.state : stateFrom(changed.args.state)
        const digest = batchDigestOf({ ...batch, headerHash: headerHashOf(batch.header), state })
        const kept = yield* rpc.read<Hex>({ ...vault, functionName: 'digestOf', args: [neighbourhood, number] })
        return digest === kept ? { ...batch, state } : null
      }),
    faultyOf: (number) =>
      Effect.gen(function* () {
        const fell = (yield* ofBatch(settlement, 'BatchFell', number)).at(-1)
        if (fell === undefined || BigInt(String(fell.args.payee)) === 0n) return null
        const upheld = (yield* ofBatch(disputes, 'Upheld', number)).findLast((one) => isAfter(fell, one))
        const isIts = upheld?.place.transaction === fell.place.transaction
        const fault = isIts ? faults[Number(upheld.args.fault)] : 'MovementsUnsound'
        const proposed = (yield* ofBatch(settlement, 'BatchProposed', number)).findLast((one) => isAfter(fell, one))
        if (fault === undefined || fault === 'DataWithheld' || proposed === undefined) return null
        const { header, movementsHash } = batchFrom(proposed.args)
        return { headerHash: headerHashOf(header), movementsHash, fault }
      }),
    placeOf: (eventName, number) =>
      Effect.map(
        ofBatch(eventName === 'Applied' ? vault : settlement, eventName, number),
        (found) => found.at(-1)?.place ?? null,
      ),
    proposalsOf: (number, headerHash) =>
      Effect.map(ofBatch(settlement, 'BatchProposed', number), (found) =>
        found.filter(({ args }) => headerHashOf(batchFrom(args).header) === headerHash).map(({ place }) => place),
      ),
    transactionOf: rpc.transactionOf,
    transactionSeen: (transaction) =>
      Effect.gen(function* () {
        const outcome = yield* rpc.transactionOf(transaction)
        if (outcome === null) return null
        const call = yield* rpc.calledBy(transaction, Object.values(contractsAt(addresses)))
        return { transaction, ...outcome, timeMs: (yield* rpc.secondsOf(outcome.block)) * 1_000, call }
      }),
    balanceOf: (account) => ofVault('balanceOf', account),
    positionOf: (account) => ofVault('positionOf', account),
    walletOf: (account) => amount({ ...eurc, functionName: 'balanceOf', args: [account] }),
    withdrawalOf: (account) =>
      Effect.flatMap(
        rpc.read<{ amountMicroEur: bigint }>({
          ...vault,
          functionName: 'withdrawalOf',
          args: [neighbourhood, account],
        }),
        ({ amountMicroEur }) => wholeNumber(amountMicroEur),
      ),
    bond: ofVault('bondOf'),
    seats: Effect.map(seated, (found) => {
      return new Map(found.map(({ args }) => [addressIn(args.account), Number(args.seat)]))
    }),
    seatBlocks: Effect.map(seated, (found) => {
      return new Map(found.map(({ args, place }) => [addressIn(args.account), place.block]))
    }),
    partsApplied: ofVault('partsApplied'),
    creditIdOf: (slot, source) =>
      rpc.read<bigint>({ ...energyCredit, functionName: 'idOf', args: [neighbourhood, slot, source] }),
    creditBalanceOf: (account, id) => amount({ ...energyCredit, functionName: 'balanceOf', args: [account, id] }),
    creditTotals: Effect.all({
      mintedWh: amount({ ...energyCredit, functionName: 'mintedWh', args: [] }),
      retiredWh: amount({ ...energyCredit, functionName: 'retiredWh', args: [] }),
    }),
    // In one look: a street asks for them at every block.
    vaultEvents: Effect.map(rpc.allEvents(vault), (found) =>
      found.flatMap(({ name, ...event }) => {
        const of = vaultEvents[name as VaultEvent['type']]
        if (of === undefined || event.args.neighbourhood !== neighbourhood) return []
        return [{ type: name, place: event.place, ...of(event) } as VaultEvent]
      }),
    ),
    creditEvents: Effect.map(Effect.all([credited('Claimed'), credited('Retired')]), inOrder),
  }
}

const moved = ({ args }: ChainEvent) => ({
  account: addressIn(args.account),
  amountMicroEur: Number(args.amountMicroEur),
})
const bonded = ({ args }: ChainEvent) => ({ amountMicroEur: Number(args.amountMicroEur) })
const booked = ({ args }: ChainEvent) => ({ number: Number(args.number), part: Number(args.part) })

/** What each event of the vault that moves money says. */
const vaultEvents: Readonly<Record<VaultEvent['type'], (event: ChainEvent) => object>> = {
  Deposited: moved,
  WithdrawalRequested: moved,
  Withdrawn: moved,
  Escaped: moved,
  BondPosted: bonded,
  BondReturned: bonded,
  BondSlashed: ({ args }) => ({ amountMicroEur: Number(args.rewardMicroEur) + Number(args.burntMicroEur) }),
  PartApplied: booked,
  PartSkipped: booked,
  Applied: ({ args }) => ({ number: Number(args.number) }),
}

/** Chains answer addresses in mixed case. */
const addressIn = (value: unknown) => String(value).toLowerCase() as Hex

function inOrder<A>(lists: readonly (readonly { readonly order: ChainEvent; readonly is: A }[])[]): readonly A[] {
  const all = lists.flat()
  all.sort((a, b) => (isAfter(a.order, b.order) ? 1 : -1))
  return all.map(({ is }) => is)
}

function isAfter(a: ChainEvent, b: ChainEvent): boolean {
  return a.place.block === b.place.block ? a.index > b.index : a.place.block > b.place.block
}

const wholeNumber = (value: bigint | number): Effect.Effect<number, ChainFailure> =>
  value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER
    ? Effect.succeed(Number(value))
    : Effect.fail(new ChainFailure({ operation: 'read an amount', detail: `${value} is beyond 2^53 − 1` }))
