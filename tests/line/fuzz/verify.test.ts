import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import { Effect, Exit, Stream } from 'effect'
import { beforeAll, describe, expect, it } from 'vitest'
import { ChainFailure, JOURNAL_FILE, startLocalChain } from '#contracts/index.ts'
import { BadRegisters, decodeRegisters, OutboxFailure, openKeptRegisters } from '#meter-agent/index.ts'
import { openSqliteOutbox } from '#meter-agent/outbox/node-sqlite.ts'
import { BadProfile } from '#meter-agent/profiles/bad-profile.ts'
import { BadInput } from '#platform/bad-input.ts'
import { archiveKeyIn } from '#platform/verify/archive-key.ts'
import { audit } from '#platform/verify/audit.ts'
import { auditChain } from '#platform/verify/audit-chain.ts'
import { AuditedLog } from '#platform/verify/audited-log.ts'
import { checkArchive } from '#platform/verify/batch-step.ts'
import { openEvidence } from '#platform/verify/evidence.ts'
import { readNodeFile } from '#platform/verify/node-file.ts'
import { openChain } from '#platform/verify/open-chain.ts'
import { ProofFailed } from '#platform/verify/proof-failed.ts'
import { verifyReceipt } from '#platform/verify/verify-receipt.ts'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { changeEvent } from '../../matching-engine/log-rows.ts'
import { openSteppedStreet, times } from '../stepped-street.ts'
import { changedAnswer, openChangedNode } from './chain-answers.ts'
import { throughDoor } from './door.ts'
import { failsOnlyWith, fuzzing } from './fuzzing.ts'

const { folder: root, opened } = fuzzing()

const SLOT_MS = 15 * 60_000
const startMs = Date.UTC(2026, 5, 21, 9)
const rules = {
  ...defaultMarketRules,
  protocolFeeBp: 25,
  collateral: 'reserved' as const,
  slotsAhead: 4,
  meteringDeadlineMs: 0,
  slotsPerBatch: 1,
  disputeWindowMs: SLOT_MS,
}

