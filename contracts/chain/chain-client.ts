import { Effect } from 'effect'
import { hexOfBytes } from '#protocol/hex.ts'
import type { ChainPlace } from '#protocol/market-event.ts'
import { addressOf } from '#protocol/signing.ts'
import { packState, partHashesOf } from '../settlement/batch-digest.ts'
import type { CreditShare, SourceClaim } from '../settlement/credit-claims.ts'
import { type Terms, termsHashOf } from '../settlement/terms.ts'
import { ChainFailure } from './chain-failure.ts'
import { type ChainReader, readerOf } from './chain-reader.ts'
import { refOf } from './chain-ref.ts'
import type { Addresses, BatchHeader, ChainBatch, NeighbourhoodTerms } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import { type DataDemands, dataDemandsOf } from './data-demands.ts'
import { senderOf } from './sender.ts'
import { openTransactions, type Transactions } from './transactions/transactions.ts'
import { connectRpc, type Rpc } from './viem.ts'

type Hex = `0x${string}`
type Sent = Effect.Effect<ChainPlace, ChainFailure>
type Read<A> = Effect.Effect<A, ChainFailure>

/**
 * The contracts of one deployment, for the operator of a neighbourhood and for whoever holds an account's key. Money
 * in µEUR, energy in Wh. The operator's transactions go one after the other, so share one client, or its `transactions`.
 */
export interface ChainClient extends ChainReader, DataDemands {
  readonly operator: Hex
  /**
   * Opens the neighbourhood, whose bills follow these terms, unless it has done so already. Fails where it is somebody
   * else's, or was opened with others: no batch of this one would ever be taken, or others would be paid by it.
   */
  readonly openNeighbourhood: (terms: Omit<NeighbourhoodTerms, 'operator'>, billTerms: Terms) => Read<void>
  /** sees to it that the operator's bond is at least so much, with test EURC */
  readonly bondAtLeast: (amountMicroEur: number) => Read<void>
  readonly propose: (proposal: {
    readonly header: BatchHeader
    readonly movementsHash: Hex
    readonly debitMicroEur: number
  }) => Sent
  /** books a batch whose window is over: `parts` as they were proposed, those that are booked already left out */
  readonly apply: (batch: ChainBatch, parts: readonly Uint8Array[]) => Sent
  /** of these claims, those whose device was in service, with the shares that are not claimed yet */
  readonly claimable: (claims: readonly SourceClaim[]) => Read<readonly SourceClaim[]>
  readonly claim: (batch: ChainBatch, claims: readonly SourceClaim[]) => Sent
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
  /** keccak256 of its name */
  readonly neighbourhood: Hex
  /** its own if left out: then nothing else sends for the operator, and what is sent is forgotten with the process */
  readonly transactions?: Transactions
}): Effect.Effect<ChainClient, ChainFailure> =>
  Effect.gen(function* () {
    const transactions = options.transactions ?? (yield* openTransactions(options))
    return clientOf(yield* connectRpc(options.rpcUrl), { ...options, transactions })
  })

