import { type Canonical, canonicalJson } from '#protocol/canonical-json.ts'
import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import { laterRules } from '#protocol/later-rules.ts'
import type { Batch, LoggedEvent } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import { keccak, publicKeyBehind } from '#protocol/signing.ts'
import type { Statement } from '#protocol/statement.ts'
import type { Trade } from '#protocol/trade.ts'
import type { SigningDomain } from '#protocol/typed-data.ts'
import type { Delivery } from './delivery.ts'
import type { SettledTrade } from './legs.ts'
import { SettlementRefused } from './settlement-refused.ts'

type Hex = `0x${string}`

interface BookedSlot {
  phase: 'open' | 'settling'
  /** order id → the order in force, its last amendment; needed until its trades are known */
  readonly orders: Map<Hex, SignedOrder>
  readonly trades: SettledTrade[]
  statements: SignedStatement[]
  /** head of the log when it began to settle */
  logHead: Hex
}

/** The head of a log without events. */
const NO_EVENTS: Hex = `0x${'0'.repeat(64)}`

/**
 * What settlement keeps of a market's log: a fold over its events. Slots stay until the batch *after* theirs is
 * final, because only then are their credits known to be claimed; and final is what both log and chain call so: what
 * a chain forgets has to be built again.
 */
export interface SettlementBook {
  sequence: number
  /** keccak256 of the head before and the event, one after the other: what the log said up to here */
  head: Hex
  neighbourhood: string
  rules: MarketRules | null
  domain: SigningDomain | null
  /** account → its public key, 64 bytes x, y, by the signature of its enrolment */
  readonly publicKeys: Map<Hex, Hex>
  /** account → when the log first told of its money in the vault, Unix ms */
  readonly fundedAtMs: Map<Hex, number>
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
    head: NO_EVENTS,
    neighbourhood: '',
    rules: null,
    domain: null,
    publicKeys: new Map(),
    fundedAtMs: new Map(),
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
  book.head = keccak(`${book.head}${canonicalJson({ ...event } as Canonical)}`)
  switch (event.type) {
    case 'NeighbourhoodOpened':
      book.neighbourhood = event.neighbourhood
      book.rules = { ...laterRules, ...event.rules }
      book.domain = event.domain
      return
    case 'HomeEnrolled': {
      const { domain } = book
      const publicKey = domain === null ? null : publicKeyBehind({ domain, envelope: event.enrolment })
      if (publicKey !== null) book.publicKeys.set(event.enrolment.body.account, publicKey)
      return
    }
    case 'SlotPhaseChanged': {
      if (event.phase === 'settled') return // our own doing
      const slot = slotOf(book, event.slot)
      if (event.phase !== 'settling' || slot.phase === 'settling') return
      slot.phase = 'settling'
      slot.logHead = book.head
      slot.statements = slot.statements.filter(({ body }) => isSettledHere(book, body))
      slot.orders.clear()
      return
    }
    case 'FundsChanged':
      for (const { account, balanceMicroEur } of event.funds) {
        if (balanceMicroEur > 0 && !book.fundedAtMs.has(account)) book.fundedAtMs.set(account, event.timeMs)
      }
      return
    case 'OrderPlaced':
    case 'OrderAmended':
      slotOf(book, event.order.body.slot).orders.set(event.orderId, event.order)
      return
    case 'TradeMatched':
      slotOf(book, event.trade.slot).trades.push(settledTrade(book, event.trade, event.timeMs))
      return
    case 'StatementAccepted': {
      const { body } = event.statement
      const slot = slotOf(book, body.slot)
      // From settling on the slot is what its batch was built of.
      if (slot.phase === 'open') slot.statements.push(event.statement)
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
export function deliveriesOf(
  book: SettlementBook,
  number: number,
): { readonly deliveries: readonly Delivery[]; readonly logHead: Hex } | null {
  if (book.rules === null) return null
  const proposed = book.batches.get(number)
  const after = proposed === undefined ? (book.batches.get(number - 1)?.lastSlot ?? -1) : proposed.firstSlot - 1
  const upTo = proposed?.lastSlot ?? Number.POSITIVE_INFINITY
  const numbers = [...book.slots.keys()].filter((slot) => slot > after && slot <= upTo).sort((a, b) => a - b)
  const chosen = proposed === undefined ? numbers.slice(0, book.rules.slotsPerBatch) : numbers
  if (proposed === undefined && chosen.length < book.rules.slotsPerBatch) return null
  const deliveries: Delivery[] = []
  let logHead = NO_EVENTS
  for (const slot of chosen) {
    const booked = book.slots.get(slot)
    if (booked?.phase !== 'settling') return null
    deliveries.push({ slot, trades: booked.trades, statements: booked.statements })
    logHead = booked.logHead
  }
  return { deliveries, logHead }
}

/**
 * Whether a home's slot is settled in the vault. Who had no money there before the slot's last second cannot have traded
 * in it, and its supplier bills it as ever. A street pays in for a home once its device is registered, so no statement
 * of an unknown device is settled either.
 */
function isSettledHere({ rules, fundedAtMs }: SettlementBook, { account, slot }: Statement): boolean {
  if (rules?.collateral !== 'reserved') return true
  const endMs = (slot + 1) * rules.slotMinutes * 60_000
  return (fundedAtMs.get(account) ?? Number.POSITIVE_INFINITY) < endMs - 1_000
}

/** A trade with what proves it: the orders that it fills. */
function settledTrade(book: SettlementBook, trade: Trade, tradedAtMs: number): SettledTrade {
  const { orders } = slotOf(book, trade.slot)
  const [buyOrder, sellOrder] = [orders.get(trade.buyOrderId), orders.get(trade.sellOrderId)]
  if (buyOrder === undefined || sellOrder === undefined) {
    throw new SettlementRefused({ detail: `trade ${trade.id} fills an order that the log does not have` })
  }
  return { trade, tradedAtMs, buyOrder, sellOrder }
}

/** The slot's records; it is introduced by its first phase, long before anything else names it. */
function slotOf(book: SettlementBook, slot: number): BookedSlot {
  const there = book.slots.get(slot)
  if (there !== undefined) return there
  const added: BookedSlot = { phase: 'open', orders: new Map(), trades: [], statements: [], logHead: NO_EVENTS }
  book.slots.set(slot, added)
  return added
}
