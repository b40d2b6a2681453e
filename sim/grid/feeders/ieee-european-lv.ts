import type { Feeder, Phase } from '../feeder.ts'
import feeder from './ieee-european-lv.json' with { type: 'json' }
import day from './ieee-european-lv-day.json' with { type: 'json' }

const DAY_MINUTES = 1_440
/** The minute in which the 55 homes take most. */
const PEAK_MINUTE = 566

/** Reactive over active power at the power factor of all loads, 0.95 lagging. */
export const IEEE_KVAR_PER_KW = Math.tan(Math.acos(0.95))

const SOURCE_V = 11_000
/** The short-circuit current of the network behind the source, and its reactance over its resistance. */
const SHORT_CIRCUIT_A = 3_000
const X_PER_R = 4

/**
 * The European low-voltage test feeder of the IEEE PES Test Feeder Working Group: 906 buses at 416 V behind an 11 kV
 * network and a transformer of 800 kVA, 55 homes on one phase each, with their load in a minute of its day (1 to 1440;
 * the peak, 566, unless told otherwise). Conductors carry no rating there.
 */
export function ieeeEuropeanLv(options: { readonly minute?: number } = {}): Feeder {
  const { minute = PEAK_MINUTE } = options
  const { lineCodes, lines, loads } = feeder
  const codes = Object.values(lineCodes)
  const dayW = ieeeEuropeanLvDayW()
  const sourceOhm = SOURCE_V / Math.sqrt(3) / SHORT_CIRCUIT_A
  const z1Ohm = [sourceOhm / Math.hypot(1, X_PER_R), (sourceOhm * X_PER_R) / Math.hypot(1, X_PER_R)] as const
  return {
    frequencyHz: 50,
    phases: 3,
    // The delta winding keeps the source's zero sequence from everything that is connected: any value would do.
    source: { bus: 'source', voltageLineToLineV: SOURCE_V, perUnit: 1.05, z1Ohm, z0Ohm: z1Ohm },
    transformers: [
      {
        from: 'source',
        to: '1',
        ratedKva: 800,
        vkPercent: Math.hypot(0.4, 4),
        vkrPercent: 0.4,
        highV: SOURCE_V,
        lowV: 416,
        vectorGroup: 'Dyn',
      },
    ],
    lines: lines.from.map((from, index) => {
      const code = codes[lines.lineCode[index] as number] as (typeof codes)[number]
      const lengthKm = (lines.lengthM[index] as number) / 1_000
      return {
        from: String(from),
        to: String(lines.to[index]),
        r1Ohm: code.r1 * lengthKm,
        x1Ohm: code.x1 * lengthKm,
        r0Ohm: code.r0 * lengthKm,
        x0Ohm: code.x0 * lengthKm,
      }
    }),
    loads: loads.bus.map((bus, index) => {
      const pKw = (dayW[index]?.[minute - 1] as number) / 1_000
      return { bus: String(bus), phase: loads.phase[index] as Phase, pKw, qKvar: pKw * IEEE_KVAR_PER_KW }
    }),
  }
}

/** Its published day: for each of the 55 loads W in each of 1440 minutes, the first of them minute 1. */
export function ieeeEuropeanLvDayW(): readonly Int32Array[] {
  return day.runsOfWattsAndMinutes.map((runs) => {
    const minutesW = new Int32Array(DAY_MINUTES)
    let minute = 0
    for (let run = 0; run < runs.length; run += 2) {
      const end = minute + (runs[run + 1] as number)
      minutesW.fill(runs[run] as number, minute, end)
      minute = end
    }
    return minutesW
  })
}
