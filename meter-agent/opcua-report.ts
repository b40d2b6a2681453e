import type { DeviceReport } from './device-snapshot.ts'
import type { NodeValue } from './drivers/opcua-line.ts'
import { type Measurement, stated } from './measurement.ts'
import type { OpcuaProfile, ProfilePoint } from './profiles/opcua-profile.ts'
import { countedValue, scaledValue } from './profiles/scaled-value.ts'

/** All nodes that a profile names, each once. */
export function profileNodes({ device, grid, pv, battery }: OpcuaProfile): readonly string[] {
  const { voltageV, currentA, powerW, importWh, exportWh, frequencyHz } = grid
  const points = [powerW, importWh, exportWh, ...voltageV, ...currentA, frequencyHz]
  points.push(pv?.powerW, pv?.exportWh, battery?.powerW, battery?.soc)
  return [
    ...new Set([...Object.values(device), ...points.flatMap((point) => (point === undefined ? [] : [point.node]))]),
  ]
}

/**
 * The report of an OPC UA device from what its nodes said. A role of which it has no node is left out; a node without
 * a good value is not available.
 */
export function opcuaReport(options: {
  readonly profile: OpcuaProfile
  readonly said: ReadonlyMap<string, NodeValue>
  readonly certificate: string
}): DeviceReport {
  const { profile, said, certificate } = options
  const { device, grid, pv, battery } = profile
  const nothing: NodeValue = { status: 'absent', value: null, sourceTimeMs: null }
  const saidBy = (node: string) => said.get(node) ?? nothing
  const text = (node: string | undefined) => {
    const value = node === undefined ? null : saidBy(node).value
    return value === null ? null : String(value)
  }
  const measured = (point: ProfilePoint): Measurement => stated(scaledValue(point, saidBy(point.node)))
  const counted = (point: ProfilePoint): Measurement => stated(countedValue(point, saidBy(point.node)))
  const has = (...points: readonly ProfilePoint[]) => points.some(({ node }) => saidBy(node).status !== 'absent')
  return {
    device: {
      manufacturer: text(device.manufacturer),
      model: text(device.model),
      serial: text(device.serial),
      firmware: text(device.firmware),
    },
    profile: profile.profile,
    measurements: {
      ...(has(grid.powerW, grid.importWh, grid.exportWh)
        ? {
            grid: {
              powerW: measured(grid.powerW),
              importWh: counted(grid.importWh),
              exportWh: counted(grid.exportWh),
              voltageV: grid.voltageV.map(measured),
              currentA: grid.currentA.map(measured),
              frequencyHz: grid.frequencyHz === undefined ? stated(null) : measured(grid.frequencyHz),
            },
          }
        : {}),
      ...(pv !== undefined && has(pv.powerW, pv.exportWh)
        ? { pv: { powerW: measured(pv.powerW), exportWh: counted(pv.exportWh) } }
        : {}),
      ...(battery !== undefined && has(battery.powerW, battery.soc)
        ? { battery: { powerW: measured(battery.powerW), soc: measured(battery.soc) } }
        : {}),
    },
    opcua: { certificate },
  }
}
