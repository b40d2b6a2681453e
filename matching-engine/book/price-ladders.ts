import { type OrderPool, orderLayout } from './order-pool.ts'

const { LEVEL_WORD, NEXT_WORD, ORDER_DOUBLES, ORDER_HIDDEN, ORDER_OPEN, ORDER_PRICE, ORDER_WORDS, PREVIOUS_WORD } =
  orderLayout

/** A level takes one cache line of 16 words or 8 doubles. */
const LEVEL_WORDS = 16
const LEVEL_DOUBLES = 8
const LEVEL_PRICE = 0
/** what is on show there, and what is hidden, in Wh; infinite once a sum has gone above 2^53 − 1 */
const LEVEL_SHOWN = 1
const LEVEL_HIDDEN = 2
const HEAD_WORD = 6
const TAIL_WORD = 7
const LADDER_WORD = 8
/** the level's place on its page: page × 32 + slot */
const PLACE_WORD = 9
const INDEX_WORD = 10
/** when it was last marked as changed (`DepthMarks`) */
const MARK_WORD = 11

/** What others read of it (see `orderLayout`). */
export const levelLayout = {
  LEVEL_WORDS,
  LEVEL_DOUBLES,
  LEVEL_PRICE,
  LEVEL_SHOWN,
  LEVEL_HIDDEN,
  HEAD_WORD,
  LADDER_WORD,
  MARK_WORD,
} as const

/** Children of a page; a page's bitmap is one word. */
const FAN_OUT_BITS = 5
const FAN_OUT = 1 << FAN_OUT_BITS

/** The most price steps that a ladder may have. */
export const PRICE_STEPS_MAX = 2 ** 30

/**
 * Many price ladders over one pool of memory: each a tree of pages of 32 with a bitmap, down to the levels, and each
 * level a queue of orders. Indexes count from the best possible price, so the lowest is the best. Only what holds an
 * order exists, so an idle ladder costs two words. Adding, removing and the next best level are O(tree height).
 */
export class PriceLadders {
  readonly #orders: OrderPool
  /** the shift of a root's children */
  readonly #topShift: number
  /** by ladder: its best level, 0 if it is empty */
  best: Int32Array
  #roots: Int32Array
  levelWords: Int32Array
  levelDoubles: Float64Array
  #levelsUsed = 1
  #freeLevel = 0
  #children: Int32Array
  #bitmaps: Int32Array
  /** by page: where it hangs on its parent's page; 0: it is a root */
  #places: Int32Array
  #pagesUsed = 1
  #freePage = 0

  /** Throws RangeError above `PRICE_STEPS_MAX`. */
  constructor(orders: OrderPool, options: { readonly priceSteps: number; readonly ladders: number }) {
    const { priceSteps, ladders } = options
    if (priceSteps > PRICE_STEPS_MAX) throw new RangeError(`${priceSteps} price steps are more than ${PRICE_STEPS_MAX}`)
    this.#orders = orders
    let shift = 0
    while (priceSteps > 2 ** (shift + FAN_OUT_BITS)) shift += FAN_OUT_BITS
    this.#topShift = shift
    this.best = new Int32Array(ladders)
    this.#roots = new Int32Array(ladders)
    const levels = new ArrayBuffer(8 * LEVEL_DOUBLES * 8)
    this.levelWords = new Int32Array(levels)
    this.levelDoubles = new Float64Array(levels)
    this.#children = new Int32Array(8 * FAN_OUT)
    this.#bitmaps = new Int32Array(8)
    this.#places = new Int32Array(8)
  }

  /** Makes room for ladders up to and without this number. */
  reserve(ladders: number): void {
    if (ladders <= this.best.length) return
    const room = Math.max(ladders, 2 * this.best.length)
    this.best = grown(this.best, room)
    this.#roots = grown(this.#roots, room)
  }

  /** Puts an order at the back of the queue at its price, which is `index` steps from the ladder's best possible. */
  append(order: number, ladder: number, index: number): void {
    const children = this.#children
    let page = this.#roots[ladder] as number
    // An empty page's children are 0, and so are those of page 0.
    for (let shift = this.#topShift; shift > 0; shift -= FAN_OUT_BITS) {
      page = children[(page << FAN_OUT_BITS) + ((index >>> shift) & (FAN_OUT - 1))] as number
    }
    let level = children[(page << FAN_OUT_BITS) + (index & (FAN_OUT - 1))] as number
    if (level === 0) level = this.#newLevel(ladder, index, order)
    const levelWord = level * LEVEL_WORDS
    const levelDouble = level * LEVEL_DOUBLES
    const { levelWords, levelDoubles } = this
    const { words, doubles } = this.#orders
    const orderWord = order * ORDER_WORDS
    const orderDouble = order * ORDER_DOUBLES
    const last = levelWords[levelWord + TAIL_WORD] as number
    words[orderWord + LEVEL_WORD] = level
    words[orderWord + NEXT_WORD] = 0
    words[orderWord + PREVIOUS_WORD] = last
    if (last === 0) levelWords[levelWord + HEAD_WORD] = order
    else words[last * ORDER_WORDS + NEXT_WORD] = order
    levelWords[levelWord + TAIL_WORD] = order
    const hidden = doubles[orderDouble + ORDER_HIDDEN] as number
    const shown = (doubles[orderDouble + ORDER_OPEN] as number) - hidden
    levelDoubles[levelDouble + LEVEL_SHOWN] = bounded((levelDoubles[levelDouble + LEVEL_SHOWN] as number) + shown)
    if (hidden !== 0) {
      levelDoubles[levelDouble + LEVEL_HIDDEN] = bounded((levelDoubles[levelDouble + LEVEL_HIDDEN] as number) + hidden)
    }
  }

