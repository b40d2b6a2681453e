import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, Stream } from 'effect'
import { connectChain, deploy, neighbourhoodIdOf, startLocalChain } from '#contracts/index.ts'
import { openSqliteEventLog } from '#matching-engine/index.ts'
import { loadAccountKey } from '#meter-agent/index.ts'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { defaultMarketRules, type MarketRules } from '#protocol/market-rules.ts'
import { addressOf } from '#protocol/signing.ts'
import { ofType } from '../independent-ledger.ts'

/** Everything a data folder holds, read by our own code when nobody is running on it. */
export const readFolder = (folder: string) =>
  Effect.gen(function* () {
    const log = yield* openSqliteEventLog(join(folder, 'log.sqlite'))
    const [partition = ''] = yield* log.partitions
    const events: readonly LoggedEvent[] = yield* Stream.runCollect(log.read(partition, 0))
    const opened = ofType(events, 'NeighbourhoodOpened')
    const rules: MarketRules = opened[0]?.rules ?? defaultMarketRules
    const clock = { nowMs: () => events.at(-1)?.event.timeMs ?? 0, speed: 1 }
    const access = yield* startLocalChain({ clock, dataDir: folder })
    const { addresses } = yield* deploy({
      ...access,
      disputeWindowSeconds: rules.disputeWindowMs / 1000,
      slotMinutes: rules.slotMinutes,
      directory: join(folder, 'deployment'),
    })
    const chain = yield* connectChain({ ...access, addresses, neighbourhood: neighbourhoodIdOf(partition) })
    const accountIn = (name: string) =>
      Effect.map(loadAccountKey(pathToFileURL(join(folder, 'keys', name)).href), (key) => addressOf(key))
    const supplier = yield* accountIn('supplier')
    const grid = yield* accountIn('grid')
    const fund = yield* accountIn('fund')
    const homes = ofType(events, 'HomeEnrolled').map(({ enrolment }) => enrolment.body)
    const balances = yield* Effect.forEach([...homes.map(({ account }) => account), supplier, grid, fund], (account) =>
      Effect.map(chain.balanceOf(account), (balance) => [account, BigInt(balance)] as const),
    )
    const final = ofType(events, 'BatchFinalized').length
    const onChain = yield* Effect.forEach(
      Array.from({ length: final }, (_, i) => i + 1),
      (number) => chain.batchOf(number),
    )
    const finalizedOnChain = (yield* chain.vaultEvents).flatMap((event) =>
      event.type === 'Applied' ? [event.number] : [],
    )
    const outboxes = yield* Effect.forEach(readdirSync(join(folder, 'outboxes')), (name) =>
      name.endsWith('.sqlite')
        ? Effect.map(readOutbox(join(folder, 'outboxes', name)), (read) => [read])
        : Effect.succeed([]),
    )
    return {
      events,
      rules,
      opened: opened.length,
      homes,
      counterparties: { supplier, grid, fund },
      balances: new Map(balances),
      onChain,
      finalizedOnChain,
      creditTotals: yield* chain.creditTotals,
      outboxes: outboxes.flat(),
    }
  }).pipe(Effect.scoped)

const readOutbox = (file: string) =>
  Effect.gen(function* () {
    const outbox = yield* openSqliteOutbox({ file })
    const { last } = yield* outbox.recorder
    const unsent = yield* outbox.pendingReadings(100_000)
    const stated = yield* outbox.statementsFrom(0)
    const unheard = new Set((yield* outbox.pendingStatements(100_000)).map(({ slot }) => slot))
    return {
      deviceId: last?.reading.deviceId ?? '',
      lastSequence: last?.reading.sequence ?? 0,
      unsent: unsent.map(({ reading }) => reading.sequence),
      heard: stated.map(({ slot }) => slot).filter((slot) => !unheard.has(slot)),
    }
  }).pipe(Effect.scoped)
