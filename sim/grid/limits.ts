/** What a feeder is held to, beside the ratings of its branches. */
export interface Limits {
  /** Voltage against the nominal one. */
  readonly lowPerUnit: number
  readonly highPerUnit: number
  /** Negative- over positive-sequence voltage. */
  readonly unbalancePercent: number
}

/** EN 50160, 4.2.2 and 4.2.4: 230 V ± 10 %, and 2 % unbalance. */
export const EN_50160: Limits = { lowPerUnit: 0.9, highPerUnit: 1.1, unbalancePercent: 2 }

type PhaseName = 'A' | 'B' | 'C'

/** A limit that does not hold; of three phases the worst one is named. */
export type Violation =
  | {
      readonly kind: 'undervoltage' | 'overvoltage'
      readonly bus: string
      readonly phase?: PhaseName
      readonly perUnit: number
      readonly limitPerUnit: number
    }
  | {
      readonly kind: 'overload'
      readonly from: string
      readonly to: string
      readonly phase?: PhaseName
      /** A transformer's at its low side. */
      readonly amps: number
      readonly ratingA: number
    }
  | { readonly kind: 'unbalance'; readonly bus: string; readonly percent: number; readonly limitPercent: number }
