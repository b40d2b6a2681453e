import type { FlowReport, HostingCapacity, PerPhase, Violation } from '#sim/index.ts'

interface Hosting {
  readonly perLoadKw: number
  readonly limitedBy: HostingCapacity['limitedBy']
}

/** What `powerflow` found. */
export interface FeederFindings extends FlowReport {
  readonly lossAllocation?: readonly { readonly bus: string; readonly phase: string; readonly kw: number }[]
  readonly hosting?: { readonly generation: Hosting; readonly load: Hosting }
}

/** How many broken limits are told one by one. */
const VIOLATIONS_SHOWN = 20

const PHASES = ['A', 'B', 'C']

/** A solved feeder for people. */
export function feederInWords(name: string, found: FeederFindings): string {
  const { buses, lines, transformers, violations, sourceKw, sourceKvar, lossKw, lossAllocation, hosting } = found
  const voltages = Object.entries(buses).flatMap(([bus, { perUnit }]) => eachPhase(perUnit, bus))
  const currents = [...transformers, ...lines].flatMap(({ from, to, amps }) => eachPhase(amps, `${from} – ${to}`))
  const [lowest, highest] = [extreme(voltages, -1), extreme(voltages, 1)]
  const most = extreme(currents, 1)
  const share = sourceKw > lossKw ? ` (${((100 * lossKw) / sourceKw).toFixed(2)} %)` : ''
  return [
    `${name}: ${count(Object.keys(buses).length, 'bus', 'buses')}, ${count(lines.length, 'line', 'lines')}, ${count(transformers.length, 'transformer', 'transformers')}; ${found.iterations} iterations`,
    `source   ${kilo(sourceKw)} kW, ${kilo(sourceKvar)} kvar`,
    `losses   ${kilo(lossKw)} kW${share}`,
    ...(lowest === null || highest === null
      ? []
      : [
          `voltage  ${lowest.value.toFixed(4)} per unit at ${lowest.place} to ${highest.value.toFixed(4)} at ${highest.place}`,
        ]),
    ...(most === null ? [] : [`current  up to ${most.value.toFixed(1)} A in ${most.place}`]),
    ...(hosting === undefined
      ? []
      : [hostingLine('generation', hosting.generation), hostingLine('load', hosting.load)]),
    ...(lossAllocation ?? []).map(({ bus, phase, kw }) => `loss of  ${bus} (${phase}): ${(1_000 * kw).toFixed(1)} W`),
    violations.length === 0 ? 'limits   all hold' : `limits   ${violations.length} broken`,
    ...violations.slice(0, VIOLATIONS_SHOWN).map((violation) => `  ${violationInWords(violation)}`),
    ...(violations.length > VIOLATIONS_SHOWN
      ? [`  and ${violations.length - VIOLATIONS_SHOWN} more (--json has all)`]
      : []),
  ]
    .map(printable)
    .join('\n')
}

/** A terminal obeys control characters, and a feeder file's names are a stranger's. */
const printable = (text: string): string => text.replace(/\p{Cc}/gu, '\ufffd')

interface Placed {
  readonly place: string
  readonly value: number
}

const eachPhase = (values: PerPhase, place: string): readonly Placed[] =>
  typeof values === 'number'
    ? [{ place, value: values }]
    : values.map((value, phase) => ({ place: `${place}, phase ${PHASES[phase]}`, value }))

/** The largest (1) or smallest (−1). */
const extreme = (values: readonly Placed[], sign: 1 | -1): Placed | null =>
  values.reduce<Placed | null>(
    (best, one) => (best === null || sign * one.value > sign * best.value ? one : best),
    null,
  )

const hostingLine = (what: string, { perLoadKw, limitedBy }: Hosting): string => {
  const until =
    limitedBy === null
      ? 'nothing breaks'
      : limitedBy === 'collapse'
        ? 'above there is no solution'
        : `above: ${violationInWords(limitedBy)}`
  return `hosting  ${perLoadKw.toFixed(2)} kW more ${what} at every load; ${until}`
}

function violationInWords(violation: Violation): string {
  const phase = 'phase' in violation ? `, phase ${violation.phase}` : ''
  switch (violation.kind) {
    case 'overload':
      return `overload of ${violation.from} – ${violation.to}${phase}: ${violation.amps.toFixed(1)} A, at most ${violation.ratingA.toFixed(1)}`
    case 'unbalance':
      return `unbalance at ${violation.bus}: ${violation.percent.toFixed(2)} %, at most ${violation.limitPercent}`
    case 'undervoltage':
      return `undervoltage at ${violation.bus}${phase}: ${violation.perUnit.toFixed(4)} per unit, at least ${violation.limitPerUnit}`
    case 'overvoltage':
      return `overvoltage at ${violation.bus}${phase}: ${violation.perUnit.toFixed(4)} per unit, at most ${violation.limitPerUnit}`
  }
}

const kilo = (value: number): string => value.toFixed(3)
const count = (number: number, one: string, many: string): string =>
  `${number.toLocaleString('en')} ${number === 1 ? one : many}`
