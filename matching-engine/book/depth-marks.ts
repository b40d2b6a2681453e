import type { BookMemory } from './book-memory.ts'
import { levelLayout } from './price-ladders.ts'

const { LADDER_WORD, LEVEL_PRICE, MARK_WORD } = levelLayout

/**
 * Which price levels have changed since somebody last looked: what a level-2 feed sends. Each once, unless it went and
 * came back meanwhile.
 */
export class DepthMarks {
  readonly #memory: BookMemory
  ladderAt = new Int32Array(64)
  priceAt = new Float64Array(64)
  length = 0
  #epoch = 1

  constructor(memory: BookMemory) {
    this.#memory = memory
  }

  mark(level: number): void {
    const { words } = this.#memory
    if (words[level + MARK_WORD] === this.#epoch) return
    words[level + MARK_WORD] = this.#epoch
    if (this.length === this.ladderAt.length) this.#grow()
    this.ladderAt[this.length] = words[level + LADDER_WORD] as number
    this.priceAt[this.length++] = this.#memory.doubles[(level >> 1) + LEVEL_PRICE] as number
  }

  /** Everything is as it was seen. */
  clear(): void {
    this.length = 0
    this.#epoch = (this.#epoch + 1) | 0
  }

  #grow(): void {
    const ladders = new Int32Array(2 * this.ladderAt.length)
    const prices = new Float64Array(2 * this.ladderAt.length)
    ladders.set(this.ladderAt)
    prices.set(this.priceAt)
    this.ladderAt = ladders
    this.priceAt = prices
  }
}
