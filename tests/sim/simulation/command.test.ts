import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect } from 'effect'
import { afterAll, describe, expect, it } from 'vitest'
import { progressLine } from '#platform/progress-line.ts'
import { runOpened } from '#platform/simulation/run-simulation.ts'
import { simulationInWords } from '#platform/simulation/simulation-in-words.ts'
import { openResultFiles } from '#sim/results/result-files.ts'
import { csvSeries } from '#sim/scenario/csv-series.ts'
import { builtInScenarios } from '#sim/simulation/built-in-scenarios.ts'
import { openSimulation, type SimulationRequest } from '#sim/simulation/open-simulation.ts'
import { simulateStreet } from '#sim/simulation/simulate-street.ts'
import { commonwatt, program } from '../../line/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-simulate-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, content: unknown) => {
  const path = join(folder, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

describe.concurrent('commonwatt simulate', () => {
  it('prints one JSON document, and the same bytes again in its files', async () => {
    const [first, second] = [join(folder, 'first'), join(folder, 'second')]
    const { code, stdout, stderr } = await commonwatt([
      'simulate',
      '--homes',
      '5',
      '--seed',
      '7',
      '--out',
      first,
      '--ceiling',
      '--json',
    ])
    expect([code, stderr]).toEqual([0, ''])
    const { wallSeconds, ...report } = JSON.parse(stdout)
    const number = expect.any(Number)
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/)
    const kpis = {
      selfSufficiency: number,
      selfConsumption: number,
      savingMicroEur: number,
      savingShare: number,
      peakImportW: number,
      peakExportW: number,
      loadFactor: number,
      rampingW: number,
      giniOfSavings: report.kpis.giniOfSavings,
      losingHomes: number,
      worstSavingMicroEur: number,
      worstSavingShare: number,
      violationMinutes: null,
      emissionsG: number,
    }
    const moneyFields = 'homes supplier grid fund gridFees losses compensation'
    const energyFields =
      'demand production selfUse traded gridImport gridExport gridLosses conversionLosses curtailed storageDelta'
    expect(report).toEqual({
      scenario: 'street',
      scenarioHash: hash,
      seed: 7,
      homes: 5,
      slots: 96,
      energyWh: Object.fromEntries(energyFields.split(' ').map((field) => [field, number])),
      market: {
        orders: number,
        trades: number,
        vwapEurPerMWh: number,
        unmatchedWh: number,
        allocativeEfficiency: number,
      },
      moneyMicroEur: Object.fromEntries(moneyFields.split(' ').map((field) => [field, number])),
      kpis,
      without: {
        ...kpis,
        ...{ savingMicroEur: 0, savingShare: 0, giniOfSavings: 0 },
        ...{
          losingHomes: 0,
          worstSavingMicroEur: 0,
          worstSavingShare: expect.toSatisfy((share) => share === 0 || share === null),
        },
      },
      ceiling: {
        ...kpis,
        ...{ giniOfSavings: null, losingHomes: null, worstSavingMicroEur: null, worstSavingShare: null },
      },
      resultHash: hash,
    })
    expect(wallSeconds).toBeGreaterThan(0)
    const open = await Effect.runPromise(openSimulation({ homes: 5, seed: 7, ceiling: 'computed' }))
    const files = openResultFiles(second, open)
    const again = await Effect.runPromise(runOpened(open, { progress: progressLine({ write: () => {} }), files }))
    expect(again).toEqual({ ...report, wallSeconds: again.wallSeconds })
    expect(simulationInWords(again)).toMatch(/^street: 5 homes, 96 slots, seed 7[\s\S]*self-sufficiency +\d/)
    const names = [
      'homes.csv',
      'homes.ndjson',
      'report.html',
      'result.json',
      'run.ndjson',
      'slots.csv',
      'slots.ndjson',
      'trades.csv',
      'trades.ndjson',
    ]
    expect(readdirSync(first).sort()).toEqual(names)
    for (const name of names) expect(readFileSync(join(first, name))).toEqual(readFileSync(join(second, name)))
    expect(JSON.parse(readFileSync(join(first, 'result.json'), 'utf8'))).toEqual(report)

    const lines = (name: string) => readFileSync(join(first, name), 'utf8').trim().split('\n')
    const [header, ...slots] = lines('slots.ndjson').map((line) => JSON.parse(line))
    expect(header.units).toMatchObject({ importWh: 'Wh', vwapEurPerMWh: 'EUR/MWh', costMicroEur: 'µEUR' })
    expect(slots.length).toBe(96)
    expect(slots.reduce((sum, slot) => sum + slot.gridImportWh, 0)).toBe(report.energyWh.gridImport)
    expect(lines('trades.csv').length - 1).toBe(report.market.trades)
    // What it writes it can read: a street's slots are a profile like any other.
    const text = readFileSync(join(first, 'slots.csv'), 'utf8')
    expect(csvSeries({ file: 'slots.csv', text, column: 'import_wh', wattsPerUnit: 1 }).values[0]).toBe(
      4 * slots[0].importWh,
    )

    const page = readFileSync(join(first, 'report.html'), 'utf8')
    expect(page.match(/<svg/g)?.length).toBe(4)
    expect(page).toContain('home-05')
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(|https?:\/\/|NaN|Infinity|undefined/)
  })

  it('stops at Ctrl-C, says so, and leaves no half of a file behind', async () => {
    const out = join(folder, 'stopped')
    const child = spawn(process.execPath, [program, 'simulate', '--homes', '2', '--days', '3660', '--out', out])
    let said = ''
    child.stderr?.on('data', (piece) => {
      said += piece
    })
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    const begun = () => {
      try {
        return readdirSync(out).length >= 8
      } catch {
        return false
      }
    }
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 50))
    child.kill('SIGINT')
    // Whoever waits for its figures has none: `simulate … && next` goes no further.
    expect([await ended, said]).toEqual([1, 'commonwatt: stopped before it was done\n'])
    expect(readdirSync(out)).toEqual([])
  })

  it.runIf(existsSync('/dev/full'))('says so when its files cannot be written, and leaves none', async () => {
    const out = join(folder, 'full')
    mkdirSync(out)
    symlinkSync('/dev/full', join(out, 'slots.csv.part'))
    const open = Effect.runSync(openSimulation({ homes: 2 }))
    const files = openResultFiles(out, open)
    const lost = await Effect.runPromise(
      Effect.flip(runOpened(open, { progress: progressLine({ write: () => {} }), files })),
    )
    files.close()
    expect(lost.message).toMatch(/slots\.csv cannot be written: ENOSPC/)
    expect(readdirSync(out)).toEqual([])
  })

  it.runIf(existsSync('/dev/full'))('fails where nobody gets what it came to', async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, [program, 'simulate', '--homes', '2', '--json'], {
      stdio: ['ignore', full, 'pipe'],
    })
    closeSync(full)
    let said = ''
    child.stderr?.on('data', (piece) => {
      said += piece
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect([code, said]).toEqual([1, expect.stringMatching(/stdout cannot be written: ENOSPC/)])
  })

  it('exits 2 on what it cannot use, on stderr only', async () => {
    const taken = file('taken', '')
    const { code, stdout, stderr } = await commonwatt(['simulate', '--out', taken, '--json'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/--out .*taken: /)
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  it('takes no folder for the scenario of its name, and waits for none that cannot be made', async () => {
    mkdirSync(join(folder, 'here', 'street'), { recursive: true })
    const { code, stderr } = await commonwatt(['simulate', '--out', '/proc/none/deeper'], '', join(folder, 'here'))
    expect([code, stderr.trim()]).toEqual([2, expect.stringMatching(/--out \/proc\/none\/deeper: .*ENOENT/)])
  })
})

describe('what cannot be simulated', () => {
  const street = { neighbourhood: 'street', start: '2026-06-21T00:00:00Z' }
  const named = { ...street, homes: [{ home: 'one', load: { annualKwh: 3_000 } }] }
  const generated = (market: unknown) => ({ ...street, homes: { generate: { homes: 2 } }, market })
  it.each<[SimulationRequest, RegExp]>([
    [{ scenario: 'stret' }, /^stret: expected a file that can be read, or one of .*street.*, not "stret"$/],
    [{ scenario: '../gallery/street' }, /expected a file that can be read, or one of/],
    [{ scenario: folder }, /EISDIR/],
    [{ scenario: file('text.json', 'street') }, /text\.json: expected JSON/],
    [{ scenario: file('null.json', 'null') }, /null\.json/],
    [{ days: 0 }, /^--days: expected 1 to 3660 whole days, not 0$/],
    [{ days: 3_661 }, /1 to 3660/],
    [{ days: Number.NaN }, /1 to 3660/],
    [{ homes: 0 }, /street: homes\.generate\.homes: expected a value between 1 and 10000, not 0/],
    [{ homes: 10_001 }, /not 10001/],
    [{ seed: -1 }, /street: seed/],
    [{ scenario: file('named.json', named), homes: 3 }, /--homes: expected a scenario whose homes are generated/],
    [
      { scenario: file('fast.json', generated({ mechanism: 'lottery' })) },
      /market\.mechanism: expected .*not "lottery"/,
    ],
    [{ scenario: file('idle.json', generated({ traders: [] })) }, /market\.traders/],
    [{ scenario: file('often.json', generated({ tradeEveryMinutes: 4 })) }, /market\.tradeEveryMinutes/],
    [{ scenario: file('dirty.json', generated({ emissionsGPerKwh: [1, 2] })) }, /market\.emissionsGPerKwh/],
    [
      { scenario: file('more.json', generated({ fee: 1 })) },
      /market\.fee: expected no such field \(there are mechanism/,
    ],
    [{ changes: { 'market.__proto__': 1 } }, /market\.__proto__/],
    [{ changes: { 'neighbourhood.name': 'x' } }, /neighbourhood/],
  ])('%j is refused: what stands there and what would be right', (request, message) => {
    expect(Effect.runSync(Effect.flip(openSimulation(request))).message).toMatch(message)
  })

  it('leaves no scenario of the gallery out', () => {
    expect(builtInScenarios().length).toBeGreaterThanOrEqual(6)
    for (const scenario of builtInScenarios()) {
      const open = Effect.runSync(openSimulation({ scenario }))
      expect(open.street.neighbourhood).toBe(scenario)
      expect(open.street.startMs % 86_400_000).toBe(0)
    }
  })

  it('begins with the first slot after a start that is in the middle of one', () => {
    const changes = { start: '2026-06-21T05:07:00Z' }
    const { street, terms, slots } = Effect.runSync(openSimulation({ homes: 30, changes }))
    expect(new Date(street.startMs).toISOString()).toBe('2026-06-21T05:15:00.000Z')
    expect([...simulateStreet({ street, terms, slots: Math.min(slots, 8) })]).toHaveLength(8)
  })

  it('has a hash that knows all but the seed and how it was called', () => {
    const hashOf = (request: SimulationRequest) => Effect.runSync(openSimulation(request)).scenarioHash
    expect(hashOf({ seed: 5 })).toBe(hashOf({ seed: 6 }))
    expect(hashOf({ homes: 5 })).not.toBe(hashOf({ homes: 6 }))
    expect(hashOf({ days: 2 })).not.toBe(hashOf({ days: 3 }))
    const rows = (watts: number) =>
      `timestamp,power_w\n${Array.from({ length: 24 }, (_, i) => `${1_781_913_600 + i * 3_600},${watts}`).join('\n')}\n`
    file('load.csv', rows(100))
    const measured = file('measured.json', {
      ...street,
      start: '2026-06-20T00:00:00Z',
      homes: [{ home: 'one', load: { csv: 'load.csv' } }],
    })
    const before = hashOf({ scenario: measured })
    file('load.csv', rows(101))
    expect(hashOf({ scenario: measured })).not.toBe(before)
  })
})
