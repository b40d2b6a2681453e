import { ReadingQuality } from '#protocol/reading-quality.ts'
import type { Band, Witness } from '../witness.ts'

/** Nominal voltages of grids, phase to neutral and phase to phase, V; EN 50160 and its like allow ±10 to ±15 %. */
const NOMINAL_V = [120, 208, 230, 277, 400, 480]
const VOLTAGE_MARGIN = 0.15
/** A phase that is not connected floats at a few volts; one that is not measured is 0. */
const UNCONNECTED_V = 20
/** 50 and 60 Hz, and how far an island may run from them. */
const FREQUENCY_HZ: Band = { min: 45, max: 65 }

/** Quality bits of the voltages: outside the device's band, or near none of the voltages that grids have. */
export function voltageQuality({ voltageV = [], voltageBandV }: Witness): number {
  const isNominal = (volts: number) =>
    NOMINAL_V.some((nominal) => Math.abs(volts - nominal) <= nominal * VOLTAGE_MARGIN)
  const isBelievable = (volts: number) =>
    Math.abs(volts) < UNCONNECTED_V || (voltageBandV === undefined ? isNominal(volts) : isIn(voltageBandV, volts))
  return voltageV.every(isBelievable) ? 0 : ReadingQuality.voltageOutOfBand
}

/** Quality bits of the frequency: outside the device's band, or that of any grid. A 0 is one that is not measured. */
export function frequencyQuality({ frequencyHz = 0, frequencyBandHz = FREQUENCY_HZ }: Witness): number {
  return frequencyHz === 0 || isIn(frequencyBandHz, frequencyHz) ? 0 : ReadingQuality.frequencyOutOfBand
}

const isIn = ({ min, max }: Band, value: number): boolean => value >= min && value <= max
