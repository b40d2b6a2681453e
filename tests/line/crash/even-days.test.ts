import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { seededRandom } from '#meter-agent/seeded-random.ts'
import { startAndKill, startStreet } from '../street-process.ts'
import { daysOfKills, describeDaysOfKills } from './day-of-kills.ts'

describe('a street whose first start is killed, with devices of both kinds', () => {
  const folder = mkdtempSync(join(tmpdir(), 'commonwatt-crash-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('comes up all the same', async () => {
    const args = ['--homes', '2', '--speed', '60', '--data', folder]
    const random = seededRandom('first starts')
    for (let kill = 0; kill < 5; kill++) await startAndKill(args, 800 + random() * 3_000)
    const street = await startStreet(args)
    const { readings } = await street.until((status) => status.homes === 2 && status.readings > 4, 60_000)
    expect(readings).toBeGreaterThan(4)
    expect(await street.stop('SIGTERM')).toBe(0)
  })

  it('does not wait for a lock that a killed one has left on the certificates of its devices', async () => {
    mkdirSync(join(folder, 'opcua/servers/mutex.lock'), { recursive: true })
    const street = await startStreet(['--homes', '2', '--speed', '60', '--data', folder])
    expect((await street.until((status) => status.homes === 2, 20_000)).homes).toBe(2)
    expect(await street.stop('SIGTERM')).toBe(0)
  })
})

describeDaysOfKills(daysOfKills('even'))
