/**
 * An event takes 18 words or 9 doubles. `…_WORD` counts words from its beginning, the others doubles. Fields that a
 * kind of event does not have hold anything.
 */
const EVENT_WORDS = 18
const EVENT_DOUBLES = 9
/** kind in bits 0–7, the maker's side in bit 8, a status or priority from bit 16 */
const KIND_WORD = 0
const EVENT_BOOK_WORD = 1
const MAKER_ACCOUNT_WORD = 2
const TAKER_ACCOUNT_WORD = 3
/** the order it is about; of a trade the resting one */
const MAKER_ID = 2
const TAKER_ID = 3
/** what the seller gets a Wh; of a change the new limit */
const EVENT_PRICE = 4
/** traded, reduced, cancelled; of a change the new total; of an uncross its volume */
const EVENT_QTY = 5
/** what is open afterwards */
const MAKER_OPEN = 6
const TAKER_OPEN = 7
/** what the buyer pays on top a Wh for the wires */
const FEE_WORD = 16
/** the index of the command in its buffer */
const COMMAND_WORD = 17

const MAKER_SIDE_SHIFT = 8
const DETAIL_SHIFT = 16

/** All of it, for other files (see `orderLayout`). */
export const eventLayout = {
  EVENT_WORDS,
  EVENT_DOUBLES,
  KIND_WORD,
  EVENT_BOOK_WORD,
  MAKER_ACCOUNT_WORD,
  TAKER_ACCOUNT_WORD,
  MAKER_ID,
  TAKER_ID,
  EVENT_PRICE,
  EVENT_QTY,
  MAKER_OPEN,
  TAKER_OPEN,
  FEE_WORD,
  COMMAND_WORD,
  MAKER_SIDE_SHIFT,
  DETAIL_SHIFT,
} as const

/** What happened since the last `clear`, in order: written by `OrderBooks`, read in batches by whoever wants to know. */
export class EventBuffer {
  words: Int32Array
  doubles: Float64Array
  length = 0
  capacity: number

  constructor(capacity = 64) {
    const bytes = new ArrayBuffer(capacity * EVENT_DOUBLES * 8)
    this.words = new Int32Array(bytes)
    this.doubles = new Float64Array(bytes)
    this.capacity = capacity
  }

  clear(): void {
    this.length = 0
  }

  /** Doubles the room. */
  grow(): void {
    const capacity = 2 * this.capacity
    const bytes = new ArrayBuffer(capacity * EVENT_DOUBLES * 8)
    new Uint8Array(bytes).set(new Uint8Array(this.words.buffer))
    this.words = new Int32Array(bytes)
    this.doubles = new Float64Array(bytes)
    this.capacity = capacity
  }
}
