import { bytesOfHex, hexOfBytes } from '#protocol/hex.ts'
import { keccakBytes } from '#protocol/js-sha3.ts'

type Hex = `0x${string}`

const WORD = 32

/** The root of a list without leaves: nothing is under it. */
export const EMPTY_ROOT: Hex = `0x${'0'.repeat(2 * WORD)}`

/** The hash of a leaf, given its ABI encoding: keccak256 twice, so that no inner node can pass for a leaf. */
export function leafHashOf(encoded: Uint8Array): Uint8Array {
  return keccakBytes(keccakBytes(encoded))
}

/**
 * A binary Merkle tree over a list whose order counts (`types/IndexedTree.sol`): a proof says at which index a leaf
 * stands. Filled up with zero words to a power of two; the root covers the count.
 */
export class IndexedTree {
  readonly count: number
  /** 32 bytes as lower-case hex; zero where there are no leaves */
  readonly root: Hex
  /** the leaves, then each level above them to the top, 32 bytes a node */
  readonly #levels: readonly Uint8Array[]

  /** @param leafHashes 32 bytes each (`leafHashOf`), in the list's order */
  constructor(leafHashes: readonly Uint8Array[]) {
    this.count = leafHashes.length
    const leaves = new Uint8Array(WORD * 2 ** depthOf(Math.max(1, this.count)))
    for (const [index, hash] of leafHashes.entries()) leaves.set(hash, WORD * index)
    this.#levels = levelsOver(leaves)
    const top = this.#levels.at(-1) as Uint8Array
    this.root = this.count === 0 ? EMPTY_ROOT : rootOf(this.count, top)
  }

  /** The other half at each level from the leaf to the top. Throws RangeError if there is no such index. */
  proofAt(index: number): readonly Hex[] {
    if (!(Number.isInteger(index) && index >= 0 && index < this.count)) {
      throw new RangeError(`index ${index} is not one of ${this.count} leaves`)
    }
    return this.#levels.slice(0, -1).map((nodes, level) => {
      const sibling = Math.floor(index / 2 ** level) ^ 1
      return hexOfBytes(nodes.subarray(WORD * sibling, WORD * (sibling + 1)))
    })
  }
}

/** Whether a leaf stands at an index of a list of `count` leaves under a root. Of bad shapes it is false, never thrown. */
export function isUnderRoot(proof: {
  readonly root: Hex
  readonly count: number
  readonly index: number
  readonly leafHash: Uint8Array
  readonly siblings: readonly Hex[]
}): boolean {
  const { root, count, index, leafHash, siblings } = proof
  if (!(Number.isSafeInteger(count) && Number.isInteger(index) && index >= 0 && index < count)) return false
  if (siblings.length !== depthOf(count) || siblings.some((sibling) => sibling.length !== EMPTY_ROOT.length))
    return false
  let node = leafHash
  for (const [level, sibling] of siblings.entries()) {
    const isLeft = Math.floor(index / 2 ** level) % 2 === 0
    const other = bytesOfHex(sibling)
    node = isLeft ? hashPair(node, other) : hashPair(other, node)
  }
  return rootOf(count, node) === root
}

/** How many levels are above the leaves. */
function depthOf(count: number): number {
  let depth = 0
  while (2 ** depth < count) depth++
  return depth
}

function levelsOver(leaves: Uint8Array): readonly Uint8Array[] {
  const levels = [leaves]
  for (let below = leaves; below.length > WORD; ) {
    const nodes = new Uint8Array(below.length / 2)
    for (let at = 0; at < nodes.length; at += WORD)
      nodes.set(keccakBytes(below.subarray(2 * at, 2 * at + 2 * WORD)), at)
    levels.push(nodes)
    below = nodes
  }
  return levels
}

function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  const pair = new Uint8Array(2 * WORD)
  pair.set(left)
  pair.set(right, WORD)
  return keccakBytes(pair)
}

function rootOf(count: number, top: Uint8Array): Hex {
  const word = new Uint8Array(WORD)
  new DataView(word.buffer).setBigUint64(WORD - 8, BigInt(count))
  return hexOfBytes(hashPair(word, top))
}
