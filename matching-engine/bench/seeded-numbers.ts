/** Whole numbers that depend on the seed alone (sfc32, Chris Doty-Humphrey, PractRand). */
export class SeededNumbers {
  #a: number
  #b: number
  #c = 0x9e3779b9 | 0
  #counter = 1

  constructor(seed: number) {
    this.#a = seed | 0
    this.#b = Math.floor(seed / 2 ** 32) | 0
    for (let round = 0; round < 15; round++) this.#next()
  }

  /** From 0 to below `limit`, which is at most 2^32. */
  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit)
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  /** From 0, geometric: `mean` on average, at most `max`. */
  geometric(mean: number, max: number): number {
    const drawn = Math.floor(Math.log(1 - this.#next() / 2 ** 32) / Math.log(mean / (mean + 1)))
    return Math.min(drawn, max)
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}
