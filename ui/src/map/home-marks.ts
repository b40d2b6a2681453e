import { element } from '../dom.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import { type HomesScene, reachOf } from './homes-layer.ts'
import { labelSide } from './level.ts'
import type { Point } from './point.ts'

/** Rings round the home that is chosen, and round the viewer's own. */
export class HomeMarks {
  readonly #chosen = element('span', { class: 'map-mark chosen', hidden: '' })
  readonly #mine = element('span', { class: 'map-mark mine', hidden: '' }, element('span', {}, words.map.mine))
  readonly roots: readonly HTMLElement[] = [this.#chosen, this.#mine]

  /** `placeOf`: where a home is on the screen. */
  draw(page: Page, scene: HomesScene, placeOf: (home: number) => Point | null): void {
    const { layout, look } = scene
    for (const [mark, home] of [
      [this.#chosen, page.home],
      [this.#mine, page.mine],
    ] as const) {
      const at = home === null ? null : placeOf(home)
      mark.hidden = at === null
      if (home === null || at === null) continue
      const label = labelSide(layout, look, layout.outward[home] as number)
      mark.dataset.side = label === 'above' ? 'below' : 'above'
      mark.classList.toggle('told', look.labels === 'full')
      mark.style.transform = `translate(${at.x}px, ${at.y}px)`
      mark.style.setProperty('--mark-size', `${Math.max(18, 2 * reachOf(scene, home) + 8)}px`)
    }
  }
}
