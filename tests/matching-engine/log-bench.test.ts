import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { expect, it } from 'vitest'
import { benchLog } from '#matching-engine/bench/log-bench.ts'

it('the measurement of the log counts what really went through, to the same state', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-bench-'))
  try {
    const size = { warmMs: 100, pacedMs: 200, commands: 50_000 }
    const { store, appendsPerSecond, ackMs, diskSyncMs, replayPerSecond } = await Effect.runPromise(
      benchLog(folder, size),
    )
    expect(store).toBe('sqlite')
    expect(appendsPerSecond).toBeGreaterThan(1_000)
    expect(replayPerSecond).toBeGreaterThan(1_000)
    expect(ackMs.p99).toBeGreaterThanOrEqual(ackMs.p50)
    expect(ackMs.p50).toBeGreaterThan(0)
    expect(diskSyncMs.p99).toBeGreaterThanOrEqual(diskSyncMs.p50)
    expect(readdirSync(folder)).toEqual(['commands.sqlite', 'commands.sqlite-head'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
