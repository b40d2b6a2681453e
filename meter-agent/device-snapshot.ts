import { counted, type Measurement, measured } from './measurement.ts'
import type { Points } from './sunspec/decode-model.ts'
import { derRoles } from './sunspec/der-roles.ts'
import type { ModelPlace } from './sunspec/read-model.ts'

/** A model with its decoded points. */
export interface DecodedModel extends ModelPlace {
  readonly points: Points
}

/** The meter at the grid connection point. Import is positive, export negative; one voltage and current a phase. */
export interface GridMeasurements {
  readonly powerW: Measurement
  readonly importWh: Measurement
  readonly exportWh: Measurement
  readonly voltageV: readonly Measurement[]
  readonly currentA: readonly Measurement[]
  readonly frequencyHz: Measurement
}

/** What `meter read` prints: INTERFACES. Only the roles that the device has. */
export interface DeviceReport {
  readonly device: {
    readonly manufacturer: string | null
    readonly model: string | null
    readonly serial: string | null
    readonly firmware: string | null
  }
  /** `sunspec`, or the name of a profile */
  readonly profile: string
  readonly measurements: {
    readonly grid?: GridMeasurements
    /** production is negative */
    readonly pv?: { readonly powerW: Measurement; readonly exportWh: Measurement }
    /** charging is positive; state of charge in percent */
    readonly battery?: { readonly powerW: Measurement; readonly soc: Measurement }
  }
  /** everything that a Modbus profile names, in W, Wh, V, A, Hz and percent; null where the device has no value */
  readonly values?: Readonly<Record<string, number | string | null>>
  /** what a SunSpec device described itself with */
  readonly sunspec?: { readonly base: number; readonly models: readonly DecodedModel[] }
  /** the SHA-256 fingerprint of the certificate that an OPC UA server showed, hexadecimal */
  readonly opcua?: { readonly certificate: string }
  /** what else a P1 telegram says: when (ISO 8601, and which of its two times the meter keeps), and each phase's power */
  readonly p1?: {
    readonly version: string | null
    readonly time: string | null
    readonly season: 'summer' | 'winter' | null
    readonly tariff: string | null
    readonly phasePowerW: readonly Measurement[]
  }
}

/** The report of a device that describes itself by SunSpec. */
export type SunspecReport = DeviceReport & { readonly sunspec: NonNullable<DeviceReport['sunspec']> }

const singlePhase = [201, 211]
const splitPhase = [202, 212]
const delta = [204, 214]
/** SunSpec's meter models: 201–204 with integers, 211–214 with floats. */
export const meterModels: readonly number[] = [...singlePhase, ...splitPhase, 203, 213, ...delta]
export const inverterModels: readonly number[] = [101, 102, 103, 111, 112, 113]

/** The report of a SunSpec device from its decoded models. */
export function deviceReport(base: number, models: readonly DecodedModel[]): SunspecReport {
  const common = models.find(({ id }) => id === 1)?.points ?? {}
  const meter = models.find(({ id }) => meterModels.includes(id))
  const inverter = mostPhases(models.filter(({ id }) => inverterModels.includes(id)))
  const pointsOf = (model: number) => models.find(({ id }) => id === model)?.points
  const der = derRoles(pointsOf)
  const pv = inverter === undefined ? der.pv : pvOf(inverter.points)
  const battery = batteryOf(pointsOf(802)) ?? der.battery ?? batteryOf(pointsOf(124))
  return {
    device: {
      manufacturer: text(common, 'Mn'),
      model: text(common, 'Md'),
      serial: text(common, 'SN'),
      firmware: text(common, 'Vr'),
    },
    profile: 'sunspec',
    measurements: {
      ...(meter === undefined ? {} : { grid: gridOf(meter.id, meter.points) }),
      ...(pv === undefined ? {} : { pv }),
      ...(battery === undefined ? {} : { battery }),
    },
    sunspec: { base, models: models.map(({ id, address, length, points }) => ({ id, address, length, points })) },
  }
}

/**
 * SunSpec's meter W is positive for power that the connection point receives, and TotWhImp counts what it received:
 * import, the same sign as ours. (SolarEdge's own meters turn it; a device profile has to say so.)
 */
export function gridOf(id: number, points: Points): GridMeasurements {
  const phases = singlePhase.includes(id) ? ['A'] : splitPhase.includes(id) ? ['A', 'B'] : ['A', 'B', 'C']
  // A delta has no neutral, so its voltages stand between the lines; the float models name those PPVph….
  const between = id === 214 ? 'PPVph' : 'PhVph'
  const voltages = delta.includes(id)
    ? ['AB', 'BC', 'CA'].map((pair) => between + pair)
    : phases.map((p) => `PhVph${p}`)
  return {
    powerW: measured(points, 'W'),
    importWh: counted(points, 'TotWhImp'),
    exportWh: counted(points, 'TotWhExp'),
    voltageV: voltages.map((name) => measured(points, name)),
    currentA: phases.map((phase) => measured(points, `Aph${phase}`)),
    frequencyHz: measured(points, 'Hz'),
  }
}

/** SunSpec's inverter W is positive for generation. */
function pvOf(points: Points) {
  return { powerW: measured(points, 'W', 'turned'), exportWh: counted(points, 'WH') }
}

/** Model 802's W is positive for discharge; model 124 has no power, and calls the state of charge ChaState. */
function batteryOf(points: Points | undefined) {
  if (points === undefined) return undefined
  const soc = measured(points, 'SoC')
  return { powerW: measured(points, 'W', 'turned'), soc: soc.value === null ? measured(points, 'ChaState') : soc }
}

/** Some inverters list models for one and for three phases: the one with the phases that are there counts. */
function mostPhases(inverters: readonly DecodedModel[]): DecodedModel | undefined {
  const phases = ({ points }: DecodedModel): number =>
    ['PhVphA', 'PhVphB', 'PhVphC', 'W'].filter((name) => typeof points[name] === 'number').length
  return inverters.toSorted((a, b) => phases(b) - phases(a))[0]
}

function text(points: Points, name: string): string | null {
  const value = points[name]
  return typeof value === 'string' ? value : null
}
