import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Bill } from '#contracts/settlement/bills.ts'
import type { Terms } from '#contracts/settlement/terms.ts'
import {
  around,
  type Contents,
  crafted,
  honestContents,
  movementsOf,
  type Proposed,
  packed,
  propose,
  shown,
} from './crafted-batch.ts'
import { honestRecords } from './dispute-records.ts'
import { type DisputeStreet, FIRST_SLOT, homeAt, LAST_SLOT, openDisputeStreet, terms } from './dispute-street.ts'
import { expectFall, fallOf } from './expect-fall.ts'
import { person } from './on-chain.ts'

type Hex = `0x${string}`

/** A leaf's place in a tree that is sorted by account and slot. */
interface Place {
  readonly account: Hex
  readonly slot: number
}

describe('a batch whose bills lie', () => {
  let street: DisputeStreet
  let honest: Contents
  let untouched: unknown
  beforeAll(async () => {
    street = await openDisputeStreet()
    honest = await honestContents(street, honestRecords(street))
    untouched = await street.snapshot()
  })
  beforeEach(async () => {
    await street.goBackTo(untouched)
    untouched = await street.snapshot()
  })
  afterAll(() => street.close())

  const lying = async (over: Partial<Contents>) => propose(street, crafted({ ...honest, ...over }))
  const changed = (index: number, over: (bill: Bill) => Partial<Bill>) =>
    honest.bills.map((bill, n) => (n === index ? { ...bill, ...over(bill) } : bill))
  const prove = (batch: Proposed, proof: string, ...evidence: readonly unknown[]) =>
    fallOf(street, 'BillProofs', proof, [...batch.case, ...evidence])
  const isBelow = (place: Place) => (leaf: Place) =>
    leaf.account < place.account || (leaf.account === place.account && leaf.slot < place.slot)
  /** The last leg of an account's slot and the one after it, or those between which there is none. */
  const tradedBy = (batch: Proposed, place: Place) => {
    const { legs } = batch.contents
    const last = legs.findLastIndex(({ account, slot }) => account === place.account && slot === place.slot)
    return last === -1 ? around(batch, 'legs', isBelow(place)) : shown(batch, 'legs', last, 2)
  }
  const everyBill = [...Array(8).keys()]

  it.for([0, 3, 6])('falls if bills %i and the next stand the wrong way round, or twice', async (index) => {
    const [a, b] = honest.bills.slice(index, index + 2) as [Bill, Bill]
    for (const [one, next] of [
      [b, a],
      [a, a],
    ] as const) {
      const batch = await lying({ bills: honest.bills.with(index, one).with(index + 1, next) })
      expectFall(await prove(batch, 'billsOutOfOrder', shown(batch, 'bills', index, 2)), 'BillsOutOfOrder')
    }
  })

  it('falls if a bill is of a slot that the batch does not settle', async () => {
    const before = await lying({ firstSlot: LAST_SLOT })
    expectFall(await prove(before, 'billMisplaced', shown(before, 'bills', 0)), 'BillMisplaced')
    const after = await lying({ lastSlot: FIRST_SLOT })
    expectFall(await prove(after, 'billMisplaced', shown(after, 'bills', 1)), 'BillMisplaced')
  })

  const traded = ['positionWh', 'boughtWh', 'tradesMicroEur', 'paidMicroEur'] as const
  it.for(traded.flatMap((field) => everyBill.map((index) => [field, index] as const)))(
    'falls if %s of bill %i is not what the legs say',
    async ([field, index]) => {
      const batch = await lying({ bills: changed(index, (bill) => ({ [field]: bill[field] + 1 })) })
      const legs = tradedBy(batch, honest.bills[index] as Bill)
      expectFall(await prove(batch, 'notAsTraded', shown(batch, 'bills', index), legs), 'NotAsTraded')
    },
  )

  it('falls if something is billed as traded though nothing was traded at all', async () => {
    const batch = await lying({ legs: [] })
    expectFall(await prove(batch, 'notAsTraded', shown(batch, 'bills', 0), { count: 0, shown: [] }), 'NotAsTraded')
  })

  it.for(['importWh', 'exportWh'] as const)('falls if %s is not what the statement says', async (field) => {
    for (const index of everyBill) {
      const batch = await lying({ bills: changed(index, (bill) => ({ [field]: bill[field] + 1 })) })
      const evidence = [shown(batch, 'bills', index), shown(batch, 'statements', index)]
      expectFall(await prove(batch, 'notAsMetered', ...evidence), 'NotAsMetered')
      await street.goBackTo(untouched)
      untouched = await street.snapshot()
    }
  })

  it.for(everyBill)('falls if there is no statement for bill %i', async (index) => {
    const batch = await lying({ statements: honest.statements.toSpliced(index, 1) })
    const place = honest.bills[index] as Bill
    const evidence = [shown(batch, 'bills', index), around(batch, 'statements', isBelow(place))]
    expectFall(await prove(batch, 'notAsMetered', ...evidence), 'NotAsMetered')
  })

  it.for(everyBill)('falls if a home has traded or metered and bill %i is missing', async (index) => {
    const place = honest.bills[index] as Bill
    const batch = await lying({ bills: honest.bills.toSpliced(index, 1) })
    const gap = around(batch, 'bills', isBelow(place))
    const leg = honest.legs.findIndex(({ account, slot }) => account === place.account && slot === place.slot)
    if (leg !== -1) {
      const again = await street.snapshot()
      expectFall(await prove(batch, 'tradeNotBilled', gap, shown(batch, 'legs', leg)), 'TradeNotBilled')
      await street.goBackTo(again)
    }
    expectFall(await prove(batch, 'statementNotBilled', gap, shown(batch, 'statements', index)), 'StatementNotBilled')
  })

  it('falls if nothing is billed at all', async () => {
    const batch = await lying({ bills: [] })
    const none = { count: 0, shown: [] }
    expectFall(await prove(batch, 'tradeNotBilled', none, shown(batch, 'legs', 0)), 'TradeNotBilled')
  })

  it('falls if its protocol fee is above 1 %', async () => {
    const dear: Terms = { ...terms, protocolFeeBp: 101 }
    await expect(lying({ terms: dear })).rejects.toThrow('OtherTerms(')
    const dearStreet = await openDisputeStreet(dear)
    const batch = await propose(dearStreet, crafted({ ...honest, terms: dear }))
    const fall = await fallOf(dearStreet, 'BillProofs', 'termsBeyondBounds', [...batch.case, dear])
    expectFall(fall, 'TermsBeyondBounds')
    await dearStreet.close()
  })

  it('stands if its protocol fee is 1 %', async () => {
    const bounded: Terms = { ...terms, protocolFeeBp: 100 }
    const boundedStreet = await openDisputeStreet(bounded)
    const batch = await propose(boundedStreet, crafted({ ...honest, terms: bounded }))
    const proven = (as: Terms) => fallOf(boundedStreet, 'BillProofs', 'termsBeyondBounds', [...batch.case, as])
    await expect(proven(bounded)).rejects.toThrow('NothingWrong()')
    await expect(proven(terms)).rejects.toThrow('WrongPreimage(')
    await boundedStreet.close()
  })

  const lines = ['localChargeMicroEur', 'deviationMicroEur', 'feeMicroEur'] as const
  it.for(lines.flatMap((line) => everyBill.map((index) => [line, index] as const)))(
    'falls if %s of bill %i is one µEUR off, either way',
    async ([line, index]) => {
      for (const off of [1, -1]) {
        const batch = await lying({ bills: changed(index, (bill) => ({ [line]: bill[line] + off })) })
        expectFall(await prove(batch, 'billMiscalculated', shown(batch, 'bills', index), terms), 'BillMiscalculated')
        await street.goBackTo(untouched)
        untouched = await street.snapshot()
      }
    },
  )

  const totals = ['totalMicroEur', 'totalPositionWh', 'gridMicroEur', 'fundMicroEur'] as const
  it.for(totals.flatMap((total) => everyBill.map((index) => [total, index] as const)))(
    'falls if %s of bill %i does not follow from the one before',
    async ([total, index]) => {
      const batch = await lying({ bills: changed(index, (bill) => ({ [total]: bill[total] + 1 })) })
      const bills = index === 0 ? shown(batch, 'bills', 0) : shown(batch, 'bills', index - 1, 2)
      expectFall(await prove(batch, 'billTotalsWrong', bills, terms), 'BillTotalsWrong')
    },
  )

  describe('moves what is billed', () => {
    const lastOf = (n: number) => 2 * n + 1
    const shownLast = (batch: Proposed, n: number) => shown(batch, 'bills', lastOf(n), 2)

    it.for([
      ['a µEUR', { moneyMicroEur: 1 }],
      ['a Wh', { positionWh: 1 }],
    ] as const)('falls if it moves %s more of any home', async ([, more]) => {
      for (const n of [0, 1, 2, 3]) {
        // Another home loses the Wh that one wins; money comes from the supplier.
        const movements = honest.movements.map((moved, place) => ({
          ...moved,
          moneyMicroEur: moved.moneyMicroEur + (place === n && 'moneyMicroEur' in more ? 1 : 0),
          positionWh:
            moved.positionWh + ('positionWh' in more ? (place === n ? 1 : place === (n + 1) % 4 ? -1 : 0) : 0),
        }))
        const batch = await lying({ movements })
        expectFall(await prove(batch, 'movementNotAsBilled', shownLast(batch, n), batch.parts), 'MovementNotAsBilled')
        await street.goBackTo(untouched)
        untouched = await street.snapshot()
      }
    })

    it('falls if a home’s movement is left out', async () => {
      const batch = await lying({ movements: honest.movements.slice(1) })
      expectFall(await prove(batch, 'movementNotAsBilled', shownLast(batch, 0), batch.parts), 'MovementNotAsBilled')
    })

    it('falls if a home that was not billed is moved', async () => {
      const bills = honest.bills.slice(0, 6)
      const batch = await lying({ bills, movements: await movementsOf(street, honest.bills) })
      const gap = shown(batch, 'bills', bills.length - 1)
      const evidence = [homeAt(3).account, gap, batch.parts]
      expectFall(await prove(batch, 'movementNotBilled', ...evidence), 'MovementNotBilled')
    })

    it('falls if it moves homes and bills nobody', async () => {
      const batch = await lying({ bills: [] })
      const evidence = [homeAt(0).account, { count: 0, shown: [] }, batch.parts]
      expectFall(await prove(batch, 'movementNotBilled', ...evidence), 'MovementNotBilled')
    })

    it('falls if it bills who has no seat', async () => {
      const ghost = { ...(honest.bills[7] as Bill), account: person(0x666).account }
      const bills = [...honest.bills, ghost].sort((a, b) => (a.account < b.account ? -1 : 1))
      const index = bills.indexOf(ghost)
      const batch = await lying({ bills })
      const evidence = [shown(batch, 'bills', index, 2), batch.parts]
      expectFall(await prove(batch, 'movementNotAsBilled', ...evidence), 'MovementNotAsBilled')
    })

    it.for(['grid', 'fund'] as const)('falls if the %s receives a µEUR more than is billed', async (counterparty) => {
      const batch = await lying({ [counterparty]: honest[counterparty] + 1 })
      const last = shown(batch, 'bills', honest.bills.length - 1)
      const evidence = [last, batch.parts]
      expectFall(await prove(batch, 'counterpartiesNotAsBilled', ...evidence), 'CounterpartiesNotAsBilled')
    })

    it('falls if the fund pays the supplier while nobody is billed', async () => {
      const batch = await lying({ bills: [], movements: [], grid: 0, fund: -1_000_000 })
      const evidence = [{ count: 0, shown: [] }, batch.parts]
      expectFall(await prove(batch, 'counterpartiesNotAsBilled', ...evidence), 'CounterpartiesNotAsBilled')
    })

    it('sums what several parts move', async () => {
      const [zero, ...others] = honest.movements as [(typeof honest.movements)[number]]
      const half = Math.floor(zero.moneyMicroEur / 2)
      const energyWh = others.reduce((sum, { positionWh }) => sum + positionWh, 0)
      const split = [
        packed([{ ...zero, moneyMicroEur: half, positionWh: 0 }], { grid: honest.grid, fund: honest.fund }),
        packed([{ ...zero, moneyMicroEur: zero.moneyMicroEur - half, positionWh: -energyWh }, ...others], {
          grid: 0,
          fund: 0,
        }),
      ]
      const parts = split.map(({ part }) => part)
      const debitMicroEur = split.reduce((sum, one) => sum + one.debitMicroEur, 0)
      const batch = await propose(street, { ...crafted(honest, 1, parts), debitMicroEur })
      for (const n of [0, 1, 2, 3]) {
        await expect(prove(batch, 'movementNotAsBilled', shownLast(batch, n), parts)).rejects.toThrow('NothingWrong()')
      }
      const last = shown(batch, 'bills', honest.bills.length - 1)
      await expect(prove(batch, 'counterpartiesNotAsBilled', last, parts)).rejects.toThrow('NothingWrong()')
      const refusal = prove(batch, 'movementNotAsBilled', shownLast(batch, 0), parts.toReversed())
      await expect(refusal).rejects.toThrow('WrongMovements(')
    })

    it('refuses movements that are no whole groups, and a bill that is not the last', async () => {
      const honestBatch = await lying({})
      const refusal = prove(honestBatch, 'movementNotAsBilled', shown(honestBatch, 'bills', 0, 2), honestBatch.parts)
      await expect(refusal).rejects.toThrow('NotLastOfGroup(0)')
      const none = { count: 8, shown: [] }
      await expect(prove(honestBatch, 'movementNotAsBilled', none, honestBatch.parts)).rejects.toThrow('NoLeafShown()')
      const first = [shown(honestBatch, 'bills', 0), honestBatch.parts]
      await expect(prove(honestBatch, 'counterpartiesNotAsBilled', ...first)).rejects.toThrow('NotLastOfGroup(0)')
      await street.goBackTo(untouched)
      untouched = await street.snapshot()
      const cut = packed(honest.movements, honest).part.slice(0, -2) as Hex
      const batch = await propose(street, crafted(honest, 1, [cut]))
      const length = (cut.length - 2) / 2
      await expect(prove(batch, 'movementNotAsBilled', shownLast(batch, 0), [cut])).rejects.toThrow(
        `MalformedMovements(${length})`,
      )
    })
  })
})
