import type { BillTerms } from '#protocol/market-rules.ts'

/** A delivered slot as everybody may see it: homes by number. Wh, EUR/MWh. */
interface SlotToNet {
  readonly slot: number
  readonly terms: BillTerms
  readonly trades: readonly {
    readonly id: string
    readonly seller: number
    readonly buyer: number
    readonly priceEurPerMWh: number
    readonly energyWh: number
  }[]
  readonly statements: readonly { readonly home: number; readonly importWh: number; readonly exportWh: number }[]
}

/** What a home pays for a slot, with the market and with the tariffs alone; above 0 is paid. µEUR. */
export interface HomeCost {
  readonly home: number
  readonly costMicroEur: number
  readonly costWithoutMarketMicroEur: number
}

/** Nets a slot as settlement does; null where its records contradict each other. */
export type NetSlotPort = (slot: SlotToNet) => readonly HomeCost[] | null
