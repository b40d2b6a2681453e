import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import type { Statement } from '#protocol/statement.ts'
import type { Trade } from '#protocol/trade.ts'
import type { Credit, CreditClaim } from '../chain/contract-types.ts'

type Hex = `0x${string}`

/** The root of a tree without leaves: no proof leads to it. */
const EMPTY_ROOT: Hex = `0x${'0'.repeat(64)}`

const tradeLayout = ['string', 'uint64', 'address', 'address', 'bytes32', 'bytes32', 'string', 'int64', 'uint64']
const statementLayout = [
  ...['string', 'address', 'string', 'uint64', 'uint64', 'uint64'],
  ...['uint64', 'uint64', 'bytes32', 'uint64', 'bool'],
]
const creditLayout = ['address', 'address', 'uint64', 'uint256']

/** Root over trades; a leaf is the trade's fields in the order of its schema (OpenZeppelin's standard tree). */
export function tradesRootOf(trades: readonly Trade[]): Hex {
  return rootOf(trades.map(tradeLeaf), tradeLayout)
}

/** The siblings that lead from one of the trades to their root. Throws RangeError if there is no such trade. */
export function tradeProofOf(trades: readonly Trade[], id: string): readonly Hex[] {
  const index = trades.findIndex((trade) => trade.id === id)
  if (index < 0) throw new RangeError(`trade ${id} is not among these trades`)
  return StandardMerkleTree.of(trades.map(tradeLeaf), tradeLayout).getProof(index) as Hex[]
}

/** Whether a proof leads from a trade to a root. */
export function isTradeUnder(root: Hex, trade: Trade, proof: readonly Hex[]): boolean {
  try {
    return StandardMerkleTree.verify(root, tradeLayout, tradeLeaf(trade), [...proof])
  } catch {
    return false // not hashes
  }
}

const tradeLeaf = (t: Trade): unknown[] => [
  ...[t.id, t.slot, t.buyer, t.seller, t.buyOrderId, t.sellOrderId],
  ...[t.makerSide, t.priceEurPerMWh, t.energyWh],
]

/** Root over statements; a leaf is the statement's fields in the order of its schema. */
export function statementsRootOf(statements: readonly Statement[]): Hex {
  return rootOf(
    statements.map((s) => [
      ...[s.deviceId, s.account, s.neighbourhood, s.slot, s.importWh, s.exportWh],
      ...[s.firstSequence, s.lastSequence, s.chainHead, s.quality, s.estimated],
    ]),
    statementLayout,
  )
}

/** Root over credits and each one's claim: what `EnergyCredit.claimMany` takes. */
export function creditsTreeOf(credits: readonly Credit[]): {
  readonly root: Hex
  readonly claims: readonly CreditClaim[]
} {
  if (credits.length === 0) return { root: EMPTY_ROOT, claims: [] }
  const tree = StandardMerkleTree.of(
    credits.map(({ account, source, slot, amountWh }) => [account, source, slot, amountWh]),
    creditLayout,
  )
  const claims = credits.map((credit, index) => ({ ...credit, proof: tree.getProof(index) as Hex[] }))
  return { root: tree.root as Hex, claims }
}

function rootOf(rows: unknown[][], layout: string[]): Hex {
  return rows.length === 0 ? EMPTY_ROOT : (StandardMerkleTree.of(rows, layout).root as Hex)
}
