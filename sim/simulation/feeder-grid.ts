import { FeederExtremes } from '../grid/feeder-extremes.ts'
import { FeederRun } from '../grid/feeder-run.ts'
import type { FeederTree } from '../grid/feeder-tree.ts'
import { EN_50160, type Violation } from '../grid/limits.ts'
import { NotConverged } from '../grid/not-converged.ts'
import type { BusVoltages, GridResult, GridSlot, StreetGrid } from './street-grid.ts'

/** A feeder of the street: its tree, and what its homes take beside active power. */
export interface GridFeeder {
  readonly tree: FeederTree
  /** kvar that come with each kW taken, by point */
  readonly kvarPerKw: Float64Array
  /** how many homes it has, the first at its first point */
  readonly homes: number
}

interface RunningFeeder extends GridFeeder {
  readonly run: FeederRun
  readonly extremes: FeederExtremes
  /** the place of its first home in the street */
  readonly first: number
}

/**
 * Homes on feeders, each behind its own transformer, in the order of the street. What a home takes draws reactive power
 * as its point says; what it feeds in has none. Points without a home take nothing. Limits are those of EN 50160 and
 * the ratings, held to the mean of each slot.
 */
export class FeederGrid implements StreetGrid {
  readonly #feeders: readonly RunningFeeder[]
  readonly #violationMinutes = { undervoltage: 0, overvoltage: 0, overload: 0, unbalance: 0 }
  #lowestPerUnit = Number.POSITIVE_INFINITY
  #highestPerUnit = 0
  #largestLoading = 0

  constructor(feeders: readonly GridFeeder[]) {
    let first = 0
    this.#feeders = feeders.map((feeder) => {
      const { tree, homes } = feeder
      const run = new FeederRun({ tree, limits: EN_50160 })
      const running = { ...feeder, run, extremes: new FeederExtremes(tree), first }
      first += homes
      return running
    })
  }

  step({ minutes, netW }: { readonly minutes: number; readonly netW: Float64Array }): GridSlot {
    const kinds = new Set<Violation['kind']>()
    let lossesWh = 0
    let lowestPerUnit = Number.POSITIVE_INFINITY
    let highestPerUnit = 0
    for (const feeder of this.#feeders) {
      for (const { kind } of this.#solve(feeder, { minutes, netW })) kinds.add(kind)
      lossesWh += feeder.run.takeLossWh()
      const stress = feeder.extremes.note(feeder.run.flow.state())
      lowestPerUnit = Math.min(lowestPerUnit, stress.lowestPerUnit)
      highestPerUnit = Math.max(highestPerUnit, stress.highestPerUnit)
      this.#largestLoading = Math.max(this.#largestLoading, stress.importLoading, stress.exportLoading)
    }
    for (const kind of kinds) this.#violationMinutes[kind] += minutes
    this.#lowestPerUnit = Math.min(this.#lowestPerUnit, lowestPerUnit)
    this.#highestPerUnit = Math.max(this.#highestPerUnit, highestPerUnit)
    return {
      lossesWh,
      violationMinutes: kinds.size > 0 ? minutes : 0,
      lowestPerUnit: rounded(lowestPerUnit),
      highestPerUnit: rounded(highestPerUnit),
    }
  }

  result(): GridResult {
    return {
      feeders: this.#feeders.length,
      lowestPerUnit: rounded(this.#lowestPerUnit),
      highestPerUnit: rounded(this.#highestPerUnit),
      largestLoading: rounded(this.#largestLoading),
      violationMinutes: { ...this.#violationMinutes },
    }
  }

  voltages(): readonly BusVoltages[] {
    return this.#feeders.flatMap(({ tree, extremes, first, homes }, index) => {
      const homeAt = new Map(tree.points.slice(0, homes).map(({ node }, point) => [node, first + point]))
      const resistanceOhm = new Float64Array(tree.buses.length)
      return tree.buses.map((bus, node): BusVoltages => {
        const parent = tree.parent[node] as number
        if (tree.branches[node]?.kind === 'line') {
          const ownOhm = (tree.z1[2 * node] as number) * (tree.baseV[node] as number) ** 2
          resistanceOhm[node] = (resistanceOhm[parent] as number) + ownOhm
        }
        return {
          feeder: index + 1,
          bus,
          home: homeAt.get(node) ?? null,
          from: node === 0 ? null : (tree.buses[parent] as string),
          resistanceOhm: rounded(resistanceOhm[node] as number),
          lowestPerUnit: rounded(extremes.lowestPerUnit[node] as number),
          highestPerUnit: rounded(extremes.highestPerUnit[node] as number),
        }
      })
    })
  }

  #solve(feeder: RunningFeeder, slot: { readonly minutes: number; readonly netW: Float64Array }) {
    const { run, first, homes, kvarPerKw } = feeder
    const { activeW, reactiveVar } = run.powers
    for (let point = 0; point < homes; point++) {
      const watts = slot.netW[first + point] as number
      activeW[point] = watts
      reactiveVar[point] = Math.max(0, watts) * (kvarPerKw[point] as number)
    }
    try {
      return run.step(slot.minutes)
    } catch (error) {
      if (!(error instanceof NotConverged) || this.#feeders.length === 1) throw error
      // Buses are called alike on all feeders of a kind.
      const { bus, iterations, lastStep } = error
      throw new NotConverged({ bus: `${bus} of feeder ${this.#feeders.indexOf(feeder) + 1}`, iterations, lastStep })
    }
  }
}

const rounded = (exact: number): number => Math.round(exact * 1e6) / 1e6
