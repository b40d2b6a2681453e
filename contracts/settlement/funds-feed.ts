import { Effect, Semaphore } from 'effect'
import type { MarketEventOf } from '#protocol/market-event.ts'
import type { Street } from '#protocol/street.ts'
import { ChainFailure } from '../chain/chain-failure.ts'
import type { ChainReader } from '../chain/chain-reader.ts'
import type { Confirmed } from '../chain/confirmed.ts'

type Hex = `0x${string}`

export interface FundsFeedOptions {
  readonly chain: Pick<ChainReader, 'vaultEvents'>
  /** the same chain as it was at a block */
  readonly chainAt: (block: number) => Effect.Effect<Pick<ChainReader, 'balanceOf'>, ChainFailure>
  /** the neighbourhood as its log has it now */
  readonly street: Pick<Street, 'homeOfAccount' | 'funds' | 'fundsBlock'>
  /** appends to the neighbourhood's log; what it fails with is reported by its message */
  readonly record: (event: MarketEventOf<'FundsChanged'>) => Effect.Effect<void, { readonly message: string }>
  /** what of the chain counts */
  readonly confirmed: Confirmed
}

/** Tells a neighbourhood's log what its homes have in the vault: the free balances. */
export interface FundsFeed {
  /**
   * Looks once, and tells what differs from the log; at `nowMs` (clock, Unix ms). With `throughBlock`, in which the vault
   * moved, the log knows the balances of that block or a later one when this succeeds. Looks queue up. Repeating one
   * changes nothing.
   */
  readonly look: (nowMs: number, throughBlock?: number) => Effect.Effect<void, ChainFailure>
}

/** How many balances are asked for at once. */
const READS_AT_ONCE = 8

/** What a look has seen: the log's balances are complete for `block`, and the vault moved last in `movedBlock`. */
interface Seen {
  readonly block: number
  readonly movedBlock: number
}

/** A feed that has not looked yet: its first look is at every home. */
export function makeFundsFeed(options: FundsFeedOptions): FundsFeed {
  const { chain, street, confirmed } = options
  const turns = Semaphore.makeUnsafe(1)
  let seen: Seen | null = null

  /** The homes whose balance at a block may be another than the log's, and when the vault moved last. */
  const doubtsAt = Effect.fnUntraced(function* (block: number) {
    const enrolled = [...street.homeOfAccount.keys()]
    const fresh = enrolled.filter((account) => !street.funds.has(account))
    if (seen?.block === block) return { accounts: fresh, movedBlock: seen.movedBlock }
    const events = (yield* chain.vaultEvents).filter(({ place }) => place.block <= block)
    const movedBlock = events.at(-1)?.place.block ?? 0
    const after = seen?.block ?? -1
    const moved = events.filter(({ place }) => place.block > after)
    if (after < 0 || moved.some(({ type }) => type === 'Applied' || type === 'PartApplied'))
      return { accounts: enrolled, movedBlock }
    const payers = new Set(moved.flatMap((event) => ('account' in event ? [event.account] : [])))
    return { accounts: enrolled.filter((account) => payers.has(account) || !street.funds.has(account)), movedBlock }
  })

  /** Free balances as they were at a block, ascending by account. */
  const balancesAt = Effect.fnUntraced(function* (block: number, accounts: readonly Hex[]) {
    const then = yield* options.chainAt(block)
    return yield* Effect.forEach(
      accounts.toSorted(),
      (account) => Effect.map(then.balanceOf(account), (balanceMicroEur) => ({ account, balanceMicroEur })),
      { concurrency: READS_AT_ONCE },
    )
  })

  const lookNow = Effect.fnUntraced(function* (nowMs: number, throughBlock: number) {
    const block = yield* confirmed.block
    if (block < throughBlock) {
      const detail = `block ${throughBlock} is not deep enough to count: the last one that is, is ${block}`
      return yield* new ChainFailure({ operation: 'read the balances', detail })
    }
    const { accounts, movedBlock } = yield* doubtsAt(block)
    const balances = accounts.length === 0 ? [] : yield* balancesAt(block, accounts)
    const funds = balances.filter(({ account, balanceMicroEur }) => street.funds.get(account) !== balanceMicroEur)
    if (funds.length > 0 || street.fundsBlock < throughBlock) {
      yield* Effect.mapError(
        options.record({ type: 'FundsChanged', timeMs: nowMs, block: movedBlock, funds }),
        ({ message }) => new ChainFailure({ operation: 'tell the log', detail: message }),
      )
    }
    seen = { block, movedBlock }
  })

  return { look: (nowMs, throughBlock = 0) => turns.withPermits(1)(lookNow(nowMs, throughBlock)) }
}
