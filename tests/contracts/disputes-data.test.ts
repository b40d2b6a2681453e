import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { SignedOrder, SignedStatement } from '#protocol/envelope.ts'
import { digestOf } from '#protocol/signing.ts'
import {
  around,
  type Contents,
  crafted,
  honestContents,
  type Proposed,
  propose,
  proposed,
  shown,
} from './crafted-batch.ts'
import { challenger, operator, WINDOW_SECONDS } from './dispute-chain.ts'
import { honestRecords, type Records } from './dispute-records.ts'
import {
  type DisputeStreet,
  FIRST_SLOT,
  type Home,
  homeAt,
  homes,
  LAST_SLOT,
  neighbourhood,
  openDisputeStreet,
  orderMessage,
  revealed,
  terms,
} from './dispute-street.ts'
import { afterFall, expectFall, fallOf } from './expect-fall.ts'
import { person } from './on-chain.ts'

interface Place {
  readonly account: `0x${string}`
  readonly slot: number
}

const DEPOSIT = 5_000_000n

describe('data behind a batch', () => {
  let street: DisputeStreet
  let records: Records
  let honest: Contents
  let batch: Proposed
  let untouched: unknown
  beforeAll(async () => {
    street = await openDisputeStreet()
    records = honestRecords(street)
    honest = await honestContents(street, records)
    untouched = await street.snapshot()
  })
  /** As it was before the first batch. */
  const goBack = async () => {
    await street.goBackTo(untouched)
    untouched = await street.snapshot()
  }
  beforeEach(async () => {
    await goBack()
    batch = await propose(street, crafted(honest))
    await street.passTo((await street.seconds()) + 60)
  })
  afterAll(() => street.close())

  /** The batch after a demand or an answer. */
  const withDemands = (of: Proposed, openDemands: number) => proposed(of, { ...of.state, openDemands })
  const demand = async (of: Proposed, home: Home, slot = FIRST_SLOT) => {
    await street.send(home.key, 'Disputes', 'demandData', [...of.case, slot])
    return withDemands(of, of.state.openDemands + 1)
  }
  const isBelow = (place: Place) => (leaf: Place) =>
    leaf.account < place.account || (leaf.account === place.account && leaf.slot < place.slot)
  const isAt = (place: Place) => (leaf: Place) => leaf.account === place.account && leaf.slot === place.slot

  /** What there is of an account's metered slot. */
  const meteredOf = (of: Proposed, place: Place) => {
    const index = of.contents.statements.findIndex(isAt(place))
    const found = records.statements.find(({ body }) => isAt(place)(body)) ?? (records.statements[0] as SignedStatement)
    const statements = index === -1 ? around(of, 'statements', isBelow(place)) : shown(of, 'statements', index)
    return { statements, message: found.body, signed: revealed(found, street.p256Verifier) }
  }
  /** An account's bill with its neighbours. */
  const billOf = (of: Proposed, place: Place) => {
    const index = of.contents.bills.findIndex(isAt(place))
    if (index === -1) return around(of, 'bills', isBelow(place))
    return index === 0 ? shown(of, 'bills', 0, 2) : shown(of, 'bills', index - 1, 3)
  }
  const orderOf = (orderId: string): SignedOrder => {
    const all = records.trades.flatMap(({ buyOrder, sellOrder }) => [buyOrder, sellOrder])
    const isNamed = ({ body }: SignedOrder) => digestOf({ domain: street.domain, kind: 'order', body }) === orderId
    return all.find(isNamed) as SignedOrder
  }
  /** An account's legs with the leaves around them, and their orders. */
  const legsOf = (of: Proposed, place: Place) => {
    const { legs } = of.contents
    const own = legs.filter(isAt(place))
    const first = legs.findIndex((leg) => !isBelow(place)(leg))
    const from = Math.max(0, (first === -1 ? legs.length : first) - 1)
    const leaves = own.length + (first > 0 ? 2 : 1)
    const orders = own.map(({ orderId }) => {
      const order = orderOf(orderId)
      return { order: orderMessage(order), signed: revealed(order, street.p256Verifier) }
    })
    return { legs: shown(of, 'legs', from, leaves), orders }
  }
  const showHome = (of: Proposed, place: Place, over: object = {}) => {
    const evidence = { metered: meteredOf(of, place), bills: billOf(of, place), terms, ...over }
    const args = [...of.case, place.account, place.slot, evidence.terms, evidence.metered, evidence.bills]
    return street.send(operator.key, 'Disputes', 'showHome', args)
  }
  const showLegs = (of: Proposed, place: Place, evidence = legsOf(of, place)) => {
    const args = [...of.case, place.account, place.slot, evidence.legs, evidence.orders]
    return street.send(operator.key, 'Disputes', 'showLegs', args)
  }
  const drop = (of: Proposed, { account, slot }: Place) =>
    street.send(challenger.key, 'Disputes', 'dropWithheld', [of.ref, account, slot])
  const returnDeposit = (of: Proposed, { account, slot }: Place) =>
    street.send(challenger.key, 'Disputes', 'returnDeposit', [of.ref, account, slot])

  const everyone = homes.flatMap((_, n) => [FIRST_SLOT, LAST_SLOT].map((slot) => [n, slot] as const))
  it.for(everyone)('of home %i and slot %i is shown, and the deposit is the operator’s', async ([n, slot]) => {
    const place = { account: homeAt(n).account, slot }
    const open = await demand(batch, homeAt(n), slot)
    const [home, paid] = [await street.coinOf(place.account), await street.coinOf(operator.account)]
    expect(await street.coinOf(street.at('Disputes'))).toBe(DEPOSIT)
    await showHome(open, place)
    expect(await street.ask('Settlement', 'statusOf', [open.ref])).toEqual([true, false])
    await showLegs(open, place)
    expect(await street.ask('Settlement', 'statusOf', [batch.ref])).toEqual([true, false])
    expect(await street.coinOf(operator.account)).toBe(paid + DEPOSIT)
    expect(await street.coinOf(place.account)).toBe(home)
    expect(await street.coinOf(street.at('Disputes'))).toBe(0n)
    await expect(drop(batch, place)).rejects.toThrow('NotDemanded(')
    await expect(showHome(batch, place)).rejects.toThrow('NotDemanded(')
    await expect(demand(batch, homeAt(n), slot)).rejects.toThrow('AlreadyDemanded(')
  })

  it('is shown by saying that there is none, to whom nothing is in the batch', async () => {
    const stranger = { ...homeAt(0), ...person(0x321) }
    await street.send(operator.key, 'Vault', 'deposit', [neighbourhood, stranger.account, 1_000_000n])
    await street.send(operator.key, 'TestEURC', 'mint', [stranger.account, DEPOSIT])
    await street.send(stranger.key, 'TestEURC', 'approve', [street.at('Disputes'), DEPOSIT])
    const place = { account: stranger.account, slot: LAST_SLOT }
    const open = await demand(batch, stranger, LAST_SLOT)
    await showLegs(open, place)
    await showHome(open, place)
    expect(await street.ask('Settlement', 'statusOf', [batch.ref])).toEqual([true, false])
  })

  it('is shown leg by leg where one transaction has no room for all', async () => {
    const place = { account: homeAt(0).account, slot: FIRST_SLOT }
    const open = await demand(batch, homeAt(0))
    const { legs, orders } = legsOf(open, place)
    const first = honest.legs.findIndex(isAt(place))
    const pieces = [shown(open, 'legs', first, 1), shown(open, 'legs', first + 1, legs.shown.length - 1)]
    if (first !== 0) pieces[0] = shown(open, 'legs', first - 1, 2)
    await showLegs(open, place, { legs: pieces[0] as typeof legs, orders: orders.slice(0, 1) })
    // What follows has to go on where that ended.
    await expect(showLegs(open, place, { legs, orders })).rejects.toThrow('Incomplete(')
    await showHome(open, place)
    await showLegs(open, place, { legs: pieces[1] as typeof legs, orders: orders.slice(1) })
    expect(await street.ask('Settlement', 'statusOf', [batch.ref])).toEqual([true, false])
  })

  describe('is not shown by half', () => {
    const place = { account: homeAt(0).account, slot: FIRST_SLOT }

    it('without the leg before or after', async () => {
      const open = await demand(batch, homeAt(0))
      const own = honest.legs.flatMap((leg, index) => (isAt(place)(leg) ? [index] : []))
      const { orders } = legsOf(open, place)
      const [first = 0, second = 0] = own
      const later = { legs: shown(open, 'legs', second, 2), orders: orders.slice(1) }
      await expect(showLegs(open, place, later)).rejects.toThrow(`Incomplete(${second})`)
      // The last one stays to be shown: nothing is over.
      const begun = { legs: shown(open, 'legs', Math.max(0, first - 1), first === 0 ? 2 : 3), orders }
      await showLegs(open, place, begun)
      await showHome(open, place)
      expect(await street.ask('Settlement', 'statusOf', [open.ref])).toEqual([true, false])
      const bracket = { legs: shown(open, 'legs', second + 1, 1), orders: [] }
      await showLegs(open, place, bracket)
      expect(await street.ask('Settlement', 'statusOf', [batch.ref])).toEqual([true, false])
      await expect(showLegs(batch, place, bracket)).rejects.toThrow('NotDemanded(')
    })

    it('twice', async () => {
      const open = await demand(batch, homeAt(0))
      const again = await street.snapshot()
      await showHome(open, place)
      await expect(showHome(open, place)).rejects.toThrow('AlreadyShown(')
      await street.goBackTo(again)
      await showLegs(open, place)
      await expect(showLegs(open, place)).rejects.toThrow('AlreadyShown(')
    })

    it('with other orders, signatures, statements or terms than the hashes are of', async () => {
      const open = await demand(batch, homeAt(0))
      const { legs, orders } = legsOf(open, place)
      const [one] = orders as [(typeof orders)[number]]
      const other = { ...one, order: { ...one.order, energyWh: 1 } }
      const forged = { ...one, signed: { ...one.signed, signature: '0x00' as const } }
      const wrong = 'WrongPreimage('
      await expect(showLegs(open, place, { legs, orders: orders.with(0, other) })).rejects.toThrow(wrong)
      await expect(showLegs(open, place, { legs, orders: orders.with(0, forged) })).rejects.toThrow(wrong)
      await expect(showLegs(open, place, { legs, orders: orders.slice(1) })).rejects.toThrow('WrongLeafCount(')
      await expect(showLegs(open, place, { legs, orders: [...orders, one] })).rejects.toThrow('WrongLeafCount(')
      const metered = meteredOf(open, place)
      const message = { ...metered.message, importWh: 1 }
      const signed = { ...metered.signed, signature: '0x00' as const }
      await expect(showHome(open, place, { metered: { ...metered, message } })).rejects.toThrow(wrong)
      await expect(showHome(open, place, { metered: { ...metered, signed } })).rejects.toThrow(wrong)
      await expect(showHome(open, place, { terms: { ...terms, protocolFeeBp: 0 } })).rejects.toThrow(wrong)
    })

    it('without the bills beside the bill, or another statement', async () => {
      const last = { account: homeAt(1).account, slot: LAST_SLOT }
      const open = await demand(batch, homeAt(1), LAST_SLOT)
      const index = honest.bills.findIndex(isAt(last))
      for (const [bills, at] of [
        [shown(open, 'bills', index), index],
        [shown(open, 'bills', index, 2), index],
        [shown(open, 'bills', index - 1, 2), index],
      ] as const) {
        await expect(showHome(open, last, { bills })).rejects.toThrow(`Incomplete(${at})`)
      }
      await expect(showHome(open, last, { bills: shown(open, 'bills', index + 1, 2) })).rejects.toThrow('NotAbsent()')
      const metered = { ...meteredOf(open, last), statements: shown(open, 'statements', index + 1) }
      await expect(showHome(open, last, { metered })).rejects.toThrow('NotAbsent()')
    })
  })

  describe('that is withheld', () => {
    const place = { account: homeAt(2).account, slot: LAST_SLOT }

    it('makes the batch fall after its time: the account has its deposit and is the challenger', async () => {
      const before = await street.coinOf(place.account)
      const open = await demand(batch, homeAt(2), LAST_SLOT)
      const answerBy = (await street.seconds()) + WINDOW_SECONDS / 4
      await street.passTo(answerBy)
      await expect(drop(open, place)).rejects.toThrow(`StillTime(${answerBy}, ${answerBy})`)
      await street.passTo(answerBy + 1)
      await expect(showHome(open, place)).rejects.toThrow(`TooLate(${answerBy}, ${answerBy + 1})`)
      await expect(showLegs(open, place)).rejects.toThrow('TooLate(')
      const fall = await afterFall(street, place.account, open.ref, () => drop(open, place))
      expectFall({ ...fall, rewardMicroEur: fall.rewardMicroEur - DEPOSIT }, 'DataWithheld', place.account)
      expect(await street.coinOf(place.account)).toBe(before + fall.slashedMicroEur / 2n)
      await expect(drop(open, place)).rejects.toThrow('NotDemanded(')
      await expect(returnDeposit(open, place)).rejects.toThrow('NotDemanded(')
    })

    it('keeps the batch from being applied', async () => {
      const open = await demand(batch, homeAt(2), LAST_SLOT)
      await street.passTo(open.state.closesAt)
      const packed = (of: Proposed) =>
        BigInt(of.state.closesAt) | (BigInt(of.state.debitMicroEur) << 40n) | (BigInt(of.state.openDemands) << 104n)
      const apply = (of: Proposed) => {
        const { ref, parts } = of
        const args = [ref.neighbourhood, ref.number, ref.headerHash, packed(of), parts[0]]
        return street.send(operator.key, 'Vault', 'applyBatch', args)
      }
      await expect(apply(open)).rejects.toThrow('DataDemanded(1)')
      await expect(apply(batch)).rejects.toThrow('NotAsProposed(')
    })

    it('by half is withheld', async () => {
      const open = await demand(batch, homeAt(2), LAST_SLOT)
      await showHome(open, place)
      await street.passTo((await street.seconds()) + WINDOW_SECONDS / 4 + 1)
      const fall = await afterFall(street, place.account, open.ref, () => drop(open, place))
      expectFall({ ...fall, rewardMicroEur: fall.rewardMicroEur - DEPOSIT }, 'DataWithheld', place.account)
    })
  })

  describe('of a batch that falls for something else', () => {
    const place = { account: homeAt(1).account, slot: LAST_SLOT + 1 }
    const liesIn = (contents: Contents) =>
      contents.legs.map((leg, n) => (n === 0 ? { ...leg, filledWh: leg.filledWh + 1 } : leg))
    /** A batch of the next slots, after the first one. */
    const second = () => crafted({ ...honest, firstSlot: LAST_SLOT + 1, lastSlot: LAST_SLOT + 2 }, 2)
    const later = async (of: Proposed) => {
      await street.passTo((await street.seconds()) + 1)
      return demand(of, homeAt(1), LAST_SLOT + 1)
    }
    const expectSums = async (of: Proposed) => {
      const evidence = [...of.case, shown(of, 'legs', 0)]
      expectFall(await fallOf(street, 'LegProofs', 'legSumsWrong', evidence), 'LegSumsWrong')
    }

    it('gives the deposit back, once, and not before', async () => {
      const lie = crafted({ ...second().contents, legs: liesIn(honest) }, 2)
      const open = await later(await propose(street, lie))
      await expect(returnDeposit(open, place)).rejects.toThrow('StillOpen(')
      await expectSums(open)
      const before = await street.coinOf(place.account)
      await returnDeposit(open, place)
      expect(await street.coinOf(place.account)).toBe(before + DEPOSIT)
      await expect(returnDeposit(open, place)).rejects.toThrow('NotDemanded(')
    })

    it('does not count when the same batch is proposed again, but for its deposit', async () => {
      await goBack()
      const lie = await propose(street, crafted({ ...honest, legs: liesIn(honest) }))
      const fallen = await later(await propose(street, second()))
      await expectSums(lie)
      await propose(street, crafted(honest))
      await street.passTo((await street.seconds()) + 10)
      const again = await propose(street, second())
      expect(again.headerHash).toBe(fallen.headerHash)
      const afterTime = (await street.seconds()) + WINDOW_SECONDS / 4 + 1
      await street.passTo(afterTime)
      await expect(drop(again, place)).rejects.toThrow('NotDemanded(')
      const before = await street.coinOf(place.account)
      const open = await demand(again, homeAt(1), LAST_SLOT + 1)
      expect(await street.coinOf(place.account)).toBe(before)
      await expect(returnDeposit(open, place)).rejects.toThrow('StillOpen(')
      await street.passTo(afterTime + WINDOW_SECONDS / 4 + 10)
      const fall = await afterFall(street, place.account, open.ref, () => drop(open, place))
      expectFall({ ...fall, rewardMicroEur: fall.rewardMicroEur - DEPOSIT }, 'DataWithheld', place.account)
    })

    it('gives the deposit of a batch back whose number another one has', async () => {
      await goBack()
      const lie = await propose(street, crafted({ ...honest, legs: liesIn(honest) }))
      const fallen = await later(await propose(street, second()))
      await expectSums(lie)
      await propose(street, crafted(honest))
      await street.passTo((await street.seconds()) + 10)
      await propose(street, crafted({ ...second().contents, lastSlot: LAST_SLOT + 1 }, 2))
      const before = await street.coinOf(place.account)
      await returnDeposit(fallen, place)
      expect(await street.coinOf(place.account)).toBe(before + DEPOSIT)
    })
  })

  it('is not demanded for a slot that the batch does not settle, nor by who has nothing in the neighbourhood', async () => {
    const refused = (slot: number) => `SlotNotInBatch(${slot}, ${FIRST_SLOT}, ${LAST_SLOT})`
    await expect(demand(batch, homeAt(0), FIRST_SLOT - 1)).rejects.toThrow(refused(FIRST_SLOT - 1))
    await expect(demand(batch, homeAt(0), LAST_SLOT + 1)).rejects.toThrow(refused(LAST_SLOT + 1))
    const stranger = { ...homeAt(0), ...person(0x321) }
    await expect(demand(batch, stranger)).rejects.toThrow('NoBalance(')
  })

  it('is demanded until half of the window is over, by who has all its money locked, too', async () => {
    const half = batch.state.closesAt - WINDOW_SECONDS / 2
    await street.send(homeAt(3).key, 'Vault', 'requestWithdrawal', [neighbourhood, 100_000_000n])
    await street.passTo(half)
    const open = await demand(batch, homeAt(3))
    await street.passTo(half + 1)
    await expect(demand(open, homeAt(0))).rejects.toThrow('OutsideDemandTime(')
  })
})
