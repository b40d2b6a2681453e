import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSqliteEventLog } from '#matching-engine/index.ts'
import { newStreetRules, streetRules } from '#platform/street-rules.ts'
import { laterRules } from '#protocol/later-rules.ts'
import { defaultMarketRules, type MarketRules } from '#protocol/market-rules.ts'

const STREET = 'elm-street'
const account = `0x${'1'.repeat(40)}` as const
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'commonwatt-rules-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const found = (rules: MarketRules) =>
  Effect.gen(function* () {
    const log = yield* openSqliteEventLog(join(folder, 'log.sqlite'))
    const domain = { name: 'Commonwatt', version: '1', chainId: 1, verifyingContract: account } as const
    yield* log.append(STREET, 0, [
      { type: 'NeighbourhoodOpened', timeMs: 1, neighbourhood: STREET, rules, domain, operator: account },
      { type: 'SlotPhaseChanged', timeMs: 1, slot: 1, phase: 'continuous' },
    ])
  }).pipe(Effect.scoped, Effect.runPromise)

const rulesNow = () => Effect.runPromise(streetRules(folder, STREET))

it('founds a new street on the rules of today, which have a fee', async () => {
  expect(await rulesNow()).toEqual(newStreetRules)
  expect(newStreetRules.protocolFeeBp).toBeGreaterThan(0)
})

it('goes on with the rules that a street was founded on, also those from before a rule had joined', async () => {
  const older = Object.fromEntries(Object.entries(defaultMarketRules).filter(([rule]) => !(rule in laterRules)))
  await found({ ...older, slotsPerBatch: 7 } as unknown as MarketRules)
  expect(await rulesNow()).toEqual({ ...defaultMarketRules, slotsPerBatch: 7, protocolFeeBp: 0 })
})