describe('the records of a street that verify reads', () => {
  const folder = join(root, 'street')
  let rpcUrl = ''
  let events: readonly LoggedEvent[] = []
  let tradeId = ''

  beforeAll(async () => {
    mkdirSync(folder)
    const lived = Effect.gen(function* () {
      const street = yield* openSteppedStreet({ homes: 2, seed: 3, startMs, folder, rules })
      for (const timeMs of times({ fromMs: startMs + SLOT_MS, toMs: startMs + 4 * SLOT_MS, stepMinutes: 15 })) {
        yield* street.moveTo(timeMs, timeMs === startMs + SLOT_MS ? 'trade' : 'rest')
      }
      events = [...street.events]
    })
    await Effect.runPromise(Effect.scoped(lived))
    tradeId = events.flatMap(({ event }) => (event.type === 'TradeMatched' ? [event.trade.id] : []))[0] ?? ''
    const chain = join(root, 'chain')
    mkdirSync(chain)
    cpSync(join(folder, JOURNAL_FILE), join(chain, JOURNAL_FILE))
    rpcUrl = (await opened(startLocalChain({ clock: { nowMs: () => 0, speed: 1 }, dataDir: chain }))).rpcUrl
  })

  /** What does not hold by a whole audit of a folder, or by the receipt of a trade in it. */
  const failureIn = (data: string, by: 'audit' | 'receipt') =>
    Effect.gen(function* () {
      const evidence = yield* openEvidence({ data, rpcUrl })
      return (yield* by === 'audit' ? audit(evidence) : verifyReceipt(evidence, tradeId)).failure
    }).pipe(Effect.scoped)

  it('are a street, with a trade that is settled and every kind of record', async () => {
    for (const by of ['audit', 'receipt'] as const) expect(await Effect.runPromise(failureIn(folder, by))).toBeNull()
    const types = events.map(({ event }) => event.type)
    expect(types).toEqual(
      expect.arrayContaining([
        'ReadingAccepted',
        'StatementAccepted',
        'TradeMatched',
        'FundsChanged',
        'BatchFinalized',
      ]),
    )
  })

  it('an event of the log that is another one is named, whatever it is, even where its checksum fits', async () => {
    const honest = readFileSync(join(folder, 'log.sqlite'))
    const copy = join(root, 'log')
    cpSync(folder, copy, { recursive: true })
    await throughDoor({
      door: 'log rows',
      send: async (input) => {
        const { sequence, event } = input.pick(events)
        const changed = input.json(event)
        for (const ending of ['-wal', '-shm']) rmSync(join(copy, `log.sqlite${ending}`), { force: true })
        writeFileSync(join(copy, 'log.sqlite'), honest)
        changeEvent(join(copy, 'log.sqlite'), { sequence, change: () => changed, checksum: 'fit' })
        const by = input.pick(['audit', 'receipt'] as const)
        const exit = await Effect.runPromiseExit(failureIn(copy, by))
        failsOnlyWith([ProofFailed, BadInput], exit)
        // A receipt needs not every event; and what a market was opened with, no other record repeats.
        if (by === 'receipt' || event.type === 'NeighbourhoodOpened') return
        if (Exit.isFailure(exit) || exit.value !== null) return
        if (!isSame(changed, event)) throw new Error(`event ${sequence} passes as ${changed.slice(0, 500)}`)
      },
    })
  })

  it('an archive that is another one is named with the place in it', async () => {
    const log = await auditedLog()
    const copy = join(root, 'archives')
    cpSync(join(folder, 'archive'), join(copy, 'archive'), { recursive: true })
    const archives = log.batches.map((built) => {
      const place = join('archive', `${built.header.archiveHash}.json`)
      return { built, place, file: join(copy, place), honest: Buffer.from(built.archive ?? '') }
    })
    await throughDoor({
      door: 'archive',
      send: (input) => {
        const { built, place, file, honest } = input.pick(archives)
        const changed = input.chance(0.5)
          ? input.mutatedBytes(honest)
          : Buffer.from(input.json(JSON.parse(honest.toString())))
        writeFileSync(file, changed)
        try {
          checkArchive('archive', copy, built)
          if (!changed.equals(honest)) throw new Error(`another archive passes: ${changed}`)
        } catch (cause) {
          if (!(cause instanceof ProofFailed) || !cause.place.startsWith(place)) throw cause
        }
      },
    })
  })

  it('a node file is one, or refused', async () => {
    const copy = join(root, 'node')
    mkdirSync(copy)
    const node: unknown = JSON.parse(readFileSync(join(folder, 'node.json'), 'utf8'))
    await throughDoor({
      door: 'node.json',
      send: (input) => {
        writeFileSync(join(copy, 'node.json'), input.json(node))
        failsOnlyWith([BadInput], Effect.runSyncExit(readNodeFile(copy)))
      },
    })
  })

  it('kept registers are decoded, or refused', async () => {
    const texts = readdirSync(join(folder, 'outboxes'))
      .filter((name) => name.endsWith('.sqlite'))
      .flatMap((name) => {
        using database = new DatabaseSync(join(folder, 'outboxes', name))
        return database
          .prepare('SELECT registers AS text FROM reading')
          .all()
          .map(({ text }) => String(text))
      })
    await throughDoor({
      door: 'registers text',
      send: async (input) => {
        const text = input.json(JSON.parse(input.pick(texts)))
        failsOnlyWith([BadRegisters, BadProfile], await Effect.runPromiseExit(decodeRegisters(text)))
      },
    })
  })

  it('an outbox with other bytes in it is read, or refused, by verify and by its agent', async () => {
    const name = readdirSync(join(folder, 'outboxes')).find((file) => file.endsWith('.sqlite')) ?? ''
    const original = readFileSync(join(folder, 'outboxes', name))
    const place = join(root, 'outbox')
    mkdirSync(place)
    await throughDoor({
      door: 'outbox',
      send: async (input, index) => {
        const file = join(place, `${index}.sqlite`)
        writeFileSync(file, input.chance(0.2) ? input.mutatedBytes(original) : input.otherBytes(original))
        const registers = Effect.gen(function* () {
          const kept = yield* openKeptRegisters(file)
          for (let sequence = 1; sequence < 10; sequence++) yield* kept.textOf(sequence)
        })
        const readings = Effect.gen(function* () {
          const outbox = yield* openSqliteOutbox({ file })
          yield* outbox.recorder
          yield* outbox.pendingReadings(10)
          yield* outbox.pendingStatements(10)
          yield* outbox.statementsFrom(0)
        })
        for (const opened of [registers, readings]) {
          failsOnlyWith([OutboxFailure], await Effect.runPromiseExit(Effect.scoped(opened)))
        }
        for (const ending of ['', '-wal', '-shm', '-journal', '.lock']) rmSync(file + ending, { force: true })
      },
    })
  })

  it('a chain that answers anything else is named, or made no difference', async () => {
    const log = await auditedLog()
    const node = await Effect.runPromise(readNodeFile(folder))
    const changed = await openChangedNode(rpcUrl)
    const lanes = Array.from({ length: 4 }, (_, lane) => lane)
    await throughDoor({
      door: 'chain answers',
      lanes: lanes.length,
      send: async (input) => {
        const lane = lanes.pop() ?? 0
        changed.change(lane, { number: input.below(40), to: changedAnswer(input) })
        const audited = Effect.gen(function* () {
          const chain = yield* openChain({ folder, node, rpcUrl: changed.urlOf(lane), confirmations: 0 })
          yield* auditChain({ folder, node, archiveKey: null, chain, events: Stream.empty, lastSequence: 0 }, log)
        })
        failsOnlyWith([ProofFailed, ChainFailure], await Effect.runPromiseExit(Effect.scoped(audited)))
        lanes.push(lane)
      },
    })
    await changed.close()
  })

  /** The log, done again. */
  const auditedLog = async () => {
    const node = await Effect.runPromise(readNodeFile(folder))
    const log = new AuditedLog({ folder, node, archiveKey: await Effect.runPromise(archiveKeyIn(folder)) })
    for (const event of events) log.take(event)
    return log
  }
})

/** Whether a text is an event as JSON, but for the log's time, which no other record repeats. */
function isSame(text: string, { timeMs: _, ...event }: MarketEvent): boolean {
  try {
    const { timeMs: __, ...found } = JSON.parse(text) as MarketEvent
    return isDeepStrictEqual(found, event)
  } catch {
    return false
  }
}
