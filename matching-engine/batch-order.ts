import type { Batch, MarketEventOf, SlotPhase } from '#protocol/market-event.ts'
import type { Street } from '#protocol/street.ts'

/** What settlement tells of a batch. */
export type BatchEvent = MarketEventOf<'BatchProposed' | 'BatchDisputed' | 'BatchUpheld' | 'BatchFinalized'>

/** Why a batch cannot follow what the street knows, or null: batches are numbered, whole and strictly in order. */
export function batchFault(street: Street, event: BatchEvent): string | null {
  switch (event.type) {
    case 'BatchProposed':
      return proposalFault(street, event)
    case 'BatchDisputed':
      return standingFault(street, event.number, 'settling')
    case 'BatchUpheld':
      return standingFault(street, event.number, 'disputed')
    case 'BatchFinalized':
      return standingFault(street, event.number, 'settling') ?? finalityFault(street, event.number)
  }
}

function proposalFault(street: Street, { batch }: MarketEventOf<'BatchProposed'>): string | null {
  const last = Math.max(0, ...street.batches.keys())
  if (batch.number !== last + 1) return `batch ${batch.number} cannot follow batch ${last}`
  const before = street.batches.get(last)?.batch.lastSlot
  const firstSlot = before === undefined ? Math.min(...street.slots.keys()) : before + 1
  if (batch.firstSlot !== firstSlot) {
    return `batch ${batch.number} begins with slot ${batch.firstSlot}, not with slot ${firstSlot}`
  }
  if (batch.lastSlot < batch.firstSlot) return `batch ${batch.number} ends before it begins`
  return phaseFault(street, batch, 'settling')
}

/** A batch on its way: proposed, not final, and its slots in the phase. */
function standingFault(street: Street, number: number, phase: 'settling' | 'disputed'): string | null {
  const batch = street.batches.get(number)
  if (batch === undefined) return `batch ${number} was never proposed`
  if (batch.final !== null) return `batch ${number} is final already`
  return phaseFault(street, batch.batch, phase)
}

function phaseFault(street: Street, batch: Batch, wanted: SlotPhase): string | null {
  for (let slot = batch.firstSlot; slot <= batch.lastSlot; slot++) {
    const phase = street.slots.get(slot)?.phase ?? 'not open'
    if (phase !== wanted) return `batch ${batch.number} holds slot ${slot}, which is ${phase}, not ${wanted}`
  }
  return null
}

function finalityFault(street: Street, number: number): string | null {
  const before = street.batches.get(number - 1)
  if (before !== undefined && before.final === null) return `batch ${number - 1} is not final yet`
  return null
}
