import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { startStreet } from './street-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-operations-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => vi.unstubAllEnvs())

describe('a street that others keep running', () => {
  it('is set up by flag, environment and file, says how it goes, and stops in time without losing a word', async () => {
    const file = join(folder, 'settings.json')
    writeFileSync(file, JSON.stringify({ homes: 2, speed: 1, logFormat: 'json', data: 'kept' }))
    vi.stubEnv('COMMONWATT_SPEED', '900')
    vi.stubEnv('COMMONWATT_HOMES', '5')
    const street = await startStreet(['--config', file, '--homes', '2'])
    let stopped: number | null = null
    try {
      const { homes, speed } = await street.until((now) => now.homes === 2 && now.batches.final >= 1, 90_000)
      expect([homes, speed]).toEqual([2, 900])
      const get = async (path: string) => {
        const response = await fetch(`${street.url}${path}`)
        return { status: response.status, text: await response.text() }
      }
      expect([(await get('/healthz')).status, (await get('/readyz')).status]).toEqual([200, 200])
      expect((await get('/metrics')).text).toMatch(/^commonwatt_batches_total\{stage="final"\} [1-9]/m)
      expect((await get('/docs/errors.md')).text).toContain('### MARKET_STOPPING')
      expect(JSON.parse((await get('/openapi.json')).text)).toMatchObject({ openapi: '3.1.0' })
    } finally {
      const begun = performance.now()
      stopped = await street.stop('SIGTERM')
      expect(performance.now() - begun).toBeLessThan(5_000)
    }
    expect(stopped).toBe(0)

    const lines = street.said.filter((line) => !line.startsWith('Commonwatt: '))
    const log = lines.map((line) => JSON.parse(line) as { readonly level: string; readonly message: string })
    expect(log.map(({ message }) => message)).toEqual(
      expect.arrayContaining([
        '2 homes, 900 simulated seconds a second',
        'batch 1 is proposed',
        'batch 1 is final',
        'stopped',
      ]),
    )
    const keys = join(folder, 'kept/keys')
    const secrets = readdirSync(keys).map((name) => readFileSync(join(keys, name), 'utf8').trim().slice(2))
    expect(secrets.length).toBeGreaterThanOrEqual(5)
    for (const secret of secrets) expect(street.said.join('\n').toLowerCase()).not.toContain(secret)
  })
})
