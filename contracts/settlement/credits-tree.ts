import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import type { Credit } from '../chain/contract-types.ts'
import { EMPTY_ROOT } from './indexed-tree.ts'

type Hex = `0x${string}`

const creditLayout = ['address', 'address', 'uint64', 'uint256']

/** Root over credits, and what leads to it from each. */
export function creditsTreeOf(credits: readonly Credit[]): {
  readonly root: Hex
  readonly proofs: readonly (readonly Hex[])[]
} {
  if (credits.length === 0) return { root: EMPTY_ROOT, proofs: [] }
  const tree = StandardMerkleTree.of(
    credits.map(({ account, source, slot, amountWh }) => [account, source, slot, amountWh]),
    creditLayout,
  )
  return { root: tree.root as Hex, proofs: credits.map((_, index) => tree.getProof(index) as Hex[]) }
}
