import type { BatchTotals } from '#protocol/market-event.ts'
import type { Trade } from '#protocol/trade.ts'
import { tradeValueMicroEur } from '#protocol/units.ts'
import type { Credit } from '../chain/contract-types.ts'
import { type NettedSlot, netMicroEur } from './netting.ts'

/** What a batch adds up to (protocol's `BatchTotals`). */
export function totalsOf(settled: {
  readonly trades: readonly Trade[]
  readonly netted: readonly NettedSlot[]
  readonly credits: readonly Credit[]
}): BatchTotals {
  const bills = settled.netted.flatMap(({ bills }) => bills)
  const feeMicroEur = sum(bills, (bill) => -bill.feeMicroEur)
  return {
    trades: settled.trades.length,
    tradedWh: sum(settled.trades, ({ energyWh }) => energyWh),
    tradedMicroEur: sum(settled.trades, tradeValueMicroEur),
    localChargeMicroEur: sum(bills, ({ localChargeMicroEur }) => -localChargeMicroEur),
    ...(feeMicroEur === 0 ? {} : { feeMicroEur }),
    importWh: sum(bills, ({ importWh }) => importWh),
    exportWh: sum(bills, ({ exportWh }) => exportWh),
    coveredWh: sum(settled.netted, ({ bills }) =>
      Math.min(
        sum(bills, ({ importWh }) => importWh),
        sum(bills, ({ exportWh }) => exportWh),
      ),
    ),
    costMicroEur: sum(bills, (bill) => -netMicroEur(bill)),
    costWithoutMarketMicroEur: sum(bills, ({ withoutMarketMicroEur }) => -withoutMarketMicroEur),
    creditsWh: sum(settled.credits, ({ amountWh }) => amountWh),
  }
}

function sum<T>(rows: readonly T[], of: (row: T) => number): number {
  const total = rows.reduce((sofar, row) => sofar + of(row), 0)
  return total === 0 ? 0 : total // never −0, which is not canonical
}
