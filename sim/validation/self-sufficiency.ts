import { handMadeDay } from './hand-made-street.ts'
import { inWords, near } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

/** Four modules of 160 W: Wh of each hour from 8 o'clock on. */
const HOURS_WH = [110, 228, 389.6, 548, 635.6, 607.6, 478.8, 310.8, 166.4]

/** Whole watts by the minute, whose sum is the hour's energy. */
function roofW(minute: number): number {
  const meanW = HOURS_WH[Math.floor(minute / 60) - 8] ?? 0
  const at = minute % 60
  return Math.round(meanW * (at + 1)) - Math.round(meanW * at)
}

/** A home with a small roof. */
export function selfSufficiency(): ValidationSubject {
  const { energyWh, kpis } = handMadeDay({ loadW: () => 200, roofW }).result
  const wattHours = (name: string, expected: number, got: number) =>
    near({ name, expected, got, tolerance: 1, unit: 'Wh' })
  const share = kpis.selfSufficiency ?? Number.NaN
  return {
    title: 'Self-sufficiency',
    about:
      '200 W day and night, and a roof of 640 W with a bell of sun: a setup of gsy-e (ab358e7e), added up by hand.',
    cases: [
      wattHours('demand', 4_800, energyWh.demand),
      wattHours('production', 3_474.8, energyWh.production),
      wattHours('used by the home itself', 1_676.4, energyWh.selfUse),
      near({ name: 'self-sufficiency', expected: 0.34925, got: share, tolerance: 1e-4, unit: '' }),
      near({
        name: 'self-consumption',
        expected: 1_676.4 / 3_474.8,
        got: kpis.selfConsumption ?? Number.NaN,
        tolerance: 1e-4,
        unit: '',
      }),
    ],
    peers: [
      {
        name: 'self-sufficiency',
        peer: 'gsy-e',
        theirs: '0.36443',
        ours: inWords(share, 5),
        why: 'It leaves one hour out of the demand (4,600 instead of 4,800 Wh), although all of it is bought.',
      },
    ],
  }
}
