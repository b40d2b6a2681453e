import type { Trade } from '#protocol/trade.ts'
import type { Failure } from './proof-failed.ts'

/** The links of a trade's chain of proof, from register to transaction. */
type StepName = 'registers' | 'reading' | 'statement' | 'order' | 'match' | 'batch' | 'transaction'

/**
 * One link. `proven`: recomputed from the records, and the same. `estimated`: the home stated nothing, and what stands
 * for it is the operator's estimate. `open`: it has not happened yet, or its records are not kept any more.
 */
export interface ReceiptStep {
  readonly step: StepName
  readonly party?: 'seller' | 'buyer'
  readonly state: 'proven' | 'estimated' | 'open'
  readonly detail: string
  /** file and record */
  readonly place: string
}

/** What `verify receipt` found out. */
export interface Receipt {
  readonly trade: Trade
  readonly neighbourhood: string
  readonly seller: string
  readonly buyer: string
  /** no step failed */
  readonly holds: boolean
  /** settled for ever: its batch is final on chain */
  readonly final: boolean
  readonly steps: readonly ReceiptStep[]
  /** steps that are still open, by name */
  readonly open: readonly string[]
  /** the first step that does not hold */
  readonly failure: Failure | null
}
