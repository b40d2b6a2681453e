import type { Battery } from './battery.ts'
import type { Car } from './car.ts'

/** What the instruments of one home show at a moment. Powers in whole W, counters in whole Wh since they were new. */
export interface HomeState {
  readonly timeMs: number
  /** All that is switched on, but for the heat pump and the car. */
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
    /** State of charge in 1/10,000 of the capacity that is left. */
    readonly socBasisPoints: number
    readonly battery: Battery
  } | null
  /** null where there is none. */
  readonly heatPump: {
    /** Electricity, the heating rod's included. */
    readonly powerW: number
    readonly isRunning: boolean
    /** Heat in its buffer. */
    readonly storedWh: number
    readonly outdoorC: number
  } | null
  /** null where there is none. */
  readonly car: {
    readonly isHome: boolean
    /** Charging positive, giving back negative; 0 while it is away. */
    readonly powerW: number
    readonly storedWh: number
    readonly socBasisPoints: number
    /** What it will lack of its target when it leaves, however it charges from now on; 0 while it is away. */
    readonly missingWh: number
    readonly car: Car
  } | null
}

/**
 * Everything that has flowed in a home since its start, in J, exact:
 * roof + discharge + carDischarge + import = load + heatPump + charge + carCharge + export;
 * charge − discharge = change of stored + batteryLoss; carCharge − carDischarge = change of carStored + driven + carLoss;
 * heat = heatUsed + heatLoss + change of heatStored.
 */
export interface EnergyAccount {
  readonly loadJ: number
  readonly roofJ: number
  /** what the roof was not let give */
  readonly curtailedJ: number
  readonly chargeJ: number
  readonly dischargeJ: number
  readonly importJ: number
  readonly exportJ: number
  readonly batteryLossJ: number
  readonly storedJ: number
  /** electricity of the heat pump, its rod included */
  readonly heatPumpJ: number
  /** heat that it gave */
  readonly heatJ: number
  readonly heatUsedJ: number
  readonly heatLossJ: number
  readonly heatStoredJ: number
  readonly carChargeJ: number
  readonly carDischargeJ: number
  readonly carLossJ: number
  readonly carStoredJ: number
  /** what the car drove with what it had charged at home */
  readonly drivenJ: number
  /** what its trips needed beyond that, charged on the way */
  readonly carElsewhereJ: number
  /** what it lacked of its target each time it left, summed */
  readonly carMissedJ: number
  /** what heat pump and car would have taken more, each minute, if they had not been dimmed in it */
  readonly withheldJ: number
}
