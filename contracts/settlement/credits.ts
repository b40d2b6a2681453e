import { LEAST_TRUST, trustOf } from '#protocol/trust.ts'
import type { Credit } from '../chain/contract-types.ts'
import type { SlotRecords } from './delivery.ts'

type Hex = `0x${string}`

/**
 * The energy credits of one slot: each seller's min(sold, attested export) in Wh goes to its buyers, first trade
 * first. An estimate attests nothing, nor does a statement of too little trust (`LEAST_TRUST`); who trades with itself delivers to nobody. One row a buyer and seller, in the order of their first trade.
 */
export function creditsOf(delivery: SlotRecords): readonly Credit[] {
  const leftWh = new Map<Hex, number>()
  for (const { account, exportWh, estimated, quality } of delivery.statements) {
    leftWh.set(account, estimated || trustOf(quality) < LEAST_TRUST ? 0 : exportWh)
  }
  const credits = new Map<string, Credit>()
  for (const { buyer, seller, energyWh } of delivery.trades) {
    if (buyer === seller) continue
    const left = leftWh.get(seller) ?? 0
    const amountWh = Math.min(left, energyWh)
    if (amountWh === 0) continue
    leftWh.set(seller, left - amountWh)
    const pair = `${buyer} ${seller}`
    const earlierWh = credits.get(pair)?.amountWh ?? 0
    credits.set(pair, { account: buyer, source: seller, slot: delivery.slot, amountWh: earlierWh + amountWh })
  }
  return [...credits.values()]
}
