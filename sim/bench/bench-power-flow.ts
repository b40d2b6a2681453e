import { setImmediate } from 'node:timers/promises'
import { feederPowers } from '../grid/feeder-powers.ts'
import { feederTree } from '../grid/feeder-tree.ts'
import { IEEE_KVAR_PER_KW, ieeeEuropeanLv, ieeeEuropeanLvDayW } from '../grid/feeders/ieee-european-lv.ts'
import { PowerFlow } from '../grid/power-flow.ts'
import type { Powers } from '../grid/powers.ts'
import { type FeederYear, feederYear } from './feeder-year.ts'
import { largeFeeder } from './large-feeder.ts'

const TURNS = 5
const LARGE_BUSES = 10_000

/** How fast one feeder is solved. */
export interface SolvingSpeed {
  /** Solutions a second of wall time, each from a start without load, with loads of its own; the median of five turns. */
  readonly perSecond: number
  /** Buses that are swept over. */
  readonly buses: number
  /** Sweeps a solution, in the mean. */
  readonly iterations: number
  /** The part of the wall time in which the processor was ours. */
  readonly cpuShare: number
}

export interface PowerFlowReport {
  /** All 906 buses of the European test feeder and its source, three phases. */
  readonly ieee906ThreePhase: SolvingSpeed
  /** The same feeder with its load-free buses merged. */
  readonly ieee906Merged: SolvingSpeed
  readonly radial10000Balanced: SolvingSpeed
  /** The same feeder, its limits checked in every minute of a year. */
  readonly ieeeYear: FeederYear
}

/** Measures power flow on this machine. `onPart` is told before each part; `signal` ends it between two of them. */
export async function benchPowerFlow(options: {
  readonly seed: number
  readonly signal?: AbortSignal
  /** How long each of five turns lasts; 500. */
  readonly turnMs?: number
  /** Days of the year; 365. */
  readonly days?: number
  readonly onPart?: (name: string) => void
  readonly onDay?: (day: number, of: number) => void
}): Promise<PowerFlowReport> {
  const { seed, signal = new AbortController().signal, turnMs = 500, days, onPart, onDay } = options
  const begin = (name: string) => {
    onPart?.(name)
    return setImmediate(undefined, { signal })
  }
  const ieee = feederTree(ieeeEuropeanLv(), { file: 'ieee-european-lv' })
  const dayW = ieeeEuropeanLvDayW()
  const minutes = Array.from({ length: 1_440 }, (_, minute): Powers => {
    const activeW = Float64Array.from(dayW, (minutesW) => minutesW[minute] as number)
    return { activeW, reactiveVar: activeW.map((watts) => watts * IEEE_KVAR_PER_KW) }
  })
  await begin('906 buses, three phases')
  const ieee906ThreePhase = speedOf(new PowerFlow({ tree: ieee, buses: 'all' }), minutes, turnMs)
  await begin('the same, merged')
  const ieee906Merged = speedOf(new PowerFlow({ tree: ieee }), minutes, turnMs)
  await begin('10,000 buses, balanced')
  const large = largeFeeder(LARGE_BUSES, seed)
  const full = feederPowers(large)
  const hours = Array.from({ length: 24 }, (_, hour): Powers => {
    const part = 0.5 + 0.5 * Math.sin((Math.PI * (hour + 1)) / 24)
    return { activeW: full.activeW.map((one) => one * part), reactiveVar: full.reactiveVar.map((one) => one * part) }
  })
  const largeFlow = new PowerFlow({ tree: feederTree(large, { file: 'large feeder' }), buses: 'all' })
  const radial10000Balanced = speedOf(largeFlow, hours, turnMs)
  const ieeeYear = await feederYear({
    seed,
    signal,
    ...(days === undefined ? {} : { days }),
    ...(onDay === undefined ? {} : { onDay }),
  })
  return { ieee906ThreePhase, ieee906Merged, radial10000Balanced, ieeeYear }
}

function speedOf(flow: PowerFlow, loads: readonly Powers[], turnMs: number): SolvingSpeed {
  let solutions = 0
  let iterations = 0
  const solveFor = (milliseconds: number): number => {
    const begunMs = performance.now()
    const before = solutions
    let tookMs = 0
    while (tookMs < milliseconds) {
      flow.restart()
      iterations += flow.solve(loads[solutions % loads.length] as Powers)
      solutions++
      tookMs = performance.now() - begunMs
    }
    return ((solutions - before) * 1_000) / tookMs
  }
  solveFor(turnMs)
  const begunMs = performance.now()
  const begunCpu = process.cpuUsage()
  const speeds = Array.from({ length: TURNS }, () => solveFor(turnMs)).toSorted((one, other) => one - other)
  const { user, system } = process.cpuUsage(begunCpu)
  return {
    perSecond: Math.round(speeds[Math.floor(TURNS / 2)] as number),
    buses: flow.swept.nodes.length,
    iterations: iterations / solutions,
    cpuShare: Math.min(1, (user + system) / 1_000 / (performance.now() - begunMs)),
  }
}
