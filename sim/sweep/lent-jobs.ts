import { SweepFailed } from './sweep-failed.ts'
import type { KeyedJob } from './sweep-jobs.ts'

/** Who has said nothing of a run for so long does not run it any more. */
const SILENT_MS = 5_000
/** A run that so many took and then fell silent ends whoever takes it. */
const LAPSES_MAX = 5

interface Loan {
  readonly job: KeyedJob
  readonly worker: string
  untilMs: number
}

/**
 * The runs of a sweep that are yet to be done, and who is at them. A worker that is at one says so again and again;
 * after five seconds without a word the run is lent to another.
 */
export class LentJobs {
  readonly #open: Map<string, KeyedJob>
  readonly #loans = new Map<string, Loan>()
  readonly #lapses = new Map<string, number>()
  /** those that nobody is at, the next one last */
  readonly #free: KeyedJob[]

  readonly #onLapse: (job: KeyedJob) => void

  /** `onLapse` is told of each run that is lent anew because its worker fell silent. */
  constructor(jobs: readonly KeyedJob[], onLapse: (job: KeyedJob) => void = () => {}) {
    this.#onLapse = onLapse
    this.#open = new Map(jobs.map((job) => [job.key, job]))
    this.#free = [...this.#open.values()].reverse()
  }

  get isOver(): boolean {
    return this.#open.size === 0
  }

  /**
   * The next run for a worker: one that nobody is at, or whose worker has fallen silent. Null if there is none. Throws
   * SweepFailed if a run has ended too many workers.
   */
  lend(worker: string, nowMs: number): KeyedJob | null {
    const job = this.#free.pop() ?? this.#lapsed(nowMs)
    if (job !== null) this.#loans.set(job.key, { job, worker, untilMs: nowMs + SILENT_MS })
    return job
  }

  /** A worker is still at a run; false if it need not go on. */
  hold(key: string, worker: string, nowMs: number): boolean {
    const loan = this.#loans.get(key)
    if (loan?.worker !== worker) return false
    loan.untilMs = nowMs + SILENT_MS
    return true
  }

  /** No worker could be heard until now: silence does not count. */
  renew(nowMs: number): void {
    for (const loan of this.#loans.values()) loan.untilMs = nowMs + SILENT_MS
  }

  /** A worker stops before the end of a run. */
  giveBack(key: string, worker: string): void {
    const loan = this.#loans.get(key)
    if (loan?.worker !== worker) return
    this.#loans.delete(key)
    this.#free.push(loan.job)
  }

  /** A run is done, by whomever; null if it was before. */
  finish(key: string): KeyedJob | null {
    const job = this.#open.get(key)
    if (job === undefined) return null
    this.#open.delete(key)
    if (!this.#loans.delete(key)) this.#free.splice(this.#free.indexOf(job), 1)
    return job
  }

  #lapsed(nowMs: number): KeyedJob | null {
    const loan = this.#loans.values().find(({ untilMs }) => untilMs <= nowMs)
    if (loan === undefined) return null
    const { job } = loan
    const lapses = (this.#lapses.get(job.key) ?? 0) + 1
    this.#lapses.set(job.key, lapses)
    if (lapses === LAPSES_MAX) {
      throw new SweepFailed({ varied: job.varied, reason: `${lapses} workers took it, and were not heard of again` })
    }
    this.#onLapse(job)
    return job
  }
}
