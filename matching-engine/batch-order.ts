import type { Batch, MarketEventOf, SlotPhase } from '#protocol/market-event.ts'
import type { Street } from '#protocol/street.ts'

/** What settlement tells of a batch. */
type BatchEvent = MarketEventOf<'BatchProposed' | 'BatchDisputed' | 'BatchUpheld' | 'BatchFinalized'>

/** What settlement tells: of a batch, of what the homes have in the vault, and of their devices. */
export type RecordedEvent = BatchEvent | MarketEventOf<'FundsChanged' | 'DevicesChanged'>

/** Why what settlement tells cannot follow what the street knows, or null. */
export function recordFault(street: Street, event: RecordedEvent): string | null {
  switch (event.type) {
    case 'FundsChanged':
      return fundsFault(street, event)
    case 'DevicesChanged':
      return accountsFault(street, event.block, event.devices)
    default:
      return batchFault(street, event)
  }
}

function fundsFault(street: Street, { block, funds }: MarketEventOf<'FundsChanged'>): string | null {
  const wrong = funds.find(({ balanceMicroEur }) => !isCount(balanceMicroEur))
  if (wrong !== undefined) return `account ${wrong.account} cannot have ${wrong.balanceMicroEur} µEUR`
  return accountsFault(street, block, funds)
}

/** A line an account, ascending, each of a home. */
function accountsFault(
  { homeOfAccount }: Street,
  block: number,
  lines: readonly { readonly account: `0x${string}` }[],
): string | null {
  if (!isCount(block)) return `${block} is no block`
  const stranger = lines.find(({ account }) => !homeOfAccount.has(account))
  if (stranger !== undefined) return `account ${stranger.account} is of no home`
  const twice = lines.find(({ account }, index) => index > 0 && account <= (lines[index - 1]?.account ?? account))
  return twice === undefined ? null : `account ${twice.account} does not come after the one before it`
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0

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
