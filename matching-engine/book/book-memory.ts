/** A cache line. Two views of the same bytes: a double's index is half of that of its first word. */
const LINE_WORDS = 16
/** The first record is none, and as long as the longest: all its fields are 0, a ladder finds nothing there. */
const NONE_WORDS = 4 * LINE_WORDS
/** What one command may take at most, and more: an order, a price level and a page at each height of its ladder. */
const COMMAND_WORDS = 32 * LINE_WORDS

/** A record's index is a signed word. */
const WORDS_MAX = 2 ** 31

/**
 * One run of memory for the orders, price levels and ladder pages of all books of a market. A record is known by the
 * index of its first word; 0 is none. One pair of arrays for all of them, because each further one costs every function
 * that touches it a dozen instructions.
 */
export class BookMemory {
  words: Int32Array
  doubles: Float64Array
  #used = NONE_WORDS

  constructor() {
    const bytes = new ArrayBuffer((NONE_WORDS + COMMAND_WORDS) * 4)
    this.words = new Int32Array(bytes)
    this.doubles = new Float64Array(bytes)
  }

  /** Makes room for a command: while one runs, `words` and `doubles` stay the same. */
  reserve(): void {
    if (this.#used + COMMAND_WORDS > this.words.length) this.#grow()
  }

  /** A record of whole lines, all 0: of what `reserve` has made room for. */
  take(words: number): number {
    const record = this.#used
    this.#used += words
    return record
  }

  #grow(): void {
    if (2 * this.words.length > WORDS_MAX) throw new RangeError(`the books hold more than ${WORDS_MAX} words of orders`)
    const bytes = new ArrayBuffer(2 * this.words.byteLength)
    new Uint8Array(bytes).set(new Uint8Array(this.words.buffer))
    this.words = new Int32Array(bytes)
    this.doubles = new Float64Array(bytes)
  }
}
