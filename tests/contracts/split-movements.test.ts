import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Movement } from '#contracts/chain/contract-types.ts'
import { packMovements } from '#contracts/settlement/packed-movements.ts'
import { splitMovements } from '#contracts/settlement/split-movements.ts'
import { home } from './deliveries.ts'

/** home(0) has seat 4. */
const seatOf = (account: string) => (Number(account) < 1_000 ? Number(account) + 3 : 0)
const none = { supplierMicroEur: 0, gridMicroEur: 0, fundMicroEur: 0 }

/** Homes at any seats whose energy sums to zero, and counterparties whose money balances theirs. */
const movements = fc
  .record({
    homes: fc.uniqueArray(
      fc.record({
        n: fc.nat(400),
        money: fc.integer({ min: -9e6, max: 9e6 }),
        wh: fc.integer({ min: -9_000, max: 9_000 }),
      }),
      {
        selector: ({ n }) => n,
        minLength: 2,
        maxLength: 120,
      },
    ),
    grid: fc.nat(1_000_000),
    fund: fc.nat(1_000),
  })
  .map(({ homes, grid, fund }) => {
    const energyWh = homes.slice(1).reduce((sum, { wh }) => sum + wh, 0)
    const all: Movement[] = homes.map(({ n, money, wh }, place) => ({
      account: home(n),
      moneyMicroEur: money,
      positionWh: place === 0 ? 0 - energyWh : wh,
    }))
    const money = all.reduce((sum, { moneyMicroEur }) => sum + moneyMicroEur, grid + fund)
    return { homes: all, counterparties: { supplierMicroEur: 0 - money, gridMicroEur: grid, fundMicroEur: fund } }
  })
const groupsMax = fc.integer({ min: 2, max: 12 })
const groupOf = ({ account }: Movement) => Math.floor(seatOf(account) / 4)
const sumOf = (homes: readonly Movement[], of: 'moneyMicroEur' | 'positionWh') =>
  homes.reduce((sum, movement) => sum + movement[of], 0)

describe('movements in parts', () => {
  it('sum to zero in each part, and to what they were over all parts', () => {
    fc.assert(
      fc.property(movements, groupsMax, ({ homes, counterparties }, groupsMax) => {
        const parts = splitMovements(homes, counterparties, { seatOf, groupsMax })
        const moved = new Map<string, { money: number; wh: number }>()
        const totals = { ...none }
        for (const part of parts) {
          expect(sumOf(part.homes, 'positionWh')).toBe(0)
          const { supplierMicroEur, gridMicroEur, fundMicroEur } = part.counterparties
          expect(sumOf(part.homes, 'moneyMicroEur') + supplierMicroEur + gridMicroEur + fundMicroEur).toBe(0)
          for (const { account, moneyMicroEur, positionWh } of part.homes) {
            const { money, wh } = moved.get(account) ?? { money: 0, wh: 0 }
            moved.set(account, { money: money + moneyMicroEur, wh: wh + positionWh })
          }
          totals.supplierMicroEur += supplierMicroEur
          totals.gridMicroEur += gridMicroEur
          totals.fundMicroEur += fundMicroEur
        }
        expect(totals).toEqual(counterparties)
        for (const { account, moneyMicroEur, positionWh } of homes) {
          expect(moved.get(account)).toEqual({ money: moneyMicroEur, wh: positionWh })
        }
      }),
    )
  })

  it('write a storage slot in one part only, but the first home’s, and no part too many', () => {
    fc.assert(
      fc.property(movements, groupsMax, ({ homes, counterparties }, groupsMax) => {
        const parts = splitMovements(homes, counterparties, { seatOf, groupsMax })
        const written = parts.flatMap((part, index) => {
          const groups = new Set((parts.length === 1 ? part.homes : part.homes.slice(1)).map(groupOf))
          expect(new Set(part.homes.map(groupOf)).size).toBeLessThanOrEqual(groupsMax)
          return [...groups].map((group) => [group, index] as const)
        })
        expect(new Map(written).size).toBe(written.length)
      }),
    )
  })

  it('leave the supplier and the first home little to even out', () => {
    fc.assert(
      fc.property(movements, groupsMax, ({ homes, counterparties }, groupsMax) => {
        const parts = splitMovements(homes, counterparties, { seatOf, groupsMax }).map((part) => part.homes.slice(1))
        fc.pre(parts.length > 1)
        const groups = Map.groupBy(homes.slice(1), groupOf)
        for (const of of ['moneyMicroEur', 'positionWh'] as const) {
          const largest = Math.max(...[...groups.values()].map((group) => Math.abs(sumOf(group, of))))
          const sums = parts.map((part) => sumOf(part, of))
          expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(3 * largest)
        }
      }),
    )
  })
})

describe('packed movements', () => {
  const move = (n: number, over: Partial<Movement> = {}): Movement => ({
    account: home(n),
    moneyMicroEur: 0,
    positionWh: 0,
    ...over,
  })

  it.for([
    ['no seat', [move(0), { ...move(1), account: `0x${'f'.repeat(40)}` }], /^0x[0-9a-f]+ has no seat in the vault$/],
    ['one account twice', [move(1), move(2), move(1)], /is listed twice$/],
    ['more money than a lane takes', [move(1, { moneyMicroEur: 2 ** 39 })], /do not fit one movement$/],
    ['more energy than a lane takes', [move(1, { positionWh: -(2 ** 23) })], /do not fit one movement$/],
  ] as const)('refuse %s', ([, homes, told]) => {
    expect(() => packMovements(homes, none, seatOf)).toThrow(
      expect.objectContaining({ _tag: 'SettlementRefused', detail: expect.stringMatching(told) }),
    )
  })
})
