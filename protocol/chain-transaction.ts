import type { ChainPlace } from './market-event.ts'

/** Answer of `GET /api/v1/transactions/{hash}`: what the chain says of a transaction that the log names. */
export interface ChainTransaction extends ChainPlace {
  readonly status: 'success' | 'reverted'
  /** of its block, Unix ms of the chain */
  readonly timeMs: number
  readonly gasUsed: number
  /** the contract and its function that were called, `Vault.applyBatch`; null where they are none of the street's */
  readonly call: string | null
}
