import { Effect } from 'effect'
import {
  type ChainFailure,
  connectChainReader,
  connectDeviceRegistryReader,
  makeDevicesFeed,
  makeFundsFeed,
} from '#contracts/index.ts'
import type { Neighbourhood } from '#matching-engine/index.ts'
import type { LiveChain } from './live-chain.ts'

/** What each home has in the vault once it has enrolled, µEUR of test money. */
export const HOME_ESCROW_MICRO_EUR = 1_000_000_000

/** What the chain says of the homes, told to the log: whose device is in service, and what they have in the vault. */
export interface StandingOfHomes {
  /** Looks, as far as the rules of the market ask for it; gives new homes their test money. */
  readonly look: (nowMs: number) => Effect.Effect<void, ChainFailure>
  /** Tells what the homes have as of a block, where the market reserves it. */
  readonly lookAtFunds: (nowMs: number, block: number) => Effect.Effect<void, ChainFailure>
}

export function standingOfHomes(options: {
  readonly live: LiveChain
  readonly neighbourhood: Neighbourhood
}): StandingOfHomes {
  const { rpcUrl, chain, registry, confirmed, isOwn, deployment } = options.live
  const { street, record } = options.neighbourhood
  const { addresses } = deployment
  const reserves = street.rules?.collateral === 'reserved'
  const funds = makeFundsFeed({
    chain,
    chainAt: (atBlock) => connectChainReader({ rpcUrl, addresses, neighbourhood: chain.neighbourhood, atBlock }),
    confirmed,
    street,
    record,
  })
  const devices = makeDevicesFeed({
    chain,
    registry,
    registryAt: (atBlock) => connectDeviceRegistryReader({ rpcUrl, addresses, atBlock }),
    p256Verifier: addresses.p256Verifier,
    street,
    record,
    confirmed,
  })
  const paidFor = new Set<`0x${string}`>()
  /** In test coin; once their device is in service, for nothing is settled before. */
  const payForJoined = Effect.fnUntraced(function* () {
    const { homeOfAccount, inService } = street
    const joined = [...homeOfAccount.keys()].filter(
      (account) => inService.has(account) && !paidFor.has(account) && (street.funds.get(account) ?? 0) === 0,
    )
    if (isOwn) yield* chain.fund(joined.map((account) => ({ account, amountMicroEur: HOME_ESCROW_MICRO_EUR })))
    for (const account of joined) paidFor.add(account)
  })
  return {
    look: Effect.fnUntraced(function* (nowMs) {
      if (reserves || street.rules?.devices === 'in-service') yield* devices.look(nowMs)
      if (!reserves) return
      yield* payForJoined()
      yield* funds.look(nowMs)
    }),
    lookAtFunds: (nowMs, block) => (reserves ? funds.look(nowMs, block) : Effect.void),
  }
}
