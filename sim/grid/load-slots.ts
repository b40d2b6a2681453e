import type { FeederTree, LoadPoint } from './feeder-tree.ts'
import type { Powers } from './powers.ts'
import type { SweepArrays, SweepTree } from './sweep-tree.ts'

const PHASES_OF: Readonly<Record<LoadPoint['phase'], readonly number[]>> = { ABC: [0, 1, 2], A: [0], B: [1], C: [2] }

/** A part of a point's power that goes to a slot. */
interface Share {
  readonly slot: number
  readonly point: number
  readonly part: number
}

/** The conductors of a feeder where something is connected, each once, and what is taken there, in the order of the sweep. */
export class LoadSlots {
  readonly #stride: number
  readonly #points: number
  /** Where in the arrays of the sweep each slot is. */
  readonly #at: Int32Array
  readonly #activeW: Float64Array
  readonly #reactiveVar: Float64Array
  /** The voltages of the last time: real and imaginary part in turn. */
  readonly #before: Float64Array
  readonly #shareSlot: Int32Array
  readonly #sharePoint: Int32Array
  readonly #sharePart: Float64Array

  constructor({ phases, points }: FeederTree, { nodes }: SweepTree) {
    this.#stride = 2 * phases
    this.#points = points.length
    const placeOf = new Map(Array.from(nodes, (node, place) => [node, place]))
    const connected = points.flatMap(({ node, phase }, point) => {
      const on = phases === 1 ? [0] : PHASES_OF[phase]
      const part = phase === 'ABC' ? 1 / 3 : 1
      return on.map((one) => ({ at: this.#stride * (placeOf.get(node) as number) + 2 * one, point, part }))
    })
    connected.sort((one, other) => one.at - other.at)
    this.#at = Int32Array.from(new Set(connected.map(({ at }) => at)))
    const slotOf = new Map(Array.from(this.#at, (at, slot) => [at, slot]))
    const shares = connected.map(({ at, point, part }): Share => ({ slot: slotOf.get(at) as number, point, part }))
    this.#shareSlot = Int32Array.from(shares, ({ slot }) => slot)
    this.#sharePoint = Int32Array.from(shares, ({ point }) => point)
    this.#sharePart = Float64Array.from(shares, ({ part }) => part)
    this.#activeW = new Float64Array(this.#at.length)
    this.#reactiveVar = new Float64Array(this.#at.length)
    this.#before = new Float64Array(2 * this.#at.length)
  }

  /** Takes the powers of the points from now on. Throws RangeError where there are more or fewer than points. */
  take({ activeW, reactiveVar }: Powers): void {
    if (activeW.length !== this.#points || reactiveVar.length !== this.#points) {
      throw new RangeError(`${activeW.length} and ${reactiveVar.length} powers for ${this.#points} points`)
    }
    const slots = this.#shareSlot
    const points = this.#sharePoint
    const parts = this.#sharePart
    const slotW = this.#activeW.fill(0)
    const slotVar = this.#reactiveVar.fill(0)
    for (let share = 0; share < slots.length; share++) {
      const slot = slots[share] as number
      const point = points[share] as number
      const part = parts[share] as number
      slotW[slot] = (slotW[slot] as number) + part * (activeW[point] as number)
      slotVar[slot] = (slotVar[slot] as number) + part * (reactiveVar[point] as number)
    }
  }

  /**
   * Sets the currents, conj(S / V) where something is connected and 0 elsewhere, and gives by how much the voltages
   * there have moved since the last time: the largest step per unit, NaN where one is no number.
   */
  drawCurrents({ current, voltage }: SweepArrays): number {
    const places = this.#at
    const slotW = this.#activeW
    const slotVar = this.#reactiveVar
    const before = this.#before
    current.fill(0)
    let largest = 0
    let sum = 0
    for (let slot = 0; slot < places.length; slot++) {
      const at = places[slot] as number
      const re = voltage[at] as number
      const im = voltage[at + 1] as number
      const movedRe = re - (before[2 * slot] as number)
      const movedIm = im - (before[2 * slot + 1] as number)
      before[2 * slot] = re
      before[2 * slot + 1] = im
      const moved = movedRe * movedRe + movedIm * movedIm
      if (moved > largest) largest = moved
      sum += moved
      const scale = 1 / (re * re + im * im)
      const watts = (slotW[slot] as number) * scale
      const vars = (slotVar[slot] as number) * scale
      current[at] = watts * re + vars * im
      current[at + 1] = watts * im - vars * re
    }
    // A sum that is no number says that one of them is none, which no comparison does.
    return Number.isFinite(sum) ? Math.sqrt(largest) : Number.NaN
  }

  /** Where the voltage moved most since the last time, or first left all bounds: its place in the sweep, and how far. */
  farthest({ voltage }: SweepArrays): { readonly place: number; readonly step: number } {
    let place = 0
    let step = 0
    for (const [slot, at] of this.#at.entries()) {
      const movedRe = (voltage[at] as number) - (this.#before[2 * slot] as number)
      const movedIm = (voltage[at + 1] as number) - (this.#before[2 * slot + 1] as number)
      const moved = Math.hypot(movedRe, movedIm)
      if (moved <= step) continue
      place = Math.floor(at / this.#stride)
      step = moved
      if (!Number.isFinite(step)) break
    }
    return { place, step }
  }
}
