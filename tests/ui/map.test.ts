import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyFrame } from '#protocol/picture/apply-frame.ts'
import { frameSince } from '#protocol/picture/frame-since.ts'
import { emptyPicture, type Picture, type PictureGrid } from '#protocol/picture/picture.ts'
import { EasedPowers } from '../../ui/src/map/eased-powers.ts'
import { findHomes } from '../../ui/src/map/find-homes.ts'
import { homeState } from '../../ui/src/map/home-state.ts'
import { LaidStreet } from '../../ui/src/map/laid-street.ts'
import { layoutStreet, type StreetLayout } from '../../ui/src/map/layout.ts'
import { lookAt } from '../../ui/src/map/level.ts'
import { wireLoads } from '../../ui/src/map/loads.ts'
import { mapInset } from '../../ui/src/map/map-inset.ts'
import { nearestHome } from '../../ui/src/map/nearest-home.ts'
import type { Box } from '../../ui/src/map/point.ts'
import { powerScale } from '../../ui/src/map/power-scale.ts'
import { homesInSight, nodesInSight, sightOf } from '../../ui/src/map/sight.ts'
import { streetBalance } from '../../ui/src/map/street-balance.ts'
import { overServices, wireClasses } from '../../ui/src/map/wire-strokes.ts'
import { wireTree } from '../../ui/src/map/wire-tree.ts'
import { gridOf } from './map-grid.ts'
import { StreetStory } from './street-story.ts'

const desktop: Box = { width: 940, height: 540 }
const phone: Box = { width: 374, height: 680 }
const names = (count: number) => Array.from({ length: count }, (_, i) => `home-${i + 1}`)
const lay = (homes: readonly string[], grid: PictureGrid | null = null, box: Box = desktop): StreetLayout =>
  layoutStreet({ grid, names: homes, box, inset: mapInset(box) })
const placeOf = ({ homeX, homeY }: StreetLayout, home: number) => ({ x: homeX[home], y: homeY[home] })
const moved = (before: StreetLayout, after: StreetLayout): number =>
  before.homeX.filter((x, home) => x !== after.homeX[home] || before.homeY[home] !== after.homeY[home]).length

