import { netMicroEur, netSlot, SettlementRefused } from '#contracts/index.ts'
import type { NetSlotPort } from '#matching-engine/index.ts'

/** Nets a slot of homes by number as settlement nets those of accounts. */
export const netSlotPort: NetSlotPort = ({ slot, terms, trades, statements }) => {
  const homes = new Map(statements.map(({ home }) => [accountOf(home), home]))
  try {
    const { bills } = netSlot(
      {
        slot,
        trades: trades.map(({ id, seller, buyer, priceEurPerMWh, energyWh }) => ({
          ...{ id, slot, priceEurPerMWh, energyWh },
          seller: accountOf(seller),
          buyer: accountOf(buyer),
        })),
        statements: statements.map(({ home, importWh, exportWh }) => ({
          ...{ slot, importWh, exportWh },
          account: accountOf(home),
        })),
      },
      terms,
    )
    return bills.map((bill) => ({
      home: homes.get(bill.account) ?? -1,
      costMicroEur: -netMicroEur(bill),
      costWithoutMarketMicroEur: -bill.withoutMarketMicroEur,
    }))
  } catch (cause) {
    if (cause instanceof SettlementRefused) return null
    throw cause
  }
}

const accountOf = (home: number): `0x${string}` => `0x${(home + 1).toString(16).padStart(40, '0')}`
