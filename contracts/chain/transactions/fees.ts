/** What a unit of gas may cost, wei: at most, and of that for whoever makes the block (EIP-1559). */
export interface Fees {
  readonly mostWei: bigint
  readonly tipWei: bigint
}

/** What the last block asked for a unit of gas, and what its maker gets on top these days, wei. */
export interface FeeMarket {
  readonly baseFeeWei: bigint
  readonly tipWei: bigint
}

/** Where gas costs nothing, an account without coins can act. */
const FREE: Fees = { mostWei: 0n, tipWei: 0n }

/** The first offer. A block's base fee is at most an eighth above the one before: twice of it lasts for six full blocks. */
export function offeredFees({ baseFeeWei, tipWei }: FeeMarket): Fees {
  return baseFeeWei === 0n ? FREE : { mostWei: 2n * baseFeeWei + tipWei, tipWei }
}

/** What goes before an offer that waits: nodes put one in its place that is a tenth higher in both, this is an eighth. */
export function raisedFees(before: Fees, market: FeeMarket): Fees {
  const now = offeredFees(market)
  return {
    mostWei: larger(eighthMore(before.mostWei), now.mostWei),
    tipWei: larger(eighthMore(before.tipWei), now.tipWei),
  }
}

const eighthMore = (wei: bigint) => wei + (wei + 7n) / 8n

const larger = (a: bigint, b: bigint) => (a > b ? a : b)
