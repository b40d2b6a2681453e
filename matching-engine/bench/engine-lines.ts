import type { EngineFigures } from './engine-figures.ts'

/** A line that the core is to meet, and what was measured. */
export interface BenchLine {
  readonly name: string
  readonly unit: string
  readonly line: { readonly atLeast: number } | { readonly atMost: number }
  /** null: could not be measured */
  readonly measured: number | null
  readonly isMet: boolean
}

/** The lines of the matching core, as the design sets them for the full size. */
export function engineLines(figures: EngineFigures): BenchLine[] {
  const { workloads, latencyNs, callAuction, replay10M, idleBooks } = figures
  const worst = Math.min(...Object.values(workloads).map(({ opsPerSecond }) => opsPerSecond))
  const mega = (opsPerSecond: number) => opsPerSecond / 1e6
  const ratio = (name: keyof typeof workloads) => workloads[name].peers['nodejs-order-book']?.ratio ?? null
  return [
    atLeast('exchange mix, everything on', 'M ops/s', 10, mega(figures.opsPerSecond)),
    atLeast('worst workload', 'M ops/s', 8, mega(worst)),
    atLeast('96 books', 'M ops/s', 8, mega(workloads.books96.opsPerSecond)),
    atLeast('against nodejs-order-book, exchange mix', 'times', 30, ratio('exchange')),
    atLeast('against nodejs-order-book, deep', 'times', 100, ratio('deep')),
    atMost('service time p50', 'ns', 150, latencyNs.p50),
    atMost('service time p99', 'ns', 1_000, latencyNs.p99),
    atMost('service time p99.9', 'ns', 3_000, latencyNs.p999),
    atMost('collections after warm-up', '', 0, figures.collections),
    atMost(`heap growth over ${inWords(2.5 * figures.operations)} commands`, 'MB', 1, figures.heapGrowthBytes / 1e6),
    atMost(`call auction of ${inWords(callAuction.orders)} orders`, 'ms', 10, callAuction.uncrossMs),
    atMost(`replay of ${inWords(replay10M.commands)} commands`, 's', 2, replay10M.seconds),
    atMost(
      `${inWords(idleBooks.neighbourhoods)} × ${idleBooks.booksEach} idle books`,
      'GiB',
      2,
      idleBooks.rssBytes / 2 ** 30,
    ),
  ]
}

const inWords = (count: number): string => count.toLocaleString('en')

const atLeast = (name: string, unit: string, line: number, measured: number | null): BenchLine => ({
  name,
  unit,
  line: { atLeast: line },
  measured,
  isMet: measured !== null && measured >= line,
})

const atMost = (name: string, unit: string, line: number, measured: number): BenchLine => ({
  name,
  unit,
  line: { atMost: line },
  measured,
  isMet: measured <= line,
})