  /** Takes an order out of its queue, and the level out of its ladder if it is empty then. */
  remove(order: number): void {
    const { doubles } = this.#orders
    const orderDouble = order * ORDER_DOUBLES
    const levelDouble = (this.#orders.words[order * ORDER_WORDS + LEVEL_WORD] as number) * LEVEL_DOUBLES
    const { levelDoubles } = this
    const hidden = doubles[orderDouble + ORDER_HIDDEN] as number
    const shown = (doubles[orderDouble + ORDER_OPEN] as number) - hidden
    levelDoubles[levelDouble + LEVEL_SHOWN] = (levelDoubles[levelDouble + LEVEL_SHOWN] as number) - shown
    if (hidden !== 0) {
      levelDoubles[levelDouble + LEVEL_HIDDEN] = (levelDoubles[levelDouble + LEVEL_HIDDEN] as number) - hidden
    }
    this.unlink(order)
  }

  /** The same for an order that counts nothing any more. */
  unlink(order: number): void {
    const { words } = this.#orders
    const { levelWords } = this
    const orderWord = order * ORDER_WORDS
    const level = words[orderWord + LEVEL_WORD] as number
    const next = words[orderWord + NEXT_WORD] as number
    const previous = words[orderWord + PREVIOUS_WORD] as number
    words[orderWord + LEVEL_WORD] = 0
    if (next !== 0) words[next * ORDER_WORDS + PREVIOUS_WORD] = previous
    else levelWords[level * LEVEL_WORDS + TAIL_WORD] = previous
    if (previous !== 0) words[previous * ORDER_WORDS + NEXT_WORD] = next
    else {
      levelWords[level * LEVEL_WORDS + HEAD_WORD] = next
      if (next === 0) this.#removeLevel(level)
    }
  }

  /** Moves the first order of a level to its back. */
  moveToBack(order: number): void {
    const { words } = this.#orders
    const orderWord = order * ORDER_WORDS
    const next = words[orderWord + NEXT_WORD] as number
    if (next === 0) return
    const levelWord = (words[orderWord + LEVEL_WORD] as number) * LEVEL_WORDS
    const last = this.levelWords[levelWord + TAIL_WORD] as number
    this.levelWords[levelWord + HEAD_WORD] = next
    this.levelWords[levelWord + TAIL_WORD] = order
    words[next * ORDER_WORDS + PREVIOUS_WORD] = 0
    words[last * ORDER_WORDS + NEXT_WORD] = order
    words[orderWord + PREVIOUS_WORD] = last
    words[orderWord + NEXT_WORD] = 0
  }

  /** Changes what a level shows and hides. */
  add(level: number, shown: number, hidden: number): void {
    const at = level * LEVEL_DOUBLES
    const { levelDoubles } = this
    levelDoubles[at + LEVEL_SHOWN] = bounded((levelDoubles[at + LEVEL_SHOWN] as number) + shown)
    if (hidden !== 0) levelDoubles[at + LEVEL_HIDDEN] = bounded((levelDoubles[at + LEVEL_HIDDEN] as number) + hidden)
  }

  /** The level behind this one, 0 if it is the last. */
  nextLevel(level: number): number {
    let place = this.levelWords[level * LEVEL_WORDS + PLACE_WORD] as number
    for (let height = 0; ; height += FAN_OUT_BITS) {
      const page = place >>> FAN_OUT_BITS
      const behind = (this.#bitmaps[page] as number) & ~((2 << (place & (FAN_OUT - 1))) - 1)
      if (behind !== 0) return this.#firstUnder((page << FAN_OUT_BITS) + lowestBit(behind), height)
      place = this.#places[page] as number
      if (place === 0) return 0
    }
  }

  /** Gives back the memory of a ladder without levels. */
  release(ladder: number): void {
    const root = this.#roots[ladder] as number
    if (root === 0) return
    if (this.best[ladder] !== 0) throw new Error(`ladder ${ladder} holds orders still`)
    this.#roots[ladder] = 0
    this.#giveBackPage(root)
  }

  #newLevel(ladder: number, index: number, order: number): number {
    let page = this.#roots[ladder] as number
    if (page === 0) {
      page = this.#takePage(0)
      this.#roots[ladder] = page
    }
    for (let shift = this.#topShift; shift > 0; shift -= FAN_OUT_BITS) {
      const above = (page << FAN_OUT_BITS) + ((index >>> shift) & (FAN_OUT - 1))
      page = this.#children[above] as number
      if (page !== 0) continue
      page = this.#takePage(above)
      this.#hang(above, page)
    }
    const place = (page << FAN_OUT_BITS) + (index & (FAN_OUT - 1))
    let level = this.#freeLevel
    if (level !== 0) this.#freeLevel = this.levelWords[level * LEVEL_WORDS + HEAD_WORD] as number
    else {
      if (this.#levelsUsed * LEVEL_WORDS === this.levelWords.length) this.#growLevels()
      level = this.#levelsUsed++
    }
    const word = level * LEVEL_WORDS
    const double = level * LEVEL_DOUBLES
    this.levelDoubles[double + LEVEL_PRICE] = this.#orders.doubles[order * ORDER_DOUBLES + ORDER_PRICE] as number
    this.levelDoubles[double + LEVEL_SHOWN] = 0
    this.levelDoubles[double + LEVEL_HIDDEN] = 0
    this.levelWords[word + HEAD_WORD] = 0
    this.levelWords[word + TAIL_WORD] = 0
    this.levelWords[word + LADDER_WORD] = ladder
    this.levelWords[word + PLACE_WORD] = place
    this.levelWords[word + INDEX_WORD] = index
    this.levelWords[word + MARK_WORD] = 0
    this.#hang(place, level)
    const best = this.best[ladder] as number
    if (best === 0 || index < (this.levelWords[best * LEVEL_WORDS + INDEX_WORD] as number)) this.best[ladder] = level
    return level
  }

  #removeLevel(level: number): void {
    const word = level * LEVEL_WORDS
    const ladder = this.levelWords[word + LADDER_WORD] as number
    let place = this.levelWords[word + PLACE_WORD] as number
    let page = place >>> FAN_OUT_BITS
    let height = 0
    let bitmap = this.#unhang(place)
    while (bitmap === 0) {
      place = this.#places[page] as number
      if (place === 0) break // an empty root stays: the next order needs it
      this.#giveBackPage(page)
      page = place >>> FAN_OUT_BITS
      height += FAN_OUT_BITS
      bitmap = this.#unhang(place)
    }
    if (this.best[ladder] === level) {
      this.best[ladder] = bitmap === 0 ? 0 : this.#firstUnder((page << FAN_OUT_BITS) + lowestBit(bitmap), height)
    }
    this.levelWords[word + HEAD_WORD] = this.#freeLevel
    this.#freeLevel = level
  }

  /** The first level at or under a place that is `height` bits above the levels. */
  #firstUnder(place: number, height: number): number {
    let child = this.#children[place] as number
    for (let above = height; above > 0; above -= FAN_OUT_BITS) {
      child = this.#children[(child << FAN_OUT_BITS) + lowestBit(this.#bitmaps[child] as number)] as number
    }
    return child
  }

