import type { SlotPhase } from '#protocol/market-event.ts'
import type { PictureSlot } from '#protocol/picture/picture.ts'
import type { SlotWindow } from '../market/slots.ts'

/** Slots in a row that are in the same phase: `first` … `first + length − 1`. */
export interface PhaseRun {
  readonly phase: SlotPhase
  readonly first: number
  readonly length: number
}

/** The runs of a window, ascending. Slots that are not there belong to none. */
export function phaseRuns(slots: ReadonlyMap<number, Pick<PictureSlot, 'phase'>>, window: SlotWindow): PhaseRun[] {
  const runs: PhaseRun[] = []
  for (let slot = window.first; slot < window.first + window.length; slot++) {
    const phase = slots.get(slot)?.phase
    if (phase === undefined) continue
    const last = runs.at(-1)
    if (last?.phase === phase && last.first + last.length === slot) {
      runs[runs.length - 1] = { ...last, length: last.length + 1 }
    } else {
      runs.push({ phase, first: slot, length: 1 })
    }
  }
  return runs
}

/** Phases that nobody may overlook: their word is there even where it is wider than its slots. */
const urgent: readonly SlotPhase[] = ['halted', 'disputed', 'call']

/** A phase's word under its slots, px from the left. */
export interface PhaseWord {
  readonly phase: SlotPhase
  readonly left: number
}

/** Where the words of runs go: urgent ones first, the others only where they fit under their slots. */
export function placeWords(
  runs: readonly PhaseRun[],
  room: {
    readonly x: (slot: number) => number
    readonly widthOf: (phase: SlotPhase) => number
    readonly left: number
    readonly right: number
  },
): readonly PhaseWord[] {
  const { x, widthOf, left: leftmost, right: rightmost } = room
  const placed: { phase: SlotPhase; left: number; right: number }[] = []
  for (const isUrgent of [true, false]) {
    for (const { phase, first, length } of runs) {
      if (urgent.includes(phase) !== isUrgent) continue
      const width = widthOf(phase)
      const [start, end] = [x(first), x(first + length)]
      if (!isUrgent && width > end - start) continue
      const centred = (start + end - width) / 2
      const left = width > end - start ? Math.min(Math.max(centred, leftmost), rightmost - width) : start
      if (placed.some((other) => left < other.right && other.left < left + width)) continue
      placed.push({ phase, left, right: left + width })
    }
  }
  return placed.map(({ phase, left }) => ({ phase, left })).sort((a, b) => a.left - b.left)
}
