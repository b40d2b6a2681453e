import type { Violation } from '../grid/limits.ts'

/** What the wires of a street did in one slot. Voltages per unit of the nominal one, at the homes. */
export interface GridSlot {
  /** lost between the homes and the other side of their transformers, whole Wh */
  readonly lossesWh: number
  /** minutes in which a limit of voltage, current or unbalance was not kept */
  readonly violationMinutes: number
  readonly lowestPerUnit: number
  readonly highestPerUnit: number
}

/** What the wires did over a run, told to a millionth. */
export interface GridResult {
  readonly feeders: number
  readonly lowestPerUnit: number
  readonly highestPerUnit: number
  /** the largest share of its rating that a line or transformer carried; above 1 is too much */
  readonly largestLoading: number
  /** by kind; the kinds of one minute count each */
  readonly violationMinutes: Readonly<Record<Violation['kind'], number>>
}

/** A bus of the street, and the voltages that it has had, per unit of its nominal one. */
export interface BusVoltages {
  /** from 1 */
  readonly feeder: number
  readonly bus: string
  /** which home is connected there, by its place in the street; null where none is */
  readonly home: number | null
  /** the bus that feeds it; null for the source */
  readonly from: string | null
  /** resistance of the lines between the transformer (without one: the source) and the bus */
  readonly resistanceOhm: number
  readonly lowestPerUnit: number
  readonly highestPerUnit: number
}

/** The wires of a street. They are as much in the middle of a run as its homes: for one run. */
export interface StreetGrid {
  /**
   * Lets homes take so much for so many minutes: `netW` is the mean power of each at its connection point, import
   * positive, by its place in the street. Throws NotConverged.
   */
  readonly step: (slot: { readonly minutes: number; readonly netW: Float64Array }) => GridSlot
  readonly result: () => GridResult
  /** of all feeders, each from its source on */
  readonly voltages: () => readonly BusVoltages[]
}
