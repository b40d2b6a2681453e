import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Effect, Exit, Stream } from 'effect'
import { describe, expect, it } from 'vitest'
import { ChainFailure } from '#contracts/chain/chain-failure.ts'
import { openJournal } from '#contracts/chain/journal.ts'
import { LogFailure, openSqliteEventLog } from '#matching-engine/index.ts'
import { loadKey } from '#meter-agent/index.ts'
import { BadInput } from '#platform/bad-input.ts'
import { readSettings } from '#platform/settings/read-settings.ts'
import { chooseStreet } from '#platform/street-choice.ts'
import { ScenarioRefused } from '#sim/index.ts'
import { buildStreet } from '#sim/scenario/build-street.ts'
import { csvSeries } from '#sim/scenario/csv-series.ts'
import { decodeScenario } from '#sim/scenario/decode-scenario.ts'
import { openOver, PARTITION } from '../../matching-engine/rose-street.ts'
import { throughDoor } from './door.ts'
import { fuzzing, noDefect, onlyThrows } from './fuzzing.ts'

const { folder } = fuzzing()

describe('files', () => {
  const scenario = {
    neighbourhood: 'street',
    start: '2026-06-21T06:00:00Z',
    latitude: 52,
    longitude: 13,
    seed: 1,
    homes: [{ home: 'anna', load: { annualKwh: 3_000 }, roof: { peakKw: 5 }, battery: { capacityKwh: 5, powerKw: 3 } }],
  }

  it('a scenario is one, or refused with file and field', async () => {
    await throughDoor({
      door: 'scenario',
      send: (input) =>
        onlyThrows([ScenarioRefused], () => {
          const file = 'fuzz.json'
          const decoded = decodeScenario({ file, text: input.json(scenario) })
          const street = buildStreet({ scenario: decoded, file, files: { read: () => '', csvIn: () => [] } })
          for (const home of street.homes) home.advanceTo(street.startMs + 60_000)
        }),
    })
  })

  it('a profile is one, or refused with line and column', async () => {
    const rows = Array.from({ length: 25 }, (_, hour) => `${1_600_000_000 + hour * 3_600},${hour}.5`)
    const csv = Buffer.from(['timestamp,power_w', ...rows].join('\n'))
    await throughDoor({
      door: 'profile',
      send: (input) => {
        const text = input.mutatedBytes(csv).toString('utf8')
        onlyThrows([ScenarioRefused], () => csvSeries({ file: 'fuzz.csv', text, wattsPerUnit: 1 }))
      },
    })
  })

  it('settings, street and key files are right, or refused by name; none of them is written to', async () => {
    const place = join(folder, 'small')
    mkdirSync(place)
    const none = { scenario: undefined, homes: undefined, seed: undefined }
    const key = `0x${'5a'.repeat(32)}\n`
    await throughDoor({
      door: 'small files',
      send: async (input) => {
        const [street, settings, keyFile] = ['street.json', 'settings.json', 'key'].map((name) =>
          join(place, name),
        ) as [string, string, string]
        const text = input.json({ homes: 3, seed: 7 })
        writeFileSync(street, text)
        onlyThrows([BadInput], () => chooseStreet(place, none))
        if (readFileSync(street, 'utf8') !== Buffer.from(text).toString()) throw new Error('street.json was changed')
        writeFileSync(settings, input.json({ homes: 3, speed: 1.5, data: 'x', logFormat: 'json' }))
        onlyThrows([BadInput], () => readSettings({ flags: {}, environment: {}, file: settings }))
        writeFileSync(keyFile, input.mutatedBytes(Buffer.from(key)), { mode: 0o600 })
        const exit = await Effect.runPromiseExit(loadKey(pathToFileURL(keyFile).href))
        noDefect(exit)
        if (Exit.isFailure(exit) && String(exit.cause).includes('5a5a5a5a')) throw new Error('tells of the key')
      },
    })
  })

  it('an event log with other bytes in it is read as it was at some time, or refused; its events never change unseen', async () => {
    const file = join(folder, 'log.sqlite')
    const events = (path: string) =>
      Effect.scoped(Effect.flatMap(openSqliteEventLog(path), (log) => Stream.runCollect(log.read(PARTITION, 0))))
    await Effect.runPromise(Effect.scoped(Effect.flatMap(openSqliteEventLog(file), (log) => openOver(log))))
    const original = readFileSync(file)
    const genuine = JSON.stringify(await Effect.runPromise(events(file)))
    await throughDoor({
      door: 'log.sqlite',
      send: async (input, index) => {
        const path = join(folder, `log-${index}.sqlite`)
        writeFileSync(path, input.chance(0.2) ? input.mutatedBytes(original) : input.otherBytes(original))
        const exit = await Effect.runPromiseExit(events(path))
        noDefect(exit)
        if (Exit.isFailure(exit)) {
          expect(
            exit.cause.reasons.every((reason) => reason._tag === 'Fail' && reason.error instanceof LogFailure),
          ).toBe(true)
        } else {
          // Which event is the last one, a file alone does not know.
          const found = JSON.stringify(exit.value)
          if (!genuine.startsWith(found.slice(0, -1))) throw new Error(`another log: ${found.slice(0, 300)}`)
        }
        for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(path + ending, { force: true })
      },
    })
  })

  it('a chain journal is the one that was written, or refused by its line', async () => {
    const genesis = {
      chainId: 31_337,
      hardfork: 'osaka',
      timestamp: 1_800_000_000,
      funded: `0x${'11'.repeat(20)}`,
    } as const
    const path = join(folder, 'chain.ndjson')
    const journal = await openJournal({ path, genesis })
    await journal.append({ raw: '0x01', timestamp: 1_800_000_001, stateRoot: '0x02' })
    await journal.append({ raw: '0x03', timestamp: 1_800_000_002, stateRoot: '0x04' })
    await journal.close()
    const original = readFileSync(path)
    await throughDoor({
      door: 'chain journal',
      send: async (input) => {
        writeFileSync(path, input.mutatedBytes(original))
        const found = await openJournal({ path, genesis }).catch((error: unknown) => error)
        if (found instanceof ChainFailure) return
        if (found instanceof Error) throw found
        const { entries, close } = found as Awaited<ReturnType<typeof openJournal>>
        await close()
        if (!JSON.stringify(journal.entries).startsWith('[') || entries.length > 2)
          throw new Error('more than was written')
      },
    })
  })
})
