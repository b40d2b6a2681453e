import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Effect, Option } from 'effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KeptReports } from '#sim/sweep/kept-reports.ts'
import { type SweepReport, simulationThread } from '#sim/sweep/simulation-thread.ts'
import { parseAxis } from '#sim/sweep/sweep-axis.ts'
import { type KeyedJob, keyedJob, sweepJobs } from '#sim/sweep/sweep-jobs.ts'
import { runJobs } from '#sim/sweep/sweep-pool.ts'
import { commonwatt } from '../../line/command-line.ts'

const folder = mkdtempSync(join(tmpdir(), 'commonwatt-sweep-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const refusal = (parse: () => unknown): string => {
  try {
    parse()
  } catch (error) {
    return (error as Error).message
  }
  return 'taken'
}

describe('what a sweep varies', () => {
  it.each([
    ['seed=1..3', { field: 'seed', values: [1, 2, 3] }],
    ['homes=5,7..8', { field: 'homes', values: [5, 7, 8] }],
    ['market.mechanism=continuous,call', { field: 'market.mechanism', values: ['continuous', 'call'] }],
    ['homes.generate.pvShare=0.1,0.5', { field: 'homes.generate.pvShare', values: [0.1, 0.5] }],
  ])('%s', (text, axis) => {
    expect(parseAxis(text)).toEqual(axis)
  })

  it.each(['seed', '=1', 'seed=', 'seed=3..1', 'seed=0..99999999', 'seed=1,,2', ''])('%s is refused', (text) => {
    expect(refusal(() => parseAxis(text))).toMatch(/^--over: expected /)
  })

  it('is every combination, the last axis fastest', () => {
    const jobs = sweepJobs({ scenario: 'street' }, [
      parseAxis('market.mechanism=call,community-pool'),
      parseAxis('seed=4..5'),
    ])
    expect(jobs.map(({ varied }) => Object.values(varied))).toEqual([
      ['call', 4],
      ['call', 5],
      ['community-pool', 4],
      ['community-pool', 5],
    ])
    expect(jobs[3]?.request).toEqual({ scenario: 'street', seed: 5, changes: { 'market.mechanism': 'community-pool' } })
  })

  it('is each field once, and not too much', () => {
    expect(refusal(() => sweepJobs({}, [parseAxis('seed=1'), parseAxis('seed=2')]))).toMatch(/seed twice/)
    expect(refusal(() => sweepJobs({}, [parseAxis('seed=1..9999'), parseAxis('homes=1..99')]))).toMatch(
      /at most 100000 runs/,
    )
    expect(refusal(() => sweepJobs({}, [parseAxis('seed=one')]))).toMatch(/seed: expected whole numbers, not "one"/)
  })
})

describe('a sweep', () => {
  let jobs: readonly KeyedJob[] = []
  const run = (workers: number) => {
    const reports = new Map<string, SweepReport>()
    const onReport = ({ key }: KeyedJob, report: SweepReport) => void reports.set(key, report)
    return Effect.runPromise(
      Effect.as(runJobs({ jobs, workers, onReport }), () => jobs.map(({ key }) => JSON.stringify(reports.get(key)))),
    ).then((lines) => lines())
  }
  let alone: readonly string[] = []
  beforeAll(async () => {
    const axes = [parseAxis('market.mechanism=continuous,community-pool'), parseAxis('seed=1..2')]
    jobs = Effect.runSync(Effect.forEach(sweepJobs({ homes: 3 }, axes), keyedJob))
    alone = await run(1)
  })

  it('gives the same bytes on one thread and on four', async () => {
    expect(new Set(alone).size).toBe(4)
    expect(await run(4)).toEqual(alone)
  })

  it('keeps what its runs came to, and knows a file that says another thing', () => {
    const kept = new KeptReports(folder)
    const key = jobs[0]?.key ?? ''
    expect(kept.read(key)).toBe(null)
    kept.keep(key, JSON.parse(alone[0] ?? ''))
    expect(JSON.stringify(kept.read(key))).toBe(alone[0])
    const [name = ''] = readdirSync(folder)
    const text = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(folder, name), text.replace('"homes":3', '"homes":4'))
    expect(kept.read(key)).toBe(null)
    writeFileSync(join(folder, name), text.slice(0, 100))
    expect(kept.read(key)).toBe(null)
  })

  it('runs the next one on a thread whose last run was left off', () =>
    Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const simulate = yield* simulationThread
          const endless = { ...(jobs[0] as KeyedJob), request: { homes: 100, days: 3_000 } }
          endless.key = (yield* keyedJob(endless)).key
          expect(yield* Effect.timeoutOption(simulate(endless), 500)).toEqual(Option.none())
          expect(JSON.stringify(yield* simulate(jobs[1] as KeyedJob))).toBe(alone[1])
        }),
      ),
    ))

  it('ends when a scenario says another thing than at its beginning', async () => {
    const changed = { ...(jobs[0] as KeyedJob), key: 'other' }
    const failure = await Effect.runPromise(Effect.flip(runJobs({ jobs: [changed], workers: 1, onReport: () => {} })))
    expect(failure.message).toContain('street or a file that it reads says another thing than where the sweep began')
  })

  it('ends when one run fails, and names it', async () => {
    const broken = { ...(jobs[0] as KeyedJob), request: { scenario: 'none' }, varied: { seed: 9 } }
    const failure = await Effect.runPromise(
      Effect.flip(runJobs({ jobs: [broken, ...jobs], workers: 1, onReport: () => {} })),
    )
    expect(failure.message).toMatch(/^the run with \{"seed":9\} failed: none: expected a file that can be read/)
  })

  it('goes on where it was, and prints the runs in order', async () => {
    const out = join(folder, 'out')
    const kept = new KeptReports(join(out, 'runs'))
    for (const [index, { key }] of jobs.entries()) if (index !== 2) kept.keep(key, JSON.parse(alone[index] ?? ''))
    const axes = ['--over', 'market.mechanism=continuous,community-pool', '--over', 'seed=1..2', '--over', 'homes=3']
    const { code, stdout, stderr } = await commonwatt([
      'sweep',
      'street',
      ...axes,
      '--workers',
      '1',
      '--out',
      out,
      '--json',
    ])
    expect([code, stderr]).toEqual([0, ''])
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines.map(({ varied: _, ...report }) => JSON.stringify(report))).toEqual(alone)
    expect(lines.map(({ varied }) => varied.seed)).toEqual([1, 2, 1, 2])
    expect(readFileSync(join(out, 'sweep.ndjson'), 'utf8')).toBe(stdout)
    expect(readdirSync(join(out, 'runs')).length).toBe(4)
  })
})
