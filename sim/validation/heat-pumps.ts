import { dayHeat } from '../home/heat-curve.ts'
import { coefficientOfPerformance, type HeatSink, type HeatSource } from '../home/heat-pump-efficiency.ts'
import known from './cases/heat-pumps.json' with { type: 'json' }
import { allNear } from './validation-case.ts'
import type { ValidationSubject } from './validation-subject.ts'

/** How efficient a heat pump is, and how much heat a house needs. */
export function heatPumps(): ValidationSubject {
  const { rows } = known.demand
  const column = (index: number) => rows.map((row) => row[index] ?? Number.NaN)
  const demand = column(0).map(dayHeat)
  return {
    title: 'Heat pump',
    about: known.about,
    cases: [
      ...known.efficiencies.rows.map(({ source, sink, cases }) =>
        allNear({
          name: `efficiency, ${source} to ${sink}`,
          expected: cases.map(([, efficiency]) => efficiency ?? Number.NaN),
          got: cases.map(([celsius = Number.NaN]) =>
            coefficientOfPerformance({
              source: source as HeatSource,
              sink: sink as HeatSink,
              outdoorC: celsius,
              groundC: celsius,
            }),
          ),
          tolerance: 0.001,
          unit: '',
        }),
      ),
      allNear({
        name: 'heat of a detached house, against that at 8 °C',
        expected: column(1),
        got: demand.map(({ total }) => total),
        tolerance: 1e-4,
        unit: '',
      }),
      allNear({
        name: 'of it hot water',
        expected: column(2),
        got: demand.map(({ water }) => water),
        tolerance: 1e-4,
        unit: '',
      }),
    ],
  }
}
