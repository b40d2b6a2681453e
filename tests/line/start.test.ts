import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { openSqliteEventLog } from '#matching-engine/index.ts'
import { startStreet } from './street-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** How many events the next start has to fold. */
const eventsAfterSnapshot = (file: string) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const log = yield* openSqliteEventLog(file)
        const [partition = ''] = yield* log.partitions
        const [newest] = yield* log.snapshots(partition)
        return (yield* log.head(partition)) - (newest?.sequence ?? 0)
      }),
    ),
  )

describe('commonwatt start', () => {
  it('trades, settles, stops cleanly, and goes on where it was with the same data folder', async () => {
    const args = ['--homes', '6', '--speed', '900', '--data', folder]
    const first = await startStreet(args)
    const settled = await first.until((status) => status.settledTrades > 0 && status.batches.final >= 2, 120_000)
    expect(settled.homes).toBe(6)
    expect(await first.stop('SIGINT')).toBe(0)
    expect(await eventsAfterSnapshot(join(folder, 'log.sqlite'))).toBe(0)

    const second = await startStreet(args)
    try {
      const resumed = await second.status()
      expect(resumed.sequence).toBeGreaterThanOrEqual(settled.sequence)
      expect(resumed.settledTrades).toBeGreaterThanOrEqual(settled.settledTrades)
      const later = await second.until(
        (status) => status.trades > resumed.trades && status.batches.final > resumed.batches.final,
        120_000,
      )
      expect(later.homes).toBe(6)
    } finally {
      expect(await second.stop()).toBe(0)
    }
  })
})
