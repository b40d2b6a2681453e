import { describe, expect, it } from 'vitest'
import { linearScale } from '../../ui/src/linear-scale.ts'
import { mixedColours } from '../../ui/src/mix-colours.ts'

describe('a linear scale', () => {
  it('lays its domain over its range, which may run down', () => {
    const y = linearScale([10, 30], [100, 0])
    expect([10, 20, 30, 40].map(y)).toEqual([100, 50, 0, -50])
  })

  it('keeps within its range where that is asked for', () => {
    expect([0, 50].map(linearScale([10, 30], [0, 1], { beyond: 'clamped' }))).toEqual([0, 1])
  })

  it('of nothing lies in the middle', () => {
    expect(linearScale([5, 5], [0, 100])(5)).toBe(50)
    expect(linearScale([5, 5], [0, 100]).ticks(4)).toEqual([])
  })

  it('has round ticks within its domain', () => {
    expect(linearScale([72, 335], [0, 1]).ticks(4)).toEqual([100, 150, 200, 250, 300])
    expect(linearScale([0, 7], [0, 1]).ticks(5)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(linearScale([-3, 3], [0, 1]).ticks(3)).toEqual([-2, 0, 2])
  })
})

describe('mixed colours', () => {
  it('begin and end where they should, and change evenly', () => {
    const mixed = mixedColours({ from: '#35a98b', to: 'rgb(2, 74, 60)' }, 5)
    expect(mixed[0]).toBe('rgb(53, 169, 139)')
    expect(mixed[4]).toBe('rgb(2, 74, 60)')
    expect(mixedColours({ from: '#000000', to: '#ffffff' }, 3)[1]).toBe('rgb(99, 99, 99)')
  })

  it('refuse what is no colour', () => {
    expect(() => mixedColours({ from: 'blue', to: '#000000' }, 2)).toThrow(/blue/)
  })
})
