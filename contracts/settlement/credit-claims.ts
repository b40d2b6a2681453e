import type { Credit } from '../chain/contract-types.ts'
import type { BuiltBatch } from './batch.ts'
import { creditsTreeOf } from './credits-tree.ts'
import { type StatementLeaf, statementsTreeOf } from './statement-leaves.ts'

type Hex = `0x${string}`

/** What one home fed in in one slot: the statement that attests it, and who has which part (`EnergyCredit.claim`). */
export interface SourceClaim {
  readonly source: {
    readonly statement: StatementLeaf
    readonly index: number
    readonly count: number
    readonly siblings: readonly Hex[]
  }
  readonly shares: readonly CreditShare[]
}

/** A buyer's part, with its proof. */
export interface CreditShare extends Pick<Credit, 'account' | 'amountWh'> {
  readonly proof: readonly Hex[]
}

/** The claims of a batch's credits, by source and slot in the order of their statements. */
export function creditClaimsOf({
  statements,
  credits,
}: Pick<BuiltBatch, 'statements' | 'credits'>): readonly SourceClaim[] {
  const tree = statementsTreeOf(statements)
  const { proofs } = creditsTreeOf(credits)
  const shares = new Map<string, CreditShare[]>()
  for (const [index, { account, source, slot, amountWh }] of credits.entries()) {
    const own = shares.get(`${source} ${slot}`) ?? []
    own.push({ account, amountWh, proof: proofs[index] ?? [] })
    shares.set(`${source} ${slot}`, own)
  }
  return statements.flatMap((statement, index) => {
    const own = shares.get(`${statement.account} ${statement.slot}`)
    if (own === undefined) return []
    const source = { statement, index, count: statements.length, siblings: tree.proofAt(index) }
    return [{ source, shares: own }]
  })
}
