import { Data } from 'effect'

/** A power flow that found no solution: the feeder cannot carry this (voltage collapse). Nothing is known of its voltages. */
export class NotConverged extends Data.TaggedError('NotConverged')<{
  /** Where the voltage moved most to the last. */
  readonly bus: string
  readonly iterations: number
  /** By how much it still moved there, per unit; NaN or Infinity if it left all bounds. */
  readonly lastStep: number
}> {
  override get message(): string {
    const moved = Number.isFinite(this.lastStep)
      ? `still moves by ${(100 * this.lastStep).toPrecision(2)} %`
      : 'left all bounds'
    return `no power flow: the voltage at bus ${JSON.stringify(this.bus)} ${moved} after ${this.iterations} iterations; the feeder cannot carry these loads`
  }
}
