import type { PictureGrid } from '#protocol/picture/picture.ts'
import { currentLosses } from '../grid/current-losses.ts'
import { FeederExtremes } from '../grid/feeder-extremes.ts'
import { FeederRun } from '../grid/feeder-run.ts'
import type { FeederTree } from '../grid/feeder-tree.ts'
import { EN_50160, type Violation } from '../grid/limits.ts'
import { NotConverged } from '../grid/not-converged.ts'
import { pictureGrid } from '../grid/picture-grid.ts'
import { type HomeRestraint, UNRESTRAINED } from '../home/home-restraint.ts'
import { FeederControl } from './feeder-control.ts'
import type { BusVoltages, GridLoad, GridResult, GridSlot, StreetGrid } from './street-grid.ts'
import { WholeLosses } from './whole-losses.ts'

/** What the operator of the wires knows of a home. */
interface GridHome {
  /** whether it has what can be dimmed */
  readonly isControllable: boolean
  readonly roofPeakW: number
}

/** A feeder of the street: its tree, and what its homes take beside active power. */
export interface GridFeeder {
  readonly tree: FeederTree
  /** kvar that come with each kW taken, by point */
  readonly kvarPerKw: Float64Array
  /** its homes, the first at its first point */
  readonly homes: readonly GridHome[]
}

interface RunningFeeder extends GridFeeder {
  readonly run: FeederRun
  readonly extremes: FeederExtremes
  readonly losses: WholeLosses
  /** the place of its first home in the street */
  readonly first: number
  /** null: nobody holds its homes to anything */
  readonly control: FeederControl | null
  readonly controllable: number
}

/**
 * Homes on feeders, each behind its own transformer, in the order of the street. What a home takes draws reactive power
 * as its point says; what it feeds in has none. Points without a home take nothing. Limits are those of EN 50160 and
 * the ratings, held to the mean of each slot; unless `control` is `none` homes are held to what FeederControl makes of it.
 */
export class FeederGrid implements StreetGrid {
  readonly #feeders: readonly RunningFeeder[]
  readonly #homes: number
  readonly #violationMinutes = { undervoltage: 0, overvoltage: 0, overload: 0, unbalance: 0 }
  #lowestPerUnit = Number.POSITIVE_INFINITY
  #highestPerUnit = 0
  #largestLoading = 0
  #dimmedMinutes = 0
  #dimmedHomeMinutes = 0
  #withheldWh = 0
  #curtailedMinutes = 0

  constructor(feeders: readonly GridFeeder[], control: 'as-needed' | 'none' = 'as-needed') {
    let first = 0
    this.#feeders = feeders.map((feeder) => {
      const { tree, homes } = feeder
      const run = new FeederRun({ tree, limits: EN_50160 })
      const roofPeakW = homes.reduce((sum, home) => sum + home.roofPeakW, 0)
      const running = {
        ...feeder,
        run,
        extremes: new FeederExtremes(tree),
        losses: new WholeLosses(homes.length),
        first,
        control: control === 'none' ? null : new FeederControl({ roofPeakW }),
        controllable: homes.filter(({ isControllable }) => isControllable).length,
      }
      first += homes.length
      return running
    })
    this.#homes = first
  }

  step(load: GridLoad): GridSlot {
    const { minutes } = load
    const kinds = new Set<Violation['kind']>()
    let lossesWh = 0
    const homeLossesWh = new Int32Array(this.#homes)
    let lowestPerUnit = Number.POSITIVE_INFINITY
    let highestPerUnit = 0
    const dimmedHomes = this.#countRestrained(load)
    for (const feeder of this.#feeders) {
      for (const { kind } of this.#solve(feeder, load)) kinds.add(kind)
      const state = feeder.run.flow.state()
      const feederWh = feeder.run.takeLossWh()
      lossesWh += feederWh
      const shares = currentLosses(state, feeder.run.powers).map((watts) => (watts * minutes) / 60)
      homeLossesWh.set(feeder.losses.share(shares, feederWh), feeder.first)
      const stress = feeder.extremes.note(state)
      feeder.control?.look({ stress, ...sumsOf(feeder, load) })
      lowestPerUnit = Math.min(lowestPerUnit, stress.lowestPerUnit)
      highestPerUnit = Math.max(highestPerUnit, stress.highestPerUnit)
      this.#largestLoading = Math.max(this.#largestLoading, stress.importLoading, stress.exportLoading)
    }
    for (const kind of kinds) this.#violationMinutes[kind] += minutes
    this.#lowestPerUnit = Math.min(this.#lowestPerUnit, lowestPerUnit)
    this.#highestPerUnit = Math.max(this.#highestPerUnit, highestPerUnit)
    return {
      lossesWh,
      homeLossesWh,
      violationMinutes: kinds.size > 0 ? minutes : 0,
      lowestPerUnit: rounded(lowestPerUnit),
      highestPerUnit: rounded(highestPerUnit),
      dimmedHomes,
    }
  }

  restraintOf(home: number): HomeRestraint {
    const feeder = this.#feeders.findLast(({ first }) => first <= home)
    return feeder?.control?.restraint ?? UNRESTRAINED
  }

  result(): GridResult {
    return {
      feeders: this.#feeders.length,
      lowestPerUnit: rounded(this.#lowestPerUnit),
      highestPerUnit: rounded(this.#highestPerUnit),
      largestLoading: rounded(this.#largestLoading),
      violationMinutes: { ...this.#violationMinutes },
      dimmedMinutes: this.#dimmedMinutes,
      dimmedHomeMinutes: this.#dimmedHomeMinutes,
      withheldWh: Math.round(this.#withheldWh),
      curtailedMinutes: this.#curtailedMinutes,
    }
  }

  picture(): PictureGrid {
    return pictureGrid(this.#feeders.map(({ tree, homes }) => ({ tree, homes: homes.length })))
  }

  voltages(): readonly BusVoltages[] {
    return this.#feeders.flatMap(({ tree, extremes, first, homes }, index) => {
      const homeAt = new Map(tree.points.slice(0, homes.length).map(({ node }, point) => [node, first + point]))
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

  /** Adds up what homes were held to in a slot; how many were dimmed. */
  #countRestrained({ minutes, withheldW }: GridLoad): number {
    const running = this.#feeders.map(({ control, controllable }) => ({ ...control?.restraint, controllable }))
    const dimmed = running.filter(({ controllableW }) => typeof controllableW === 'number')
    const dimmedHomes = dimmed.reduce((sum, { controllable }) => sum + controllable, 0)
    if (dimmedHomes > 0) this.#dimmedMinutes += minutes
    this.#dimmedHomeMinutes += dimmedHomes * minutes
    if (running.some(({ roofShare = 1 }) => roofShare < 1)) this.#curtailedMinutes += minutes
    this.#withheldWh += (withheldW.reduce((sum, watts) => sum + watts, 0) * minutes) / 60
    return dimmedHomes
  }

  #solve(feeder: RunningFeeder, slot: GridLoad) {
    const { run, first, homes, kvarPerKw } = feeder
    const { activeW, reactiveVar } = run.powers
    for (let point = 0; point < homes.length; point++) {
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

function sumsOf({ first, homes }: RunningFeeder, { netW, roofW, withheldW }: GridLoad) {
  const sum = (watts: Float64Array) =>
    watts.subarray(first, first + homes.length).reduce((total, one) => total + one, 0)
  return { netW: sum(netW), roofW: sum(roofW), withheldW: sum(withheldW) }
}

const rounded = (exact: number): number => Math.round(exact * 1e6) / 1e6
