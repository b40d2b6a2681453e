import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEvent, emptyStreet } from '#protocol/street.ts'
import { EasedPowers } from '../../ui/src/map/eased-powers.ts'
import { homeState } from '../../ui/src/map/home-state.ts'
import { layoutStreet } from '../../ui/src/map/layout.ts'
import { feederLoads } from '../../ui/src/map/loads.ts'
import { nearestHome } from '../../ui/src/map/nearest-home.ts'
import { ParticleField } from '../../ui/src/map/particles.ts'
import { powerScale } from '../../ui/src/map/power-scale.ts'
import { PRICE_STEPS, priceColours, priceStep } from '../../ui/src/map/price-colours.ts'
import { StreetEvents } from './street-events.ts'

const inset = { top: 58, bottom: 50, side: 22 }
const names = (count: number) => Array.from({ length: count }, (_, i) => `home-${i + 1}`)
const desktop = (homes: Iterable<string>) => layoutStreet({ names: homes, width: 940, height: 540, inset })

describe('homes stand still', () => {
  it('the same names stand at the same places on every run, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(names(30), { minLength: 1 }), (some) => {
        expect(desktop(some).homes).toEqual(desktop([...some].sort()).homes)
      }),
      { numRuns: 50, seed: 42 },
    )
  })

  it('house numbers rise along the street, odd on one side and even on the other', () => {
    const { homes } = desktop(names(12))
    const place = (n: number) => homes.get(`home-${n}`) ?? expect.unreachable()
    for (let n = 1; n <= 10; n++) expect(place(n + 2).along).toBeGreaterThan(place(n).along)
    expect(place(1).outward.y).toBeLessThan(0)
    expect(place(2).outward.y).toBeGreaterThan(0)
  })

  it.each([
    ['desktop', 940, 540],
    ['phone', 374, 680],
  ])('1, 12, 60 and 300 homes fit into a %s map and no two stand on each other', (_, width, height) => {
    for (const count of [1, 12, 60, 300]) {
      const { homes, bubble } = layoutStreet({ names: names(count), width, height, inset })
      expect(homes.size).toBe(count)
      const places = [...homes.values()]
      for (const [i, place] of places.entries()) {
        expect(place.x).toBeGreaterThan(0)
        expect(place.x).toBeLessThan(width)
        expect(place.y).toBeGreaterThan(inset.top / 2)
        expect(place.y).toBeLessThan(height - inset.bottom / 2)
        for (const other of places.slice(i + 1)) {
          expect(Math.hypot(place.x - other.x, place.y - other.y)).toBeGreaterThan(bubble)
        }
      }
    }
  })

  it('a wide box has its street across, a tall one down', () => {
    expect(desktop(names(3)).direction).toBe('across')
    expect(layoutStreet({ names: names(3), width: 374, height: 680, inset }).direction).toBe('down')
  })
})

describe('the wires', () => {
  it('carry the sum of the homes beyond, so that the first stretches carry the street’s balance', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9_000, max: 9_000 }), { minLength: 1, maxLength: 80 }), (powers) => {
        const layout = desktop(names(powers.length))
        const stretches = feederLoads(layout, (home) => powers[Number(home.slice(5)) - 1] ?? 0)
        expect(stretches).toHaveLength(powers.length)
        const atTransformer = stretches.filter((stretch) => stretch.from === 0)
        const balance = atTransformer.reduce((sum, stretch) => sum + stretch.powerW, 0)
        expect(balance).toBe(powers.reduce((sum, power) => sum + power, 0))
      }),
      { numRuns: 100, seed: 42 },
    )
  })
})

describe('homes and powers', () => {
  it('a home takes, gives, rests, or has not spoken', () => {
    const events = new StreetEvents()
    events.enrol(1)
    const street = emptyStreet()
    const stateNow = () => {
      for (const logged of events.log.slice(street.sequence)) applyEvent(street, logged)
      return homeState(street.homes.get('home-1') ?? expect.unreachable())
    }
    expect(stateNow()).toBe('silent')
    for (const [sequence, [powerW, state]] of (
      [
        [900, 'takes'],
        [-900, 'gives'],
        [-10, 'idle'],
      ] as const
    ).entries()) {
      events.read({ home: 1, sequence, powerW })
      expect(stateNow()).toBe(state)
    }
  })

  it('a power is drawn as an area, on a scale of round steps', () => {
    const { radius } = powerScale({ largestW: 4_300, largestRadius: 40 })
    expect(radius(5_000)).toBe(40)
    expect(radius(-1_250)).toBe(20)
    expect(powerScale({ largestW: 4_900, largestRadius: 40 }).radius(1_250)).toBe(20)
  })

  it('a power is there at once the first time, then on its way, and arrives however often it is drawn', () => {
    const powers = new EasedPowers()
    powers.aim('home-1', 500)
    expect(powers.step({ nowMs: 1_000, atOnce: false })).toBe(false)
    powers.aim('home-1', 1_500)
    expect(powers.step({ nowMs: 1_016, atOnce: false })).toBe(true)
    expect(powers.of('home-1')).toBeGreaterThan(500)
    expect(powers.of('home-1')).toBeLessThan(1_500)
    for (let nowMs = 1_032; nowMs < 2_000; nowMs += 16) powers.step({ nowMs, atOnce: false })
    expect(powers.of('home-1')).toBe(1_500)
    powers.aim('home-1', 0)
    expect(powers.step({ nowMs: 2_000, atOnce: true })).toBe(false)
    expect(powers.of('home-1')).toBe(0)
  })

  it('arrows go to the nearest home that way, and nowhere at the edge', () => {
    const homes = new Map([
      ['a', { x: 0, y: 0 }],
      ['b', { x: 100, y: 5 }],
      ['c', { x: 60, y: 90 }],
    ])
    const right = { x: 1, y: 0 }
    expect(nearestHome({ homes, from: 'a', towards: right })).toBe('b')
    expect(nearestHome({ homes, from: 'a', towards: { x: 0, y: 1 } })).toBe('b')
    expect(nearestHome({ homes, from: 'b', towards: right })).toBeNull()
    expect(nearestHome({ homes, from: 'nobody', towards: right })).toBeNull()
  })
})

describe('trades in the air', () => {
  const flight = { from: { x: 0, y: 0 }, to: { x: 100, y: 0 }, step: 0, r: 3 }

  it('fly from seller to buyer and are gone', () => {
    const field = new ParticleField()
    field.launch({ ...flight, startMs: 1_000 })
    expect(field.at(900)).toEqual([])
    expect(field.at(1_000)[0]?.head).toEqual({ x: 0, y: 0 })
    const [middle] = field.at(1_650)
    expect(middle?.head.x).toBeCloseTo(50)
    expect(middle?.head.y).toBeLessThan(0)
    expect(field.at(2_300)).toEqual([])
    expect(field.size).toBe(0)
  })

  it('are never more than a browser can draw', () => {
    const field = new ParticleField()
    for (let i = 0; i < 10_000; i++) field.launch({ ...flight, startMs: 0 })
    expect(field.size).toBe(240)
  })

  it('have the colour of their price, from the feed-in tariff to the local ceiling', () => {
    const range = { floor: 80, ceiling: 210 }
    expect([60, 80, 145, 210, 999].map((price) => priceStep(price, range))).toEqual([0, 0, 4, 7, 7])
    expect(new Set(priceColours({ low: '#35a98b', high: '#024a3c' })).size).toBe(PRICE_STEPS)
  })
})
