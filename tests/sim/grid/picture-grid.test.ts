import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import type { PictureGrid } from '#protocol/picture/picture.ts'
import { feederTree } from '#sim/grid/feeder-tree.ts'
import { ieeeEuropeanLv } from '#sim/grid/feeders/ieee-european-lv.ts'
import { streetFeeder } from '#sim/grid/feeders/street-feeder.ts'
import { pictureGrid } from '#sim/grid/picture-grid.ts'
import { generateScenario, streetWires } from '#sim/index.ts'

const village = (homes: number) => ({
  tree: feederTree(streetFeeder({ kind: 'village', homes }), { file: 'village' }),
  homes,
})

/** Every bus hangs, over others, on bus 0. */
function expectTree({ parents, ratedW, busOfHome }: PictureGrid): void {
  expect(parents[0]).toBe(-1)
  expect(ratedW).toHaveLength(parents.length)
  for (const [bus, parent] of parents.entries()) {
    if (bus > 0) expect(parent >= 0 && parent < bus, `bus ${bus} hangs on ${parent}`).toBe(true)
  }
  for (const bus of busOfHome) expect(bus < parents.length).toBe(true)
}

describe('the wires that a page draws', () => {
  it('begin at the low side of the transformer, with what each may carry', () => {
    const grid = pictureGrid([village(4)])
    expectTree(grid)
    // Station, four joints on three lines, four homes.
    expect(grid.parents).toHaveLength(9)
    expect(grid.parents.filter((parent) => parent === 0)).toHaveLength(3)
    expect(grid.ratedW[0]).toBe(250_000)
    // 270 A of NAYY 4x150 and 142 A of 4x50 at 400 V, times √3.
    expect(new Set(grid.ratedW.slice(1))).toEqual(new Set([187_061, 98_380]))
    for (const bus of grid.busOfHome) expect(grid.ratedW[bus]).toBe(98_380)
    expect(new Set(grid.busOfHome).size).toBe(4)
  })

  it('of several feeders hang together at what they have in common', () => {
    const grid = pictureGrid([village(4), village(2)])
    expectTree(grid)
    expect(grid.parents).toHaveLength(1 + 9 + 5)
    expect(grid.ratedW[0]).toBe(0)
    expect(grid.parents.flatMap((parent, bus) => (parent === 0 ? [grid.ratedW[bus]] : []))).toEqual([250_000, 250_000])
    expect(grid.busOfHome).toHaveLength(6)
  })

  it('are all of the test feeder of the IEEE, whose lines have no ratings', () => {
    const feeder = ieeeEuropeanLv()
    const tree = feederTree(feeder, { file: 'ieee' })
    const grid = pictureGrid([{ tree, homes: tree.points.length }])
    expectTree(grid)
    expect(grid.parents).toHaveLength(tree.buses.length - 1)
    expect(grid.ratedW[0]).toBe(800_000)
    expect(grid.ratedW.slice(1).every((rated) => rated === 0)).toBe(true)
    expect(grid.busOfHome).toHaveLength(55)
  })

  it('of a street without wires of its own are those of a street of its size', async () => {
    const small = await Effect.runPromise(
      Effect.flatMap(generateScenario({ homes: 3, seed: 1 }), (street) => streetWires(street)),
    )
    expectTree(small)
    expect(small.busOfHome).toHaveLength(3)
    expect(small.ratedW[0]).toBe(250_000)
    const large = await Effect.runPromise(
      Effect.flatMap(generateScenario({ homes: 70, seed: 1 }), (street) => streetWires(street)),
    )
    expect(large.ratedW[0]).toBe(400_000)
  })
})
