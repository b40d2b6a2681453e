import type { BookMemory } from './book-memory.ts'
import { orderLayout } from './order-pool.ts'

const { LEVEL_WORD, NEXT_WORD, ORDER_HIDDEN, ORDER_OPEN, ORDER_PRICE, PREVIOUS_WORD } = orderLayout

/** A level takes one cache line. */
const LEVEL_WORDS = 16
const LEVEL_PRICE = 0
/** what is on show there, and what is hidden, in Wh; infinite once a sum has gone above 2^53 − 1 */
const LEVEL_SHOWN = 1
const LEVEL_HIDDEN = 2
const HEAD_WORD = 6
const TAIL_WORD = 7
const LADDER_WORD = 8
/** the page it hangs on; its place there is the lowest bits of its index */
const LEVEL_PAGE_WORD = 9
const INDEX_WORD = 10
/** when it was last marked as changed (`DepthMarks`) */
const MARK_WORD = 11

/** What others read of it (an object: see `orderLayout`). */
export const levelLayout = { LEVEL_PRICE, LEVEL_SHOWN, LEVEL_HIDDEN, HEAD_WORD, LADDER_WORD, MARK_WORD } as const

/** A page begins with its children: levels, or pages below it. */
const FAN_OUT_BITS = 5
const FAN_OUT = 1 << FAN_OUT_BITS
const LAST_CHILD = FAN_OUT - 1
/** which children there are */
const BITMAP_WORD = FAN_OUT
/** the page above, 0 if it is a root; of a page that was given back the next such */
const ABOVE_WORD = FAN_OUT + 1
/** its place on the page above */
const PLACE_WORD = FAN_OUT + 2
const PAGE_WORDS = 48

/** The most price steps that a ladder may have. */
export const PRICE_STEPS_MAX = 2 ** 30

/**
 * Many price ladders in one run of memory: each a tree of pages of 32 with a bitmap, down to the levels, and each level
 * a queue of orders. Indexes count from the best possible price, so the lowest is the best. Only what holds an order
 * exists, so an idle ladder costs two words. Adding, removing and the next best level are O(tree height).
 */
export class PriceLadders {
  readonly #memory: BookMemory
  /** the shift of a root's children */
  readonly #topShift: number
  /** by ladder: its best level, 0 if it is empty */
  best: Int32Array
  #roots: Int32Array
  /** the first of the given-back levels, linked through HEAD_WORD */
  #freeLevel = 0
  /** the first of the given-back pages, whose children are all 0 */
  #freePage = 0

  /** Throws RangeError above `PRICE_STEPS_MAX`. */
  constructor(memory: BookMemory, options: { readonly priceSteps: number; readonly ladders: number }) {
    const { priceSteps, ladders } = options
    if (priceSteps > PRICE_STEPS_MAX) throw new RangeError(`${priceSteps} price steps are more than ${PRICE_STEPS_MAX}`)
    this.#memory = memory
    let shift = 0
    while (priceSteps > 2 ** (shift + FAN_OUT_BITS)) shift += FAN_OUT_BITS
    this.#topShift = shift
    this.best = new Int32Array(ladders)
    this.#roots = new Int32Array(ladders)
  }

  /** Makes room for ladders up to and without this number. */
  reserve(ladders: number): void {
    if (ladders <= this.best.length) return
    const room = Math.max(ladders, 2 * this.best.length)
    this.best = grown(this.best, room)
    this.#roots = grown(this.#roots, room)
  }

  /**
   * Puts an order at the back of the queue at its price, which is `index` steps from the ladder's best possible; gives
   * the level.
   */
  append(order: number, ladder: number, index: number): number {
    const { words, doubles } = this.#memory
    // No page is a page without children.
    let page = this.#roots[ladder] as number
    for (let shift = this.#topShift; shift > 0; shift -= FAN_OUT_BITS) {
      page = words[page + ((index >>> shift) & LAST_CHILD)] as number
    }
    let level = words[page + (index & LAST_CHILD)] as number
    if (level === 0) level = this.#newLevel(ladder, index, doubles[(order >> 1) + ORDER_PRICE] as number)
    const last = words[level + TAIL_WORD] as number
    words[order + LEVEL_WORD] = level
    words[order + NEXT_WORD] = 0
    words[order + PREVIOUS_WORD] = last
    if (last === 0) words[level + HEAD_WORD] = order
    else words[last + NEXT_WORD] = order
    words[level + TAIL_WORD] = order
    const hidden = doubles[(order >> 1) + ORDER_HIDDEN] as number
    this.add(level, (doubles[(order >> 1) + ORDER_OPEN] as number) - hidden, hidden)
    return level
  }

  /** Takes an order out of its level's queue, and the level out of its ladder if it is empty then. */
  remove(order: number, level: number): void {
    const { words, doubles } = this.#memory
    const hidden = doubles[(order >> 1) + ORDER_HIDDEN] as number
    this.add(level, hidden - (doubles[(order >> 1) + ORDER_OPEN] as number), -hidden)
    const next = words[order + NEXT_WORD] as number
    const previous = words[order + PREVIOUS_WORD] as number
    words[order + LEVEL_WORD] = 0
    if (next !== 0) words[next + PREVIOUS_WORD] = previous
    else words[level + TAIL_WORD] = previous
    if (previous !== 0) words[previous + NEXT_WORD] = next
    else {
      words[level + HEAD_WORD] = next
      if (next === 0) this.#removeLevel(level)
    }
  }

  /** Lets a level begin with this one of its orders: those before it have ended. With 0 all have, and the level goes. */
  beginWith(level: number, first: number): void {
    const { words } = this.#memory
    words[level + HEAD_WORD] = first
    if (first === 0) this.#removeLevel(level)
    else words[first + PREVIOUS_WORD] = 0
  }

