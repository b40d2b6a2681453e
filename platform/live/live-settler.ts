import { join } from 'node:path'
import { Effect } from 'effect'
import {
  connectChainReader,
  connectTradingKeysReader,
  makeSettler,
  makeStandings,
  type SettlementEvent,
} from '#contracts/index.ts'
import type { Neighbourhood } from '#matching-engine/index.ts'
import type { SignedStatement } from '#protocol/envelope.ts'
import type { Statement } from '#protocol/statement.ts'
import { ARCHIVE_KEY } from '../verify/archive-key.ts'
import type { LiveChain } from './live-chain.ts'
import { accountKeyIn } from './live-homes.ts'
import type { StandingOfHomes } from './standing-of-homes.ts'

/** The settler of a street: what it does with the chain the log is told, and each step of a batch has its line. */
export const openLiveSettler = (options: {
  readonly live: LiveChain
  readonly neighbourhood: Neighbourhood
  readonly standing: StandingOfHomes
  readonly folder: string
  readonly signEstimate: (body: Statement) => SignedStatement
}) =>
  Effect.gen(function* () {
    const { neighbourhood, standing, folder } = options
    const { rpcUrl, chain, registry, confirmed, readAt, deployment } = options.live
    const { addresses } = deployment
    const standings = makeStandings({
      registry,
      tradingKeys: yield* connectTradingKeysReader({ rpcUrl, addresses, ...readAt }),
      chain: yield* connectChainReader({ rpcUrl, addresses, neighbourhood: chain.neighbourhood, ...readAt }),
      neighbourhood: chain.neighbourhood,
      p256Verifier: addresses.p256Verifier,
    })
    return makeSettler({
      chain,
      confirmed,
      p256Verifier: addresses.p256Verifier,
      record: (event) =>
        // What a batch has moved is known before what its trades reserve is free.
        (event.type === 'BatchFinalized' ? standing.lookAtFunds(event.timeMs, event.place.block) : Effect.void).pipe(
          Effect.andThen(neighbourhood.record(event)),
          Effect.tap(() => logBatch(event)),
        ),
      standings: { ...standings, sign: options.signEstimate },
      archive: { directory: join(folder, 'archive'), key: yield* accountKeyIn(folder, ARCHIVE_KEY) },
      lastFinalOnChain: yield* chain.lastFinal,
    })
  })

/** One line of the log for each step of a batch. */
function logBatch(event: SettlementEvent): Effect.Effect<void> {
  const { transaction, block } = event.place
  const { number, ...slots } =
    event.type === 'BatchProposed'
      ? { number: event.batch.number, firstSlot: event.batch.firstSlot, lastSlot: event.batch.lastSlot }
      : { number: event.number }
  return Effect.logInfo(`batch ${number} is ${event.type === 'BatchProposed' ? 'proposed' : 'final'}`).pipe(
    Effect.annotateLogs({ ...slots, transaction, block }),
  )
}