describe('homes stand still', () => {
  it('the same names stand at the same places on every run, in whatever order they come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(names(30), { minLength: 1 }), (some) => {
        const byName = (list: readonly string[]) => {
          const layout = lay(list)
          return new Map(list.map((name, home) => [name, placeOf(layout, home)]))
        }
        const sorted = [...some].sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
        expect(new Map([...byName(some)].sort())).toEqual(new Map([...byName(sorted)].sort()))
      }),
      { numRuns: 50, seed: 42 },
    )
  })

  it('house numbers rise along the street, odd on one side and even on the other', () => {
    const { homeX, outward } = lay(names(12))
    for (let home = 0; home < 10; home++) {
      expect(homeX[home + 2]).toBeGreaterThan(homeX[home] as number)
      expect(outward[home]).toBe(home % 2 === 0 ? -1 : 1)
    }
  })

  it.each([
    ['without wires', desktop, false],
    ['on wires', desktop, true],
    ['on a phone without wires', phone, false],
    ['on a phone on wires', phone, true],
  ])('1 to 10,000 homes %s fit into the map and no two stand on each other', (_, box, wired) => {
    for (const count of [1, 2, 12, 60, 300, 10_000]) {
      const grid = wired ? gridOf({ homes: count, lines: 4, forkEvery: 7 }) : null
      const layout = lay(names(count), grid, box)
      expect(layout.homeX).toHaveLength(count)
      const cells = new Map<string, number[]>()
      for (let home = 0; home < count; home++) {
        const { x = Number.NaN, y = Number.NaN } = placeOf(layout, home)
        expect(x > 0 && x < box.width && y > 24 && y < box.height - 24).toBe(true)
        const near = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const))
        const cell = [Math.floor(x / layout.pitch), Math.floor(y / layout.pitch)] as const
        for (const [dx, dy] of near) {
          for (const other of cells.get(`${cell[0] + dx} ${cell[1] + dy}`) ?? []) {
            const apart = Math.hypot(x - (layout.homeX[other] as number), y - (layout.homeY[other] as number))
            expect(apart).toBeGreaterThan(layout.pitch * 0.7)
          }
        }
        cells.set(cell.join(' '), [...(cells.get(cell.join(' ')) ?? []), home])
      }
    }
  })

  it('a home more takes a free place: nobody moves, or few do', () => {
    expect(moved(lay(names(10)), lay(names(11)))).toBe(0)
    expect(moved(lay(names(10)), lay(names(12)))).toBe(0)
    let sum = 0
    for (let homes = 100; homes < 120; homes++) sum += moved(lay(names(homes)), lay(names(homes + 1)))
    expect(sum / 20).toBeLessThan(15)
    const grid = gridOf({ homes: 60, lines: 3 })
    // One that joins later hangs on the transformer: a line of its own is all that can move others.
    const first = lay(names(61), grid)
    expect(moved(first, lay(names(62), grid))).toBe(0)
  })

  it('a few homes on several lines use the width of the map, and few that join move others', () => {
    const grid = gridOf({ homes: 48, lines: 3 })
    const streets = Array.from({ length: 48 }, (_, i) => lay(names(i + 1), grid))
    for (const { homeX } of streets.slice(3)) expect(Math.max(...homeX)).toBeGreaterThan(desktop.width * 0.7)
    const movers = streets.flatMap((street, i) => {
      const next = streets[i + 1]
      return next !== undefined && moved(street, next) > 0 ? [next.homeX.length] : []
    })
    // Each line comes with its first home; then all grow, one after the other: to two cells, three, four, six, eight.
    expect(movers).toEqual([2, 3, 7, 13, 14, 15, 19, 20, 21, 25, 26, 27, 37, 38, 39])
  })

  it('the label below the last home of a few on a phone ends above the legend', () => {
    for (const lines of [0, 3]) {
      for (let count = 1; count <= 12; count++) {
        const layout = lay(names(count), lines === 0 ? null : gridOf({ homes: count, lines }), phone)
        const { bubble, labelHeight, labelSide } = lookAt(layout, 1)
        const labelled = 1.15 * bubble + (labelSide === 'outside' ? labelHeight : 0)
        // The legend takes three lines of the room below the streets.
        expect(Math.max(...layout.homeY) + labelled, `${count} homes`).toBeLessThan(phone.height - 62)
        expect(Math.min(...layout.homeY) - bubble, `${count} homes`).toBeGreaterThan(layout.transformer.y)
      }
    }
  })

  it('a street that is told anew as a whole stays as it is laid out, and another one does not', () => {
    const story = (homes: readonly string[], lines: number) => {
      const told = new StreetStory({ grid: gridOf({ homes: 12, lines }) })
      told.join(...homes)
      return told.picture
    }
    const picture = story(names(10), 2)
    const street = new LaidStreet()
    const tell = (from: Picture) => {
      applyFrame(picture, JSON.parse(JSON.stringify(frameSince(from, 0))))
      return street.lay({ picture }, desktop)
    }
    expect(tell(picture)).toBe('new')
    const { layout } = street
    expect(tell(picture)).toBe('retold')
    expect(street.layout).toBe(layout)
    expect(street.lay({ picture }, desktop)).toBe('same')
    expect(street.lay({ picture }, { ...desktop })).toBe('new')
    expect(tell(story(names(10), 3))).toBe('new')
    expect(tell(story(names(10).toReversed(), 3))).toBe('new')
    expect(tell(story(names(11), 3))).toBe('new')
  })

  it('a street of which nothing is known yet is not laid out', () => {
    const street = new LaidStreet()
    expect(street.lay({ picture: emptyPicture() }, desktop)).toBe('same')
    expect(street.layout).toBeNull()
  })

  it('a wide box has its street across, a tall one down', () => {
    expect(lay(names(3)).direction).toBe('across')
    expect(lay(names(3), null, phone).direction).toBe('down')
  })

  it('shows totals of lines from afar, then homes, then each with its battery and the age of its word', () => {
    const layout = lay(names(10_000))
    expect([1, 6, 40].map((k) => lookAt(layout, k).level)).toEqual(['feeders', 'homes', 'details'])
    expect(lookAt(layout, 40).labels).toBe('full')
    expect(lookAt(lay(names(12)), 1).labels).toBe('full')
  })
})

