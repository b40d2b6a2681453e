/**
 * A command takes one cache line of 16 words (32 bits) or 8 doubles. `…_WORD` counts words from its beginning, the
 * others doubles. The layout is that of the log: change it only together with the log's version.
 */
export const COMMAND_BYTES = 64
const COMMAND_WORDS = 16
const COMMAND_DOUBLES = 8
/** op, side, type, time in force, prevention, flags, phase: packed */
const HEAD_WORD = 0
const BOOK_WORD = 1
const ACCOUNT_WORD = 2
const LANE_WORD = 3
const ID = 2
/** limit price, reference price, deposited money */
const PRICE = 3
/** quantity, deposited energy */
const QTY = 4
/** Unix ms of the command: the books' clock is moved to it first */
const NOW = 5
const EXPIRES = 6
/** the clip of an iceberg, or the stop price of a stop: no order has both */
const EXTRA = 7

/** The head's fields: op in bits 0–3, then side, type, time in force, prevention, flags, and a phase or price rule. */
const OP_MASK = 15
const SIDE_SHIFT = 4
const TYPE_SHIFT = 5
const TIF_SHIFT = 7
const STP_SHIFT = 9
const POST_ONLY_BIT = 1 << 12
const ICEBERG_BIT = 1 << 13
const HAS_PRICE_BIT = 1 << 14
const HAS_QTY_BIT = 1 << 15
const PHASE_SHIFT = 16
/** the side was neither buy nor sell */
const BAD_SIDE_BIT = 1 << 24

/** All of it, for other files (see `orderLayout`). */
export const commandLayout = {
  COMMAND_WORDS,
  COMMAND_DOUBLES,
  HEAD_WORD,
  BOOK_WORD,
  ACCOUNT_WORD,
  LANE_WORD,
  ID,
  PRICE,
  QTY,
  NOW,
  EXPIRES,
  EXTRA,
  OP_MASK,
  SIDE_SHIFT,
  TYPE_SHIFT,
  TIF_SHIFT,
  STP_SHIFT,
  POST_ONLY_BIT,
  ICEBERG_BIT,
  HAS_PRICE_BIT,
  HAS_QTY_BIT,
  PHASE_SHIFT,
  BAD_SIDE_BIT,
} as const

/**
 * Commands for `OrderBooks`, one after the other in one run of bytes: what is matched and, byte for byte, what the log
 * keeps. Numbers only: books and accounts are dense indexes, an order's id is any safe integer. Energy in Wh, price in
 * EUR/MWh, time in Unix ms. `head` is packed from `codes.ts` by position.
 */
export class CommandBuffer {
  words: Int32Array
  doubles: Float64Array
  /** for each command 0, or why it was refused (`bookRefusals`, counted from 1); written by the books */
  outcomes: Int32Array
  length = 0

  constructor(capacity = 64) {
    const bytes = new ArrayBuffer(capacity * COMMAND_BYTES)
    this.words = new Int32Array(bytes)
    this.doubles = new Float64Array(bytes)
    this.outcomes = new Int32Array(capacity)
  }

  /** Commands from their bytes, copied. Throws RangeError unless these are whole commands. */
  static of(bytes: Uint8Array): CommandBuffer {
    if (bytes.length % COMMAND_BYTES !== 0) {
      throw new RangeError(`${bytes.length} bytes are no whole number of commands of ${COMMAND_BYTES} bytes`)
    }
    const commands = new CommandBuffer(bytes.length / COMMAND_BYTES)
    new Uint8Array(commands.words.buffer).set(bytes)
    commands.length = bytes.length / COMMAND_BYTES
    return commands
  }

  /** The commands as bytes, not copied: they change with the next `clear` and `add`. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.words.buffer, 0, this.length * COMMAND_BYTES)
  }

  clear(): void {
    this.length = 0
  }

  /** Appends a command with all its fields 0 but these; gives its index. */
  add(head: number, book: number, nowMs: number): number {
    if (this.length === this.outcomes.length) this.#grow()
    const index = this.length++
    const word = index * COMMAND_WORDS
    const double = index * COMMAND_DOUBLES
    this.doubles.fill(0, double, double + COMMAND_DOUBLES)
    this.words[word + HEAD_WORD] = head
    this.words[word + BOOK_WORD] = book
    this.doubles[double + NOW] = nowMs
    return index
  }

  /** Sets a 32-bit field of a command. */
  setWord(index: number, field: number, value: number): void {
    this.words[index * COMMAND_WORDS + field] = value
  }

  /** Sets a field of a command that is a double. */
  setDouble(index: number, field: number, value: number): void {
    this.doubles[index * COMMAND_DOUBLES + field] = value
  }

  #grow(): void {
    const capacity = 2 * this.outcomes.length
    const bytes = new ArrayBuffer(capacity * COMMAND_BYTES)
    new Uint8Array(bytes).set(new Uint8Array(this.words.buffer))
    this.words = new Int32Array(bytes)
    this.doubles = new Float64Array(bytes)
    const outcomes = new Int32Array(capacity)
    outcomes.set(this.outcomes)
    this.outcomes = outcomes
  }
}
