import { BESIDE_MIN, LABEL_ROOM, type StreetLayout } from './layout.ts'

/** What is told at a distance: lines with their totals, homes, or each home with its battery and its meter's age. */
type Level = 'feeders' | 'homes' | 'details'

/** How much a home may take of the screen, and what is told of it. Lengths in px on the screen. */
export interface Look {
  readonly level: Level
  readonly pitch: number
  /** the radius of the largest power drawn, and of the house in it */
  readonly bubble: number
  readonly body: number
  /** what there is room for beside each home, and how wide that may be */
  readonly labels: 'full' | 'power' | 'none'
  readonly labelRoom: number
  readonly labelHeight: number
  /** away from the street, or above and below; on a street that runs down, beside the home where there is room */
  readonly labelSide: 'outside' | 'beside'
}

/** How wide a road is drawn, px. */
export const roadWidth = ({ pitch }: Look): number => Math.min(34, pitch * 0.34)

/** Smaller than this, px, a home gives way to no label. */
const LABELLED_BUBBLE_MIN = 12
/** Narrower than this, px, a label says nothing. */
const LABEL_MIN = 64

/** What a street looks like, magnified so many times. */
export function lookAt(layout: StreetLayout, magnified: number): Look {
  const pitch = layout.pitch * magnified
  const level = pitch < 11 ? 'feeders' : pitch < 150 ? 'homes' : 'details'
  const full = LABEL_ROOM.full + (level === 'details' ? 14 : 0)
  const across = layout.direction === 'across'
  const step = layout.step * magnified
  const inner = layout.setBack * magnified
  const outer = (layout.depth - layout.setBack) * magnified
  const largest = Math.min(52, pitch * 0.38)
  const made = (look: Pick<Look, 'bubble' | 'labels' | 'labelRoom' | 'labelHeight' | 'labelSide'>): Look => ({
    ...{ level, pitch, ...look, labelRoom: Math.min(look.labelRoom, 170) },
    body: Math.max(1.5, Math.min(17, pitch * 0.13, look.bubble * 0.5)),
  })
  const beside = outer - largest * 1.11 - 8
  if (!across && beside >= LABEL_MIN && step >= full) {
    return made({ bubble: largest, labels: 'full', labelRoom: beside, labelHeight: full, labelSide: 'beside' })
  }
  // Few homes on many lines: little room above and below, much between them.
  if (across && outer < full + 2 * LABELLED_BUBBLE_MIN && step >= BESIDE_MIN) {
    const bubble = Math.min(largest, (inner - 8) / 1.11, outer / 1.2)
    const labelRoom = step - 2.3 * bubble - 12
    if (bubble >= LABELLED_BUBBLE_MIN && labelRoom >= LABEL_MIN) {
      return made({ bubble, labels: 'full', labelRoom, labelHeight: full, labelSide: 'beside' })
    }
  }
  const width = across ? step * 0.98 : 2 * Math.min(inner - 8, outer)
  if (width >= LABEL_MIN) {
    for (const [labels, height] of [
      ['full', full],
      ['power', LABEL_ROOM.power],
    ] as const) {
      const left = across ? Math.min(outer - height, inner - 8) / 1.11 : (step - height) / 2.3
      const bubble = Math.min(largest, left)
      if (bubble >= LABELLED_BUBBLE_MIN)
        return made({ bubble, labels, labelRoom: width, labelHeight: height, labelSide: 'outside' })
    }
  }
  return made({ bubble: largest, labels: 'none', labelRoom: 0, labelHeight: 0, labelSide: 'outside' })
}

/** The side of its home on which a label stands. */
export function labelSide(layout: StreetLayout, look: Look, outward: number): 'above' | 'below' | 'left' | 'right' {
  if (look.labelSide === 'beside') return layout.direction === 'down' && outward < 0 ? 'left' : 'right'
  return layout.direction === 'across' && outward < 0 ? 'above' : 'below'
}
