import { slotStartMs } from '#protocol/slot.ts'
import { setAttributes, setText, svg } from '../dom.ts'
import { roundTimes } from '../time/round-times.ts'
import { timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import { phaseRuns, placeWords } from './phase-runs.ts'
import type { PriceScene } from './price-scene.ts'
import { slotGlyphs } from './slot-glyphs.ts'

/** Middle of a letter of the words under the slots, px: measuring them would lay the page out each time. */
const LETTER_WIDTH = 5.9
const HOUR_WIDTH = 46
const hourSteps = [1, 2, 3, 4, 6, 12]

/** Under the plot: each slot's mark, the words of their phases, and the hours. */
export class SlotMarks {
  readonly root = svg('g', { class: 'slot-marks' })
  readonly #times = timesIn()
  readonly #marks = svg('g')
  readonly #words = svg('g', { class: 'phase-words' })
  readonly #hours = svg('g', { class: 'slot-hours' })

  constructor() {
    this.root.append(this.#marks, this.#words, this.#hours)
  }

  draw(scene: PriceScene): void {
    this.#drawMarks(scene)
    this.#drawWords(scene)
    this.#drawHours(scene)
  }

  #drawMarks({ page, window, x, bottom }: PriceScene): void {
    const scale = Math.min(1, (x(1) - x(0)) / 11)
    const marks = pool(this.#marks, window.length, () =>
      svg('g', {}, svg('path', { class: 'slot-outline' }), svg('path', { class: 'slot-fill' })),
    )
    marks.forEach((mark, i) => {
      const number = window.first + i
      const slot = page.picture.slots.get(number)
      const glyph = slot === undefined ? null : slotGlyphs[slot.phase]
      const at = `translate(${x(number + 0.5).toFixed(1)} ${bottom + 15}) scale(${scale.toFixed(2)})`
      setAttributes(mark, { transform: at, 'data-phase': slot?.phase ?? '' })
      setAttributes(mark, { class: number === page.slot ? 'slot-mark chosen' : 'slot-mark' })
      setAttributes(mark.children[0] as Element, { d: glyph?.outline ?? '' })
      setAttributes(mark.children[1] as Element, { d: glyph?.fill ?? '' })
    })
  }

  #drawWords({ page, window, x, left, right, bottom }: PriceScene): void {
    const placed = placeWords(phaseRuns(page.picture.slots, window), {
      ...{ x, left, right },
      widthOf: (phase) => words.phase[phase].length * LETTER_WIDTH + 8,
    })
    const texts = pool(this.#words, placed.length, () => svg('text'))
    placed.forEach(({ phase, left: at }, i) => {
      const text = texts[i] as Element
      setAttributes(text, { x: (at + 2).toFixed(1), y: bottom + 36, 'data-phase': phase })
      setText(text, words.phase[phase])
    })
  }

  #drawHours({ page, window, x, bottom }: PriceScene): void {
    const { slotMinutes } = page
    const hourWidth = ((x(1) - x(0)) * 60) / slotMinutes
    const every = hourSteps.find((hours) => hours * hourWidth >= HOUR_WIDTH) ?? 24
    const [firstMs, lastMs] = [window.first, window.first + window.length].map((slot) =>
      slotStartMs({ slot, slotMinutes }),
    ) as [number, number]
    const hours = roundTimes({ firstMs, lastMs }, every * 60)
    const texts = pool(this.#hours, hours.length, () => svg('text'))
    hours.forEach((timeMs, i) => {
      const text = texts[i] as Element
      setAttributes(text, { x: x(timeMs / (slotMinutes * 60_000)).toFixed(1), y: bottom + 50 })
      setText(text, this.#times.clock(timeMs))
    })
  }
}

/** Exactly so many children of a group, made as they are needed. */
function pool(group: Element, length: number, make: () => Element): readonly Element[] {
  while (group.childElementCount < length) group.append(make())
  while (group.childElementCount > length) group.lastElementChild?.remove()
  return [...group.children]
}
