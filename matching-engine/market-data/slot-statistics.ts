import type { Trade } from '#protocol/trade.ts'

/** What a slot has traded, in a few numbers: exact, so the sums are no doubles. Prices in EUR/MWh. */
export class SlotStatistics {
  trades = 0
  openEurPerMWh: number | null = null
  highEurPerMWh: number | null = null
  lowEurPerMWh: number | null = null
  lastEurPerMWh: number | null = null
  lastWh: number | null = null
  /** Σ price × energy, and Σ energy: the volume-weighted average price is their quotient */
  tradedMicroEur = 0n
  tradedWh = 0n

  /** Takes the next trade. */
  add({ priceEurPerMWh: price, energyWh }: Pick<Trade, 'priceEurPerMWh' | 'energyWh'>): void {
    this.trades++
    this.openEurPerMWh ??= price
    this.highEurPerMWh = Math.max(this.highEurPerMWh ?? price, price)
    this.lowEurPerMWh = Math.min(this.lowEurPerMWh ?? price, price)
    this.lastEurPerMWh = price
    this.lastWh = energyWh
    this.tradedMicroEur += BigInt(price) * BigInt(energyWh)
    this.tradedWh += BigInt(energyWh)
  }
}
