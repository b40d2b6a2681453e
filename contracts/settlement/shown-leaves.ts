import type { IndexedTree } from './indexed-tree.ts'

type Hex = `0x${string}`

/** What the leaves of a batch's trees are sorted by. */
export interface LeafPlace {
  readonly account: Hex
  readonly slot: number
}

/** Leaves that stand one after the other, as contracts take them (`types/Evidence.sol`): `Legs`, `Bills`, `Statements`. */
export interface ShownLeaves {
  /** of all leaves of the tree */
  readonly count: number
  readonly shown: readonly { readonly index: number; readonly siblings: readonly Hex[]; readonly leaf: object }[]
}

/** `leaves` leaves from an index on, with their proofs. Throws RangeError where there are not so many. */
export function shownLeaves(all: readonly object[], tree: IndexedTree, index: number, leaves = 1): ShownLeaves {
  const shown = Array.from({ length: leaves }, (_, n) => {
    const leaf = all[index + n]
    if (leaf === undefined) throw new RangeError(`there is no leaf ${index + n} of ${all.length}`)
    return { index: index + n, siblings: tree.proofAt(index + n), leaf }
  })
  return { count: tree.count, shown }
}

/** Where the leaves of an account's slot stand: from the first to before `end`. Where there are none, both say where one would. */
export function rangeOf(all: readonly LeafPlace[], place: LeafPlace): { readonly first: number; readonly end: number } {
  const first = all.findIndex((leaf) => !isBelow(leaf, place))
  if (first === -1) return { first: all.length, end: all.length }
  const own = all.slice(first).findIndex((leaf) => isBelow(place, leaf))
  return { first, end: own === -1 ? all.length : first + own }
}

/**
 * The leaves between which one of an account's slot would stand that is not there: the last below and the first above,
 * or that one of them which there is.
 */
export function leavesAround(all: readonly LeafPlace[], tree: IndexedTree, place: LeafPlace): ShownLeaves {
  const { first } = rangeOf(all, place)
  const from = Math.max(0, first - 1)
  return shownLeaves(all, tree, from, Math.min(all.length, first + 1) - from)
}

function isBelow(a: LeafPlace, b: LeafPlace): boolean {
  return a.account < b.account || (a.account === b.account && a.slot < b.slot)
}
