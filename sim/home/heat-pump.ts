import type { HeatNeed } from './heat-demand.ts'
import { coefficientOfPerformance, type HeatSink, type HeatSource } from './heat-pump-efficiency.ts'

/** A heat pump that fills a buffer, and a rod that helps where it cannot follow. */
export interface HeatPump {
  readonly source: HeatSource
  /** what warms the rooms; hot water is made besides */
  readonly sink: Exclude<HeatSink, 'hot-water'>
  /** The heat it gives while it runs, W. */
  readonly thermalPowerW: number
  /** What its buffer holds, Wh of heat. */
  readonly bufferWh: number
  /** Once on it stays on, once off it stays off so long. */
  readonly minOnMinutes: number
  readonly minOffMinutes: number
}

/** How a heat pump stands between two steps. */
export interface HeatPumpState {
  readonly isRunning: boolean
  /** since it was switched */
  readonly switchedMinutes: number
  /** heat in its buffer */
  readonly storedJ: number
}

/** What a heat pump does in one step; energy of the whole step. */
export interface HeatPumpFlow extends HeatPumpState {
  /** Electricity, the rod's included, whole W. */
  readonly powerW: number
  /** Heat that the pump and the rod gave: heatJ = usedJ + lossJ + the change of what is stored. */
  readonly heatJ: number
  /** Heat that the house got: all it needed, unless the power did not suffice. */
  readonly usedJ: number
  /** Heat that the buffer lost. */
  readonly lossJ: number
}

/** It starts when the buffer is emptier than this, and stops when it is fuller than that. */
const START_BELOW = 0.2
const STOP_ABOVE = 0.7
/** What a buffer loses of its heat in an hour. */
const BUFFER_LOSS_PER_HOUR = 0.005
const MINUTE_SECONDS = 60

/** A heat pump that has long been off, its buffer half full. */
export function restingHeatPump(pump: HeatPump): HeatPumpState {
  return { isRunning: false, switchedMinutes: pump.minOffMinutes, storedJ: Math.floor((pump.bufferWh * 3600) / 2) }
}

/**
 * One minute: the thermostat switches by the buffer, as far as the minimum times let it. Pump and rod together take at
 * most `mostW` (whole W; without it what they can): what the house then lacks of its heat is not made up for.
 */
export function heatPumpFlow(
  pump: HeatPump,
  before: HeatPumpState,
  need: HeatNeed,
  mostW = Number.POSITIVE_INFINITY,
): HeatPumpFlow {
  const bufferJ = pump.bufferWh * 3600
  const wanted = before.isRunning ? before.storedJ < STOP_ABOVE * bufferJ : before.storedJ < START_BELOW * bufferJ
  const leastMinutes = before.isRunning ? pump.minOnMinutes : pump.minOffMinutes
  const isRunning = before.switchedMinutes >= leastMinutes ? wanted : before.isRunning
  const switchedMinutes = isRunning === before.isRunning ? before.switchedMinutes + 1 : 1

  const neededJ = Math.round((need.spaceW + need.waterW) * MINUTE_SECONDS)
  const lossJ = Math.floor(before.storedJ * BUFFER_LOSS_PER_HOUR * (MINUTE_SECONDS / 3600))
  const roomJ = bufferJ - (before.storedJ - lossJ) + neededJ
  const efficiency = isRunning ? meanEfficiency(pump, need) : 1
  const freeW = isRunning ? Math.floor(Math.min(pump.thermalPowerW, roomJ / MINUTE_SECONDS) / efficiency) : 0
  const pumpW = Math.min(freeW, mostW)
  const pumpJ = Math.floor(pumpW * MINUTE_SECONDS * efficiency)
  const missingJ = Math.max(0, neededJ - (before.storedJ - lossJ) - pumpJ)
  const rodW = Math.min(Math.ceil(missingJ / MINUTE_SECONDS), mostW - pumpW)
  const heatJ = pumpJ + rodW * MINUTE_SECONDS
  const usedJ = Math.min(neededJ, before.storedJ - lossJ + heatJ)
  return {
    isRunning,
    switchedMinutes,
    storedJ: before.storedJ - lossJ + heatJ - usedJ,
    powerW: pumpW + rodW,
    heatJ,
    usedJ,
    lossJ,
  }
}

/** Rooms and hot water each at its own efficiency, by how much of each is needed. */
function meanEfficiency(pump: HeatPump, need: HeatNeed): number {
  const { outdoorC, groundC } = need
  const at = { source: pump.source, outdoorC, groundC }
  const waterShare = need.waterW / (need.spaceW + need.waterW)
  const space = coefficientOfPerformance({ ...at, sink: pump.sink })
  const water = coefficientOfPerformance({ ...at, sink: 'hot-water' })
  return 1 / ((1 - waterShare) / space + waterShare / water)
}
