import { type Measurement, measured } from '../measurement.ts'
import type { Points } from './decode-model.ts'

/** What a device of SunSpec's 700 models (IEEE 1547 DER) produces and stores. Production negative, charging positive. */
export interface DerRoles {
  readonly pv?: { readonly powerW: Measurement; readonly exportWh: Measurement }
  readonly battery?: { readonly powerW: Measurement; readonly soc: Measurement }
}

/** DC port types of model 714. */
const PHOTOVOLTAIC = 0
const STORAGE = 1

/**
 * Model 701's W is what the whole device injects, positive out of it. A device with one kind of DC port (714) is that
 * kind, and 701 tells its power where it counts, on the AC side; one with both kinds is told apart by the DC power of its
 * ports, positive towards the grid, too. Without ports, an energy rating in 713 makes it a battery.
 */
export function derRoles(pointsOf: (model: number) => Points | undefined): DerRoles {
  const ac = pointsOf(701)
  if (ac === undefined) return {}
  const storage = pointsOf(713) ?? {}
  const ports = portsOf(pointsOf(714))
  const sun = ports.filter(({ PrtTyp }) => PrtTyp === PHOTOVOLTAIC)
  const cells = ports.filter(({ PrtTyp }) => PrtTyp === STORAGE)
  const soc = measured(storage, 'SoC')
  if (sun.length > 0 && cells.length > 0) {
    return {
      pv: { powerW: measured(sum(sun, 'DCW'), 'DCW', 'turned'), exportWh: measured(sum(sun, 'DCWhInj'), 'DCWhInj') },
      battery: { powerW: measured(sum(cells, 'DCW'), 'DCW', 'turned'), soc },
    }
  }
  const powerW = measured(ac, 'W', 'turned')
  const stores = cells.length > 0 || (ports.length === 0 && Number(storage.WHRtg ?? 0) > 0)
  return stores ? { battery: { powerW, soc } } : { pv: { powerW, exportWh: measured(ac, 'TotWhInj') } }
}

function portsOf(direct: Points | undefined): readonly Points[] {
  const ports = direct?.Prt
  return Array.isArray(ports) ? ports : []
}

/** The sum over ports, without the dust of adding decimals; a port that has no value leaves none. */
function sum(ports: readonly Points[], name: string): Points {
  const values = ports.map((port) => port[name])
  const known = values.every((value) => typeof value === 'number')
  return { [name]: known ? Number(values.reduce((total, value) => total + value, 0).toPrecision(15)) : null }
}