describe('the wires', () => {
  const tree = (grid: PictureGrid, homes: number) => wireTree({ grid, names: names(homes) })

  it('carry the sum of the homes beyond, so that the first stretches carry the street’s balance', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -9_000, max: 9_000 }), { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(3, 7, Number.POSITIVE_INFINITY),
        fc.boolean(),
        (powersW, lines, forkEvery, wired) => {
          const homes = powersW.length
          const { tree: wires, ways } = lay(names(homes), wired ? gridOf({ homes, lines, forkEvery }) : null)
          const loadsW = new Float64Array(wires.parent.length)
          wireLoads(wires, powersW, loadsW)
          const balanceW = powersW.reduce((sum, power) => sum + power, 0)
          expect(loadsW[0]).toBe(balanceW)
          const first = (wires.next[0] ?? []).reduce((sum, node) => sum + (loadsW[node] as number), 0)
          expect(first).toBe(balanceW)
          // Every stretch begins where the one before it ends.
          wires.parent.forEach((parent, node) => {
            if (parent < 1) return
            const [before, way] = [ways[parent] as Float32Array, ways[node] as Float32Array]
            expect(
              Math.hypot(
                (way[0] as number) - (before.at(-2) as number),
                (way[1] as number) - (before.at(-1) as number),
              ),
            ).toBeLessThan(1.5)
          })
        },
      ),
      { numRuns: 100, seed: 42 },
    )
  })

  it('are the real ones: bends and dead ends left out, the weakest piece tells, side lines stay side lines', () => {
    // 0 ─ 1 ─ 2 ─ 3(home 0) ─ 4(home 1), at 3 a dead end 5, at 2 a side line 6(home 2) ─ 7(home 3)
    const grid = {
      parents: [-1, 0, 1, 2, 3, 3, 2, 6],
      ratedW: [50_000, 9_000, 8_000, 7_000, 6_000, 1, 4_000, 3_000],
      busOfHome: [3, 4, 6, 7],
    }
    const wires = tree(grid, 4)
    expect(wires.parent).toEqual([-1, 0, 1, 2, 1, 4])
    expect(wires.homes).toEqual([[], [], [2], [3], [0], [1]])
    expect(wires.ratedW).toEqual([50_000, 8_000, 4_000, 3_000, 7_000, 6_000])
  })

  it('a joint with one home behind it has a service line, with a limit of its own', () => {
    const layout = lay(names(2), { parents: [-1, 0, 1, 1], ratedW: [0, 20_000, 5_000, 0], busOfHome: [2, 3] })
    expect(layout.tree.parent).toEqual([-1, 0])
    expect(overServices(layout, [5_001, 50_000])).toEqual([0])
    expect(overServices(layout, [-4_999, 0])).toEqual([])
  })

  it('homes of no known bus hang on the transformer', () => {
    const wires = tree({ parents: [-1, 0, 1], ratedW: [0, 0, 0], busOfHome: [2] }, 3)
    expect([...wires.nodeOfHome].every((node) => node > 0)).toBe(true)
    expect(wires.next[0]).toHaveLength(2)
  })

  it('are told apart by how full they are, and redrawn only if that has changed', () => {
    const layout = lay(names(2), { parents: [-1, 0, 1, 1], ratedW: [0, 1_000, 0, 0], busOfHome: [2, 3] })
    const into = new Uint8Array(2)
    const classOf = (powerW: number) => {
      wireClasses({ layout, loadsW: Float64Array.of(powerW, powerW), into })
      return into[1]
    }
    const told = [0, 10, 500, -500, 900, 1_100].map(classOf)
    expect(new Set(told).size).toBe(told.length)
    expect(told[0]).toBe(0)
    expect(wireClasses({ layout, loadsW: Float64Array.of(1_101, 1_101), into })).toBe(false)
  })

  it('of 10,000 homes are laid out from any tree, however deep, without running out of stack', () => {
    const homes = 10_000
    const parents = [-1, ...Array.from({ length: homes }, (_, i) => i)]
    const grid = { parents, ratedW: parents.map(() => 0), busOfHome: names(homes).map((_, i) => i + 1) }
    expect(lay(names(homes), grid).tree.next[0]).toHaveLength(1)
  })

  it('only what is in sight is drawn', () => {
    const layout = lay(names(300), gridOf({ homes: 300, lines: 6, forkEvery: 5 }))
    const all = sightOf({ view: { k: 1, x: 0, y: 0 }, box: desktop, beyond: 0 })
    expect(homesInSight(layout, all)).toHaveLength(300)
    expect(nodesInSight(layout, all)).toHaveLength(layout.tree.parent.length - 1)
    const near = sightOf({ view: { k: 8, x: -3_000, y: -1_500 }, box: desktop, beyond: 0 })
    const some = homesInSight(layout, near)
    expect(some.length).toBeGreaterThan(0)
    expect(some.length).toBeLessThan(60)
    for (const home of some)
      expect(
        nodesInSight(layout, {
          ...near,
          left: near.left - 40,
          right: near.right + 40,
          top: near.top - 40,
          bottom: near.bottom + 40,
        }),
      ).toContain(layout.tree.nodeOfHome[home])
  })
})

