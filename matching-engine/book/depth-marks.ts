import { levelLayout, type PriceLadders } from './price-ladders.ts'

const { LADDER_WORD, LEVEL_DOUBLES, LEVEL_PRICE, LEVEL_WORDS, MARK_WORD } = levelLayout

/** Which price levels have changed since somebody last looked, each once: what a level-2 feed sends. */
export class DepthMarks {
  readonly #ladders: PriceLadders
  ladderAt = new Int32Array(64)
  priceAt = new Float64Array(64)
  length = 0
  #epoch = 1

  constructor(ladders: PriceLadders) {
    this.#ladders = ladders
  }

  mark(level: number): void {
    const { levelWords } = this.#ladders
    const word = level * LEVEL_WORDS
    if (levelWords[word + MARK_WORD] === this.#epoch) return
    levelWords[word + MARK_WORD] = this.#epoch
    if (this.length === this.ladderAt.length) this.#grow()
    this.ladderAt[this.length] = levelWords[word + LADDER_WORD] as number
    this.priceAt[this.length++] = this.#ladders.levelDoubles[level * LEVEL_DOUBLES + LEVEL_PRICE] as number
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
