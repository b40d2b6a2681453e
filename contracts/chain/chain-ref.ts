import { headerHashOf } from '../settlement/batch-digest.ts'
import type { BatchRef, ChainBatch } from './contract-types.ts'

/** What names a batch to the contracts. */
export function refOf({ header, movementsHash, state }: ChainBatch): BatchRef {
  const { neighbourhood, number } = header
  return { neighbourhood, number, headerHash: headerHashOf(header), movementsHash, state }
}
