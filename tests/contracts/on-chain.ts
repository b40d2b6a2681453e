import { Effect, type Scope } from 'effect'
import {
  type ChainClient,
  connectChain,
  type Deployment,
  deploy,
  type LocalChain,
  neighbourhoodIdOf,
  startLocalChain,
  termsOf,
} from '#contracts/index.ts'
import { addressOf } from '#protocol/signing.ts'
import { fund, grid, supplier, terms } from './deliveries.ts'
import { deployAgain } from './deployed-again.ts'

type Hex = `0x${string}`

/** A clock that tests turn themselves. */
export class HandClock {
  readonly speed = 1
  timeMs: number
  constructor(timeMs = 1_800_000_000_000) {
    this.timeMs = timeMs
  }
  nowMs = () => this.timeMs
  pass(ms: number): void {
    this.timeMs += ms
  }
}

export interface TestChain {
  readonly clock: HandClock
  readonly chain: LocalChain
  readonly deployment: Deployment
  readonly client: ChainClient
}

export const WINDOW_SECONDS = 3_600
/** What the operator answers with, unless a test says otherwise. */
export const BOND_MICRO_EUR = 10_000_000_000

export const LIME_STREET = neighbourhoodIdOf('lime-street')

/** A deployed local chain with an open neighbourhood and its operator's bond, for the length of the scope. */
export const testChain = (
  options: { readonly clock?: HandClock; readonly dataDir?: string; readonly bondMicroEur?: number } = {},
) =>
  Effect.gen(function* (): Effect.fn.Return<TestChain, Error, Scope.Scope> {
    const clock = options.clock ?? new HandClock()
    const chain = yield* startLocalChain({ ...options, clock })
    const { rpcUrl, operatorKey } = chain
    const { dataDir } = options
    const deployment = yield* dataDir === undefined
      ? deployAgain(rpcUrl, WINDOW_SECONDS)
      : deploy({ rpcUrl, operatorKey, disputeWindowSeconds: WINDOW_SECONDS, directory: `${dataDir}/deployment` })
    const { addresses } = deployment
    const client = yield* connectChain({ rpcUrl, operatorKey, addresses, neighbourhood: LIME_STREET })
    yield* client.openNeighbourhood({ supplier, grid, fund, slotSeconds: 900, slotsAhead: 96 }, termsOf(terms))
    yield* client.bondAtLeast(options.bondMicroEur ?? BOND_MICRO_EUR)
    return { clock, chain, deployment, client }
  })

/** Runs a test's effect, closing whatever it opened. */
export const run = <A, E>(effect: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(Effect.scoped(effect))

/** A private key of a test's own, and its address. */
export function person(seed: number): { readonly key: Hex; readonly account: Hex } {
  const key: Hex = `0x${seed.toString(16).padStart(64, '0')}`
  return { key, account: addressOf(key) }
}

/** The failure of what must be refused. */
export const refusalOf = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<E, Error> =>
  Effect.matchEffect(effect, {
    onFailure: Effect.succeed,
    onSuccess: () => Effect.fail(new Error('was not refused')),
  })
