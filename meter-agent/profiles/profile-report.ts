import type { DeviceReport } from '../device-snapshot.ts'
import { counted, type Measurement, measured } from '../measurement.ts'
import type { ProfileValues } from './decode-values.ts'
import type { ModbusProfile } from './modbus-profile.ts'

/** What a report takes from a profile, whatever the device speaks. */
export type ReportedProfile = Pick<ModbusProfile, 'profile' | 'grid' | 'pv' | 'battery'> & {
  readonly device: Readonly<Partial<Record<'manufacturer' | 'model' | 'serial' | 'firmware', TextFrom>>>
}
interface TextFrom {
  readonly text?: string
  readonly register?: string
  readonly value?: string
}

/** The report of a device from the values of its profile. */
export function profileReport(profile: ReportedProfile, values: ProfileValues): DeviceReport {
  const { device, grid, pv, battery } = profile
  const nothing: Measurement = { value: null, quality: 'not-available' }
  const number = (id: string | undefined) => (id === undefined ? nothing : measured(values, id))
  const count = (id: string | undefined) => (id === undefined ? nothing : counted(values, id))
  const power = (point: { readonly value: string; readonly sign: 'as-is' | 'turned' } | undefined) =>
    point === undefined ? nothing : measured(values, point.value, point.sign)
  const text = (from: TextFrom | undefined) => {
    const value = from?.text ?? values[from?.register ?? from?.value ?? ''] ?? null
    return value === null ? null : String(value)
  }
  return {
    device: {
      manufacturer: text(device.manufacturer),
      model: text(device.model),
      serial: text(device.serial),
      firmware: text(device.firmware),
    },
    profile: profile.profile,
    measurements: {
      ...(grid === undefined
        ? {}
        : {
            grid: {
              powerW: power(grid.powerW),
              importWh: count(grid.importWh),
              exportWh: count(grid.exportWh),
              voltageV: grid.voltageV.map(number),
              currentA: grid.currentA.map(number),
              frequencyHz: number(grid.frequencyHz),
            },
          }),
      ...(pv === undefined ? {} : { pv: { powerW: power(pv.powerW), exportWh: count(pv.exportWh) } }),
      ...(battery === undefined ? {} : { battery: { powerW: power(battery.powerW), soc: number(battery.soc) } }),
    },
    values,
  }
}
