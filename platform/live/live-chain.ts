import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Effect } from 'effect'
import {
  connectChain,
  connectDeviceRegistry,
  connectRpc,
  deploy,
  forgetLocalChain,
  makeConfirmed,
  neighbourhoodIdOf,
  openTransactions,
  startLocalChain,
  termsOf,
} from '#contracts/index.ts'
import type { Clock } from '#protocol/clock.ts'
import type { MarketRules } from '#protocol/market-rules.ts'

/** What answers for the batches that are not final, µEUR of test money: each may debit so much together. */
const OPERATOR_BOND_MICRO_EUR = 100_000_000_000

/** The last block of somebody else's chain that counted. */
const CONFIRMED_FILE = 'confirmed.json'

/** What is sent to the chain and has not ended. */
const TRANSACTIONS_FILE = 'transactions.ndjson'

/** A chain that is there already. `operatorKey` pays for the settlement's transactions. */
export interface ChainAccess {
  readonly rpcUrl: string
  readonly operatorKey: `0x${string}`
  /** blocks that must follow one before it counts: as many as the chain may still take back */
  readonly confirmations: number
}

/** Who has an account on the chain beside the homes. */
export interface Counterparties {
  readonly supplier: `0x${string}`
  readonly grid: `0x${string}`
  readonly fund: `0x${string}`
}

/** Removes what a first start that died has left of its chain: nothing was promised yet, and it is not worth mending. */
export const forgetLiveChain = (folder: string) =>
  Effect.andThen(
    forgetLocalChain(folder),
    Effect.sync(() => {
      rmSync(join(folder, 'deployment'), { recursive: true, force: true })
      rmSync(join(folder, TRANSACTIONS_FILE), { force: true })
    }),
  )

/**
 * A street's chain with its contracts, its neighbourhood opened there: one of its own, in this process, where `access` is
 * left out. What was on its way to the chain when a process ended has come to its end. All closes with the scope.
 */
export const openLiveChain = (options: {
  readonly folder: string
  readonly clock: Clock
  readonly rules: MarketRules
  readonly neighbourhood: string
  readonly counterparties: Counterparties
  readonly access?: ChainAccess
}) =>
  Effect.gen(function* () {
    const { folder, clock, rules, counterparties } = options
    const { rpcUrl, operatorKey } = options.access ?? (yield* startLocalChain({ clock, dataDir: folder }))
    const deployment = yield* deploy({
      rpcUrl,
      operatorKey,
      disputeWindowSeconds: Math.ceil(rules.disputeWindowMs / 1000),
      slotMinutes: rules.slotMinutes,
      directory: join(folder, 'deployment'),
    })
    const { addresses } = deployment
    const transactions = yield* openTransactions({ rpcUrl, journalFile: join(folder, TRANSACTIONS_FILE) })
    // A chain of its own forgets nothing that was told: its journal is as durable as the log.
    const { confirmations = 0 } = options.access ?? {}
    const confirmed = yield* makeConfirmed({
      rpc: yield* connectRpc(rpcUrl),
      confirmations,
      ...(options.access === undefined ? {} : { file: join(folder, CONFIRMED_FILE) }),
    })
    yield* confirmed.block
    const readAt = confirmations === 0 ? {} : { atBlock: confirmed.block }
    const resume = transactions.resume(operatorKey)
    // Before anybody looks what is there.
    yield* resume
    const chain = yield* connectChain({
      rpcUrl,
      operatorKey,
      addresses,
      transactions,
      neighbourhood: neighbourhoodIdOf(options.neighbourhood),
    })
    yield* chain.openNeighbourhood(
      { ...counterparties, slotSeconds: rules.slotMinutes * 60, slotsAhead: rules.slotsAhead },
      termsOf(rules),
    )
    yield* chain.bondAtLeast(OPERATOR_BOND_MICRO_EUR)
    const registry = yield* connectDeviceRegistry({ rpcUrl, addresses, transactions, ...readAt })
    return {
      rpcUrl,
      operatorKey,
      deployment,
      chain,
      registry,
      confirmed,
      /** what a reader is connected with so that it looks at what counts: all of it where nothing is taken back */
      readAt,
      /** Sends again what was on its way to the chain. */
      resume,
      /** Test money has no price, and there is an account that has it: only a chain of one's own is like that. */
      isOwn: options.access === undefined,
    }
  })

/** See `openLiveChain`. */
export type LiveChain = Effect.Success<ReturnType<typeof openLiveChain>>
