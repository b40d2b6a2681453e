import { stderr } from 'node:process'
import { Console, Effect, Option } from 'effect'
import { type BenchLine, benchEngine, type EngineReport } from '#matching-engine/index.ts'
import { alignedTable } from '../aligned-table.ts'

/** Measures the matching core and prints what was found. Fails if a check does: other trades, another state. */
export const runEngineBench = Effect.fnUntraced(function* (given: {
  readonly operations: Option.Option<number>
  readonly seed: number
  readonly json: boolean
}) {
  const { seed, json } = given
  const operations = Option.getOrUndefined(given.operations)
  const begunMs = Date.now()
  const report = yield* Effect.tryPromise({
    try: (signal) =>
      benchEngine({
        seed,
        signal,
        ...(operations === undefined ? {} : { operations }),
        onPart: (name, done, of) => stderr.isTTY && stderr.write(progress(name, done, of, begunMs)),
      }),
    catch: (error) => error,
  })
  if (stderr.isTTY) stderr.write('\r\x1b[K')
  yield* Effect.forEach(remarks(report), (remark) => Console.error(`commonwatt: ${remark}`))
  yield* Console.log(json ? JSON.stringify(report) : inWords(report))
})

function progress(name: string, done: number, of: number, begunMs: number): string {
  const leftSeconds = Math.round(((Date.now() - begunMs) / 1_000 / done) * (of - done))
  return `\r\x1b[K${done + 1} of ${of}: ${name}${done === 0 ? '' : `, about ${leftSeconds} s left`}`
}

/** What a reader of the figures should know. */
function remarks({ workloads, peers }: EngineReport): string[] {
  const shares = Object.values(workloads).map(({ cpuShare }) => cpuShare)
  const busy = Math.min(...shares) < 0.95
  return [
    ...(peers['nodejs-order-book'] === null
      ? ['nodejs-order-book is not installed (npm ci without --omit=dev brings it): nothing is compared with it']
      : []),
    ...(busy
      ? [
          `other programs took the processor for up to ${percent(1 - Math.min(...shares))} of the time: caches were not ours alone, figures are low`,
        ]
      : []),
  ]
}

function inWords(report: EngineReport): string {
  const { machine, operations, workloads } = report
  const rows = Object.entries(workloads).map(([name, figure]) => {
    const peer = figure.peers['nodejs-order-book']
    const { p50, p99, p999 } = figure.latencyNs
    return [
      name,
      mega(figure.opsPerSecond),
      `${mega(figure.opsPerSecondMin)} … ${mega(figure.opsPerSecondMax)}`,
      `${p50} / ${p99} / ${p999}`,
      String(figure.collections),
      `${Math.round(figure.heapGrowthBytes / 1_000)}`,
      peer === null ? '–' : mega(peer.opsPerSecond),
      peer === null ? '–' : `${Math.round(peer.ratio)} ×`,
      peer === null ? '–' : `${peer.comparedTrades.toLocaleString('en')} same`,
    ]
  })
  return [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${operations.toLocaleString('en')} commands a workload`,
    '',
    alignedTable(
      [
        [
          'workload',
          'M ops/s',
          'min … max',
          'ns p50/p99/p99.9',
          'collections',
          'heap kB',
          'nodejs-order-book',
          'ratio',
          'trades',
        ],
        ...rows,
      ],
      [0],
    ),
    '',
    alignedTable([['line', 'to meet', 'measured', ''], ...report.lines.map(lineInWords)], [0, 1, 2, 3]),
  ].join('\n')
}

function lineInWords({ name, unit, line, measured, isMet }: BenchLine): string[] {
  const limit = 'atLeast' in line ? `≥ ${line.atLeast}` : `≤ ${line.atMost}`
  const shown = measured === null ? 'not measured' : `${Number(measured.toPrecision(3))} ${unit}`
  return [name, `${limit} ${unit}`, shown, isMet ? 'met' : 'MISSED']
}

const mega = (opsPerSecond: number): string => (opsPerSecond / 1e6).toPrecision(3)
const percent = (share: number): string => `${Math.round(100 * share)} %`
