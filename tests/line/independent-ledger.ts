import type { LoggedEvent, MarketEventOf, MarketEventType } from '#protocol/market-event.ts'
import type { BillTerms } from '#protocol/market-rules.ts'
import type { Statement } from '#protocol/statement.ts'
import type { Trade } from '#protocol/trade.ts'

type Address = `0x${string}`

/** The events of one type, in order. */
export const ofType = <T extends MarketEventType>(events: readonly LoggedEvent[], type: T) =>
  events.flatMap(({ event }) => (event.type === type ? [event as MarketEventOf<T>] : []))

export const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0)

/** What a log holds of the slots that are settled, batch by batch. */
export interface SettledBatch {
  readonly number: number
  readonly firstSlot: number
  readonly lastSlot: number
  readonly trades: readonly Trade[]
  readonly statements: readonly Statement[]
}

/** The batches of a log with these numbers, in order, and what belongs to them. */
export function settledBatches(events: readonly LoggedEvent[], numbers: readonly number[]): readonly SettledBatch[] {
  const final = new Set(numbers)
  const trades = Map.groupBy(
    ofType(events, 'TradeMatched').map(({ trade }) => trade),
    ({ slot }) => slot,
  )
  // Only who had money in the vault before a slot ended is settled there: who had none, its supplier bills.
  const slotMinutes = ofType(events, 'NeighbourhoodOpened')[0]?.rules.slotMinutes ?? 15
  const paidInAtMs = new Map<string, number>()
  for (const { timeMs, funds } of ofType(events, 'FundsChanged')) {
    for (const { account, balanceMicroEur } of funds) {
      if (balanceMicroEur > 0 && !paidInAtMs.has(account)) paidInAtMs.set(account, timeMs)
    }
  }
  const statements = Map.groupBy(
    ofType(events, 'StatementAccepted')
      .map(({ statement }) => statement.body)
      .filter(({ account, slot }) => {
        const paidIn = paidInAtMs.get(account)
        return paidIn !== undefined && paidIn + 1_000 < (slot + 1) * slotMinutes * 60_000
      }),
    ({ slot }) => slot,
  )
  const batches = ofType(events, 'BatchProposed').filter(({ batch }) => final.has(batch.number))
  return batches.map(({ batch: { number, firstSlot, lastSlot } }) => {
    const slots = Array.from({ length: lastSlot - firstSlot + 1 }, (_, i) => firstSlot + i)
    return {
      number,
      firstSlot,
      lastSlot,
      trades: slots.flatMap((slot) => trades.get(slot) ?? []),
      statements: slots.flatMap((slot) => statements.get(slot) ?? []),
    }
  })
}

/** A bill worked out the long way, in exact fractions: what each account's vault balance must have changed by. */
export function expectedMovements(options: {
  readonly trades: readonly Trade[]
  readonly statements: readonly Statement[]
  readonly rules: BillTerms
  readonly counterparties: Readonly<Record<'supplier' | 'grid' | 'fund', Address>>
}): Map<Address, bigint> {
  const { tariff, protocolFeeBp } = options.rules
  const { supplier, grid, fund } = options.counterparties
  const movements = new Map<Address, bigint>()
  const add = (account: Address, microEur: bigint) => movements.set(account, (movements.get(account) ?? 0n) + microEur)
  const floor = (numerator: bigint, denominator = 1_000n) => {
    const quotient = numerator / denominator
    return numerator % denominator < 0n ? quotient - 1n : quotient
  }
  for (const { buyer, seller, priceEurPerMWh, energyWh } of options.trades) {
    add(buyer, -BigInt(priceEurPerMWh) * BigInt(energyWh))
    add(seller, BigInt(priceEurPerMWh) * BigInt(energyWh))
  }
  for (const { account, slot, importWh, exportWh } of options.statements) {
    const own = options.trades.filter((trade) => trade.slot === slot)
    const purchases = own.filter((trade) => trade.buyer === account)
    const bought = BigInt(sum(purchases.map((trade) => trade.energyWh)))
    const dear = purchases.filter((trade) => trade.priceEurPerMWh > 0)
    const paid = BigInt(sum(dear.map((trade) => trade.priceEurPerMWh * trade.energyWh)))
    const sold = BigInt(sum(own.filter((trade) => trade.seller === account).map((trade) => trade.energyWh)))
    const charge = floor(-bought * BigInt(tariff.localChargeMilliEurPerMWh))
    const deviation = BigInt(exportWh) - BigInt(importWh) - (sold - bought)
    const rate = BigInt(deviation > 0n ? tariff.feedInMilliEurPerMWh : tariff.retailMilliEurPerMWh)
    const balance = floor(deviation * rate)
    const fee = floor(-paid * BigInt(protocolFeeBp), 10_000n)
    const received = (paid * BigInt(protocolFeeBp)) / 10_000n
    add(account, charge + balance + fee)
    const toGrid = (bought * BigInt(tariff.localChargeMilliEurPerMWh)) / 1_000n
    add(grid, toGrid)
    add(fund, received)
    add(supplier, -balance - (charge + toGrid) - (fee + received))
  }
  return movements
}

/**
 * What each account's vault balance must be after the batches, in order. Who cannot pay pays what it has, and the fund
 * the rest.
 */
export function expectedBalances(options: {
  readonly deposits: ReadonlyMap<Address, number>
  readonly batches: readonly SettledBatch[]
  readonly rules: BillTerms
  readonly counterparties: Readonly<Record<'supplier' | 'grid' | 'fund', Address>>
}): Map<Address, bigint> {
  const { fund } = options.counterparties
  const balances = new Map([...options.deposits].map(([account, microEur]) => [account, BigInt(microEur)]))
  const add = (account: Address, microEur: bigint) => balances.set(account, (balances.get(account) ?? 0n) + microEur)
  for (const batch of options.batches) {
    for (const [account, microEur] of expectedMovements({ ...options, ...batch })) add(account, microEur)
    for (const [account, balance] of balances) {
      if (balance >= 0n || account === fund) continue
      balances.set(account, 0n)
      add(fund, balance)
    }
  }
  return balances
}

/** The Wh that were sold and delivered: Σ min(sold, export) a home and slot. An estimate proves nothing. */
export function expectedCreditsWh({ trades, statements }: Pick<SettledBatch, 'trades' | 'statements'>): number {
  return sum(
    statements.map(({ account, slot, exportWh, estimated }) => {
      const sold = trades.filter((trade) => trade.seller === account && trade.slot === slot && trade.buyer !== account)
      return estimated ? 0 : Math.min(sum(sold.map(({ energyWh }) => energyWh)), exportWh)
    }),
  )
}
