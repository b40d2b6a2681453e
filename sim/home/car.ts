/** A car at its charger at home. Energy in whole Wh, power in whole W on the side of the grid; efficiencies are shares. */
export interface Car {
  readonly capacityWh: number
  /** The most it charges with: 3,700, 11,000 or 22,000. */
  readonly chargePowerW: number
  /** The least it can charge with: 6 A a phase. */
  readonly leastPowerW: number
  /** Of what is charged, this share is stored. */
  readonly chargeEfficiency: number
  /** What it can give back to the home; 0: nothing. */
  readonly dischargePowerW: number
  /** Of what it gives back out of its store, this share reaches the home. */
  readonly dischargeEfficiency: number
  /** It shall leave with this share of its capacity, in thousandths. */
  readonly targetSocPerMille: number
  /** It never gives back below this share, in thousandths. */
  readonly minSocPerMille: number
  /** The share it starts with, in thousandths. */
  readonly initialSocPerMille: number
  /** `at-once` as it arrives; `with-the-sun` from the home's surplus, and in time for what the sun did not bring. */
  readonly charging: 'at-once' | 'with-the-sun'
}

/** What a car does in one step; energy of the whole step. */
export interface CarFlow {
  readonly chargeW: number
  readonly dischargeW: number
  /** The change of the stored energy. */
  readonly storedJ: number
  /** chargeW × seconds − dischargeW × seconds − storedJ: never negative. */
  readonly lossJ: number
}

/** Whether a car can be charged in the time it stays. Seconds count from now. */
export interface ChargingOutlook {
  readonly isFeasible: boolean
  /** from the grid, J */
  readonly neededJ: number
  /** what will be stored when it leaves, at full power from now to the target, J */
  readonly reachedJ: number
  /** when charging has to begin at the latest; 0 or less: now, and it will not do */
  readonly latestStartSeconds: number
}

const RESTING: CarFlow = { chargeW: 0, dischargeW: 0, storedJ: 0, lossJ: 0 }

/** What a car should have stored when it leaves, J. */
export function targetJ(car: Pick<Car, 'capacityWh' | 'targetSocPerMille'>): number {
  return Math.floor((car.capacityWh * 3600 * car.targetSocPerMille) / 1000)
}

export function chargingOutlook(
  car: Pick<Car, 'capacityWh' | 'chargePowerW' | 'chargeEfficiency' | 'targetSocPerMille'>,
  stay: { readonly storedJ: number; readonly seconds: number },
): ChargingOutlook {
  const missingJ = Math.max(0, targetJ(car) - stay.storedJ)
  const neededJ = missingJ / car.chargeEfficiency
  const latestStartSeconds = stay.seconds - neededJ / car.chargePowerW
  const gainJ = car.chargePowerW * stay.seconds * car.chargeEfficiency
  return {
    isFeasible: latestStartSeconds >= 0,
    neededJ,
    reachedJ: stay.storedJ + Math.min(missingJ, gainJ),
    latestStartSeconds,
  }
}

/**
 * One step at the charger. `surplusW` is sun − everything else in whole W, `staySeconds` how long it stays from the
 * start of the step. `wishW` is what a plan wants, charging positive: it goes before the sun, not before what the car
 * needs to leave charged. It charges to its target and no further, from the sun as full as it gets; losses are taken once
 * each way and rounded against the car.
 */
export function carFlow(
  car: Car,
  step: {
    readonly storedJ: number
    readonly surplusW: number
    readonly seconds: number
    readonly staySeconds: number
    readonly wishW?: number
  },
): CarFlow {
  const { storedJ, surplusW, seconds, staySeconds, wishW } = step
  const isUrgent =
    (car.charging === 'at-once' && wishW === undefined) ||
    chargingOutlook(car, { storedJ, seconds: staySeconds }).latestStartSeconds < 2 * seconds
  if (isUrgent && storedJ < targetJ(car)) return charge(car, { ...step, limitW: car.chargePowerW, toJ: targetJ(car) })
  if (wishW !== undefined) {
    if (wishW > 0)
      return charge(car, { ...step, limitW: Math.min(wishW, car.chargePowerW), toJ: car.capacityWh * 3600 })
    return wishW < 0 && !isUrgent ? discharge(car, { ...step, surplusW: wishW }) : RESTING
  }
  if (car.charging === 'with-the-sun' && surplusW >= car.leastPowerW) {
    return charge(car, { ...step, limitW: Math.min(surplusW, car.chargePowerW), toJ: car.capacityWh * 3600 })
  }
  return surplusW < 0 && car.dischargePowerW > 0 && !isUrgent ? discharge(car, step) : RESTING
}

function charge(
  car: Car,
  step: { readonly storedJ: number; readonly seconds: number; readonly limitW: number; readonly toJ: number },
): CarFlow {
  const { storedJ, seconds, limitW, toJ } = step
  const fitsW = Math.ceil(Math.max(0, toJ - storedJ) / (car.chargeEfficiency * seconds))
  const chargeW = Math.min(limitW, fitsW)
  const gainJ = Math.min(toJ - storedJ, Math.floor(chargeW * seconds * car.chargeEfficiency))
  return { chargeW, dischargeW: 0, storedJ: gainJ, lossJ: chargeW * seconds - gainJ }
}

/** Into the home's deficit, never beyond it, and only what can still be charged again in time. */
function discharge(
  car: Car,
  step: { readonly storedJ: number; readonly surplusW: number; readonly seconds: number; readonly staySeconds: number },
): CarFlow {
  const { storedJ, surplusW, seconds, staySeconds } = step
  const regainedJ = Math.floor(car.chargePowerW * Math.max(0, staySeconds - 2 * seconds) * car.chargeEfficiency)
  const leastJ = Math.max(Math.ceil((car.capacityWh * 3600 * car.minSocPerMille) / 1000), targetJ(car) - regainedJ)
  const usableJ = Math.max(0, storedJ - leastJ)
  const lastsW = Math.floor((usableJ * car.dischargeEfficiency) / seconds)
  const dischargeW = Math.min(0 - surplusW, car.dischargePowerW, lastsW)
  if (dischargeW <= 0) return RESTING
  const drawnJ = Math.min(usableJ, Math.ceil((dischargeW * seconds) / car.dischargeEfficiency))
  return { chargeW: 0, dischargeW, storedJ: 0 - drawnJ, lossJ: drawnJ - dischargeW * seconds }
}
