/** Cells lose this share of their power per K above 25 °C. */
const POWER_PER_KELVIN = -0.0035
/** Soiling, shading, wiring, mismatch and the like (PVWatts' default). */
const SYSTEM_LOSS = 0.14
const INVERTER_EFFICIENCY = 0.96
const INVERTER_REFERENCE_EFFICIENCY = 0.9637

/** Cell temperature, °C: air + absorbed − converted irradiance over a loss of 29 W/(m²·K) (PVsyst, open mounting). */
export function cellTemperatureC(conditions: { readonly planeWPerM2: number; readonly airC: number }): number {
  return conditions.airC + (conditions.planeWPerM2 * 0.9 * (1 - 0.1)) / 29
}

/** What the modules give, in units of their peak power (PVWatts, Dobos 2014). */
export function directCurrentPerPeak(conditions: { readonly planeWPerM2: number; readonly airC: number }): number {
  const heating = 1 + POWER_PER_KELVIN * (cellTemperatureC(conditions) - 25)
  return Math.max(0, (conditions.planeWPerM2 / 1000) * heating * (1 - SYSTEM_LOSS))
}

/** What the inverter gives of it, in the same units, clipped at its rating (PVWatts' part-load curve). */
export function alternatingCurrentPerPeak(directCurrent: number): number {
  if (directCurrent <= 0) return 0
  const efficiency =
    (INVERTER_EFFICIENCY / INVERTER_REFERENCE_EFFICIENCY) * (-0.0162 * directCurrent - 0.0059 / directCurrent + 0.9858)
  return Math.min(INVERTER_EFFICIENCY, Math.max(0, efficiency * directCurrent))
}
