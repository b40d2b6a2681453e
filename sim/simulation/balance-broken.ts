import { Data } from 'effect'

/** The energy of a simulated home does not balance to the Wh: its model loses or makes energy, and no figure holds. */
export class BalanceBroken extends Data.TaggedError('BalanceBroken')<{
  readonly home: string
  /** what is left over, Wh; below 0 what is missing */
  readonly missingWh: number
}> {
  override get message(): string {
    return `the energy of ${this.home} does not balance: ${this.missingWh.toFixed(3)} Wh are left over`
  }
}
