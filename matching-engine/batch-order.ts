import type { Batch, MarketEventOf, SlotPhase } from '#protocol/market-event.ts'
import type { Street } from '#protocol/street.ts'

/** What settlement tells of a batch. */
type BatchEvent = MarketEventOf<'BatchProposed' | 'BatchDisputed' | 'BatchUpheld' | 'BatchFinalized'>

/** What settlement tells: of a batch, and of what the homes have in the vault. */
export type RecordedEvent = BatchEvent | MarketEventOf<'FundsChanged'>

/** Why what settlement tells cannot follow what the street knows, or null. */
export function recordFault(street: Street, event: RecordedEvent): string | null {
  return event.type === 'FundsChanged' ? fundsFault(street, event) : batchFault(street, event)
}

function fundsFault({ homeOfAccount }: Street, { block, funds }: MarketEventOf<'FundsChanged'>): string | null {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
  if (!isCount(block)) return `${block} is no block`
  const stranger = funds.find(({ account }) => !homeOfAccount.has(account))
  if (stranger !== undefined) return `account ${stranger.account} is of no home`
  const twice = funds.find(({ account }, index) => index > 0 && account <= (funds[index - 1]?.account ?? account))
  if (twice !== undefined) return `account ${twice.account} does not come after the one before it`
  const wrong = funds.find(({ balanceMicroEur }) => !isCount(balanceMicroEur))
  return wrong === undefined ? null : `account ${wrong.account} cannot have ${wrong.balanceMicroEur} µEUR`
}

/** Batches are numbered, whole and strictly in order. */
function batchFault(street: Street, event: BatchEvent): string | null {
  switch (event.type) {
    case 'BatchProposed':
      return proposalFault(street, event)
    case 'BatchDisputed':
      return standingFault(street, event.number, 'settling')
    case 'BatchUpheld':
      return standingFault(street, event.number, 'disputed')
    case 'BatchFinalized':
      return standingFault(street, event.number, 'settling') ?? finalityFault(street, event)
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

function finalityFault(street: Street, { number, place }: MarketEventOf<'BatchFinalized'>): string | null {
  const before = street.batches.get(number - 1)
  if (before !== undefined && before.final === null) return `batch ${number - 1} is not final yet`
  if (street.rules?.collateral !== 'reserved' || street.fundsBlock >= place.block) return null
  // What its trades reserve is free from now on: the balances must have them.
  return `batch ${number} became final in block ${place.block}, balances are known up to block ${street.fundsBlock}`
}
