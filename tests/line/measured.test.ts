import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startStreet } from './street-process.ts'

const hamlet = join(import.meta.dirname, '../../../shared/data/hamlet')
const there = existsSync(hamlet)
if (!there) console.warn(`SKIPPED: a street of measured homes; ${hamlet} is not there`)

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-measured-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.skipIf(!there)('a street of sixteen measured homes', () => {
  it('trades and settles', async () => {
    const scenario = join(folder, 'hamlet.json')
    const homes = { folder: { load: join(hamlet, 'load'), roofs: join(hamlet, 'pv'), roofPeakKw: [5, 8, 6] } }
    writeFileSync(scenario, JSON.stringify({ neighbourhood: 'hamlet', start: '2021-03-20T08:00:00Z', homes }))
    const street = await startStreet(['--scenario', scenario, '--speed', '900'])
    try {
      const first = await street.until((status) => status.settledTrades > 0, 120_000)
      expect(first.homes).toBe(16)
      const later = await street.until(
        (status) => status.settledTrades > first.settledTrades && status.trades > first.trades,
        60_000,
      )
      expect(later.batches.final).toBeGreaterThan(first.batches.final)
    } finally {
      expect(await street.stop()).toBe(0)
    }
  })
})
