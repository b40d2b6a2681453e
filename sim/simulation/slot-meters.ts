import { BEGUN_SHARE } from '#meter-agent/index.ts'
import { slotStartMs } from '#protocol/slot.ts'
import type { EnergyAccount } from '../home/home-state.ts'
import type { SimulatedHome } from '../home/simulated-home.ts'
import { type StoreFlow, storeFlow } from './store-flow.ts'
import type { GridSlot, StreetGrid } from './street-grid.ts'

const J_PER_WH = 3_600

/** What each home's meters counted in one slot, whole Wh, by the home's place in the street. */
export interface SlotMeter {
  readonly slot: number
  readonly importWh: Int32Array
  readonly exportWh: Int32Array
  readonly demandWh: Int32Array
  /** what the roofs gave, and what they were not let give */
  readonly productionWh: Int32Array
  readonly curtailedWh: Int32Array
  /** exact, J: what shares are told of */
  readonly importJ: Float64Array
  readonly exportJ: Float64Array
  readonly stores: readonly StoreFlow[]
}

/** A slot with each home as it began, and as it ended. */
export interface LivedSlot extends SlotMeter {
  /** net of its first third by home, whole Wh, export positive: what meters show while it runs */
  readonly begunWh: Int32Array
  readonly before: readonly HomeMoment[]
  readonly after: readonly HomeMoment[]
}

/** A home at the boundary of two slots. */
export interface HomeMoment {
  readonly account: EnergyAccount
  /** whether its car is at its charger; false without one */
  readonly isCarHome: boolean
}

/** A slot as it was read: what the meters counted, and what the wires did meanwhile. */
interface ReadSlot {
  readonly meter: LivedSlot
  readonly grid: GridSlot | null
}

/**
 * The meters of all homes, read at every slot boundary. Each counter is floored at the boundary, so that the slots of
 * a run telescope to what the counters show at its end. The wires are told of each slot as it is read.
 */
export class SlotMeters {
  readonly #homes: readonly SimulatedHome[]
  readonly #slotMinutes: number
  readonly #grid: StreetGrid | null
  readonly #read = new Map<number, ReadSlot>()
  #counters: readonly ReturnType<typeof countersOf>[]
  #nextSlot: number

  /** The homes stand at their start; the first slot is the first that begins then or later. */
  constructor(options: {
    readonly homes: readonly SimulatedHome[]
    readonly startMs: number
    readonly slotMinutes: number
    readonly grid?: StreetGrid | undefined
  }) {
    const { homes, startMs, slotMinutes, grid = null } = options
    this.#homes = homes
    this.#slotMinutes = slotMinutes
    this.#grid = grid
    this.#nextSlot = Math.ceil(startMs / (slotMinutes * 60_000))
    this.#counters = homes.map((home) => countersOf(home, this.#boundaryMs(this.#nextSlot)))
  }

  /** The first slot that is not read yet. */
  get nextSlot(): number {
    return this.#nextSlot
  }

  /** Lets the homes live up to the end of a slot and reads it; slots are read once, one after the other. Throws NotConverged. */
  readTo(slot: number): void {
    for (; this.#nextSlot <= slot; this.#nextSlot++) this.#read.set(this.#nextSlot, this.#readNext())
  }

  /** What was read of a slot; throws if it was not, or was forgotten. */
  of(slot: number): LivedSlot {
    return this.#slot(slot).meter
  }

  /** What the wires did in it; null where there are none. */
  gridOf(slot: number): GridSlot | null {
    return this.#slot(slot).grid
  }

  forget(slot: number): void {
    this.#read.delete(slot)
  }

  #readNext(): ReadSlot {
    const homes = this.#homes.length
    const importWh = new Int32Array(homes)
    const exportWh = new Int32Array(homes)
    const demandWh = new Int32Array(homes)
    const productionWh = new Int32Array(homes)
    const curtailedWh = new Int32Array(homes)
    const withheldJ = new Float64Array(homes)
    const importJ = new Float64Array(homes)
    const exportJ = new Float64Array(homes)
    const stores: StoreFlow[] = []
    const begunWh = new Int32Array(homes)
    const startMs = this.#boundaryMs(this.#nextSlot)
    const endMs = this.#boundaryMs(this.#nextSlot + 1)
    const before = this.#counters
    for (const [index, home] of this.#homes.entries()) {
      const { grid } = home.advanceTo(startMs + Math.ceil(BEGUN_SHARE * (endMs - startMs)))
      const then = before[index]
      if (then !== undefined) begunWh[index] = grid.exportWh - then.exportWh - (grid.importWh - then.importWh)
    }
    const after = this.#homes.map((home) => countersOf(home, endMs))
    for (const [index, now] of after.entries()) {
      const then = before[index] ?? now
      importWh[index] = now.importWh - then.importWh
      exportWh[index] = now.exportWh - then.exportWh
      demandWh[index] = now.demandWh - then.demandWh
      productionWh[index] = now.productionWh - then.productionWh
      curtailedWh[index] = now.curtailedWh - then.curtailedWh
      withheldJ[index] = now.account.withheldJ - then.account.withheldJ
      importJ[index] = now.account.importJ - then.account.importJ
      exportJ[index] = now.account.exportJ - then.account.exportJ
      stores.push(storeFlow(then.account, now.account))
    }
    this.#counters = after
    const slot = this.#nextSlot
    const counted = { slot, importWh, exportWh, demandWh, productionWh, curtailedWh, importJ, exportJ, stores }
    const meter = { ...counted, begunWh, before, after }
    return { meter, grid: this.#stepGrid(meter, withheldJ) }
  }

  #slot(slot: number): ReadSlot {
    const read = this.#read.get(slot)
    if (read === undefined) throw new Error(`the meters of slot ${slot} are not read`)
    return read
  }

  /** Lets the wires carry what the meters counted, as mean power, and holds the homes to what follows from it. */
  #stepGrid({ importWh, exportWh, productionWh }: SlotMeter, withheldJ: Float64Array): GridSlot | null {
    const grid = this.#grid
    if (grid === null) return null
    const minutes = this.#slotMinutes
    const wattsPerWh = 60 / minutes
    const stepped = grid.step({
      minutes,
      netW: Float64Array.from(importWh, (imported, home) => (imported - (exportWh[home] ?? 0)) * wattsPerWh),
      roofW: Float64Array.from(productionWh, (produced) => produced * wattsPerWh),
      withheldW: withheldJ.map((joules) => joules / (60 * minutes)),
    })
    for (const [index, home] of this.#homes.entries()) home.restrain(grid.restraintOf(index))
    return stepped
  }

  #boundaryMs(slot: number): number {
    return slotStartMs({ slot, slotMinutes: this.#slotMinutes })
  }
}

function countersOf(home: SimulatedHome, timeMs: number) {
  const { grid, car } = home.advanceTo(timeMs)
  const { account } = home
  return {
    importWh: grid.importWh,
    exportWh: grid.exportWh,
    demandWh: Math.floor(demandOf(account) / J_PER_WH),
    productionWh: Math.floor(account.roofJ / J_PER_WH),
    curtailedWh: Math.floor(account.curtailedJ / J_PER_WH),
    account,
    isCarHome: car?.isHome ?? false,
  }
}

/** What a home has used so far, J: what was switched on, its heat pump, and what its car drove. */
function demandOf({ loadJ, heatPumpJ, drivenJ }: EnergyAccount): number {
  return loadJ + heatPumpJ + drivenJ
}
