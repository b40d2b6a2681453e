import { designHeatW, HeatDemand } from '../home/heat-demand.ts'
import type { HomeParts } from '../home/simulated-home.ts'
import type { AirTemperature } from '../weather/air-temperature.ts'
import type { ScenarioHome } from './scenario.ts'

/** A heat pump is sized for a mean day of so many °C, and a ninth more. */
const DESIGN_C = -12
const SIZED_SHARE = 0.9

/** The heat pump of a home, and the heat it needs; null where there is none. */
export function heatPumpOf(
  one: ScenarioHome,
  street: { readonly air: AirTemperature; readonly localOffsetMs: number },
): HomeParts['heatPump'] {
  const { heatPump } = one
  if (heatPump === undefined) return null
  const {
    annualHeatKwh,
    source = 'air',
    sink = 'radiator',
    bufferWh = 5_000,
    minOnMinutes = 10,
    minOffMinutes = 10,
  } = heatPump
  const thermalPowerW =
    heatPump.thermalPowerW ?? Math.round(designHeatW({ annualHeatKwh, outdoorC: DESIGN_C }) / SIZED_SHARE)
  return {
    pump: { source, sink, thermalPowerW, bufferWh, minOnMinutes, minOffMinutes },
    demand: new HeatDemand({ annualHeatKwh, ...street }),
  }
}
