import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import type { Trade } from '#protocol/trade.ts'
import type { Credit, Movement } from '../../chain/contract-types.ts'
import type { Delivery } from '../delivery.ts'

type Hex = `0x${string}`

/** One record of a batch: what a side of a trade, or a home, is settled by. */
export type ArchiveLine =
  | { readonly is: 'trade'; readonly trade: Trade; readonly tradedAtMs: number }
  | { readonly is: 'order'; readonly tradeId: string; readonly order: SignedOrder }
  | { readonly is: 'statement'; readonly statement: SignedStatement }
  | { readonly is: 'credit'; readonly credit: Credit }
  | { readonly is: 'movement'; readonly movement: Movement }

/** All records of a batch, in the order of their slots. */
export function archiveLinesOf(settled: {
  readonly deliveries: readonly Delivery[]
  readonly credits: readonly Credit[]
  readonly movements: readonly Movement[]
}): readonly ArchiveLine[] {
  return [
    ...settled.deliveries.flatMap(({ trades, statements }): readonly ArchiveLine[] => [
      ...trades.flatMap(({ trade, tradedAtMs, buyOrder, sellOrder }): readonly ArchiveLine[] => [
        { is: 'trade', trade, tradedAtMs },
        { is: 'order', tradeId: trade.id, order: buyOrder },
        { is: 'order', tradeId: trade.id, order: sellOrder },
      ]),
      ...statements.map((statement): ArchiveLine => ({ is: 'statement', statement })),
    ]),
    ...settled.credits.map((credit): ArchiveLine => ({ is: 'credit', credit })),
    ...settled.movements.map((movement): ArchiveLine => ({ is: 'movement', movement })),
  ]
}

/** Whose a record is. A trade is both sides', but each side's order, with its limit, its own. */
export function ownersOf(line: ArchiveLine): readonly Hex[] {
  switch (line.is) {
    case 'trade':
      return [...new Set([line.trade.buyer, line.trade.seller])]
    case 'order':
      return [line.order.body.account]
    case 'statement':
      return [line.statement.body.account]
    case 'credit':
      return [...new Set([line.credit.account, line.credit.source])]
    case 'movement':
      return [line.movement.account]
  }
}
