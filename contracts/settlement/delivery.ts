import type { SignedStatement } from '#protocol/envelope.ts'
import type { Statement } from '#protocol/statement.ts'
import type { Trade } from '#protocol/trade.ts'
import type { SettledTrade } from './legs.ts'

/** What one delivered slot leaves behind: its trades in the order they were made, and a statement of each home. */
export interface Delivery {
  readonly slot: number
  readonly trades: readonly SettledTrade[]
  readonly statements: readonly SignedStatement[]
}

/** A delivery without what proves it: all that money depends on. */
export interface SlotRecords {
  readonly slot: number
  readonly trades: readonly Trade[]
  readonly statements: readonly Statement[]
}

/** Of these records, what netting looks at: a simulation has no more. */
export interface NettedRecords {
  readonly slot: number
  readonly trades: readonly Pick<Trade, 'id' | 'slot' | 'buyer' | 'seller' | 'priceEurPerMWh' | 'energyWh'>[]
  readonly statements: readonly Pick<Statement, 'account' | 'slot' | 'importWh' | 'exportWh'>[]
}

export function recordsOf({ slot, trades, statements }: Delivery): SlotRecords {
  return { slot, trades: trades.map(({ trade }) => trade), statements: statements.map(({ body }) => body) }
}
