import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { audit } from '#platform/verify/audit.ts'
import { openEvidence } from '#platform/verify/evidence.ts'
import { verifyReceipt } from '#platform/verify/verify-receipt.ts'
import type { MarketEventOf } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import type { Trade } from '#protocol/trade.ts'
import { openSteppedStreet, times } from './stepped-street.ts'

const SLOT_MS = 15 * 60_000
const startMs = Date.UTC(2026, 5, 21, 9)
const rules = { ...defaultMarketRules, slotsAhead: 8, slotsPerBatch: 4, disputeWindowMs: 4 * SLOT_MS }
const folder = mkdtempSync(join(tmpdir(), 'commonwatt-verify-'))

let trades: Trade[] = []
beforeAll(() =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const street = yield* openSteppedStreet({ homes: 3, seed: 3, startMs, folder, rules })
        const toMs = startMs + 14 * SLOT_MS
        for (const timeMs of times({ fromMs: startMs + SLOT_MS / 2, toMs, stepMinutes: 7.5 })) {
          yield* street.moveTo(timeMs, timeMs % SLOT_MS === 0 ? 'trade' : 'rest')
        }
        trades = street.events.flatMap(({ event }) =>
          event.type === 'TradeMatched' ? [(event as MarketEventOf<'TradeMatched'>).trade] : [],
        )
      }),
    ),
  ),
)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const auditOf = (data: string) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(openEvidence({ data, rpcUrl: undefined }), (e) => audit(e))))
const receiptOf = (data: string, id: string) =>
  Effect.runPromise(
    Effect.scoped(Effect.flatMap(openEvidence({ data, rpcUrl: undefined }), (e) => verifyReceipt(e, id))),
  )

describe('verify', () => {
  it('x', async () => {
    console.log(trades.length)
    let t = performance.now()
    console.log(JSON.stringify(await auditOf(folder), null, 1))
    console.log(performance.now() - t)
    t = performance.now()
    console.log(JSON.stringify(await receiptOf(folder, trades[0]?.id ?? ''), null, 1))
    console.log(performance.now() - t)
    expect(1).toBe(1)
  })
})
