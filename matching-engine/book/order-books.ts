import { hash } from 'node:crypto'
import { lifecycleCodes } from '../order-lifecycle.ts'
import type { Balance } from './accounts.ts'
import { amendOrder } from './amend-order.ts'
import { restoreSnapshot, snapshotOf } from './books-snapshot.ts'
import { type BooksOptions, BooksState } from './books-state.ts'
import type { BookOp } from './codes.ts'
import { bookCodes, bookOps } from './codes.ts'
import { type CommandBuffer, commandLayout } from './command-buffer.ts'
import type { DepthMarks } from './depth-marks.ts'
import type { EventBuffer } from './event-buffer.ts'
import { fireStops } from './fire-stops.ts'
import { orderLayout } from './order-pool.ts'
import { placeOrder } from './place-order.ts'
import { levelLayout } from './price-ladders.ts'
import { refusalCodes } from './refusal-codes.ts'
import { uncross } from './uncross.ts'

const { IS_CANCELLED, IS_EXPIRED } = lifecycleCodes
const { BUY, CALL, CLOSED, SELL } = bookCodes
const {
  ACCOUNT_WORD,
  BOOK_WORD,
  COMMAND_DOUBLES,
  COMMAND_WORDS,
  HEAD_WORD,
  ID,
  NOW,
  OP_MASK,
  PHASE_SHIFT,
  PRICE,
  QTY,
} = commandLayout
const { NEXT_WORD, ORDER_ARRIVAL, ORDER_EXPIRES } = orderLayout
const { HEAD_WORD: LEVEL_HEAD_WORD } = levelLayout
const { INVALID_PRICE, INVALID_QTY, TAKEN, UNKNOWN_ORDER } = refusalCodes

const CLOCK = 0
const PLACE = 1
const CANCEL = 2
const AMEND = 3
const PHASE = 4
const UNCROSS = 5
const REFERENCE = 6
const DEPOSIT = 7
const OPEN_BOOK = 8

/**
 * The order books of a market: any number of them over one pool of memory, one clock and one set of accounts.
 * Synchronous, deterministic and free of allocation once warm: commands come as numbers (`CommandBuffer`), what they do
 * is told as numbers (`EventBuffer`). A refusal changes nothing. Only live orders are known: an id that is not live is
 * UNKNOWN_ORDER here, whatever it was.
 * A book is a dense index, opened and released by commands; one that is not open takes nothing.
 */
export class OrderBooks {
  readonly #options: BooksOptions
  #state: BooksState

  /** Throws RangeError on options that make no sense. */
  constructor(options: BooksOptions) {
    this.#options = options
    this.#state = new BooksState(options)
  }

  /** What happened since its last `clear`. Whoever reads it clears it. */
  get events(): EventBuffer {
    return this.#state.events
  }

  /** The price levels that changed, where `depthMarks` was asked for. Whoever reads them clears them. */
  get marks(): DepthMarks | null {
    return this.#state.marks
  }

  /** What the books hold, for those who look (`book-view.ts`). */
  get state(): BooksState {
    return this.#state
  }

  get nowMs(): number {
    return this.#state.nowMs
  }

