import { Clock, Effect, Semaphore } from 'effect'
import type { ChainTransaction } from '#protocol/chain-transaction.ts'
import type { Hash32 } from '#protocol/ids.ts'
import { HISTORY_LENGTH, type Street } from '#protocol/street.ts'
import { json } from './answer.ts'
import { HttpProblem } from './problems.ts'
import { notFound, type Route } from './router.ts'

/** The chain that a market settles on, as far as anybody may ask through the gateway. */
export interface ChainPort {
  /** what the chain says of a transaction; null while no block holds it */
  readonly transactionSeen: (
    transaction: Hash32,
  ) => Effect.Effect<ChainTransaction | null, { readonly message: string }>
}

/** How long a page should wait before it asks a silent chain again. */
const RETRY_SECONDS = 5

/** Two a batch that the street keeps. */
const SAID_MOST = 2 * HISTORY_LENGTH

/** What the chain says of the transactions that the street's batches name: of no others, for this is nobody's chain node. */
export function transactionRoute(street: Pick<Street, 'batches'>, chain: ChainPort): Route {
  /** What was said already: a stranger who asks again costs the chain nothing. */
  const said = new Map<string, ChainTransaction>()
  /** One question at a time; and a chain that has just been silent is left alone. */
  const turn = Semaphore.makeUnsafe(1)
  let silence: { readonly problem: HttpProblem; readonly untilMs: number } | null = null
  const ask = (transaction: Hash32) =>
    Effect.gen(function* () {
      const known = said.get(transaction)
      if (known !== undefined) return known
      const nowMs = yield* Clock.currentTimeMillis
      if (silence !== null && nowMs < silence.untilMs) return yield* silence.problem
      const found = yield* Effect.mapError(chain.transactionSeen(transaction), (failure) => {
        const problem = silent(failure)
        silence = { problem, untilMs: nowMs + 1_000 * RETRY_SECONDS }
        return problem
      })
      if (found === null) return null
      if (said.size >= SAID_MOST) said.clear()
      said.set(transaction, found)
      return found
    })
  return {
    method: 'GET',
    pattern: '/api/v1/transactions/:transaction',
    summary: 'What the chain says of a transaction that a batch of this street names: block, time, function, gas.',
    handle: ({ parameters: { transaction = '' } }) =>
      Effect.gen(function* () {
        const named = [...street.batches.values()].some(
          ({ proposed, final }) => proposed.transaction === transaction || final?.transaction === transaction,
        )
        const found = named ? yield* turn.withPermits(1)(ask(transaction as Hash32)) : null
        if (found === null) return yield* notFound('no batch that is kept names this transaction, or no block holds it')
        return json(200, found)
      }),
  }
}

const silent = ({ message }: { readonly message: string }) =>
  new HttpProblem({ code: 'CHAIN_SILENT', detail: message, headers: { 'retry-after': String(RETRY_SECONDS) } })
