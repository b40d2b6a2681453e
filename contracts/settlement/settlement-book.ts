import type { Batch, LoggedEvent } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { Statement } from '#protocol/statement.ts'
import type { Trade } from '#protocol/trade.ts'
import type { Delivery } from './netting.ts'

interface BookedSlot {
  phase: 'open' | 'settling'
  readonly trades: Trade[]
  readonly statements: Statement[]
}

/**
 * What settlement keeps of a market's log: a fold over its events. Slots stay until the batch *after* theirs is
 * final, because only then are their credits known to be claimed; and final is what both log and chain call so: what
 * a chain forgets has to be built again.
 */
export interface SettlementBook {
  sequence: number
  neighbourhood: string
  rules: MarketRules | null
  readonly slots: Map<number, BookedSlot>
  /** batches that the log tells of and whose slots are kept */
  readonly batches: Map<number, Batch>
  lastProposed: number
  lastFinal: number
  /** the chain's last final batch as far as it was asked */
  lastFinalOnChain: number
}

/** Settlement before the first event. Unless told otherwise it believes the log of what is final on chain. */
export function emptySettlementBook(lastFinalOnChain = Number.POSITIVE_INFINITY): SettlementBook {
  return {
    sequence: 0,
    neighbourhood: '',
    rules: null,
    slots: new Map(),
    batches: new Map(),
    lastProposed: 0,
    lastFinal: 0,
    lastFinalOnChain,
  }
}

/** Folds the next event in. One that was folded before changes nothing; a gap throws. */
export function foldEvent(book: SettlementBook, { sequence, event }: LoggedEvent): void {
  if (sequence <= book.sequence) return
  if (sequence !== book.sequence + 1) throw new Error(`event ${sequence} cannot follow ${book.sequence}: a gap`)
  book.sequence = sequence
  switch (event.type) {
    case 'NeighbourhoodOpened':
      book.neighbourhood = event.neighbourhood
      book.rules = event.rules
      return
    case 'SlotPhaseChanged': {
      if (event.phase === 'settled') return // our own doing
      const slot = slotOf(book, event.slot)
      if (event.phase === 'settling') slot.phase = 'settling'
      return
    }
    case 'TradeMatched':
      slotOf(book, event.trade.slot).trades.push(event.trade)
      return
    case 'StatementAccepted': {
      const { body } = event.statement
      const slot = slotOf(book, body.slot)
      // From settling on the slot is what its batch was built of.
      if (slot.phase === 'open') slot.statements.push(body)
      return
    }
    case 'BatchProposed':
      noteProposed(book, event.batch)
      return
    case 'BatchFinalized':
      noteFinal(book, event.number)
      return
  }
}

/** The log holds the batch's proposal. */
export function noteProposed(book: SettlementBook, batch: Batch): void {
  book.batches.set(batch.number, batch)
  book.lastProposed = Math.max(book.lastProposed, batch.number)
}

/** The log holds the batch's end. */
export function noteFinal(book: SettlementBook, number: number): void {
  book.lastFinal = Math.max(book.lastFinal, number)
  forget(book)
}

/** The chain holds the batch's end. */
export function noteFinalOnChain(book: SettlementBook, number: number): void {
  book.lastFinalOnChain = Math.max(book.lastFinalOnChain, number)
  forget(book)
}

/** The last batch that both log and chain call final, 0 before the first: settlement goes on with it. */
export function lastAgreed(book: SettlementBook): number {
  return Math.min(book.lastFinal, book.lastFinalOnChain)
}

/** What the batches before the last agreed one needed is not needed any more. */
function forget(book: SettlementBook): void {
  const done = book.batches.get(lastAgreed(book) - 1)
  if (done === undefined) return
  for (const number of book.batches.keys()) if (number <= done.number) book.batches.delete(number)
  for (const slot of book.slots.keys()) if (slot <= done.lastSlot) book.slots.delete(slot)
}

/**
 * The slots of batch `number`: those the log names if it was proposed, else the next `slotsPerBatch` that follow
 * the batch before, once all of them are settling (null until then).
 */
export function deliveriesOf(book: SettlementBook, number: number): readonly Delivery[] | null {
  if (book.rules === null) return null
  const proposed = book.batches.get(number)
  const after = proposed === undefined ? (book.batches.get(number - 1)?.lastSlot ?? -1) : proposed.firstSlot - 1
  const upTo = proposed?.lastSlot ?? Number.POSITIVE_INFINITY
  const numbers = [...book.slots.keys()].filter((slot) => slot > after && slot <= upTo).sort((a, b) => a - b)
  const chosen = proposed === undefined ? numbers.slice(0, book.rules.slotsPerBatch) : numbers
  if (proposed === undefined && chosen.length < book.rules.slotsPerBatch) return null
  const deliveries: Delivery[] = []
  for (const slot of chosen) {
    const booked = book.slots.get(slot)
    if (booked?.phase !== 'settling') return null
    deliveries.push({ slot, trades: booked.trades, statements: booked.statements })
  }
  return deliveries
}

/** The slot's records; it is introduced by its first phase, long before anything else names it. */
function slotOf(book: SettlementBook, slot: number): BookedSlot {
  const there = book.slots.get(slot)
  if (there !== undefined) return there
  const added: BookedSlot = { phase: 'open', trades: [], statements: [] }
  book.slots.set(slot, added)
  return added
}
