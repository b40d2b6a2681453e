/**
 * An event takes 18 words or 9 doubles. `…_WORD` counts words from its beginning, the others doubles. Fields that a
 * kind of event does not have hold anything.
 */
export const EVENT_WORDS = 18
export const EVENT_DOUBLES = 9
/** kind in bits 0–7, the maker's side in bit 8, a status or priority from bit 16 */
export const KIND_WORD = 0
export const EVENT_BOOK_WORD = 1
export const MAKER_ACCOUNT_WORD = 2
export const TAKER_ACCOUNT_WORD = 3
/** the order it is about; of a trade the resting one */
export const MAKER_ID = 2
export const TAKER_ID = 3
/** what the seller gets a Wh; of a change the new limit */
export const EVENT_PRICE = 4
/** traded, reduced, cancelled; of a change the new total; of an uncross its volume */
export const EVENT_QTY = 5
/** what is open afterwards */
export const MAKER_OPEN = 6
export const TAKER_OPEN = 7
/** what the buyer pays on top a Wh for the wires */
export const FEE_WORD = 16
/** the index of the command in its buffer */
export const COMMAND_WORD = 17

export const MAKER_SIDE_SHIFT = 8
export const DETAIL_SHIFT = 16

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
