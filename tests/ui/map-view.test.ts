import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betweenViews, heldIn, zoomedAt } from '../../ui/src/map/view.ts'

const desktop = { width: 940, height: 540 }

describe('the view', () => {
  const view = fc.record({
    k: fc.double({ min: 1, max: 40, noNaN: true }),
    x: fc.double({ min: -9e4, max: 9e4, noNaN: true }),
    y: fc.double({ min: -9e4, max: 9e4, noNaN: true }),
  })

  it('never shows anything beyond the edges, and is left alone where it does not', () => {
    fc.assert(
      fc.property(view, fc.double({ min: 1, max: 30, noNaN: true }), (some, largest) => {
        const held = heldIn({ view: some, box: desktop, largest })
        expect(held.k).toBeLessThanOrEqual(largest)
        expect(held.x <= 0 && held.x + desktop.width * held.k >= desktop.width - 1e-6).toBe(true)
        expect(held.y <= 0 && held.y + desktop.height * held.k >= desktop.height - 1e-6).toBe(true)
        expect(heldIn({ view: held, box: desktop, largest })).toEqual(held)
      }),
      { numRuns: 200, seed: 42 },
    )
  })

  it('is magnified about the point under the pointer', () => {
    const still = { x: 300, y: 200 }
    const before = { k: 2, x: -100, y: -50 }
    const after = zoomedAt(before, still, 3)
    const placeUnder = ({ k, x }: typeof before) => (still.x - x) / k
    expect(after.k).toBe(6)
    expect(placeUnder(after)).toBeCloseTo(placeUnder(before))
  })

  it('flies straight: it begins and ends where it should, and the point that both views share stands still', () => {
    const [from, to] = [
      { k: 1, x: 0, y: 0 },
      { k: 9, x: -2_400, y: -1_600 },
    ]
    expect(betweenViews(from, to, 0)).toEqual(from)
    expect(betweenViews(from, to, 1)).toEqual(to)
    const middle = betweenViews(from, to, 0.5)
    expect(middle.k).toBeCloseTo(3)
    expect(middle.x + 300 * middle.k).toBeCloseTo(300)
    expect(betweenViews(to, { ...to, x: 0 }, 0.5).x).toBe(-1_200)
  })
})
