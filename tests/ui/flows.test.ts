import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Flows } from '#protocol/picture/run.ts'
import { type FlowGraph, flowGraph, OTHERS, SUPPLIER } from '../../ui/src/flows/flow-graph.ts'
import { slotsOfWindow } from '../../ui/src/flows/flow-window.ts'
import { sankeyLayout } from '../../ui/src/flows/sankey-layout.ts'
import { StreetStory, slot } from './street-story.ts'

type Row = readonly [seller: number, buyer: number, energyWh: number]

const answer = (rows: readonly Row[], restWh = 0): Flows => ({
  ...{ fromSlot: slot, toSlot: slot, restWh },
  seller: rows.map(([seller]) => seller),
  buyer: rows.map(([, buyer]) => buyer),
  energyWh: rows.map(([, , energyWh]) => energyWh),
})
const sum = (parts: readonly { readonly energyWh: number }[]) => parts.reduce((all, { energyWh }) => all + energyWh, 0)
const ends = (graph: FlowGraph, side: 'sellers' | 'buyers') =>
  graph[side].map(({ end, homes, energyWh }) => [end, homes, energyWh])

const rows = fc.array(
  fc.tuple(fc.integer({ min: -1, max: 40 }), fc.integer({ min: -1, max: 40 }), fc.integer({ min: 0, max: 9_000 })),
  { maxLength: 300 },
)

describe('flows drawn together', () => {
  it('the largest come first, the supplier last, on both sides', () => {
    const graph = flowGraph(
      answer([
        [0, 2, 300],
        [SUPPLIER, 2, 900],
        [1, 3, 500],
        [1, SUPPLIER, 800],
        [0, 2, 100],
      ]),
    )
    expect(ends(graph, 'sellers')).toEqual([
      [1, 1, 1_300],
      [0, 1, 400],
      [SUPPLIER, 1, 900],
    ])
    expect(ends(graph, 'buyers')).toEqual([
      [2, 1, 1_300],
      [3, 1, 500],
      [SUPPLIER, 1, 800],
    ])
    expect(graph.flows).toContainEqual({ seller: 0, buyer: 2, energyWh: 400 })
    expect(graph.totalWh).toBe(2_600)
  })

  it('beyond the twelve largest homes a side is one bundle, which says of how many', () => {
    const graph = flowGraph(answer(Array.from({ length: 15 }, (_, home): Row => [home, 99, 100 * (home + 1)])))
    expect(graph.sellers).toHaveLength(13)
    expect(graph.sellers[0]).toEqual({ end: 14, homes: 1, energyWh: 1_500 })
    expect(graph.sellers.at(-1)).toEqual({ end: OTHERS, homes: 3, energyWh: 100 + 200 + 300 })
  })

  it('a thirteenth home alone keeps its name', () => {
    const graph = flowGraph(answer(Array.from({ length: 13 }, (_, home): Row => [home, 99, 100])))
    expect(graph.sellers.map(({ end }) => end)).not.toContain(OTHERS)
  })

  it('conserves energy, whatever flows: told, sold, bought and drawn are the same', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 5_000 }), (told, restWh) => {
        const graph = flowGraph(answer(told, restWh))
        const all = told.reduce((total, [, , energyWh]) => total + energyWh, restWh)
        expect([graph.totalWh, sum(graph.flows), sum(graph.sellers), sum(graph.buyers)]).toEqual([all, all, all, all])
        for (const { end, energyWh } of graph.sellers) {
          expect(sum(graph.flows.filter(({ seller }) => seller === end))).toBe(energyWh)
        }
        expect(graph.sellers.length).toBeLessThanOrEqual(15)
        expect(graph.buyers.length).toBeLessThanOrEqual(15)
      }),
    )
  })
})

describe('the layout of the flows', () => {
  const box = { left: 100, right: 500 }

  it('bars are as high as their energy on one scale, and ribbons fill them exactly', () => {
    fc.assert(
      fc.property(rows, (told) => {
        const graph = flowGraph(answer(told))
        const { nodes, ribbons, height } = sankeyLayout(graph, box)
        const perWh = graph.totalWh === 0 ? 0 : 300 / graph.totalWh
        for (const node of nodes) {
          expect(node.height).toBeCloseTo(node.energyWh * perWh, 6)
          const own = ribbons.filter((ribbon) => ribbon[node.side] === node.end)
          expect(own.reduce((all, { thickness }) => all + thickness, 0)).toBeCloseTo(node.height, 6)
          expect(node.y).toBeGreaterThanOrEqual(-1e-6)
          expect(node.y + node.height).toBeLessThanOrEqual(height + 1e-6)
        }
      }),
    )
  })

  it('names have room: the middles of neighbouring bars are at least a line apart', () => {
    const tiny = Array.from({ length: 12 }, (_, home): Row => [home, 50, home === 0 ? 100_000 : 1])
    const { nodes } = sankeyLayout(flowGraph(answer(tiny)), box)
    const middles = nodes.filter(({ side }) => side === 'seller').map(({ y, height }) => y + height / 2)
    for (const [i, middle] of middles.slice(1).entries()) {
      expect(middle - (middles[i] as number)).toBeGreaterThanOrEqual(18)
    }
  })

  it('a ribbon goes from its seller’s bar to its buyer’s', () => {
    const { ribbons } = sankeyLayout(flowGraph(answer([[0, 1, 10]])), box)
    expect(ribbons[0]?.path).toMatch(/^M110\.0,.* 490\.0,.*V.* 110\.0,.*Z$/)
  })

  it('nothing flows: nothing is drawn', () => {
    expect(sankeyLayout(flowGraph(answer([])), box)).toEqual({ nodes: [], ribbons: [], height: 0 })
  })
})

describe('the window of the flows', () => {
  const street = () => {
    const story = StreetStory.trading()
    for (let n = 130; n > 0; n--) story.phase('settling', slot - n)
    return story.picture
  }

  it('ends with the last slot that all meters have stated, however far it goes back', () => {
    const of = (name: Parameters<typeof slotsOfWindow>[1]['name']) => slotsOfWindow(street(), { name, slotMinutes: 15 })
    expect(of('slot')).toEqual({ fromSlot: slot - 1, toSlot: slot - 1 })
    expect(of('hours')).toEqual({ fromSlot: slot - 16, toSlot: slot - 1 })
    expect(of('day')).toEqual({ fromSlot: slot - 96, toSlot: slot - 1 })
    expect(of('all')).toEqual({ fromSlot: slot - 130, toSlot: slot - 1 })
  })

  it('there is none before a slot is stated', () => {
    expect(slotsOfWindow(StreetStory.trading().picture, { name: 'all', slotMinutes: 15 })).toBeNull()
  })
})
