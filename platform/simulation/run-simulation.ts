import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Console, Effect } from 'effect'
import {
  BalanceBroken,
  CeilingUnsolved,
  NotConverged,
  type OpenSimulation,
  openResultFiles,
  openSimulation,
  type ResultFiles,
  ResultsLost,
  type SimulationReport,
  type SimulationRequest,
  simulateStreet,
  simulationReport,
} from '#sim/index.ts'
import { BadInput } from '../bad-input.ts'
import { type ProgressLine, progressLine } from '../progress-line.ts'
import { simulationInWords } from './simulation-in-words.ts'

/** How long a run keeps the process to itself before it looks whether it is to stop, wall ms. */
const BREATH_MS = 50
/** By how much the heap may grow beyond what lives in it before it is collected: V8 lets it come to four times as much. */
const HEAP_GROWTH_PERCENT = 60

/** Simulates what was asked for and prints what it came to. Fails with BadInput on what cannot be used. */
export const runSimulation = (
  given: SimulationRequest & { readonly out: string | undefined; readonly json: boolean },
) =>
  Effect.gen(function* () {
    const open = yield* openSimulation(given).pipe(Effect.mapError(({ message }) => new BadInput({ detail: message })))
    const progress = progressLine()
    const report =
      given.out === undefined
        ? yield* runOpened(open, { progress })
        : yield* Effect.scoped(
            Effect.flatMap(resultFiles(given.out, open), (files) => runOpened(open, { progress, files })),
          )
    if (given.json) return yield* Console.log(JSON.stringify(report))
    const kept =
      given.out === undefined
        ? ''
        : `\n\n${join(given.out, 'report.html')} opens in any browser; the page goes through the run with\n  npx commonwatt start --replay --data ${given.out}`
    yield* Console.log(`${simulationInWords(report)}${kept}`)
  })

/** Runs an opened simulation to its end; interrupted, it stops between two slots. */
export const runOpened = (
  open: OpenSimulation,
  watch: { readonly progress: ProgressLine; readonly files?: ResultFiles },
): Effect.Effect<SimulationReport, BalanceBroken | CeilingUnsolved | NotConverged | ResultsLost> =>
  Effect.catchDefect(runToEnd(open, watch), (defect) =>
    defect instanceof BalanceBroken ||
    defect instanceof CeilingUnsolved ||
    defect instanceof NotConverged ||
    defect instanceof ResultsLost
      ? Effect.fail(defect)
      : Effect.die(defect),
  )

const runToEnd = (
  open: OpenSimulation,
  watch: { readonly progress: ProgressLine; readonly files?: ResultFiles },
): Effect.Effect<SimulationReport> =>
  Effect.gen(function* () {
    const { progress, files } = watch
    setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`)
    const begunMs = performance.now()
    const run = simulateStreet(open)
    let done = 0
    for (;;) {
      const breathMs = performance.now()
      while (performance.now() - breathMs < BREATH_MS) {
        const next = run.next()
        if (next.done === true) {
          progress.clear()
          const report = simulationReport(open, next.value.result, Math.round(performance.now() - begunMs) / 1_000)
          files?.finish(report, next.value.homes)
          return report
        }
        files?.slot(next.value)
        progress.done('slots simulated', ++done, open.slots)
      }
      yield* Effect.sleep(0)
    }
  })

/** The files of a run; what is not finished when the scope closes is removed. */
const resultFiles = (folder: string, open: OpenSimulation) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => openResultFiles(folder, open),
      catch: (cause) => new BadInput({ detail: `--out ${folder}: ${(cause as Error).message}` }),
    }),
    (files) => Effect.sync(() => files.close()),
  )