function clientOf(
  rpc: Rpc,
  options: {
    readonly operatorKey: Hex
    readonly addresses: Addresses
    readonly neighbourhood: Hex
    readonly transactions: Transactions
  },
): ChainClient {
  const { operatorKey, addresses, neighbourhood, transactions } = options
  const { vault, settlement, energyCredit, deviceRegistry } = contractsAt(addresses)
  const operator = addressOf(operatorKey)
  const reader = readerOf(rpc, addresses, neighbourhood)
  const { write, spending } = senderOf(rpc, addresses, transactions)
  const intoVault = (amountMicroEur: number, work: Effect.Effect<void, ChainFailure>) =>
    spending({ key: operatorKey, spender: addresses.vault, amountMicroEur: BigInt(amountMicroEur) }, work)

  const claimableOf = ({ source, shares }: SourceClaim) =>
    Effect.gen(function* () {
      const { account, slot, deviceName } = source.statement
      const ask = <A>(functionName: string, args: readonly unknown[]) =>
        rpc.read<A>({ ...deviceRegistry, functionName, args })
      const time = yield* ask<bigint>('lastSecondOf', [slot])
      const device = yield* ask<bigint>('deviceOfAt', [neighbourhood, deviceName, account, time])
      const attests = device !== 0n && (yield* ask<boolean>('isActiveAt', [device, time]))
      if (!attests) return { source, shares: [] }
      const id = yield* reader.creditIdOf(slot, account)
      const isOpen = (share: CreditShare) =>
        Effect.map(
          rpc.read<boolean>({ ...energyCredit, functionName: 'claimed', args: [id, share.account] }),
          (isClaimed) => !isClaimed,
        )
      return { source, shares: yield* Effect.filter(shares, isOpen) }
    })

  const refuseOthers = (
    wanted: Omit<NeighbourhoodTerms, 'operator'>,
    billTerms: Terms,
    there: Omit<NeighbourhoodTerms, 'operator'>,
  ) =>
    Effect.gen(function* () {
      const slot = Math.floor((yield* reader.secondsOf()) / there.slotSeconds)
      const fields = ['supplier', 'grid', 'fund', 'slotSeconds', 'slotsAhead'] as const
      const compared: readonly (readonly [string, string | number, string | number])[] = [
        ...fields.map((field) => [field, wanted[field], there[field]] as const),
        ['hash of bill terms', termsHashOf(billTerms), yield* reader.termsHashAt(slot)],
      ]
      for (const [field, ours, its] of compared) {
        const found = `${its}`.toLowerCase()
        if (`${ours}` === found) continue
        const detail = `${neighbourhood} was opened with other terms: ${field} is ${found}, not ${ours}; name another neighbourhood, or go on with the folder that opened it`
        return yield* new ChainFailure({ operation: 'open the neighbourhood', detail })
      }
    })

  return {
    ...reader,
    ...dataDemandsOf(rpc, { addresses, neighbourhood, key: operatorKey, write }),
    operator,
    openNeighbourhood: (terms, billTerms) =>
      Effect.gen(function* () {
        const there = yield* rpc.read<NeighbourhoodTerms>({
          ...settlement,
          functionName: 'neighbourhoodOf',
          args: [neighbourhood],
        })
        const itsOperator = there.operator.toLowerCase()
        // A bond that was posted there would be somebody else's to take.
        if (BigInt(itsOperator) !== 0n && itsOperator !== operator) {
          const detail = `${neighbourhood} is operated by ${itsOperator}, not by ${operator}`
          return yield* new ChainFailure({ operation: 'open the neighbourhood', detail })
        }
        if (itsOperator === operator) return yield* refuseOthers(terms, billTerms, there)
        const args = [neighbourhood, { ...terms, operator }, billTerms]
        yield* write(operatorKey, { ...settlement, functionName: 'openNeighbourhood', args })
      }),
    bondAtLeast: (amountMicroEur) =>
      Effect.gen(function* () {
        const missing = amountMicroEur - (yield* reader.bond)
        if (missing <= 0) return
        const call = { ...vault, functionName: 'postBond', args: [neighbourhood, missing] }
        yield* intoVault(missing, Effect.asVoid(write(operatorKey, call)))
      }),
    propose: ({ header, movementsHash, debitMicroEur }) =>
      write(operatorKey, { ...settlement, functionName: 'propose', args: [header, movementsHash, debitMicroEur] }),
    apply: (batch, parts) =>
      Effect.gen(function* () {
        const ref = refOf(batch)
        const [only, second] = parts
        if (only !== undefined && second === undefined) {
          const args = [neighbourhood, ref.number, ref.headerHash, packState(ref.state), hexOfBytes(only)]
          return yield* write(operatorKey, { ...vault, functionName: 'applyBatch', args })
        }
        let last: ChainPlace | null = null
        const hashes = partHashesOf(parts)
        for (const part of parts.slice(yield* reader.partsApplied)) {
          last = yield* write(operatorKey, {
            ...vault,
            functionName: 'applyPart',
            args: [ref, hashes, hexOfBytes(part)],
          })
        }
        return last ?? (yield* Effect.die(`batch ${ref.number} has no part left to apply`))
      }),
    claimable: (claims) =>
      Effect.map(Effect.forEach(claims, claimableOf, { concurrency: 8 }), (found) =>
        found.filter(({ shares }) => shares.length > 0),
      ),
    claim: (batch, claims) => {
      const [sources, shares] = [claims.map(({ source }) => source), claims.map(({ shares }) => shares)]
      const args = [refOf(batch), batch.header, sources, shares]
      return write(operatorKey, { ...energyCredit, functionName: 'claimMany', args })
    },
    fund: (deposits) =>
      Effect.gen(function* () {
        const accounts = deposits.map(({ account }) => account)
        const args = { neighbourhood, account: accounts }
        const earlier = yield* rpc.events({ ...vault, eventName: 'Deposited', args })
        const known = new Set(earlier.map(({ args }) => String(args.account).toLowerCase()))
        const fresh = deposits.filter(({ account }) => !known.has(account))
        if (fresh.length === 0) return
        const deposit = ({ account, amountMicroEur }: (typeof fresh)[number]) =>
          write(operatorKey, { ...vault, functionName: 'deposit', args: [neighbourhood, account, amountMicroEur] })
        const totalMicroEur = fresh.reduce((sum, { amountMicroEur }) => sum + amountMicroEur, 0)
        yield* intoVault(totalMicroEur, Effect.forEach(fresh, deposit, { discard: true }))
      }),
    requestWithdrawal: (key, amountMicroEur) =>
      write(key, { ...vault, functionName: 'requestWithdrawal', args: [neighbourhood, amountMicroEur] }),
    claimWithdrawal: (key) => write(key, { ...vault, functionName: 'claimWithdrawal', args: [neighbourhood] }),
    retire: (key, id, amountWh) => write(key, { ...energyCredit, functionName: 'retire', args: [id, amountWh] }),
  }
}
