import type { SlotRecord } from '../simulation/slot-record.ts'

const DAY_MS = 86_400_000
/** The transformer's power is counted in steps of this, W. */
const POWER_STEP_W = 100

/** The mean day of a run, one value a slot of the day. Powers in W, prices in EUR/MWh. */
export interface MeanDay {
  readonly demandW: readonly number[]
  readonly productionW: readonly number[]
  readonly tradedW: readonly number[]
  readonly gridImportW: readonly number[]
  readonly gridExportW: readonly number[]
  /** by energy; null where nothing ever traded */
  readonly vwapEurPerMWh: readonly (number | null)[]
  readonly retailEurPerMWh: readonly number[]
  readonly feedInEurPerMWh: readonly number[]
}

interface SlotOfDay {
  count: number
  demandWh: number
  productionWh: number
  tradedWh: number
  gridImportWh: number
  gridExportWh: number
  valueEurWhPerMWh: number
  retailEurPerMWh: number
  feedInEurPerMWh: number
}

/** What the report draws, gathered slot by slot: it does not grow with the run. */
export class ReportSeries {
  readonly #slotMinutes: number
  readonly #day: SlotOfDay[]
  /** power at the transformer in steps, import positive → how many slots */
  readonly #powers = new Map<number, number>()

  constructor(slotMinutes: number) {
    this.#slotMinutes = slotMinutes
    this.#day = Array.from({ length: 1_440 / slotMinutes }, () => ({
      count: 0,
      demandWh: 0,
      productionWh: 0,
      tradedWh: 0,
      gridImportWh: 0,
      gridExportWh: 0,
      valueEurWhPerMWh: 0,
      retailEurPerMWh: 0,
      feedInEurPerMWh: 0,
    }))
  }

  add(record: SlotRecord): void {
    const at = Math.floor((record.startMs % DAY_MS) / (this.#slotMinutes * 60_000))
    const slot = this.#day[at] as SlotOfDay
    slot.count++
    slot.demandWh += record.demandWh
    slot.productionWh += record.productionWh
    slot.tradedWh += record.tradedWh
    slot.gridImportWh += record.gridImportWh
    slot.gridExportWh += record.gridExportWh
    slot.valueEurWhPerMWh += (record.vwapEurPerMWh ?? 0) * record.tradedWh
    slot.retailEurPerMWh += record.retailEurPerMWh
    slot.feedInEurPerMWh += record.feedInEurPerMWh
    const powerW = ((record.gridImportWh - record.gridExportWh) * 60) / this.#slotMinutes
    const step = Math.round(powerW / POWER_STEP_W)
    this.#powers.set(step, (this.#powers.get(step) ?? 0) + 1)
  }

  meanDay(): MeanDay {
    const meanW = (of: (slot: SlotOfDay) => number) =>
      this.#day.map((slot) => (slot.count === 0 ? 0 : (of(slot) * 60) / this.#slotMinutes / slot.count))
    const mean = (of: (slot: SlotOfDay) => number) =>
      this.#day.map((slot) => (slot.count === 0 ? 0 : of(slot) / slot.count))
    return {
      demandW: meanW((slot) => slot.demandWh),
      productionW: meanW((slot) => slot.productionWh),
      tradedW: meanW((slot) => slot.tradedWh),
      gridImportW: meanW((slot) => slot.gridImportWh),
      gridExportW: meanW((slot) => slot.gridExportWh),
      vwapEurPerMWh: this.#day.map((slot) => (slot.tradedWh === 0 ? null : slot.valueEurWhPerMWh / slot.tradedWh)),
      retailEurPerMWh: mean((slot) => slot.retailEurPerMWh),
      feedInEurPerMWh: mean((slot) => slot.feedInEurPerMWh),
    }
  }

  /** Power at the transformer, W, import positive, the largest first, and up to which share of the time it is reached. */
  duration(): readonly { readonly share: number; readonly powerW: number }[] {
    const total = [...this.#powers.values()].reduce((sum, count) => sum + count, 0)
    let before = 0
    return [...this.#powers]
      .sort(([a], [b]) => b - a)
      .flatMap(([step, count]) => {
        const from = before / total
        before += count
        const powerW = step * POWER_STEP_W
        return [
          { share: from, powerW },
          { share: before / total, powerW },
        ]
      })
  }
}
