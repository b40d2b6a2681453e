/** A home battery on the alternating-current side. Energy in whole Wh, power in whole W; efficiencies and rates are shares. */
export interface Battery {
  /** when it was new */
  readonly capacityWh: number
  /** The most it charges with, W. */
  readonly chargePowerW: number
  /** The most it discharges with, W. */
  readonly dischargePowerW: number
  /** Of what is charged, this share is stored. */
  readonly chargeEfficiency: number
  /** Of what leaves the store, this share reaches the home. */
  readonly dischargeEfficiency: number
  /** It never discharges below this share of its capacity, in thousandths. */
  readonly minSocPerMille: number
  /** It never charges above this share of its capacity, in thousandths. */
  readonly maxSocPerMille: number
  /** The share it starts with, in thousandths. */
  readonly initialSocPerMille: number
  /** What it loses of the stored energy in an hour. */
  readonly selfDischargePerHour: number
  /** What it loses of its capacity with every full cycle. */
  readonly fadePerCycle: number
  /** What it loses of its capacity in a year. */
  readonly fadePerYear: number
}

/** What a battery does in one step. `storedJ` and `lossJ` are of the whole step. */
export interface BatteryFlow {
  readonly chargeW: number
  readonly dischargeW: number
  /** The change of the stored energy. */
  readonly storedJ: number
  /** chargeW × seconds − dischargeW × seconds − storedJ: never negative. */
  readonly lossJ: number
}

const HOUR_SECONDS = 3600
const YEAR_MS = 365.25 * 86_400_000

/** Capacity in J, when new. */
export function capacityJ(battery: Pick<Battery, 'capacityWh'>): number {
  return battery.capacityWh * 3600
}

/**
 * Capacity in whole J after so much use: `ageMs` since it was new, `throughputJ` out of the store. Cycles and years
 * fade it in a straight line, to nothing at the least.
 */
export function fadedCapacityJ(
  battery: Pick<Battery, 'capacityWh' | 'fadePerCycle' | 'fadePerYear'>,
  use: { readonly ageMs: number; readonly throughputJ: number },
): number {
  const cycles = use.throughputJ / capacityJ(battery)
  const left = 1 - battery.fadePerCycle * cycles - (battery.fadePerYear * use.ageMs) / YEAR_MS
  return Math.max(0, Math.floor(capacityJ(battery) * left))
}

/**
 * Greedy self-use: charges from a surplus, discharges into a deficit, as far as power, window and energy go; never
 * both in a step. What leaks is gone first: stored × (1 − rate)^hours is left. Losses are taken once on the way in and
 * once on the way out, rounded against the battery. `surplusW` is sun − load in whole W, `storedJ` what is stored at
 * the start of the step, `capacityJ` what it can hold by now (left out: as when new).
 */
export function batteryFlow(
  battery: Battery,
  step: {
    readonly storedJ: number
    readonly surplusW: number
    readonly seconds: number
    readonly capacityJ?: number
  },
): BatteryFlow {
  const { surplusW, seconds, capacityJ: nowJ = capacityJ(battery) } = step
  const keptJ = Math.min(nowJ, step.storedJ - leakJ(battery, step))
  const goneJ = step.storedJ - keptJ
  if (surplusW > 0) {
    const roomJ = Math.max(0, Math.floor((nowJ * battery.maxSocPerMille) / 1000) - keptJ)
    const fitsW = Math.floor(roomJ / (battery.chargeEfficiency * seconds))
    const chargeW = Math.min(surplusW, battery.chargePowerW, fitsW)
    const gainJ = Math.min(roomJ, Math.floor(chargeW * seconds * battery.chargeEfficiency))
    return { chargeW, dischargeW: 0, storedJ: gainJ - goneJ, lossJ: chargeW * seconds - gainJ + goneJ }
  }
  const usableJ = Math.max(0, keptJ - Math.ceil((nowJ * battery.minSocPerMille) / 1000))
  const lastsW = Math.floor((usableJ * battery.dischargeEfficiency) / seconds)
  const dischargeW = Math.min(0 - surplusW, battery.dischargePowerW, lastsW)
  const drawnJ = Math.min(usableJ, Math.ceil((dischargeW * seconds) / battery.dischargeEfficiency))
  return { chargeW: 0, dischargeW, storedJ: 0 - drawnJ - goneJ, lossJ: drawnJ - dischargeW * seconds + goneJ }
}

function leakJ(battery: Battery, step: { readonly storedJ: number; readonly seconds: number }): number {
  if (battery.selfDischargePerHour === 0) return 0
  const hours = step.seconds / HOUR_SECONDS
  return Math.floor(step.storedJ * -Math.expm1(hours * Math.log1p(-battery.selfDischargePerHour)))
}