  #hang(place: number, child: number): void {
    const page = place >>> FAN_OUT_BITS
    this.#children[place] = child
    this.#bitmaps[page] = (this.#bitmaps[page] as number) | (1 << (place & (FAN_OUT - 1)))
  }

  /** Gives what is left on the page. */
  #unhang(place: number): number {
    const page = place >>> FAN_OUT_BITS
    this.#children[place] = 0
    const left = (this.#bitmaps[page] as number) & ~(1 << (place & (FAN_OUT - 1)))
    this.#bitmaps[page] = left
    return left
  }

  #takePage(place: number): number {
    let page = this.#freePage
    if (page !== 0) this.#freePage = this.#places[page] as number
    else {
      if (this.#pagesUsed === this.#bitmaps.length) {
        this.#children = grown(this.#children, 2 * this.#children.length)
        this.#bitmaps = grown(this.#bitmaps, 2 * this.#bitmaps.length)
        this.#places = grown(this.#places, 2 * this.#places.length)
      }
      page = this.#pagesUsed++
    }
    this.#places[page] = place
    return page
  }

  #giveBackPage(page: number): void {
    this.#places[page] = this.#freePage
    this.#freePage = page
  }

  #growLevels(): void {
    const bytes = new ArrayBuffer(2 * this.levelWords.byteLength)
    new Uint8Array(bytes).set(new Uint8Array(this.levelWords.buffer))
    this.levelWords = new Int32Array(bytes)
    this.levelDoubles = new Float64Array(bytes)
  }
}

/** A sum of whole numbers; infinite, and so for good, once it may not be exact. */
const bounded = (sum: number): number => (sum > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : sum)

/** The position of the lowest bit that is set. */
const lowestBit = (bitmap: number): number => 31 - Math.clz32(bitmap & -bitmap)

function grown(array: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length)
  larger.set(array)
  return larger
}
