/**
 * A stream of random numbers that depends on the seed and its own name only, so that what one home or device draws
 * changes nothing for another. Generator: sfc32 (Chris Doty-Humphrey, PractRand), 32-bit integer arithmetic.
 */
export class RandomStream {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** @param seed the scenario's. @param names who draws, from the large to the small: home, device, day. */
  constructor(seed: number, ...names: readonly (string | number)[]) {
    const name = JSON.stringify([seed, ...names])
    this.#a = hash(name, 0x9e3779b9)
    this.#b = hash(name, 0x243f6a88)
    this.#c = hash(name, 0xb7e15162)
    for (let round = 0; round < 12; round++) this.uniform()
  }

  /** From 0 to below 1, in steps of 2^-32. */
  uniform(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }

  /** Evenly from `low` to below `high`. */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** A whole number, `low` and `high` included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1))
  }

  /** Normal with mean 0 and standard deviation 1 (Box and Muller 1958; the second value is left out). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Lognormal: `median` × exp(`sigma` × normal). */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal())
  }

  /** A Poisson count (Knuth): for means below about 100. */
  poisson(mean: number): number {
    const limit = Math.exp(-mean)
    let count = 0
    for (let product = this.uniform(); product > limit; product *= this.uniform()) count++
    return count
  }
}

/** 32-bit FNV-1a of a text from a given basis, mixed by the finaliser of MurmurHash3. */
function hash(text: string, basis: number): number {
  let value = basis | 0
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return value ^ (value >>> 16)
}
