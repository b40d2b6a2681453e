import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Console, Effect } from 'effect'
import {
  KeptReports,
  type KeyedJob,
  keyedJob,
  parseAxis,
  runJobs,
  ScenarioRefused,
  type SimulationRequest,
  type SweepReport,
  sweepJobs,
} from '#sim/index.ts'
import { BadInput } from '../bad-input.ts'
import type { NatsServer } from '../nats.ts'
import { progressLine } from '../progress-line.ts'
import { sweepInWords } from './sweep-in-words.ts'
import type { SweepLine } from './sweep-line.ts'
import { workersOf } from './workers-of.ts'

/**
 * Simulates all combinations of what is varied, on as many threads as asked for (all cores) or by the workers of a
 * cluster, and prints a line a run, in the order of the combinations whichever ran first. With a folder it keeps each
 * run, and goes on with those there.
 */
export const runSweep = Effect.fnUntraced(function* (given: {
  readonly base: SimulationRequest
  readonly over: readonly string[]
  readonly workers: number | undefined
  /** of the cluster that simulates; this machine if left out */
  readonly server: NatsServer | undefined
  readonly out: string | undefined
  readonly json: boolean
}) {
  const { base, server, out, json } = given
  if (server !== undefined && given.workers !== undefined) {
    return yield* new BadInput({ detail: '--workers is for this machine: with --nats, each sim-worker has its own' })
  }
  const workers = yield* workersOf(given.workers)
  const refused = ({ message }: ScenarioRefused) => new BadInput({ detail: message })
  const jobs = yield* Effect.try({
    try: () => sweepJobs(base, given.over.map(parseAxis)),
    catch: (error) => (error instanceof ScenarioRefused ? refused(error) : error),
  })
  const keyed = yield* Effect.forEach(jobs, keyedJob).pipe(Effect.mapError(refused))
  const kept =
    out === undefined
      ? null
      : yield* Effect.try({
          try: () => new KeptReports(join(out, 'runs')),
          catch: (cause) => new BadInput({ detail: `--out ${out}: ${(cause as Error).message}` }),
        })
  const progress = progressLine()
  const reports = new Map<string, SweepReport>()
  for (const { key } of keyed) {
    const report = kept?.read(key) ?? null
    if (report !== null) reports.set(key, report)
  }
  // Two combinations may be the same street: one run is enough.
  const missing = [...new Map(keyed.filter(({ key }) => !reports.has(key)).map((job) => [job.key, job])).values()]
  let done = keyed.length - missing.length
  const onReport = ({ key }: KeyedJob, report: SweepReport) => {
    kept?.keep(key, report)
    reports.set(key, report)
    progress.done('runs', ++done, keyed.length)
  }
  const run = Effect.gen(function* () {
    if (server === undefined || missing.length === 0) return yield* runJobs({ jobs: missing, workers, onReport })
    const { runOnCluster } = yield* Effect.promise(() => import('./run-on-cluster.ts'))
    return yield* runOnCluster({ jobs: missing, server, onReport })
  })
  yield* run.pipe(Effect.ensuring(Effect.sync(progress.clear)))
  const lines = keyed.flatMap(({ key, varied }): SweepLine[] => {
    const report = reports.get(key)
    return report === undefined ? [] : [{ varied, ...report }]
  })
  const ndjson = lines.map((line) => JSON.stringify(line)).join('\n')
  if (out !== undefined) writeFileSync(join(out, 'sweep.ndjson'), `${ndjson}\n`)
  yield* Console.log(json ? ndjson : sweepInWords(lines))
})
