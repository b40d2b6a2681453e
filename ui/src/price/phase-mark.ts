import type { SlotPhase } from '#protocol/market-event.ts'
import { element, setAttributes, setText, svg } from '../dom.ts'
import { words } from '../words/words.ts'
import { slotGlyphs } from './slot-glyphs.ts'

/** A phase's mark with its word. */
export class PhaseMark {
  readonly root: HTMLElement
  readonly #outline = svg('path', { class: 'slot-outline' })
  readonly #fill = svg('path', { class: 'slot-fill' })
  readonly #word = element('span')

  constructor(attributes: Readonly<Record<string, string>> = {}) {
    const mark = svg('svg', { viewBox: '-6 -6 12 12', width: 12, height: 12, 'aria-hidden': 'true' })
    mark.append(this.#outline, this.#fill)
    this.root = element('span', { class: 'phase', ...attributes }, mark, this.#word)
  }

  draw(phase: SlotPhase | null): void {
    this.root.hidden = phase === null
    if (phase === null) return
    setAttributes(this.root, { 'data-phase': phase })
    setAttributes(this.#outline, { d: slotGlyphs[phase].outline })
    setAttributes(this.#fill, { d: slotGlyphs[phase].fill })
    setText(this.#word, words.phase[phase])
  }
}
