import { Console, Effect } from 'effect'
import { progressLine } from '../progress-line.ts'
import type { Feeding, GatewayFigures } from './gateway-process.ts'
import { type OwnProcess, ownProcess } from './own-process.ts'
import type { PagesTold } from './pages-process.ts'
import type { PageFigures } from './socket.io-client.ts'

const PAGES_A_PROCESS = 250
const STEADY_PER_SECOND = 1_000
/** Before it is measured, so that what is measured has been compiled. */
const WARM_UP: Feeding = { tradesPerSecond: STEADY_PER_SECOND, seconds: 5 }
const BURST: Feeding = { tradesPerSecond: 5_000, seconds: 4 }
const LINE = { cpuShare: 0.2, p99Ms: 150 }

/** What a phase came to: the gateway's own figures, and what all pages together saw. */
interface Phase {
  readonly tradesPerSecond: number
  /** from a trade's append to a page's having it */
  readonly latencyMs: { readonly p50: number; readonly p99: number }
  /** trades that some page has neither one by one nor in its sums */
  readonly lost: number
  /** trades that pages have in sums only, a page */
  readonly untold: number
  readonly framesPerSecond: number
  readonly cpuShare: number
}

interface GatewayReport extends Phase {
  readonly clients: number
  readonly burst: Phase
}

/** Measures a gateway that shows a thousand trades a second to many pages, and prints what was found. */
export const runGatewayBench = Effect.fnUntraced(function* (given: {
  readonly clients: number
  readonly seconds: number
  readonly json: boolean
}) {
  const { clients, seconds } = given
  const line = progressLine()
  line.part(`${clients} pages follow ${STEADY_PER_SECOND} trades a second for ${seconds} s`)
  const steady = { tradesPerSecond: STEADY_PER_SECOND, seconds }
  const report = yield* gatewayFigures({
    ...{ clients, steady, pagesAProcess: PAGES_A_PROCESS, warmUp: WARM_UP, burst: BURST },
  })
  line.clear()
  yield* Console.log(given.json ? JSON.stringify(report) : inWords(report))
}, Effect.scoped)

/**
 * What a gateway takes to show trades to pages: first at a steady pace, then in a burst. The gateway, with the market's
 * log and folds, has a process of its own; the pages have others, which are not counted. Trades are told to the log, not
 * matched: checking the two signatures of each is the market's cost, and more than a core at that rate.
 */
export const gatewayFigures = Effect.fnUntraced(function* (given: {
  readonly clients: number
  readonly pagesAProcess: number
  readonly warmUp: Feeding
  readonly steady: Feeding
  readonly burst: Feeding
}) {
  const { clients, pagesAProcess } = given
  const gateway = yield* ownProcess<Partial<Feeding>, GatewayFigures>(new URL('./gateway-process.ts', import.meta.url))
  const { url } = yield* gateway.tell({})
  const pages = yield* Effect.forEach(groupsOf(clients, pagesAProcess), (count) =>
    Effect.gen(function* () {
      const group = yield* ownProcess<PagesTold, PageFigures>(new URL('./pages-process.ts', import.meta.url))
      yield* group.tell({ url, pages: count })
      return group
    }),
  )
  const phase = phaseOf({ gateway, pages, clients })
  yield* phase(given.warmUp)
  const steady = yield* phase(given.steady)
  return { ...steady, clients, burst: yield* phase(given.burst) } satisfies GatewayReport
})

function groupsOf(clients: number, most: number): readonly number[] {
  const groups = Array.from({ length: Math.floor(clients / most) }, () => most)
  return clients % most === 0 ? groups : [...groups, clients % most]
}

const phaseOf = (parts: {
  readonly gateway: OwnProcess<Partial<Feeding>, GatewayFigures>
  readonly pages: readonly OwnProcess<PagesTold, PageFigures>[]
  readonly clients: number
}) =>
  Effect.fnUntraced(function* (feeding: Feeding) {
    const { gateway, pages, clients } = parts
    const { sequence, trades, cpuShare, tradesPerSecond } = yield* gateway.tell(feeding)
    const seen = yield* Effect.forEach(pages, (group) => group.tell({ sequence, trades }), { concurrency: 'unbounded' })
    const sum = (of: (figures: PageFigures) => number) => seen.reduce((total, figures) => total + of(figures), 0)
    const latencies = seen[0]?.latencies.map((_, ms) => sum((figures) => figures.latencies[ms] ?? 0)) ?? []
    return {
      tradesPerSecond: Math.round(tradesPerSecond),
      latencyMs: { p50: shareWithin(latencies, 0.5), p99: shareWithin(latencies, 0.99) },
      lost: sum(({ lost }) => lost),
      untold: Math.round(sum(({ untold }) => untold) / clients),
      framesPerSecond: Math.round((10 * sum(({ frames }) => frames)) / clients / feeding.seconds) / 10,
      cpuShare: Math.round(1_000 * cpuShare) / 1_000,
    } satisfies Phase
  })

/** Within how many ms that share of the trades was there. */
function shareWithin(latencies: readonly number[], share: number): number {
  const all = latencies.reduce((total, times) => total + times, 0)
  let sum = 0
  const ms = latencies.findIndex((times) => {
    sum += times
    return sum >= share * all
  })
  return Math.max(0, ms)
}

function inWords(report: GatewayReport): string {
  const { clients, burst } = report
  const row = (name: string, measured: string, toMeet: string, isMet: boolean) =>
    `${name.padEnd(11)}${measured.padEnd(98)}${toMeet.padEnd(12)}${isMet ? 'met' : 'MISSED'}`
  const rate = (phase: Phase) => `${phase.tradesPerSecond.toLocaleString('en')} trades a second`
  const shown = ({ latencyMs, framesPerSecond }: Phase) =>
    `${latencyMs.p50} ms (p50), ${latencyMs.p99} ms (p99), ${framesPerSecond} frames a second`
  return [
    row(
      'processor',
      `${(100 * report.cpuShare).toFixed(1)} % of a core, ${rate(report)}, ${clients} pages`,
      '≤ 20 %',
      report.cpuShare <= LINE.cpuShare,
    ),
    row('latency', shown(report), '≤ 150 ms', report.latencyMs.p99 <= LINE.p99Ms),
    row('lost', `${report.lost}`, '0', report.lost === 0),
    row(
      'burst',
      `${rate(burst)}, ${burst.untold.toLocaleString('en')} told in sums only, ${shown(burst)}`,
      '0 lost',
      burst.lost === 0 && burst.untold > 0,
    ),
  ].join('\n')
}
