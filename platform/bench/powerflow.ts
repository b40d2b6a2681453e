import { stderr } from 'node:process'
import { Console, Effect } from 'effect'
import { benchPowerFlow, type PowerFlowReport, type SolvingSpeed } from '#sim/index.ts'
import { progressLine } from '../progress-line.ts'

/** What is to be met: solutions a second at least, seconds at most. */
const LINES = { ieee906ThreePhase: 3_000, radial10000Balanced: 500, yearSeconds: 30 }

/** Measures power flow and prints what was found. */
export const runPowerFlowBench = (given: { readonly seed: number; readonly json: boolean }) =>
  Effect.gen(function* () {
    const progress = progressLine(stderr)
    const report = yield* Effect.promise((signal) =>
      benchPowerFlow({
        seed: given.seed,
        signal,
        onPart: progress.part,
        onDay: (day, of) => progress.done('days of a year', day, of),
      }),
    )
    progress.clear()
    yield* Console.log(given.json ? JSON.stringify(report) : inWords(report))
  })

function inWords({ ieee906ThreePhase, ieee906Merged, radial10000Balanced, ieeeYear }: PowerFlowReport): string {
  const { minutes, wallSeconds, sourceWh, lossWh, violationMinutes } = ieeeYear
  const broken = Object.entries(violationMinutes).filter(([, count]) => count > 0)
  const minutesBroken = broken.map(([kind, count]) => `${kind} in ${count.toLocaleString('en')} minutes`)
  return [
    speedLine('European test feeder, 906 buses, three phases', ieee906ThreePhase, LINES.ieee906ThreePhase),
    speedLine('  with its load-free buses merged', ieee906Merged, null),
    speedLine('10,000 buses, balanced', radial10000Balanced, LINES.radial10000Balanced),
    `European test feeder, ${minutes.toLocaleString('en')} minutes with limits: ${wallSeconds.toFixed(1)} s (at most ${LINES.yearSeconds}: ${wallSeconds <= LINES.yearSeconds ? 'met' : 'MISSED'}); ` +
      `${(sourceWh / 1_000).toFixed(0)} kWh, of which ${(lossWh / 1_000).toFixed(0)} lost; ${minutesBroken.length === 0 ? 'all limits held' : minutesBroken.join(', ')}`,
  ].join('\n')
}

function speedLine(name: string, { perSecond, iterations, cpuShare }: SolvingSpeed, least: number | null): string {
  const line = least === null ? '' : ` (at least ${least}: ${perSecond >= least ? 'met' : 'MISSED'})`
  const busy = cpuShare < 0.95 ? `; the processor was ours for ${Math.round(100 * cpuShare)} % of the time` : ''
  return `${name}: ${perSecond.toLocaleString('en')} solutions a second${line}, ${iterations.toFixed(1)} sweeps each${busy}`
}
