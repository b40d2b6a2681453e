import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Leg } from '#contracts/settlement/legs.ts'
import { type Contents, crafted, honestContents, propose, shown } from './crafted-batch.ts'
import { challenger, SLOT_SECONDS } from './dispute-chain.ts'
import { authoriseTradingKey, honestRecords } from './dispute-records.ts'
import { type DisputeStreet, FIRST_SLOT, LAST_SLOT, openDisputeStreet } from './dispute-street.ts'
import { expectFall, fallOf } from './expect-fall.ts'

describe('a batch whose trades tree lies', () => {
  let street: DisputeStreet
  let honest: Contents
  let untouched: unknown
  beforeAll(async () => {
    street = await openDisputeStreet()
    await authoriseTradingKey(street)
    honest = await honestContents(street, honestRecords(street))
    untouched = await street.snapshot()
  })
  beforeEach(async () => {
    await street.goBackTo(untouched)
    untouched = await street.snapshot()
  })
  afterAll(() => street.close())

  const lying = (legs: readonly Leg[], over: Partial<Contents> = {}) =>
    propose(street, crafted({ ...honest, legs, ...over }))
  /** The same legs, one of them otherwise. */
  const changed = (index: number, over: (leg: Leg) => Partial<Leg>) =>
    honest.legs.map((leg, n) => (n === index ? { ...leg, ...over(leg) } : leg))
  const indexOf = (is: (leg: Leg) => boolean) => honest.legs.findIndex(is)

  it.for([...Array(9).keys()])('falls if legs %i and the next stand the wrong way round', async (index) => {
    const [a, b] = honest.legs.slice(index, index + 2) as [Leg, Leg]
    const batch = await lying(honest.legs.with(index, b).with(index + 1, a))
    const fault = await fallOf(street, 'LegProofs', 'legsOutOfOrder', [...batch.case, shown(batch, 'legs', index, 2)])
    expectFall(fault, 'LegsOutOfOrder')
  })

  it('falls if a leg is counted twice', async () => {
    const batch = await lying(honest.legs.toSpliced(3, 0, honest.legs[3] as Leg))
    const fault = await fallOf(street, 'LegProofs', 'legsOutOfOrder', [...batch.case, shown(batch, 'legs', 3, 2)])
    expectFall(fault, 'LegsOutOfOrder')
  })

  it.for([
    ['before its first slot', { firstSlot: LAST_SLOT }, FIRST_SLOT],
    ['after its last slot', { lastSlot: FIRST_SLOT }, LAST_SLOT],
  ] as const)('falls if it settles a trade %s', async ([, over, slot]) => {
    const batch = await lying(honest.legs, over)
    const misplaced = shown(
      batch,
      'legs',
      indexOf((leg) => leg.slot === slot),
    )
    expectFall(await fallOf(street, 'LegProofs', 'legMisplaced', [...batch.case, misplaced]), 'LegMisplaced')
  })

  it('falls if a trade was made after its slot had begun, not at its beginning', async () => {
    const begin = FIRST_SLOT * SLOT_SECONDS * 1_000
    const index = indexOf(({ slot }) => slot === FIRST_SLOT)
    const punctual = await lying(changed(index, () => ({ tradedAtMs: begin })))
    const args = [...punctual.case, shown(punctual, 'legs', index)]
    await expect(street.check(challenger.key, 'LegProofs', 'legMisplaced', args)).rejects.toThrow('NothingWrong()')
    await street.goBackTo(untouched)
    untouched = await street.snapshot()
    const batch = await lying(changed(index, () => ({ tradedAtMs: begin + 1 })))
    const fault = await fallOf(street, 'LegProofs', 'legMisplaced', [...batch.case, shown(batch, 'legs', index)])
    expectFall(fault, 'LegMisplaced')
  })

  const sums = ['filledWh', 'positionWh', 'boughtWh', 'moneyMicroEur', 'paidMicroEur'] as const
  it.for(sums.flatMap((sum) => [0, 1, 4, 9].map((index) => [sum, index] as const)))(
    'falls if %s of leg %i is one more than it should be',
    async ([sum, index]) => {
      const batch = await lying(changed(index, (leg) => ({ [sum]: leg[sum] + 1 })))
      const legs = index === 0 ? shown(batch, 'legs', 0) : shown(batch, 'legs', index - 1, 2)
      expectFall(await fallOf(street, 'LegProofs', 'legSumsWrong', [...batch.case, legs]), 'LegSumsWrong')
    },
  )

  it('falls if sums are as large as a leg can hold: nothing overflows', async () => {
    const index = honest.legs.findIndex((leg, n) => {
      const before = honest.legs[n - 1]
      return before?.account === leg.account && before.slot === leg.slot
    })
    const huge = { moneyMicroEur: -(2 ** 53 - 1), paidMicroEur: 2 ** 53 - 1, positionWh: -(2 ** 53 - 1) }
    const batch = await lying(changed(index - 1, () => huge))
    const legs = shown(batch, 'legs', index - 1, 2)
    expectFall(await fallOf(street, 'LegProofs', 'legSumsWrong', [...batch.case, legs]), 'LegSumsWrong')
  })

  it.for([...Array(10).keys()])('falls if the other side of leg %i is missing', async (index) => {
    const { counterparty, slot, counterOrderId, sequence } = honest.legs[index] as Leg
    const missing = indexOf(
      (leg) =>
        leg.account === counterparty &&
        leg.slot === slot &&
        leg.orderId === counterOrderId &&
        leg.sequence === sequence,
    )
    const batch = await lying(honest.legs.toSpliced(missing, 1))
    const leg = shown(batch, 'legs', missing < index ? index - 1 : index)
    const around =
      missing === 0 || missing === batch.contents.legs.length
        ? shown(batch, 'legs', Math.max(0, missing - 1))
        : shown(batch, 'legs', missing - 1, 2)
    const fault = await fallOf(street, 'LegProofs', 'counterLegMissing', [...batch.case, leg, around])
    expectFall(fault, 'CounterLegMissing')
  })

  it.for([
    ['price', (leg: Leg) => ({ priceEurPerMWh: leg.priceEurPerMWh + 1 })],
    ['energy', (leg: Leg) => ({ energyWh: leg.energyWh + 1 })],
    ['time', (leg: Leg) => ({ tradedAtMs: leg.tradedAtMs + 1 })],
    ['side', (leg: Leg) => ({ isBuy: !leg.isBuy })],
    ['counterparty', (leg: Leg) => ({ counterparty: leg.account })],
    ['counter-order', (leg: Leg) => ({ counterOrderId: leg.orderId })],
  ] as const)('falls if the two sides of a trade differ in their %s', async ([, over]) => {
    const [leg] = honest.legs as [Leg]
    const other = indexOf(({ account, orderId, sequence }) => {
      return account === leg.counterparty && orderId === leg.counterOrderId && sequence === leg.sequence
    })
    const batch = await lying(changed(other, over))
    const args = [...batch.case, shown(batch, 'legs', 0), shown(batch, 'legs', other)]
    expectFall(await fallOf(street, 'LegProofs', 'counterLegDiffers', args), 'CounterLegDiffers')
  })
})
