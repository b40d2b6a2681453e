import type { HomeState } from '../home/home-state.ts'
import { GRID_HZ, GRID_V } from './grid-supply.ts'

/** The namespace of an emulated home's nodes. */
export const OPCUA_NAMESPACE = 'urn:commonwatt:home'

/** One variable of an emulated OPC UA device: `object.name` is the text of its NodeId. */
export interface OpcuaPoint {
  readonly object: 'Device' | 'Grid' | 'Pv' | 'Battery'
  readonly name: string
  readonly type: 'String' | 'Int32' | 'UInt64' | 'Double'
  readonly value: string | number
}

/**
 * Everything that a home's OPC UA device shows at one moment, always in the same order. Powers in W, counters in Wh,
 * state of charge in percent. Signs: Grid import positive, Pv production positive, Battery charging positive.
 */
export function opcuaPoints(device: { readonly home: string; readonly state: HomeState }): readonly OpcuaPoint[] {
  const { grid, roof, battery } = device.state
  return [
    { object: 'Device', name: 'Manufacturer', type: 'String', value: 'Commonwatt' },
    { object: 'Device', name: 'Model', type: 'String', value: 'Emulated home' },
    { object: 'Device', name: 'SerialNumber', type: 'String', value: device.home },
    { object: 'Device', name: 'Firmware', type: 'String', value: '1' },
    { object: 'Grid', name: 'PowerW', type: 'Int32', value: grid.powerW },
    { object: 'Grid', name: 'ImportWh', type: 'UInt64', value: grid.importWh },
    { object: 'Grid', name: 'ExportWh', type: 'UInt64', value: grid.exportWh },
    { object: 'Grid', name: 'VoltageV', type: 'Double', value: GRID_V },
    { object: 'Grid', name: 'FrequencyHz', type: 'Double', value: GRID_HZ },
    ...(roof === null
      ? []
      : ([
          { object: 'Pv', name: 'PowerW', type: 'Int32', value: roof.powerW },
          { object: 'Pv', name: 'ExportWh', type: 'UInt64', value: roof.producedWh },
        ] as const)),
    ...(battery === null
      ? []
      : ([
          { object: 'Battery', name: 'PowerW', type: 'Int32', value: battery.powerW },
          { object: 'Battery', name: 'Soc', type: 'Double', value: battery.socBasisPoints / 100 },
        ] as const)),
  ]
}
