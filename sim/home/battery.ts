/** A home battery on the alternating-current side. All whole numbers. */
export interface Battery {
  readonly capacityWh: number
  /** The most it charges or discharges with, W. */
  readonly powerW: number
  /** Of what is charged, so many thousandths are stored. */
  readonly chargePerMille: number
  /** Of what leaves the store, so many thousandths reach the home. */
  readonly dischargePerMille: number
  /** It never discharges below this share of its capacity, in thousandths. */
  readonly minSocPerMille: number
  /** It never charges above this share of its capacity, in thousandths. */
  readonly maxSocPerMille: number
  /** The share it starts with, in thousandths. */
  readonly initialSocPerMille: number
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

/** Capacity in J. */
export function capacityJ(battery: Battery): number {
  return battery.capacityWh * 3600
}

/**
 * Greedy self-use: charges from a surplus, discharges into a deficit, as far as power, window and energy go; never
 * both in a step. Losses are taken once on the way in and once on the way out, rounded against the battery.
 * `surplusW` is sun − load in whole W, `storedJ` what is stored at the start of the step.
 */
export function batteryFlow(
  battery: Battery,
  step: { readonly storedJ: number; readonly surplusW: number; readonly seconds: number },
): BatteryFlow {
  const { storedJ, surplusW, seconds } = step
  if (surplusW > 0) {
    const roomJ = Math.max(0, Math.floor((capacityJ(battery) * battery.maxSocPerMille) / 1000) - storedJ)
    const fitsW = Math.floor((roomJ * 1000) / (battery.chargePerMille * seconds))
    const chargeW = Math.min(surplusW, battery.powerW, fitsW)
    const gainJ = Math.floor((chargeW * seconds * battery.chargePerMille) / 1000)
    return { chargeW, dischargeW: 0, storedJ: gainJ, lossJ: chargeW * seconds - gainJ }
  }
  const usableJ = Math.max(0, storedJ - Math.ceil((capacityJ(battery) * battery.minSocPerMille) / 1000))
  const lastsW = Math.floor((usableJ * battery.dischargePerMille) / (1000 * seconds))
  const dischargeW = Math.min(0 - surplusW, battery.powerW, lastsW)
  const drawnJ = Math.ceil((dischargeW * seconds * 1000) / battery.dischargePerMille)
  return { chargeW: 0, dischargeW, storedJ: 0 - drawnJ, lossJ: drawnJ - dischargeW * seconds }
}
