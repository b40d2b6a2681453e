import { keccak } from '#protocol/signing.ts'

/**
 * A stream of numbers in [0, 1) that depends on the seed alone (sfc32, Chris Doty-Humphrey, PractRand; state from
 * keccak256 of the seed). Not for keys.
 */
export function seededRandom(seed: string): () => number {
  const hash = keccak(seed)
  const word = (i: number): number => Number.parseInt(hash.slice(2 + 8 * i, 10 + 8 * i), 16) | 0
  let [a, b, c, counter] = [word(0), word(1), word(2), 1]
  return () => {
    const mixed = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + mixed) | 0
    return (mixed >>> 0) / 2 ** 32
  }
}
