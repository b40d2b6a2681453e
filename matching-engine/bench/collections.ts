import { PerformanceObserver } from 'node:perf_hooks'

/** Counts garbage collections. */
export class Collections {
  readonly #startMs: number[] = []
  readonly #observer = new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) this.#startMs.push(startTime)
  })

  constructor() {
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  /** How many began between two moments of `performance.now()`. */
  async between(fromMs: number, toMs: number): Promise<number> {
    // They are told in a later turn of the event loop.
    await new Promise((resolve) => setTimeout(resolve, 50))
    return this.#startMs.filter((startMs) => startMs >= fromMs && startMs <= toMs).length
  }

  close(): void {
    this.#observer.disconnect()
  }
}
