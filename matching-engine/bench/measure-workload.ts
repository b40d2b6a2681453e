import { Collections } from './collections.ts'
import { comparePeer, type PeerFigure } from './compare-peer.ts'
import { median } from './median.ts'
import { loadPeer } from './nodejs-order-book.ts'
import { type ServiceTime, serviceTime } from './service-time.ts'
import { allTaken, StreamRun } from './stream-run.ts'
import { type TimeTaken, timeTaken } from './time-taken.ts'
import { type Workload, type WorkloadName, writeWorkload } from './workload.ts'

export interface WorkloadSize {
  readonly operations: number
  readonly seed: number
  /** how often the stream is timed */
  readonly turns: number
  /** over how many operations the heap is watched */
  readonly heapOperations: number
  /** how long nodejs-order-book may take for the comparison; it takes about as long again for its figure */
  readonly peerMs: number
}

export interface WorkloadFigure {
  readonly operations: number
  /** of the thread's processor time: median of the turns, the slowest and the quickest */
  readonly opsPerSecond: number
  readonly opsPerSecondMin: number
  readonly opsPerSecondMax: number
  /** how much of the time the thread had a processor: below 1 the machine was busy with something else */
  readonly cpuShare: number
  readonly latencyNs: ServiceTime
  readonly collections: number
  readonly heapGrowthBytes: number
  readonly peers: { readonly 'nodejs-order-book': (PeerFigure & { readonly ratio: number }) | null }
}

/** Measures a workload in this process, which should do nothing else. Throws TradesDiffer if the peer disagrees. */
export async function measureWorkload(name: WorkloadName, size: WorkloadSize): Promise<WorkloadFigure> {
  const workload = writeWorkload(name, size)
  const stream = new StreamRun(workload)
  warmUp(stream, workload)
  const speed = throughput(stream, workload, size.turns)
  const heap = await watchHeap(stream, workload, size.heapOperations)
  const latencyNs = latency(stream, workload)
  allTaken(workload.main)
  const peer = await loadPeer()
  const figure = peer === null ? null : comparePeer(peer, workload, size.peerMs)
  return {
    operations: workload.operations,
    ...speed,
    latencyNs,
    ...heap,
    peers: {
      'nodejs-order-book': figure === null ? null : { ...figure, ratio: speed.opsPerSecond / figure.opsPerSecond },
    },
  }
}

/** On a scratch book first, then on the books that are measured: their memory has its size afterwards. */
function warmUp(stream: StreamRun, workload: Workload): void {
  new StreamRun(workload).turn()
  stream.turn()
  allTaken([...workload.setUp, ...workload.main, ...workload.cleanUp])
}

function throughput(stream: StreamRun, workload: Workload, turns: number) {
  const taken: TimeTaken[] = []
  for (let turn = 0; turn < turns; turn++) {
    stream.turn(() => taken.push(timeTaken(() => stream.run(workload.main))))
  }
  const rates = taken.map(({ cpuSeconds }) => workload.operations / cpuSeconds)
  return {
    opsPerSecond: median(rates),
    opsPerSecondMin: Math.min(...rates),
    opsPerSecondMax: Math.max(...rates),
    cpuShare: median(taken.map(({ cpuSeconds, wallSeconds }) => Math.min(1, cpuSeconds / wallSeconds))),
  }
}

/** Runs at least so many operations without a pause and looks at the heap before and after. */
async function watchHeap(stream: StreamRun, workload: Workload, operations: number) {
  const collections = new Collections()
  const turns = Math.ceil(operations / workload.operations)
  await new Promise((resolve) => setTimeout(resolve, 50)) // what was garbage before is not ours
  const fromMs = performance.now()
  const before = process.memoryUsage().heapUsed
  for (let turn = 0; turn < turns; turn++) stream.turn()
  const heapGrowthBytes = process.memoryUsage().heapUsed - before
  const found = await collections.between(fromMs, performance.now())
  collections.close()
  return { collections: found, heapGrowthBytes }
}

/** Three passes, of each percentile the median: a single one may meet a busy moment of the machine. */
function latency(stream: StreamRun, workload: Workload): ServiceTime {
  const passes: ServiceTime[] = []
  for (let pass = 0; pass < 3; pass++) {
    stream.turn(() => passes.push(serviceTime(stream.books, workload.main, 500_000)))
  }
  return {
    p50: median(passes.map(({ p50 }) => p50)),
    p99: median(passes.map(({ p99 }) => p99)),
    p999: median(passes.map(({ p999 }) => p999)),
  }
}
