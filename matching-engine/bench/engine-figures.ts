import type { CallAuctionFigure } from './call-auction.ts'
import type { IdleBooksFigure } from './idle-books.ts'
import type { WorkloadFigure } from './measure-workload.ts'
import type { ReplayFigure } from './replay.ts'
import type { ServiceTime } from './service-time.ts'
import type { WorkloadName } from './workload.ts'

/** What `commonwatt bench engine` finds out. */
export interface EngineFigures {
  readonly machine: { readonly node: string; readonly cpu: string; readonly cores: number }
  readonly seed: number
  /** commands of each workload */
  readonly operations: number
  /** of the exchange mix, as are `latencyNs` and `peers` */
  readonly opsPerSecond: number
  readonly latencyNs: ServiceTime
  /** garbage collections in all workloads once they were warm */
  readonly collections: number
  /** the most that the heap grew by in a workload */
  readonly heapGrowthBytes: number
  readonly peers: WorkloadFigure['peers']
  readonly workloads: { readonly [Name in WorkloadName]: WorkloadFigure }
  readonly uncross200kMs: number
  readonly callAuction: CallAuctionFigure
  readonly replay10M: ReplayFigure
  readonly idleBooks: IdleBooksFigure
}
