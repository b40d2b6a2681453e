import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arcBend, arcDistance, PARTICLES_MAX, ParticleField, PLACES } from '../../ui/src/map/particles.ts'
import type { Point } from '../../ui/src/map/point.ts'
import { PRICE_STEPS, priceColours, priceStep } from '../../ui/src/map/price-colours.ts'

describe('trades in the air', () => {
  const flight = { trade: '7.1', from: { x: 0, y: 0 }, to: { x: 100, y: 0 }, step: 3, r: 3 }
  const colourOf = (field: ParticleField, step: number) =>
    (field.begins[step + 1] as number) - (field.begins[step] as number)

  it('fly from seller to buyer over the street and are gone', () => {
    const field = new ParticleField()
    field.launch({ ...flight, startMs: 1_000 })
    field.at(900)
    expect(field.flying).toBe(0)
    field.at(1_000)
    expect([...field.places.slice(0, 2)]).toEqual([0, 0])
    field.at(1_650)
    expect(field.flying).toBe(1)
    expect(colourOf(field, 3)).toBe(1)
    expect(field.places[0]).toBeCloseTo(50)
    expect(field.places[1]).toBeLessThan(0)
    expect(field.places[2]).toBeLessThan(field.places[0] as number)
    field.at(2_300)
    expect(field.size + field.flying).toBe(0)
  })

  it('lie together by colour, however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(PRICE_STEPS - 1), { maxLength: 200 }), (steps) => {
        const field = new ParticleField()
        for (const [i, step] of steps.entries()) field.launch({ ...flight, step, r: 1 + step, startMs: -i })
        field.at(600)
        expect(field.flying).toBe(steps.length)
        for (let step = 0; step < PRICE_STEPS; step++) {
          expect(colourOf(field, step)).toBe(steps.filter((one) => one === step).length)
          for (let i = field.begins[step] as number; i < (field.begins[step + 1] as number); i++) {
            expect(field.sizes[i]).toBeCloseTo(1 + step)
          }
        }
      }),
      { numRuns: 50, seed: 42 },
    )
  })

  it('are found by a place near them, those that are gone are not', () => {
    const field = new ParticleField()
    for (const [i, step] of [5, 1, 3].entries()) {
      const to = { x: 100, y: 300 * i }
      field.launch({ ...flight, trade: `7.${i}`, from: { x: 0, y: to.y }, to, step, startMs: i === 0 ? 0 : 600 })
    }
    field.at(1_250)
    const heads = [0, 1, 2].map((i) => ({ x: field.places[i * PLACES] ?? 0, y: field.places[i * PLACES + 1] ?? 0 }))
    const found = heads.map(({ x, y }) => field.tradeAt({ x: x + 3, y: y - 3 }, 16))
    expect(found.toSorted()).toEqual(['7.0', '7.1', '7.2'])
    expect(field.tradeAt({ x: 50, y: 1_000 }, 16)).toBeNull()
    const first = heads.find(({ y }) => y < 100) as Point
    field.at(1_300)
    expect(field.tradeAt(first, 16)).toBeNull()
    expect(field.flying).toBe(2)
    for (const trade of ['7.1', '7.2']) {
      const at = Number(trade.at(-1)) * 300
      const place = [0, 1].map((i) => i * PLACES).find((i) => Math.abs((field.places[i + 1] ?? 0) - at) < 100) ?? 0
      expect(field.tradeAt({ x: field.places[place] ?? 0, y: field.places[place + 1] ?? 0 }, 1)).toBe(trade)
    }
  })

  it('that stand are as far from a place as their arc is', () => {
    const arc = { from: { x: 0, y: 0 }, to: { x: 100, y: 0 } }
    expect(arcDistance(arc, { x: 100, y: 9 })).toBeCloseTo(9)
    expect(arcDistance(arc, { x: 50, y: arcBend(arc).y / 2 })).toBeLessThan(0.5)
    expect(arcDistance(arc, { x: 50, y: 100 })).toBeGreaterThan(100)
  })

  it('are never more than a browser can draw', () => {
    const field = new ParticleField()
    for (let i = 0; i < 10_000; i++) field.launch({ ...flight, startMs: 0 })
    expect(field.size).toBe(PARTICLES_MAX)
    field.at(5_000)
    expect(field.size).toBe(0)
  })

  it('have the colour of their price, from the feed-in tariff to the local ceiling', () => {
    const range = { floor: 80, ceiling: 210 }
    expect([60, 80, 145, 210, 999].map((price) => priceStep(price, range))).toEqual([0, 0, 4, 7, 7])
    const colours = priceColours({ low: '#35a98b', high: 'rgb(2, 74, 60)' })
    expect(new Set(colours).size).toBe(PRICE_STEPS)
    expect([colours[0], colours.at(-1)]).toEqual(['rgb(53, 169, 139)', 'rgb(2, 74, 60)'])
  })
})
