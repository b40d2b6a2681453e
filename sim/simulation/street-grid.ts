import type { PictureGrid } from '#protocol/picture/picture.ts'
import type { Violation } from '../grid/limits.ts'
import type { HomeRestraint } from '../home/home-restraint.ts'

/** What the wires of a street did in one slot. Voltages per unit of the nominal one, at the homes. */
export interface GridSlot {
  /** lost between the homes and the other side of their transformers, whole Wh */
  readonly lossesWh: number
  /** what of it each home has caused, by its place in the street: whole Wh that add up; below 0 of who lowered it */
  readonly homeLossesWh: Int32Array
  /** minutes in which a limit of voltage, current or unbalance was not kept */
  readonly violationMinutes: number
  readonly lowestPerUnit: number
  readonly highestPerUnit: number
  /** homes that have a heat pump or car and were dimmed in it */
  readonly dimmedHomes: number
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
  /** in which a heat pump or car was dimmed somewhere, and those of each such home summed */
  readonly dimmedMinutes: number
  readonly dimmedHomeMinutes: number
  /** what heat pumps and cars would have taken more in those minutes; they may have taken it later */
  readonly withheldWh: number
  /** in which a roof was held below its peak power somewhere */
  readonly curtailedMinutes: number
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

/** What the homes of a street did in a slot, mean W, by their place in the street. */
export interface GridLoad {
  readonly minutes: number
  /** at the connection point, import positive */
  readonly netW: Float64Array
  /** what the roofs gave */
  readonly roofW: Float64Array
  /** what heat pump and car would have taken more if they had not been dimmed */
  readonly withheldW: Float64Array
}

/** The wires of a street. They are as much in the middle of a run as its homes: for one run. */
export interface StreetGrid {
  /**
   * Lets homes do so much for so many minutes. Throws NotConverged.
   */
  readonly step: (slot: GridLoad) => GridSlot
  /** what a home is held to in the next slot, by what the last one was like */
  readonly restraintOf: (home: number) => HomeRestraint
  readonly result: () => GridResult
  /** as a page draws it */
  readonly picture: () => PictureGrid
  /** of all feeders, each from its source on */
  readonly voltages: () => readonly BusVoltages[]
}
