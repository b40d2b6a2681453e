import type { PictureSlot } from '#protocol/picture/picture.ts'
import type { Figure } from './figure.ts'
import { type SlotSums, sumSlots } from './slot-sums.ts'
import { type Over, slotsOf } from './span.ts'

/**
 * Works figures out from consecutive slots: each of the last day of them, against the day that ended an hour or a day
 * earlier. Slots in ascending order; a younger street has fewer.
 */
export class SlotFigures {
  /** the last day, oldest first */
  readonly day: readonly PictureSlot[]
  readonly #slots: readonly PictureSlot[]
  readonly #earlier: SlotSums | null
  readonly sums: SlotSums

  constructor(slots: readonly PictureSlot[], look: { readonly over: Over; readonly slotMinutes: number }) {
    const perDay = slotsOf('day', look.slotMinutes)
    const last = slots.at(-1)?.slot ?? 0
    const until = (end: number) => slots.filter(({ slot }) => slot > end - perDay && slot <= end)
    this.#slots = slots
    this.day = until(last)
    this.sums = sumSlots(this.day)
    const before = until(last - slotsOf(look.over, look.slotMinutes))
    this.#earlier = before.length === 0 ? null : sumSlots(before)
  }

  /** A figure of the sums; `ofSlot` says what the same is for one slot, for its history. */
  figure(of: (sums: SlotSums) => number | null): Figure {
    const value = this.#slots.length === 0 ? null : of(this.sums)
    const before = this.#earlier === null ? null : of(this.#earlier)
    return {
      value,
      change: value === null || before === null ? null : value - before,
      history: this.day.map((slot) => of(sumSlots([slot]))),
    }
  }
}
