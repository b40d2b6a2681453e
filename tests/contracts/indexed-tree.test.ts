import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMPTY_ROOT, IndexedTree, isUnderRoot, leafHashOf } from '#contracts/settlement/indexed-tree.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import { keccak } from '#protocol/signing.ts'
import { type Fixture, openFixture } from './fixture-chain.ts'

type Hex = `0x${string}`

const LEAVES_MAX = 70

const leaf = (text: string) => new Uint8Array(createHash('sha256').update(text).digest())
/** Two lists of different lengths share no leaf. */
const leavesOf = (count: number) => Array.from({ length: count }, (_, n) => leafHashOf(leaf(`${count}/${n}`)))

interface Proof {
  readonly index: number
  readonly leafHash: Hex
  readonly siblings: readonly Hex[]
}

describe('the indexed tree', () => {
  let fixture: Fixture
  beforeAll(async () => {
    fixture = await openFixture('IndexedTreeFixture')
  })
  afterAll(() => fixture.close())

  /** The contract's refusal of a proof, null if it accepts it. */
  const refusalOf = (root: Hex, count: number | bigint, proof: Proof): Promise<string | null> =>
    fixture.call('check', [root, count, [proof]]).then(
      () => null,
      ({ message }: Error) => message,
    )
  const proofAt = (tree: IndexedTree, leaves: readonly Uint8Array[], index: number): Proof => ({
    index,
    leafHash: hexOfBytes(leaves[index] as Uint8Array),
    siblings: tree.proofAt(index),
  })
  const isAccepted = (root: Hex, count: number, { leafHash, ...proof }: Proof) =>
    isUnderRoot({ root, count, ...proof, leafHash: new Uint8Array(Buffer.from(leafHash.slice(2), 'hex')) })

  it(`proves every index of every list of up to ${LEAVES_MAX} leaves, here and on chain`, async () => {
    expect(new IndexedTree([]).root).toBe(EMPTY_ROOT)
    for (let count = 1; count <= LEAVES_MAX; count++) {
      const leaves = leavesOf(count)
      const tree = new IndexedTree(leaves)
      const proofs = leaves.map((_, index) => proofAt(tree, leaves, index))
      await fixture.call('check', [tree.root, count, proofs])
      expect(proofs.every((proof) => isAccepted(tree.root, count, proof))).toBe(true)
    }
  })

  it('hashes a leaf twice, as the contract does', async () => {
    const encoded = leaf('any')
    expect(await fixture.call('hashLeaf', [hexOfBytes(encoded)])).toBe(hexOfBytes(leafHashOf(encoded)))
    expect(hexOfBytes(leafHashOf(encoded))).toBe(keccak(Buffer.from(keccak(encoded).slice(2), 'hex')))
  })

  it.each([1, 2, 3, 5, 8, 31, 32, 33, 64, 65])('refuses what is not so of %i leaves', async (count) => {
    const leaves = leavesOf(count)
    const tree = new IndexedTree(leaves)
    const { root } = tree
    const both = async (proof: Proof, refusal: string, counted: number | bigint = count) => {
      expect(await refusalOf(root, counted, proof)).toBe(refusal)
      expect(isAccepted(root, Number(counted), proof)).toBe(false)
    }
    for (let index = 0; index < count; index++) {
      const proof = proofAt(tree, leaves, index)
      const depth = proof.siblings.length
      await both({ ...proof, leafHash: keccak('other') }, `NotUnderRoot(${root}, ${index})`)
      await both({ ...proof, siblings: [...proof.siblings, EMPTY_ROOT] }, `WrongProofLength(${depth + 1}, ${depth})`)
      await both({ ...proof, index: index + 2 ** depth }, `IndexOutOfRange(${index + 2 ** depth}, ${count})`)
      if (count === 1) continue
      const elsewhere = (index + 1) % count
      await both({ ...proof, index: elsewhere }, `NotUnderRoot(${root}, ${elsewhere})`)
      await both({ ...proof, siblings: proof.siblings.slice(1) }, `WrongProofLength(${depth - 1}, ${depth})`)
      const tampered = proof.siblings.map((sibling, level) => (level === depth - 1 ? keccak(sibling) : sibling))
      await both({ ...proof, siblings: tampered }, `NotUnderRoot(${root}, ${index})`)
    }
  })

  it('does not take an inner node for a leaf, nor another count', async () => {
    const leaves = leavesOf(8)
    const tree = new IndexedTree(leaves)
    const [pair = EMPTY_ROOT] = tree.proofAt(2).slice(1)
    const above = tree.proofAt(0).slice(1)
    // The node over leaves 0 and 1, offered as leaf 0 of the four-leaf tree above it.
    expect(pair).toBe(keccak(Buffer.concat(leaves.slice(0, 2))))
    const node: Proof = { index: 0, leafHash: pair, siblings: above }
    expect(await refusalOf(tree.root, 4, node)).toBe(`NotUnderRoot(${tree.root}, 0)`)
    expect(await refusalOf(tree.root, 8, node)).toBe('WrongProofLength(2, 3)')
    // Padding is under the root, but beyond the count.
    const nine = new IndexedTree([...leaves, leaf('ninth')])
    const padding: Proof = {
      index: 9,
      leafHash: EMPTY_ROOT,
      siblings: nine.proofAt(8).with(0, hexOfBytes(leaf('ninth'))),
    }
    expect(await refusalOf(nine.root, 9, padding)).toBe('IndexOutOfRange(9, 9)')
    expect(await refusalOf(nine.root, 10, padding)).toBe(`NotUnderRoot(${nine.root}, 9)`)
    const huge = 2n ** 256n - 1n
    expect(await refusalOf(tree.root, huge, proofAt(tree, leaves, 0))).toBe('WrongProofLength(3, 256)')
  })

  it('refuses an index that it has not', () => {
    const tree = new IndexedTree(leavesOf(3))
    for (const index of [-1, 3, 0.5, Number.NaN]) expect(() => tree.proofAt(index)).toThrow(RangeError)
    expect(() => new IndexedTree([]).proofAt(0)).toThrow('index 0 is not one of 0 leaves')
  })
})