  /** Runs all commands in order and writes what became of each into `commands.outcomes`. */
  run(commands: CommandBuffer): void {
    const { length, outcomes } = commands
    for (let index = 0; index < length; index++) outcomes[index] = runCommand(this.#state, commands, index)
  }

  balance(account: number): Balance {
    return this.#state.accounts.balance(account)
  }

  /** All that the books hold, in one order whatever their memory looks like. */
  snapshot(): Uint8Array<ArrayBuffer> {
    return snapshotOf(this.#state)
  }

  /** Takes the state of a snapshot in the place of its own. Throws RangeError on one that this version has not made. */
  restore(snapshot: Uint8Array): void {
    const state = new BooksState(this.#options)
    restoreSnapshot(state, snapshot)
    this.#state = state
  }

  /** SHA-256 of the snapshot: equal wherever the same commands were run. */
  stateHash(): string {
    return hash('sha256', this.snapshot())
  }
}

function runCommand(state: BooksState, commands: CommandBuffer, index: number): number {
  const double = index * COMMAND_DOUBLES
  const nowMs = commands.doubles[double + NOW] as number
  state.command = index
  state.memory.reserve()
  if (nowMs > state.nowMs) advance(state, nowMs)
  const head = commands.words[index * COMMAND_WORDS + HEAD_WORD] as number
  switch (head & OP_MASK) {
    case PLACE:
      return placeOrder(state, commands, index)
    case CANCEL:
      return cancelOrder(state, commands, index)
    case AMEND:
      return amendOrder(state, commands, index)
    default:
      return operate(state, commands, index)
  }
}

/** Moves the clock and expires every GTD order whose time has come. */
function advance(state: BooksState, nowMs: number): void {
  state.nowMs = nowMs
  for (let order = state.expiries.first; order !== 0; order = state.expiries.first) {
    if ((state.memory.doubles[(order >> 1) + ORDER_EXPIRES] as number) > nowMs) return
    state.close(order, IS_EXPIRED)
  }
}

function cancelOrder(state: BooksState, commands: CommandBuffer, index: number): number {
  const order = state.ids.find(commands.doubles, index * COMMAND_DOUBLES + ID)
  if (order === 0) return UNKNOWN_ORDER
  state.close(order, IS_CANCELLED)
  return TAKEN
}

/** The commands that are about a book or an account, not about an order. */
function operate(state: BooksState, commands: CommandBuffer, index: number): number {
  const word = index * COMMAND_WORDS
  const double = index * COMMAND_DOUBLES
  const head = commands.words[word + HEAD_WORD] as number
  const book = commands.words[word + BOOK_WORD] as number
  switch (head & OP_MASK) {
    case CLOCK:
      return TAKEN
    case PHASE:
      setPhase(state, book, (head >>> PHASE_SHIFT) & 3)
      return TAKEN
    case UNCROSS:
      if (state.phaseOf(book) === CALL) uncrossAndFire(state, book)
      return TAKEN
    case REFERENCE: {
      const price = commands.doubles[double + PRICE] as number
      if (!state.isPrice(price)) return INVALID_PRICE
      state.know(book)
      state.references[book] = price + 0
      return TAKEN
    }
    case DEPOSIT: {
      const deposit = {
        moneyMicroEur: commands.doubles[double + PRICE] as number,
        energyWh: commands.doubles[double + QTY] as number,
      }
      if (!state.accounts.takes(deposit)) return INVALID_QTY
      state.accounts.deposit(commands.words[word + ACCOUNT_WORD] as number, deposit)
      return TAKEN
    }
    case OPEN_BOOK:
      state.know(book)
      state.phases[book] = (head >>> PHASE_SHIFT) & 3
      return TAKEN
    default:
      releaseBook(state, book)
      return TAKEN
  }
}

/** Leaving a call uncrosses first; `closed` ends every order. */
function setPhase(state: BooksState, book: number, phase: number): void {
  if (state.phaseOf(book) === phase) return
  state.know(book)
  if (state.phases[book] === CALL) uncrossAndFire(state, book)
  state.phases[book] = phase
  if (phase === CLOSED) expireAll(state, book)
}

function uncrossAndFire(state: BooksState, book: number): void {
  uncross(state, book)
  if (state.pendingStops > 0) fireStops(state, book)
}

/** Ends every order of a book: bids before asks as they would trade, then the stops as they arrived. */
function expireAll(state: BooksState, book: number): void {
  const { ladders, memory } = state
  const first = book * state.laddersPerBook
  const stops = first + state.laddersPerBook - 2
  for (let ladder = first; ladder < stops; ladder++) {
    for (let level = ladders.best[ladder] as number; level !== 0; level = ladders.best[ladder] as number) {
      state.close(memory.words[level + LEVEL_HEAD_WORD] as number, IS_EXPIRED)
    }
  }
  const pending: number[] = []
  for (const side of [BUY, SELL]) {
    for (let level = ladders.best[stops + side] as number; level !== 0; level = ladders.nextLevel(level)) {
      let order = memory.words[level + LEVEL_HEAD_WORD] as number
      for (; order !== 0; order = memory.words[order + NEXT_WORD] as number) pending.push(order)
    }
  }
  const arrival = (order: number) => state.memory.doubles[(order >> 1) + ORDER_ARRIVAL] as number
  for (const order of pending.sort((a, b) => arrival(a) - arrival(b))) state.close(order, IS_EXPIRED)
}

/** Ends a book and gives its memory back; its index may be opened again. */
function releaseBook(state: BooksState, book: number): void {
  if (book >= state.phases.length) return
  expireAll(state, book)
  state.phases[book] = CLOSED
  state.references[book] = Number.NaN
  for (let n = 0; n < state.laddersPerBook; n++) state.ladders.release(book * state.laddersPerBook + n)
}

/** The code of an operation, as a command's head carries it. */
export const opCode = (op: BookOp): number => bookOps.indexOf(op)
