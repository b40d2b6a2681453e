import type { PictureGrid } from '#protocol/picture/picture.ts'
import { houseOrder } from './house-order.ts'

/**
 * The wires as the map draws them: only what leads to homes, joints that are no more than a bend left out. Node 0 is the
 * transformer’s low side; a node stands behind its parent; stretch `n` leads to node `n` from `parent[n]`.
 */
export interface WireTree {
  readonly parent: readonly number[]
  /** what the stretch may carry at its weakest, W; [0] the transformer; 0: nobody says */
  readonly ratedW: readonly number[]
  /** nodes that go on from here, the main line last */
  readonly next: readonly (readonly number[])[]
  /** homes that hang here, in the order of their house numbers */
  readonly homes: readonly (readonly number[])[]
  /** by home: its node, and what its own service line may carry, W (0: nobody says) */
  readonly nodeOfHome: Int32Array
  readonly serviceRatedW: Float64Array
}

/**
 * The tree of wires behind a transformer. Which line is the main one follows from the wires alone, so that a home more
 * leaves it where it is. Homes of no known bus hang on the transformer, on a line of their own.
 */
export function wireTree(options: { readonly grid: PictureGrid; readonly names: readonly string[] }): WireTree {
  const { grid, names } = options
  const buses = grid.parents.length
  const homesAt: number[][] = Array.from({ length: buses }, () => [])
  const serviceRatedW = new Float64Array(names.length)
  const lost: number[] = []
  names.forEach((_, home) => {
    const bus = grid.busOfHome[home] ?? 0
    if (bus > 0 && bus < buses) homesAt[bus]?.push(home)
    else lost.push(home)
  })
  const { childrenOf, beneath } = inOrder(grid, homesAt)
  /** A service line leads from a joint to one home; where homes hang on the line itself, its last one does as well. */
  const isService = (bus: number) =>
    childrenOf(bus).length === 0 && homesAt[bus]?.length === 1 && homesAt[grid.parents[bus] ?? 0]?.length === 0

  const tree = new Builder(grid.ratedW[0] ?? 0, names.length)
  const stack = childrenOf(0)
    .toReversed()
    .filter((bus) => !isService(bus))
    .map((bus) => ({ bus, from: 0, ratedW: 0 }))
  for (const bus of childrenOf(0)) if (isService(bus)) lost.push(...(homesAt[bus] as number[]))
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { bus, from } = step
    const ratedW = weakest(step.ratedW, grid.ratedW[bus] ?? 0)
    const homes = [...(homesAt[bus] as number[])]
    const on = childrenOf(bus).filter((child) => {
      if (!isService(child)) return true
      const [home] = homesAt[child] as [number]
      serviceRatedW[home] = grid.ratedW[child] ?? 0
      homes.push(home)
      return false
    })
    // The main line goes on last: whatever leaves it here stands before what comes after.
    on.sort((a, b) => (beneath[a] as number) - (beneath[b] as number) || b - a)
    const isBend = homes.length === 0 && on.length === 1
    const node = isBend ? from : tree.add({ from, ratedW, homes: houseOrder(homes, names) })
    for (const child of on.toReversed()) stack.push({ bus: child, from: node, ratedW: isBend ? ratedW : 0 })
  }
  let from = 0
  for (const home of houseOrder(lost, names)) from = tree.add({ from, ratedW: 0, homes: [home] })
  return { ...tree.done(), serviceRatedW }
}

/** A street of which nobody knows the wires: homes in the order of their numbers, on so many lines of equal length. */
export function plainTree(options: { readonly names: readonly string[]; readonly perLine: number }): WireTree {
  const { names, perLine } = options
  const tree = new Builder(0, names.length)
  let from = 0
  const homes = names.map((_, home) => home)
  houseOrder(homes, names).forEach((home, i) => {
    from = tree.add({ from: i % perLine === 0 ? 0 : from, ratedW: 0, homes: [home] })
  })
  return { ...tree.done(), serviceRatedW: new Float64Array(names.length) }
}

class Builder {
  readonly #parent = [-1]
  readonly #ratedW: number[]
  readonly #next: number[][] = [[]]
  readonly #homes: (readonly number[])[] = [[]]
  readonly #nodeOfHome: Int32Array

  constructor(transformerW: number, homes: number) {
    this.#ratedW = [transformerW]
    this.#nodeOfHome = new Int32Array(homes)
  }

  add(node: { readonly from: number; readonly ratedW: number; readonly homes: readonly number[] }): number {
    const number = this.#parent.length
    this.#parent.push(node.from)
    this.#ratedW.push(node.ratedW)
    this.#next.push([])
    this.#homes.push(node.homes)
    this.#next[node.from]?.push(number)
    for (const home of node.homes) this.#nodeOfHome[home] = number
    return number
  }

  done(): Omit<WireTree, 'serviceRatedW'> {
    return {
      parent: this.#parent,
      ratedW: this.#ratedW,
      next: this.#next,
      homes: this.#homes,
      nodeOfHome: this.#nodeOfHome,
    }
  }
}

/** Children that lead to homes, and how many buses lie beneath each: of the wires, whoever hangs on them. */
function inOrder(grid: PictureGrid, homesAt: readonly (readonly number[])[]) {
  const children: number[][] = grid.parents.map(() => [])
  const beneath = new Float64Array(grid.parents.length).fill(1)
  const leads = homesAt.map((homes) => homes.length > 0)
  const order: number[] = [0]
  grid.parents.forEach((parent, bus) => {
    if (bus > 0) children[parent]?.push(bus)
  })
  for (let i = 0; i < order.length; i++) order.push(...(children[order[i] as number] as number[]))
  for (const bus of order.toReversed()) {
    const parent = grid.parents[bus] ?? -1
    if (bus === 0 || parent < 0) continue
    beneath[parent] = (beneath[parent] as number) + (beneath[bus] as number)
    leads[parent] ||= leads[bus] as boolean
  }
  const leading = children.map((some) => some.filter((bus) => leads[bus]))
  return { childrenOf: (bus: number) => leading[bus] as readonly number[], beneath }
}

/** The lower of two limits, where 0 is none. */
function weakest(a: number, b: number): number {
  return a === 0 ? b : b === 0 ? a : Math.min(a, b)
}
