import type { CallAuctionFigure } from './call-auction.ts'
import type { IdleBooksFigure } from './idle-books.ts'
import type { WorkloadFigure, WorkloadSize } from './measure-workload.ts'
import type { ReplayFigure } from './replay.ts'
import type { WorkloadName } from './workload.ts'

/** The parts of the benchmark, and what each is told and tells. Each runs in a process of its own. */
export interface Parts {
  readonly workload: {
    readonly told: WorkloadSize & { readonly workload: WorkloadName }
    readonly tells: WorkloadFigure
  }
  readonly 'call auction': {
    readonly told: { readonly orders: number; readonly seed: number }
    readonly tells: CallAuctionFigure
  }
  readonly replay: {
    readonly told: { readonly commands: number; readonly operations: number; readonly seed: number }
    readonly tells: ReplayFigure
  }
  readonly 'idle books': {
    readonly told: { readonly neighbourhoods: number; readonly booksEach: number }
    readonly tells: IdleBooksFigure
  }
}

export type PartName = keyof Parts
export type Task = { [Part in PartName]: { readonly part: Part; readonly told: Parts[Part]['told'] } }[PartName]
export type Answer = { readonly tells: Parts[PartName]['tells'] } | { readonly failure: string }
