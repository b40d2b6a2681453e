import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Effect, Stream } from 'effect'
import { openSqliteEventLog } from '#matching-engine/index.ts'
import { laterRules } from '#protocol/later-rules.ts'
import { defaultMarketRules, type MarketRules } from '#protocol/market-rules.ts'

/** What `start` founds a street on. As DOMAIN has it there: a batch is four slots, and so is its dispute window. */
export const newStreetRules: MarketRules = {
  ...defaultMarketRules,
  slotsPerBatch: 4,
  disputeWindowMs: 4 * defaultMarketRules.slotMinutes * 60_000,
  protocolFeeBp: 25,
  collateral: 'reserved',
  devices: 'in-service',
}

/** The rules of a data folder's street: those that its log was begun with, in a new folder `newStreetRules`. */
export const streetRules = Effect.fnUntraced(function* (folder: string, neighbourhood: string) {
  const file = join(folder, 'log.sqlite')
  if (!existsSync(file)) return newStreetRules
  const log = yield* openSqliteEventLog(file)
  return yield* Stream.runFold(
    Stream.take(log.read(neighbourhood, 0), 1),
    () => newStreetRules,
    (_, { event }): MarketRules =>
      event.type === 'NeighbourhoodOpened' ? { ...laterRules, ...event.rules } : newStreetRules,
  )
}, Effect.scoped)
