import { part } from './dom.ts'
import { LaterView } from './later-view.ts'
import type { Page } from './page.ts'
import type { Panel } from './selection.ts'

/** The panels that few open. */
export class LaterPanels {
  readonly #flows
  readonly #table

  constructor(on: { readonly onChoose: (home: number) => void; readonly onArrive: () => void }) {
    this.#flows = new LaterView(({ FlowsView }) => new FlowsView(part('flows')), on.onArrive)
    this.#table = new LaterView(({ HomeTable }) => new HomeTable(part('table'), on), on.onArrive)
  }

  /** Draws the panel that is chosen, if it is one of these. `visibleHomes` is asked for the table only. */
  draw(page: Page, now: { readonly panel: Panel; readonly visibleHomes: () => readonly number[] }): void {
    const { panel } = now
    const flows = this.#flows.for(panel === 'flows' ? panel : null)
    const table = this.#table.for(panel === 'table' ? panel : null)
    if (panel === 'flows') flows?.draw(page)
    if (panel === 'table') table?.draw(page, now.visibleHomes())
  }
}
