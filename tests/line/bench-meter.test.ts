import { describe, expect, it } from 'vitest'
import { commonwatt } from './command-line.ts'

const LONG_MS = 120_000

describe('bench meter', () => {
  it(
    'polls emulated devices without an error, records, reads from a cold start, and prints one JSON document',
    async () => {
      const { code, stdout, stderr } = await commonwatt([
        'bench',
        'meter',
        '--devices',
        '8',
        '--seconds',
        '2',
        '--json',
      ])
      expect(code, stderr).toBe(0)
      const report = JSON.parse(stdout)
      expect(report).toMatchObject({ devices: 8, requestsEach: 5, errors: 0, firstError: null })
      // 8 devices × 5 requests, two or three seconds' turns in two seconds and a bit
      expect(report.pollsPerSecond).toBeGreaterThan(8 * 5 * 0.4)
      expect(report.pollsPerSecond).toBeLessThan(8 * 5 * 1.6)
      expect(report.cpuShare).toBeGreaterThan(0)
      expect(report.rssMiB).toBeGreaterThan(40)
      expect(report.readings).toBeGreaterThan(100)
      expect(report.readingsPerSecond).toBeGreaterThan(50)
      expect(report.statements).toBeGreaterThan(0)
      expect(report.coldReadMs).toBeGreaterThan(50)
    },
    LONG_MS,
  )

  it.each([[['bench']], [['bench', 'engine']], [['bench', 'meter']]])(
    '%j --help says that MISSED is no failure',
    async (command) => {
      const { code, stdout } = await commonwatt([...command, '--help'])
      expect(code).toBe(0)
      expect(stdout.replace(/\s+/g, ' ')).toMatch(/Exit 0 says that it was measured|is MISSED is no failure: exit 0/)
    },
  )

  it.each([
    [['--devices', '0'], 'flag --devices: "0". Expected: 1 to 5000'],
    [['--seconds', '0'], 'flag --seconds: "0". Expected: 1 to 86400'],
  ])('refuses %j', async (flags, words) => {
    const { code, stdout, stderr } = await commonwatt(['bench', 'meter', ...flags, '--json'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(words)
  })
})