  /** Moves the first order of a level to its back. */
  moveToBack(order: number): void {
    const { words } = this.#memory
    const next = words[order + NEXT_WORD] as number
    if (next === 0) return
    const level = words[order + LEVEL_WORD] as number
    const last = words[level + TAIL_WORD] as number
    words[level + HEAD_WORD] = next
    words[level + TAIL_WORD] = order
    words[next + PREVIOUS_WORD] = 0
    words[last + NEXT_WORD] = order
    words[order + PREVIOUS_WORD] = last
    words[order + NEXT_WORD] = 0
  }

  /** Changes what a level shows and hides. */
  add(level: number, shown: number, hidden: number): void {
    const at = level >> 1
    const { doubles } = this.#memory
    doubles[at + LEVEL_SHOWN] = bounded((doubles[at + LEVEL_SHOWN] as number) + shown)
    if (hidden !== 0) doubles[at + LEVEL_HIDDEN] = bounded((doubles[at + LEVEL_HIDDEN] as number) + hidden)
  }

  /** The level behind this one, 0 if it is the last. */
  nextLevel(level: number): number {
    const { words } = this.#memory
    let page = words[level + LEVEL_PAGE_WORD] as number
    let place = (words[level + INDEX_WORD] as number) & LAST_CHILD
    for (let height = 0; page !== 0; height += FAN_OUT_BITS) {
      const behind = (words[page + BITMAP_WORD] as number) & ~((2 << place) - 1)
      if (behind !== 0) return this.#firstUnder(page, behind, height)
      place = words[page + PLACE_WORD] as number
      page = words[page + ABOVE_WORD] as number
    }
    return 0
  }

  /** Gives back the memory of a ladder without levels. */
  release(ladder: number): void {
    const root = this.#roots[ladder] as number
    if (root === 0) return
    if (this.best[ladder] !== 0) throw new Error(`ladder ${ladder} holds orders still`)
    this.#roots[ladder] = 0
    this.#giveBackPage(root)
  }

  #newLevel(ladder: number, index: number, price: number): number {
    const { words, doubles } = this.#memory
    let page = this.#roots[ladder] as number
    if (page === 0) {
      page = this.#takePage(0, 0)
      this.#roots[ladder] = page
    }
    for (let shift = this.#topShift; shift > 0; shift -= FAN_OUT_BITS) {
      const place = (index >>> shift) & LAST_CHILD
      const above = page
      page = words[above + place] as number
      if (page === 0) {
        page = this.#takePage(above, place)
        this.#hang(above, place, page)
      }
    }
    let level = this.#freeLevel
    if (level === 0) level = this.#memory.take(LEVEL_WORDS)
    else this.#freeLevel = words[level + HEAD_WORD] as number
    doubles[(level >> 1) + LEVEL_PRICE] = price
    doubles[(level >> 1) + LEVEL_SHOWN] = 0
    doubles[(level >> 1) + LEVEL_HIDDEN] = 0
    words[level + HEAD_WORD] = 0
    words[level + TAIL_WORD] = 0
    words[level + LADDER_WORD] = ladder
    words[level + LEVEL_PAGE_WORD] = page
    words[level + INDEX_WORD] = index
    words[level + MARK_WORD] = 0
    this.#hang(page, index & LAST_CHILD, level)
    const best = this.best[ladder] as number
    if (best === 0 || index < (words[best + INDEX_WORD] as number)) this.best[ladder] = level
    return level
  }

  #removeLevel(level: number): void {
    const { words } = this.#memory
    const ladder = words[level + LADDER_WORD] as number
    let page = words[level + LEVEL_PAGE_WORD] as number
    let height = 0
    let bitmap = this.#unhang(page, (words[level + INDEX_WORD] as number) & LAST_CHILD)
    while (bitmap === 0) {
      const above = words[page + ABOVE_WORD] as number
      if (above === 0) break // an empty root stays: the next order needs it
      bitmap = this.#unhang(above, words[page + PLACE_WORD] as number)
      this.#giveBackPage(page)
      page = above
      height += FAN_OUT_BITS
    }
    if (this.best[ladder] === level) this.best[ladder] = bitmap === 0 ? 0 : this.#firstUnder(page, bitmap, height)
    words[level + HEAD_WORD] = this.#freeLevel
    this.#freeLevel = level
  }

  /** The first level under the first of some children of a page that is `height` bits above the levels' pages. */
  #firstUnder(page: number, children: number, height: number): number {
    const { words } = this.#memory
    let child = words[page + lowestBit(children)] as number
    for (let above = height; above > 0; above -= FAN_OUT_BITS) {
      child = words[child + lowestBit(words[child + BITMAP_WORD] as number)] as number
    }
    return child
  }

  #hang(page: number, place: number, child: number): void {
    const { words } = this.#memory
    words[page + place] = child
    words[page + BITMAP_WORD] = (words[page + BITMAP_WORD] as number) | (1 << place)
  }

  /** Gives what is left on the page. */
  #unhang(page: number, place: number): number {
    const { words } = this.#memory
    words[page + place] = 0
    const left = (words[page + BITMAP_WORD] as number) & ~(1 << place)
    words[page + BITMAP_WORD] = left
    return left
  }

  #takePage(above: number, place: number): number {
    const { words } = this.#memory
    let page = this.#freePage
    if (page === 0) page = this.#memory.take(PAGE_WORDS)
    else this.#freePage = words[page + ABOVE_WORD] as number
    words[page + ABOVE_WORD] = above
    words[page + PLACE_WORD] = place
    return page
  }

  #giveBackPage(page: number): void {
    this.#memory.words[page + ABOVE_WORD] = this.#freePage
    this.#freePage = page
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
