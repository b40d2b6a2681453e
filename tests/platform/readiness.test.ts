import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { troublesOf } from '#platform/live/readiness.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-readiness-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const logFile = join(folder, 'log.sqlite')
writeFileSync(logFile, '')
const failingFor = (minutes: number) => ({ failing: () => ({ sinceMs: -minutes * 60_000, reason: 'no node' }) })
const works = { failing: () => null }

describe('what keeps a street from its work', () => {
  it('is nothing while its log can be written and settlement works, or fails for a few minutes only', () => {
    expect(troublesOf({ folder, logFile, settler: works, wallNowMs: 0 })).toEqual([])
    expect(troublesOf({ folder, logFile, settler: failingFor(5), wallNowMs: 0 })).toEqual([])
  })

  it('is a settlement that has failed for longer, with its reason', () => {
    const troubles = troublesOf({ folder, logFile, settler: failingFor(6), wallNowMs: 0 })
    expect(troubles).toEqual(['settlement has failed for 6 minutes: no node'])
  })

  it('is a log that is not there any more', () => {
    const gone = join(folder, 'gone.sqlite')
    const [trouble] = troublesOf({ folder, logFile: gone, settler: works, wallNowMs: 0 })
    expect(trouble).toMatch(/^the log cannot be written: ENOENT.*gone\.sqlite/)
  })
})
