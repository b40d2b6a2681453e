import type { Feeder } from '../grid/feeder.ts'
import { feederPowers } from '../grid/feeder-powers.ts'
import { type FlowReport, flowReport, type PerPhase } from '../grid/flow-report.ts'
import { EN_50160 } from '../grid/limits.ts'
import { caseFlow } from './case-flow.ts'
import known from './cases/known-feeders.json' with { type: 'json' }
import { allNear, same, type ValidationCase } from './validation-case.ts'

/** A feeder with its solution: figures of a report, by bus or in the order of its branches. */
export interface KnownFeeder {
  readonly name: string
  readonly feeder: Feeder
  readonly expected: Readonly<Record<string, unknown>>
  readonly tolerance: Readonly<Record<string, number>>
}

export const knownFeeders = known.cases as unknown as readonly KnownFeeder[]

/** A known feeder by its name. Throws RangeError if there is none. */
export function knownFeeder(name: string): KnownFeeder {
  const found = knownFeeders.find((one) => one.name === name)
  if (found === undefined) throw new RangeError(`no feeder is called "${name}"`)
  return found
}

type Numbers = PerPhase | readonly PerPhase[]
const flat = (of: Numbers): readonly number[] => [of].flat(2) as readonly number[]

const BY_BUS = { perUnit: 'pu', volts: 'V', angleDeg: '°', unbalancePercent: '%' } as const
const TOTALS = { lossKw: 'kW', lossKvar: 'kvar', sourceKw: 'kW', sourceKvar: 'kvar' } as const
const WORDS: Readonly<Record<string, string>> = {
  perUnit: 'voltages',
  volts: 'voltages',
  angleDeg: 'angles',
  unbalancePercent: 'unbalance',
  amps: 'currents of the lines',
  neutralAmps: 'currents of the neutral',
  transformerAmps: 'current of the transformer',
  lossKw: 'losses',
  lossKvar: 'reactive losses',
  sourceKw: 'power at the source',
  sourceKvar: 'reactive power at the source',
}

/** The cases of one known feeder: each figure that is known of it. */
export function casesOfFeeder({ name, feeder, expected, tolerance }: KnownFeeder): readonly ValidationCase[] {
  const flow = caseFlow(feeder)
  const report = flowReport(flow, { iterations: flow.solve(feederPowers(feeder)), limits: EN_50160 })
  return Object.entries(expected).map(([figure, value]) => {
    const named = `${name}: ${WORDS[figure] ?? figure}`
    const numbers = (unit: string, got: Numbers, values: Numbers, toleranceOf = figure) =>
      allNear({
        name: named,
        expected: flat(values),
        got: flat(got),
        tolerance: tolerance[toleranceOf] as number,
        unit,
      })
    if (figure in BY_BUS) {
      const of = figure as keyof typeof BY_BUS
      const buses = Object.entries(value as Readonly<Record<string, PerPhase>>)
      const got = buses.flatMap(([bus]) => flat(report.buses[bus]?.[of] ?? []))
      return numbers(
        BY_BUS[of],
        got,
        buses.flatMap(([, one]) => flat(one)),
      )
    }
    if (figure in TOTALS) {
      const of = figure as keyof typeof TOTALS
      return numbers(TOTALS[of], report[of], value as number)
    }
    switch (figure) {
      case 'amps':
        return numbers('A', report.lines.map(({ amps }) => amps) as Numbers, value as Numbers)
      case 'neutralAmps':
        return numbers(
          'A',
          report.lines.map((line) => line.neutralAmps ?? Number.NaN),
          value as Numbers,
        )
      case 'transformerAmps':
        return numbers('A', report.transformers.map(({ amps }) => amps) as Numbers, value as Numbers, 'amps')
      default:
        return violationCase({ name, figure, value, report })
    }
  })
}

/** Which buses and branches are beyond their limits, and which bus is the lowest. */
function violationCase(of: {
  readonly name: string
  readonly figure: string
  readonly value: unknown
  readonly report: FlowReport
}): ValidationCase {
  const { name, figure, value, report } = of
  const list = (words: readonly string[]) => (words.length === 0 ? 'none' : words.toSorted().join(', '))
  switch (figure) {
    case 'outsideBand': {
      const outside = report.violations.flatMap((one) => ('bus' in one && one.kind !== 'unbalance' ? [one.bus] : []))
      return same({
        name: `${name}: buses outside 0.9 to 1.1 pu`,
        expected: list(value as string[]),
        got: list(outside),
      })
    }
    case 'overloaded': {
      const over = report.violations.flatMap((one) => (one.kind === 'overload' ? [`${one.from} – ${one.to}`] : []))
      return same({ name: `${name}: overloaded branches`, expected: list(value as string[]), got: list(over) })
    }
    case 'lowestBus': {
      const [lowest] = Object.entries(report.buses).toSorted(([, one], [, other]) => +one.perUnit - +other.perUnit)
      return same({ name: `${name}: lowest bus`, expected: value as string, got: lowest?.[0] ?? 'none' })
    }
    default:
      throw new RangeError(`no such figure: ${figure}`)
  }
}
