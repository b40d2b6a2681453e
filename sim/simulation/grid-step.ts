/** What the wires of a street did in one slot. */
export interface GridSlot {
  /** lost between the homes and the transformer, whole Wh */
  readonly lossesWh: number
  /** minutes in which a limit of voltage, current or unbalance was not kept */
  readonly violationMinutes: number
}

/**
 * The wires, asked once a slot: `netW` is the mean power of each home at its connection point, import positive, by its
 * place in the street.
 */
export type GridStep = (slot: {
  readonly slot: number
  readonly minutes: number
  readonly netW: Float64Array
}) => GridSlot
