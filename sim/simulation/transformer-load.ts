import { ratio } from './ratio.ts'
import type { StreetKpis } from './simulation-result.ts'

/** What passed the transformer of a street (of several: where they meet): what it holds does not grow with the run. */
export class TransformerLoad {
  readonly #wattsPerWh: number
  #slots = 0
  #importWh = 0
  #exportWh = 0
  #peakImportWh = 0
  #peakExportWh = 0
  #lastNetWh = 0
  /** every change from one slot to the next, up or down */
  #rampedWh = 0

  constructor(options: { readonly slotMinutes: number }) {
    this.#wattsPerWh = 60 / options.slotMinutes
  }

  /** What came from the grid so far, Wh. */
  get importWh(): number {
    return this.#importWh
  }

  /** What went there so far, Wh. */
  get exportWh(): number {
    return this.#exportWh
  }

  /** Adds the next slot, Wh. */
  add({ importWh, exportWh }: { readonly importWh: number; readonly exportWh: number }): void {
    const netWh = importWh - exportWh
    if (this.#slots > 0) this.#rampedWh += Math.abs(netWh - this.#lastNetWh)
    this.#lastNetWh = netWh
    this.#slots++
    this.#importWh += importWh
    this.#exportWh += exportWh
    this.#peakImportWh = Math.max(this.#peakImportWh, importWh)
    this.#peakExportWh = Math.max(this.#peakExportWh, exportWh)
  }

  /**
   * Peaks; load factor = mean import ÷ peak import, where a slot that feeds in counts 0; ramping =
   * Σ|Pₜ − Pₜ₋₁| ÷ (slots − 1) of the net power P, import positive, in whole W.
   */
  figures(): Pick<StreetKpis, 'peakImportW' | 'peakExportW' | 'loadFactor' | 'rampingW'> {
    const changes = this.#slots - 1
    return {
      peakImportW: this.#peakImportWh * this.#wattsPerWh,
      peakExportW: this.#peakExportWh * this.#wattsPerWh,
      loadFactor: ratio(this.#importWh, this.#peakImportWh * this.#slots),
      rampingW: changes > 0 ? Math.round((this.#rampedWh * this.#wattsPerWh) / changes) : null,
    }
  }
}
