import type { KeyedJob, SweepReport } from '#sim/index.ts'

/** One run as a line of a sweep tells it. */
export type SweepLine = { readonly varied: KeyedJob['varied'] } & SweepReport
