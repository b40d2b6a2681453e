import { cpus } from 'node:os'
import type { EngineFigures } from './engine-figures.ts'
import { type BenchLine, engineLines } from './engine-lines.ts'
import type { WorkloadFigure } from './measure-workload.ts'
import { runPart } from './run-part.ts'
import { type WorkloadName, workloadNames } from './workload.ts'

export interface EngineReport extends EngineFigures {
  readonly lines: readonly BenchLine[]
}

export interface EngineBenchOptions {
  /** commands of each workload; the rest shrinks and grows with them (2,000,000) */
  readonly operations?: number
  readonly seed?: number
  readonly signal?: AbortSignal
  /** told before each part */
  readonly onPart?: (name: string, done: number, of: number) => void
}

const FULL_OPERATIONS = 2_000_000

/**
 * Measures the matching core: every workload against nodejs-order-book, a call auction, a replay, idle books, each in a
 * process of its own, one after the other. Throws BenchFailure if a part fails: the trades of a workload differ, a
 * replay ends in another state.
 */
export async function benchEngine(options: EngineBenchOptions = {}): Promise<EngineReport> {
  const { operations = FULL_OPERATIONS, seed = 1, signal = new AbortController().signal, onPart } = options
  const scale = operations / FULL_OPERATIONS
  const scaled = (count: number) => Math.max(1, Math.round(count * scale))
  let done = 0
  const begin = (name: string) => onPart?.(name, done++, workloadNames.length + 3)
  const size = {
    operations,
    seed,
    turns: 5,
    heapOperations: scaled(5_000_000),
    peerMs: Math.max(100, Math.min(1_500, scaled(1_500))),
  }
  const workloads: Partial<Record<WorkloadName, WorkloadFigure>> = {}
  for (const workload of workloadNames) {
    begin(workload)
    workloads[workload] = await runPart('workload', { ...size, workload }, signal)
  }
  begin('call auction')
  const callAuction = await runPart('call auction', { orders: scaled(200_000), seed }, signal)
  begin('replay')
  const replay10M = await runPart('replay', { commands: scaled(10_000_000), operations, seed }, signal)
  begin('idle books')
  const idleBooks = await runPart('idle books', { neighbourhoods: scaled(10_000), booksEach: 96 }, signal)
  const all = workloads as EngineFigures['workloads']
  const figures = Object.values(all)
  const { opsPerSecond, latencyNs, peers } = all.exchange
  const report: EngineFigures = {
    machine: { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    seed,
    operations,
    opsPerSecond,
    latencyNs,
    collections: figures.reduce((sum, { collections }) => sum + collections, 0),
    heapGrowthBytes: Math.max(...figures.map(({ heapGrowthBytes }) => heapGrowthBytes)),
    peers,
    workloads: all,
    uncross200kMs: callAuction.uncrossMs,
    callAuction,
    replay10M,
    idleBooks,
  }
  return { ...report, lines: engineLines(report) }
}
