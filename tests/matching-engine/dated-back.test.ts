import { Effect, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { MarketRerun } from '#matching-engine/market-rerun.ts'
import { EventBounds } from '#platform/verify/event-bounds.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { MINUTE_MS, NOW_MS, PARTITION, roseStreet, run, SLOT_MS } from './rose-street.ts'

/** A log in which two homes enrol, one reads its meter an hour later, and both trade after that. */
const tradedLog = run(
  Effect.gen(function* () {
    const { neighbourhood, log, anna, ben } = yield* roseStreet
    const laterMs = NOW_MS + 2 * SLOT_MS
    yield* neighbourhood.submit([anna.reading({ timeMs: laterMs })], laterMs)
    const slot = laterMs / SLOT_MS + 2
    const orders = [anna.order({ slot: Math.floor(slot) }), ben.order({ slot: Math.floor(slot), side: 'sell' })]
    yield* neighbourhood.submit(orders, laterMs + MINUTE_MS)
    return yield* Stream.runCollect(log.read(PARTITION, 0))
  }),
)

/** What an audit of a log stumbles over first: why, and at what. */
function auditOf(log: Iterable<LoggedEvent>): { readonly at: string; readonly reason: string } | null {
  const [bounds, rerun] = [new EventBounds(), new MarketRerun()]
  for (const logged of log) {
    try {
      bounds.check(logged)
    } catch (cause) {
      return { at: logged.event.type, reason: String(cause) }
    }
    const divergence = rerun.next(logged)
    if (divergence !== null) return { at: logged.event.type, reason: divergence.reason ?? 'something else happens' }
  }
  return null
}

const datedBack = (log: Iterable<LoggedEvent>, byMs: number, which: (event: LoggedEvent['event']) => boolean) =>
  [...log].map(({ sequence, event }) => ({
    sequence,
    event: which(event) ? { ...event, timeMs: event.timeMs - byMs } : event,
  }))

describe('a time that is dated back', () => {
  it('is found in a trade before which anything stands that is later', async () => {
    const log = await tradedLog
    expect(log.filter(({ event }) => event.type === 'TradeMatched')).toHaveLength(1)
    expect(auditOf(log)).toBeNull()
    expect(auditOf(datedBack(log, 1, ({ type }) => type === 'TradeMatched'))).toMatchObject({
      at: 'TradeMatched',
      reason: expect.stringContaining('timeMs'),
    })
  })

  it('is found in a whole log by the slots that it opens', async () => {
    const log = await tradedLog
    expect(auditOf(datedBack(log, 2 * MINUTE_MS, () => true))).toMatchObject({ at: 'SlotPhaseChanged' })
  })
})
