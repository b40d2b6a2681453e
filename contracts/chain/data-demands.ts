import { Effect } from 'effect'
import type { ChainPlace } from '#protocol/market-event.ts'
import type { ShownHome, ShownLegs } from '../settlement/demanded-leaves.ts'
import type { LeafPlace } from '../settlement/shown-leaves.ts'
import type { ChainFailure } from './chain-failure.ts'
import { refOf } from './chain-ref.ts'
import type { Addresses, ChainBatch } from './contract-types.ts'
import { contractsAt } from './contracts-at.ts'
import type { Sender } from './sender.ts'
import type { Rpc } from './viem.ts'

type Hex = `0x${string}`

/** An account's demand for its leaves of one slot of a batch. */
export interface DataDemand extends LeafPlace {
  readonly number: number
}

/** Where a demand stands that waits for its answer (`IDataDemands.Demand`). */
interface OpenDemand {
  /** Unix seconds of the chain */
  readonly answerBy: number
  /** index + 1 of the last leg that was shown; 0: none yet */
  readonly legsThrough: number
  readonly areLegsShown: boolean
  readonly isHomeShown: boolean
}

/** Demands for the data behind a neighbourhood's batches (`IDataDemands`), and their answers. */
export interface DataDemands {
  /** all that were ever made of batches of these numbers, each once, oldest first */
  readonly demandsOf: (numbers: readonly number[]) => Effect.Effect<readonly DataDemand[], ChainFailure>
  /** null unless it is of this very proposal and waits for its answer */
  readonly openDemand: (batch: ChainBatch, place: LeafPlace) => Effect.Effect<OpenDemand | null, ChainFailure>
  readonly showHome: (batch: ChainBatch, place: LeafPlace, home: ShownHome) => Effect.Effect<ChainPlace, ChainFailure>
  readonly showLegs: (batch: ChainBatch, place: LeafPlace, legs: ShownLegs) => Effect.Effect<ChainPlace, ChainFailure>
}

/** `IDataDemands.DemandStatus.Open`. */
const OPEN = 1

/** The demands of a neighbourhood behind a connection; whose key it is answers them. */
export function dataDemandsOf(
  rpc: Rpc,
  options: {
    readonly addresses: Addresses
    readonly neighbourhood: Hex
    readonly key: Hex
    readonly write: Sender['write']
  },
): DataDemands {
  const { addresses, neighbourhood, key, write } = options
  const { disputes, settlement } = contractsAt(addresses)
  const show = (functionName: string, batch: ChainBatch, { account, slot }: LeafPlace, evidence: readonly unknown[]) =>
    write(key, { ...disputes, functionName, args: [refOf(batch), batch.header, account, slot, ...evidence] })
  return {
    demandsOf: (numbers) =>
      Effect.map(
        numbers.length === 0
          ? Effect.succeed([])
          : rpc.events({
              ...disputes,
              eventName: 'DataDemanded',
              args: { neighbourhood, number: numbers.map(BigInt) },
            }),
        (found) => {
          const demands = found.map(({ args }): DataDemand => {
            const account = String(args.account).toLowerCase() as Hex
            return { number: Number(args.number), account, slot: Number(args.slot) }
          })
          return [...new Map(demands.map((one) => [`${one.number} ${one.account} ${one.slot}`, one])).values()]
        },
      ),
    openDemand: (batch, { account, slot }) =>
      Effect.gen(function* () {
        const ref = refOf(batch)
        const demand = yield* rpc.read<Demand>({
          ...disputes,
          functionName: 'demandOf',
          args: [ref, account, slot],
        })
        const { number } = batch.header
        const proposedAt = yield* rpc.read<bigint>({
          ...settlement,
          functionName: 'proposedAt',
          args: [neighbourhood, number],
        })
        if (demand.status !== OPEN || BigInt(demand.demandedAt) <= proposedAt) return null
        const { answerBy, legsThrough, areLegsShown, isHomeShown } = demand
        return { answerBy: Number(answerBy), legsThrough: Number(legsThrough), areLegsShown, isHomeShown }
      }),
    showHome: (batch, place, { terms, metered, bills }) => show('showHome', batch, place, [terms, metered, bills]),
    showLegs: (batch, place, { legs, orders }) => show('showLegs', batch, place, [legs, orders]),
  }
}

/** As a chain answers it. */
interface Demand {
  readonly demandedAt: number
  readonly answerBy: number
  readonly legsThrough: bigint
  readonly areLegsShown: boolean
  readonly isHomeShown: boolean
  readonly status: number
}