describe('homes and powers', () => {
  it('a home takes, gives, rests, or has not spoken', () => {
    const story = new StreetStory()
    story.join('home-1')
    const stateNow = () => homeState(story.picture.homes[0] ?? expect.unreachable())
    expect(stateNow()).toBe('silent')
    for (const [powerW, state] of [
      [900, 'takes'],
      [-900, 'gives'],
      [-10, 'idle'],
    ] as const) {
      story.read({ home: 0, powerW })
      expect(stateNow()).toBe(state)
    }
  })

  it('the street’s balance is what all give and take together', () => {
    expect(streetBalance(StreetStory.trading().picture.homes)).toEqual({
      givenW: 1_500,
      takenW: 900,
      givers: 1,
      takers: 1,
    })
  })

  it('a power is drawn as an area, on a scale of round steps', () => {
    const { radius, topW } = powerScale({ largestW: 4_300, largestRadius: 40 })
    expect(topW).toBe(5_000)
    expect(radius(5_000)).toBeCloseTo(40)
    expect(radius(9_000)).toBe(40)
    expect(radius(-1_250)).toBeCloseTo(20)
    expect(powerScale({ largestW: 4_900, largestRadius: 40 }).radius(1_250)).toBeCloseTo(20)
  })

  it('a power is there at once the first time, then on its way, and arrives however often it is drawn', () => {
    const powers = new EasedPowers()
    const told: number[] = []
    const step = (nowMs: number, way: 'eased' | 'at-once' = 'eased') =>
      powers.step({ nowMs, way }, (home) => told.push(home))
    powers.resize(2, () => 500)
    expect(powers.isMoving).toBe(false)
    expect(powers.aim(0, 500)).toBe(false)
    expect(powers.aim(0, 1_500)).toBe(true)
    step(1_000)
    step(1_016)
    expect(powers.shown[0]).toBeGreaterThan(500)
    expect(powers.shown[0]).toBeLessThan(1_500)
    for (let nowMs = 1_032; nowMs < 2_000; nowMs += 16) step(nowMs)
    expect(powers.shown[0]).toBe(1_500)
    expect(powers.isMoving).toBe(false)
    expect(new Set(told)).toEqual(new Set([0]))
    powers.aim(0, 0)
    step(2_000, 'at-once')
    expect(powers.shown[0]).toBe(0)
    powers.aim(1, 900)
    powers.resize(3, () => 70)
    expect([...powers.shown]).toEqual([0, 500, 70])
    expect(powers.isMoving).toBe(true)
  })

  it('arrows go to the nearest home that way, and nowhere at the edge', () => {
    const homes = { homeX: [0, 100, 60], homeY: [0, 5, 90] }
    const right = { x: 1, y: 0 }
    expect(nearestHome({ ...homes, from: 0, towards: right })).toBe(1)
    expect(nearestHome({ ...homes, from: 0, towards: { x: 0, y: 1 } })).toBe(1)
    expect(nearestHome({ ...homes, from: 1, towards: right })).toBeNull()
    expect(nearestHome({ ...homes, from: 9, towards: right })).toBeNull()
  })

  it('a search finds the very number first, then beginnings, then the rest', () => {
    const list = ['home-1', 'home-12', 'home-21', 'mill', 'old-mill', '<img onerror>']
    const find = (sought: string) =>
      findHomes({ sought, homes: list.length, nameOf: (home) => list[home] ?? '', most: 3 }).map((home) => list[home])
    expect(find('12')).toEqual(['home-12'])
    expect(find('1')).toEqual(['home-1', 'home-12', 'home-21'])
    expect(find(' MILL')).toEqual(['mill', 'old-mill'])
    expect(find('<img')).toEqual(['<img onerror>'])
    expect(find('')).toEqual([])
  })
})
