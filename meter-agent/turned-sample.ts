import { canonicalBytes } from '#protocol/canonical-json.ts'
import type { MeterSign } from '#protocol/meter-sign.ts'
import { keccak } from '#protocol/signing.ts'
import type { DeviceReport } from './device-snapshot.ts'
import type { MeterSample } from './settlement-meter.ts'
import type { Witness } from './witness.ts'

/** How a meter is turned where it is. */
export type MeterTurn = Exclude<MeterSign, 'as-is'>

/** The sample of a meter that is taken the other way round: W and Wh, import positive. */
export const turnedSample = ({ importWh, exportWh, powerW }: MeterSample, turn: MeterTurn): MeterSample => ({
  ...(turn === 'turned' ? { importWh: exportWh, exportWh: importWh } : { importWh, exportWh }),
  powerW: powerW === null ? null : opposite(powerW),
})

/** What such a meter said beside it: each counter's facts go with the counter. */
export function turnedWitness(witness: Witness, turn: MeterTurn): Witness {
  const { importCounter, exportCounter, phasePowerW, ...others } = witness
  const [taken, given] = turn === 'turned' ? [exportCounter, importCounter] : [importCounter, exportCounter]
  return {
    ...others,
    ...(taken === undefined ? {} : { importCounter: taken }),
    ...(given === undefined ? {} : { exportCounter: given }),
    ...(phasePowerW === undefined ? {} : { phasePowerW: phasePowerW.map(opposite) }),
  }
}

/** What a device shows, its connection to the street taken the other way round. What it said word for word stays. */
export function turnedReport(report: DeviceReport, turn: MeterTurn): DeviceReport {
  const { grid } = report.measurements
  if (grid === undefined) return report
  const { value } = grid.powerW
  const turned = {
    ...grid,
    ...(turn === 'turned' ? { importWh: grid.exportWh, exportWh: grid.importWh } : {}),
    powerW: { ...grid.powerW, value: value === null ? null : opposite(value) },
  }
  return { ...report, measurements: { ...report.measurements, grid: turned } }
}

/** Stands in the readings of a turned meter for how they were decoded. */
export const turnedHash = (profileHash: `0x${string}`, turn: MeterTurn): `0x${string}` =>
  keccak(canonicalBytes({ profileHash, sign: turn }))

/** Nothing flows the other way round, either: no -0. */
const opposite = (power: number): number => (power === 0 ? 0 : -power)
