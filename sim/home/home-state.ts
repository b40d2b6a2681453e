import type { Battery } from './battery.ts'

/** What the instruments of one home show at a moment. Powers in whole W, counters in whole Wh since they were new. */
export interface HomeState {
  readonly timeMs: number
  readonly loadW: number
  /** The settlement meter at the connection point. */
  readonly grid: {
    /** Import positive, export negative. */
    readonly powerW: number
    readonly importWh: number
    readonly exportWh: number
  }
  /** The inverter of the roof; null where there is none. */
  readonly roof: { readonly powerW: number; readonly producedWh: number; readonly peakW: number } | null
  /** null where there is none. */
  readonly battery: {
    /** Charging positive, discharging negative. */
    readonly powerW: number
    readonly storedWh: number
    /** State of charge in 1/10,000 of the capacity. */
    readonly socBasisPoints: number
    readonly battery: Battery
  } | null
}

/**
 * Everything that has flowed in a home since its start, in J, exact:
 * roof + discharge + import = load + charge + export, and charge − discharge = change of stored + losses.
 */
export interface EnergyAccount {
  readonly loadJ: number
  readonly roofJ: number
  readonly chargeJ: number
  readonly dischargeJ: number
  readonly importJ: number
  readonly exportJ: number
  readonly batteryLossJ: number
  readonly storedJ: number
}
