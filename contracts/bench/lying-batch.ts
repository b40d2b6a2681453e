import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import { hexOfBytes } from '#protocol/hex.ts'
import type { BatchHeader } from '../chain/contract-types.ts'
import type { BuiltBatch } from '../settlement/batch.ts'
import { movementsHashOf } from '../settlement/batch-digest.ts'
import { type Bill, billsTreeOf } from '../settlement/bills.ts'
import { type Leg, legsTreeOf } from '../settlement/legs.ts'
import type { PackedPart } from '../settlement/packed-movements.ts'
import { type LeafPlace, leavesAround, rangeOf, type ShownLeaves, shownLeaves } from '../settlement/shown-leaves.ts'
import { type StatementLeaf, statementsTreeOf } from '../settlement/statement-leaves.ts'

type Hex = `0x${string}`
type Kind = 'legs' | 'statements' | 'bills'

/** The leaves of a batch, honest or not. */
export interface Leaves {
  readonly legs: readonly Leg[]
  readonly statements: readonly StatementLeaf[]
  readonly bills: readonly Bill[]
}

/** A batch whose leaves are not those that it was built of, and what is shown of it. */
export class LyingBatch {
  readonly header: BatchHeader
  readonly movementsHash: Hex
  readonly debitMicroEur: number
  /** its movements as they are shown */
  readonly parts: readonly Hex[]
  readonly #leaves: Leaves
  readonly #trees: Readonly<Record<Kind, ReturnType<typeof legsTreeOf>>>

  constructor(honest: BuiltBatch, parts: readonly PackedPart[], over: Partial<Leaves>) {
    this.#leaves = { legs: honest.legs, statements: honest.statements, bills: honest.bills, ...over }
    const { legs, statements, bills } = this.#leaves
    this.#trees = { legs: legsTreeOf(legs), statements: statementsTreeOf(statements), bills: billsTreeOf(bills) }
    this.header = {
      ...honest.header,
      tradesRoot: this.#trees.legs.root,
      statementsRoot: this.#trees.statements.root,
      billsRoot: this.#trees.bills.root,
    }
    this.movementsHash = movementsHashOf(parts.map(({ bytes }) => bytes))
    this.debitMicroEur = parts.reduce((sum, part) => sum + part.debitMicroEur, 0)
    this.parts = parts.map(({ bytes }) => hexOfBytes(bytes))
  }

  shown(kind: Kind, index: number, leaves = 1): ShownLeaves {
    return shownLeaves(this.#leaves[kind], this.#trees[kind], index, leaves)
  }

  /** The leaves between which one of a place would stand. */
  around(kind: Kind, place: LeafPlace): ShownLeaves {
    return leavesAround(this.#leaves[kind], this.#trees[kind], place)
  }

  /** The last leaf of a place and the one after it, where there is one. */
  lastOf(kind: Kind, place: LeafPlace): ShownLeaves {
    const all = this.#leaves[kind]
    const { end } = rangeOf(all, place)
    return this.shown(kind, end - 1, Math.min(2, all.length - end + 1))
  }
}

/** The order that an honest leg fills. Throws RangeError where the batch has none such. */
export function orderBehind({ deliveries }: BuiltBatch, leg: Leg): SignedOrder {
  const trades = deliveries.find(({ slot }) => slot === leg.slot)?.trades
  const found = trades?.find(({ trade }) => trade.id === `${leg.slot}.${leg.sequence}`)
  if (found === undefined) throw new RangeError(`the batch has no trade ${leg.slot}.${leg.sequence}`)
  return leg.isBuy ? found.buyOrder : found.sellOrder
}

/** The statement of an account's slot. Throws RangeError where the batch has none. */
export function statementBehind({ deliveries }: BuiltBatch, { account, slot }: LeafPlace): SignedStatement {
  const statements = deliveries.find((delivery) => delivery.slot === slot)?.statements
  const found = statements?.find(({ body }) => body.account === account)
  if (found === undefined) throw new RangeError(`the batch has no statement of ${account} for slot ${slot}`)
  return found
}
