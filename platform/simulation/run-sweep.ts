import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Console, Effect } from 'effect'
import {
  KeptReports,
  keyedJob,
  parseAxis,
  runJobs,
  ScenarioRefused,
  type SimulationRequest,
  type SweepReport,
  sweepJobs,
} from '#sim/index.ts'
import { BadInput } from '../bad-input.ts'
import { progressLine } from '../progress-line.ts'
import { sweepInWords } from './sweep-in-words.ts'
import type { SweepLine } from './sweep-line.ts'

/** More threads than this help nobody. */
const WORKERS_MAX = 256

/**
 * Simulates all combinations of what is varied, on as many threads as asked for (all cores), and prints a line a run,
 * in the order of the combinations whichever ran first. With a folder it keeps each run, and goes on with those there.
 */
export const runSweep = Effect.fnUntraced(function* (given: {
  readonly base: SimulationRequest
  readonly over: readonly string[]
  readonly workers: number | undefined
  readonly out: string | undefined
  readonly json: boolean
}) {
  const { base, out, json } = given
  const workers = given.workers ?? availableParallelism()
  if (workers < 1 || workers > WORKERS_MAX) {
    return yield* new BadInput({ detail: `--workers ${workers}: expected 1 to ${WORKERS_MAX}` })
  }
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
  yield* runJobs({
    jobs: missing,
    workers,
    onReport: ({ key }, report) => {
      kept?.keep(key, report)
      reports.set(key, report)
      progress.done('runs', ++done, keyed.length)
    },
  }).pipe(Effect.ensuring(Effect.sync(progress.clear)))
  const lines = keyed.flatMap(({ key, varied }): SweepLine[] => {
    const report = reports.get(key)
    return report === undefined ? [] : [{ varied, ...report }]
  })
  const ndjson = lines.map((line) => JSON.stringify(line)).join('\n')
  if (out !== undefined) writeFileSync(join(out, 'sweep.ndjson'), `${ndjson}\n`)
  yield* Console.log(json ? ndjson : sweepInWords(lines))
})
