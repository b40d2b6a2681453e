import type { BooksState } from './books-state.ts'
import { bookCodes } from './codes.ts'
import { orderLayout } from './order-pool.ts'
import { levelLayout } from './price-ladders.ts'

const { PENDING } = bookCodes
const {
  EXPIRY_WORD,
  LEVEL_WORD,
  NEXT_WORD,
  ORDER_ACCOUNT_WORD,
  ORDER_ARRIVAL,
  ORDER_BOOK_WORD,
  ORDER_EXPIRES,
  ORDER_EXTRA,
  ORDER_FILLED,
  ORDER_HIDDEN,
  ORDER_ID,
  ORDER_LANE_WORD,
  ORDER_OPEN,
  ORDER_PRICE,
  ORDER_RATE,
  STATUS_MASK,
  TRAITS_WORD,
} = orderLayout
const { HEAD_WORD } = levelLayout

const VERSION = 1
const HEADER = 8
/** The fields of an order in a snapshot, words and doubles of its record. */
const orderWords = [ORDER_BOOK_WORD, ORDER_ACCOUNT_WORD, TRAITS_WORD, ORDER_LANE_WORD] as const
const orderDoubles = [
  ORDER_ID,
  ORDER_OPEN,
  ORDER_HIDDEN,
  ORDER_FILLED,
  ORDER_PRICE,
  ORDER_ARRIVAL,
  ORDER_EXPIRES,
  ORDER_EXTRA,
  ORDER_RATE,
] as const
const ORDER_FIELDS = orderWords.length + orderDoubles.length

/**
 * What the books hold as one run of doubles: header, a phase and a reference a book, the accounts, the live orders
 * queue by queue.
 */
export function snapshotOf(state: BooksState): Uint8Array<ArrayBuffer> {
  const live = [...liveOrders(state)]
  const [depositedMicroEur, depositedWh, accounts] = state.accounts.state
  const books = state.phases.length
  const size = HEADER + 2 * books + accounts.length + ORDER_FIELDS * live.length
  const out = new Float64Array(size)
  out.set([VERSION, state.nowMs, state.arrivals, depositedMicroEur, depositedWh])
  out.set([books, accounts.length, live.length], 5)
  let at = HEADER
  for (let book = 0; book < books; book++) {
    out[at++] = state.phases[book] as number
    out[at++] = state.references[book] as number
  }
  out.set(accounts, at)
  at += accounts.length
  for (const order of live) {
    for (const field of orderWords) out[at++] = state.memory.words[order + field] as number
    for (const field of orderDoubles) out[at++] = state.memory.doubles[(order >> 1) + field] as number
  }
  return new Uint8Array(out.buffer)
}

/** Fills new books. Throws RangeError on what `snapshotOf` has not made. */
export function restoreSnapshot(state: BooksState, snapshot: Uint8Array): void {
  if (snapshot.length % 8 !== 0 || snapshot.length < HEADER * 8) {
    throw new RangeError(`${snapshot.length} bytes are no snapshot of order books`)
  }
  const from = new Float64Array(snapshot.slice().buffer)
  const [version, nowMs, arrivals, depositedMicroEur, depositedWh, books, accounts, live] = from as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (version !== VERSION) throw new RangeError(`a snapshot of version ${version}; this version knows ${VERSION}`)
  if (from.length !== HEADER + 2 * books + accounts + ORDER_FIELDS * live) {
    throw new RangeError(`${from.length} numbers do not hold ${books} books, ${live} orders`)
  }
  state.nowMs = nowMs
  if (books > 0) state.know(books - 1)
  let at = HEADER
  for (let book = 0; book < books; book++) {
    state.phases[book] = from[at++] as number
    state.references[book] = from[at++] as number
  }
  state.accounts.restore(depositedMicroEur, depositedWh, from.slice(at, at + accounts))
  at += accounts
  for (let n = 0; n < live; n++) {
    state.memory.reserve()
    const order = state.orders.take()
    for (const field of orderWords) state.memory.words[order + field] = from[at++] as number
    for (const field of orderDoubles) state.memory.doubles[(order >> 1) + field] = from[at++] as number
    state.memory.words[order + LEVEL_WORD] = 0
    state.memory.words[order + EXPIRY_WORD] = 0
    if (((state.memory.words[order + TRAITS_WORD] as number) & STATUS_MASK) === PENDING) {
      state.pendingStops++
    }
    state.queue(order)
    state.ids.put(state.ids.placeFor(state.memory.doubles, (order >> 1) + ORDER_ID), order)
  }
  state.arrivals = arrivals
}

function* liveOrders(state: BooksState): Generator<number> {
  const { ladders, memory } = state
  const count = state.phases.length * state.laddersPerBook
  for (let ladder = 0; ladder < count; ladder++) {
    for (let level = ladders.best[ladder] as number; level !== 0; level = ladders.nextLevel(level)) {
      let order = memory.words[level + HEAD_WORD] as number
      for (; order !== 0; order = memory.words[order + NEXT_WORD] as number) yield order
    }
  }
}
