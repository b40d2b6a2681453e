import type { Trade } from '#protocol/trade.ts'
import { isUnderRoot } from './indexed-tree.ts'
import { type Leg, legHashOf, legsTreeOf, sequenceOf } from './legs.ts'

type Hex = `0x${string}`

/** A leg, where it stands among a batch's legs, and what leads from it to their root. */
export interface LegProof {
  readonly leg: Leg
  readonly index: number
  readonly count: number
  readonly siblings: readonly Hex[]
}

/** Proofs of both legs of a trade, the buyer's first. Throws RangeError if the trade is not among the legs. */
export function legProofsOf(legs: readonly Leg[], trade: Pick<Trade, 'id' | 'slot'>): readonly [LegProof, LegProof] {
  const tree = legsTreeOf(legs)
  const sequence = sequenceOf(trade)
  const proofOf = (isBuy: boolean): LegProof => {
    const index = legs.findIndex((leg) => leg.slot === trade.slot && leg.sequence === sequence && leg.isBuy === isBuy)
    const leg = legs[index]
    if (leg === undefined) throw new RangeError(`trade ${trade.id} is not among these legs`)
    return { leg, index, count: legs.length, siblings: tree.proofAt(index) }
  }
  return [proofOf(true), proofOf(false)]
}

/** Whether a proof leads from a leg to a root, and the leg is a side of the trade. */
export function isLegUnder(root: Hex, trade: Trade, { leg, index, count, siblings }: LegProof): boolean {
  const [account, counterparty] = leg.isBuy ? [trade.buyer, trade.seller] : [trade.seller, trade.buyer]
  const isOfTrade =
    leg.account === account &&
    leg.counterparty === counterparty &&
    leg.slot === trade.slot &&
    leg.sequence === sequenceOf(trade) &&
    leg.priceEurPerMWh === trade.priceEurPerMWh &&
    leg.energyWh === trade.energyWh
  return isOfTrade && isUnderRoot({ root, count, index, leafHash: legHashOf(leg), siblings })
}
