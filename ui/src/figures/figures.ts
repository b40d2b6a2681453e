import { slotStartMs } from '#protocol/slot.ts'
import type { Street } from '#protocol/street.ts'

/** The figures of the page, in the order they are read. */
export const figureNames = [
  'saving',
  'covered',
  'taken',
  'given',
  'net',
  'traded',
  'trades',
  'price',
  'settled',
  'batches',
  'credits',
  'lag',
  'homes',
  'readings',
] as const
export type FigureName = (typeof figureNames)[number]

/** What a street comes to. Null where there is nothing yet to say it from. */
export interface Figures {
  /** cost with the tariffs alone − cost with the market, all homes, final batches; may be negative */
  readonly savedMicroEur: number | null
  /** the same as a share of the cost without, where that is a cost */
  readonly savedShare: number | null
  /** import that the street’s own export met in the same slot ÷ all import, of final batches */
  readonly coveredShare: number | null
  readonly takenW: number
  readonly givenW: number
  readonly netW: number
  readonly tradedWh: number
  readonly trades: number
  /** of all slots kept, weighed by energy */
  readonly vwapEurPerMWh: number | null
  readonly settledWh: number
  readonly batchesProposed: number
  readonly batchesFinal: number
  readonly creditsWh: number
  /** from the end of the last final slot to now */
  readonly lagMs: number | null
  readonly homes: number
  readonly readings: number
  /** final batches the street still keeps, when older ones are forgotten; else null */
  readonly keptBatches: number | null
}

/** Works the figures out from the street alone, at a time of its clock (Unix ms). */
export function figuresOf(street: Street, clockMs: number): Figures {
  let [valueMicroEur, energyWh] = [0, 0]
  for (const slot of street.slots.values()) {
    valueMicroEur += slot.tradedMicroEur
    energyWh += slot.tradedWh
  }
  return {
    ...settlementFigures(street, clockMs),
    ...balanceOf(street),
    tradedWh: street.counts.tradedWh,
    trades: street.counts.trades,
    vwapEurPerMWh: energyWh === 0 ? null : valueMicroEur / energyWh,
    settledWh: street.counts.settledWh,
    homes: street.homes.size,
    readings: street.counts.readings,
  }
}

/** What the street takes and gives by its homes' last readings, W, and what is left for the supplier (+) or for it (−). */
export function balanceOf(street: Street): Pick<Figures, 'takenW' | 'givenW' | 'netW'> {
  let [takenW, givenW] = [0, 0]
  for (const { powerW } of street.homes.values()) {
    if (powerW > 0) takenW += powerW
    else givenW -= powerW
  }
  return { takenW, givenW, netW: takenW - givenW }
}

function settlementFigures(street: Street, clockMs: number) {
  const final = [...street.batches.values()].filter((batch) => batch.final !== null).map(({ batch }) => batch)
  let [cost, without, importWh, coveredWh, creditsWh] = [0, 0, 0, 0, 0]
  for (const { totals } of final) {
    cost += totals.costMicroEur
    without += totals.costWithoutMarketMicroEur
    importWh += totals.importWh
    coveredWh += totals.coveredWh
    creditsWh += totals.creditsWh
  }
  const any = final.length > 0
  const lastSlot = Math.max(...final.map((batch) => batch.lastSlot))
  const slotMinutes = street.rules?.slotMinutes
  return {
    savedMicroEur: any ? without - cost : null,
    savedShare: without > 0 ? (without - cost) / without : null,
    coveredShare: importWh > 0 ? coveredWh / importWh : null,
    batchesProposed: Math.max(0, ...street.batches.keys()),
    batchesFinal: Math.max(0, ...final.map((batch) => batch.number)),
    creditsWh,
    lagMs:
      any && slotMinutes !== undefined ? Math.max(0, clockMs - slotStartMs({ slot: lastSlot + 1, slotMinutes })) : null,
    keptBatches: any && !final.some((batch) => batch.number === 1) ? final.length : null,
  }
}
