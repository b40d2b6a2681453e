import { Result, Schema } from 'effect'
import { Address, Count, Hash32, Slug } from '#protocol/ids.ts'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import { MarketRules } from '#protocol/market-rules.ts'
import { eventPlace } from './evidence.ts'
import { shown } from './first-difference.ts'
import { ProofFailed } from './proof-failed.ts'

/** No street stands still for longer: a market that is run again opens every slot of the time that passes. */
const PAUSE_MS_MAX = 366 * 24 * 60 * 60_000

const place = Schema.Struct({ transaction: Hash32, block: Count })
/** The events that no command makes: a market that is run again takes them as they are. */
const givenEvents: { readonly [T in MarketEvent['type']]?: Schema.Codec<unknown> } = {
  NeighbourhoodOpened: Schema.Struct({
    type: Schema.Literal('NeighbourhoodOpened'),
    timeMs: Count,
    neighbourhood: Slug,
    rules: MarketRules,
    domain: Schema.Struct({
      name: Schema.String,
      version: Schema.String,
      chainId: Count,
      verifyingContract: Address,
    }),
    operator: Address,
  }),
  FundsChanged: Schema.Struct({
    type: Schema.Literal('FundsChanged'),
    timeMs: Count,
    block: Count,
    funds: Schema.Array(Schema.Struct({ account: Address, balanceMicroEur: Count })),
  }),
  DevicesChanged: Schema.Struct({
    type: Schema.Literal('DevicesChanged'),
    timeMs: Count,
    block: Count,
    devices: Schema.Array(Schema.Struct({ account: Address, isInService: Schema.Boolean })),
  }),
  BatchProposed: Schema.Struct({
    type: Schema.Literal('BatchProposed'),
    timeMs: Count,
    batch: Schema.Unknown, // held against the one that is made again
    place,
  }),
  BatchFinalized: Schema.Struct({ type: Schema.Literal('BatchFinalized'), timeMs: Count, number: Count, place }),
}

/** What must be right about an event before a market is run again by it, and what would make that go on for ever. */
export class EventBounds {
  #timeMs: number | null = null

  /** Throws ProofFailed at a time that is none or too late, and at an event that no market or settlement writes. */
  check(logged: LoggedEvent): void {
    const { event } = logged
    const fail = (field: string, expected: string, got: unknown) =>
      new ProofFailed({ step: 'log', place: eventPlace(logged, field), expected, got: shown(got) })
    const earliest = this.#timeMs ?? 0
    const latest = this.#timeMs === null ? Number.MAX_SAFE_INTEGER : this.#timeMs + PAUSE_MS_MAX
    if (!Number.isSafeInteger(event.timeMs) || event.timeMs < earliest || event.timeMs > latest) {
      throw fail('timeMs', `a time from ${earliest} to ${latest}`, event.timeMs)
    }
    this.#timeMs = event.timeMs
    if (event.type === 'ReadingAccepted') {
      const { timeMs } = event.reading.body
      const most = event.timeMs + PAUSE_MS_MAX
      if (!(timeMs <= most)) throw fail('reading.body.timeMs', `at most ${most}`, timeMs)
    }
    const given = Object.hasOwn(givenEvents, event.type) ? givenEvents[event.type] : undefined
    if (given === undefined) return
    const decoded = Schema.decodeUnknownResult(given)(event, { onExcessProperty: 'error' })
    if (Result.isFailure(decoded)) throw fail('', `a ${event.type}: ${decoded.failure.message}`, event)
  }
}
