import { Effect } from 'effect'
import { describe, expect, it } from 'vitest'
import { HomeBills } from '#matching-engine/runs/home-bills.ts'
import type { NetSlotPort } from '#matching-engine/runs/net-slot.ts'
import { RunLedger } from '#matching-engine/runs/run-ledger.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { applyPictureEvent } from '#protocol/picture/apply-picture-event.ts'
import { emptyPicture } from '#protocol/picture/picture.ts'

const SLOT = 1_982_000

/** Import costs 3 a Wh with the tariffs and 2 with the market: what is saved is what was imported. */
const netSlot: NetSlotPort = ({ statements }) =>
  statements.map(({ home, importWh }) => ({
    home,
    costMicroEur: 2 * importWh,
    costWithoutMarketMicroEur: 3 * importWh,
  }))

/** Two homes, and a batch a slot: by slot and home what was imported; a batch says what its slot comes to, or `says`. */
function street(
  imports: readonly (readonly [number, number])[],
  says: (slotWh: number) => number = (slotWh) => 2 * slotWh,
) {
  const ledger = new RunLedger()
  const picture = emptyPicture()
  const asked: number[] = []
  for (const [i, ofSlot] of imports.entries()) {
    const slot = SLOT + i
    for (const [home, importWh] of ofSlot.entries()) {
      const moment = { sequence: 2 * i + home + 1, timeMs: 0 }
      ledger.take(moment, { type: 'stated', home, slot, importWh, exportWh: 0, by: 'meter' })
    }
    const totals = {
      ...{ trades: 0, tradedWh: 0, tradedMicroEur: 0, localChargeMicroEur: 0, importWh: 0, exportWh: 0 },
      ...{ coveredWh: 0, costWithoutMarketMicroEur: 0, creditsWh: 0, costMicroEur: says(ofSlot[0] + ofSlot[1]) },
    }
    const number = i + 1
    const moment = { sequence: i + 1, timeMs: 1_000 }
    applyPictureEvent(picture, moment, {
      type: 'proposed',
      number,
      firstSlot: slot,
      lastSlot: slot,
      totals,
      place: null,
    })
    applyPictureEvent(picture, moment, { type: 'final', number, place: null })
  }
  const counted: NetSlotPort = (of) => {
    asked.push(of.slot)
    return netSlot(of)
  }
  const bills = new HomeBills({ ledger, netSlot: counted })
  return { bills, ledger, picture, asked, termsOf: () => defaultMarketRules }
}

describe('the bills of a run’s homes', () => {
  it('are the sums of its final batches', () => {
    const { bills, picture, termsOf } = street([
      [100, 40],
      [300, 0],
    ])
    expect(Effect.runSync(bills.billOf(0, { picture, termsOf }))).toEqual({
      costMicroEur: 800,
      costWithoutMarketMicroEur: 1_200,
      slots: 2,
    })
    expect(Effect.runSync(bills.savingsOf([...picture.batches.values()], { homes: 3, termsOf }))).toEqual([400, 40, 0])
    expect(Effect.runSync(bills.savingsOf([...picture.batches.values()].slice(1), { homes: 2, termsOf }))).toEqual([
      300, 0,
    ])
  })

  it('have in them what homes pay for the wires, where that is told', () => {
    const { bills, ledger, picture, termsOf } = street([[100, 40]], (slotWh) => 2 * slotWh + 7 - 3)
    const charged = { type: 'charged', slot: SLOT } as const
    const moment = { sequence: 9, timeMs: 0 }
    ledger.take(moment, { ...charged, home: 0, costMicroEur: 7, costWithoutMarketMicroEur: 0 })
    ledger.take(moment, { ...charged, home: 1, costMicroEur: -3, costWithoutMarketMicroEur: -3 })
    ledger.take(moment, { ...charged, slot: SLOT + 1, home: 0, costMicroEur: 99, costWithoutMarketMicroEur: 99 })
    const billOf = (home: number) => Effect.runSync(bills.billOf(home, { picture, termsOf }))
    expect(billOf(0)).toEqual({ costMicroEur: 207, costWithoutMarketMicroEur: 300, slots: 1 })
    expect(billOf(1)).toEqual({ costMicroEur: 77, costWithoutMarketMicroEur: 117, slots: 1 })
  })

  it('are not told where the log does not come to what a batch says', () => {
    const { bills, picture, termsOf } = street([[100, 40]], (slotWh) => 2 * slotWh + 1)
    expect(Effect.runSync(bills.billOf(0, { picture, termsOf }))).toBeNull()
    expect(Effect.runSync(bills.savingsOf([...picture.batches.values()], { homes: 2, termsOf }))).toBeNull()
  })

  it('net each batch once, whoever asks', () => {
    const { bills, picture, asked, termsOf } = street([
      [1, 2],
      [3, 4],
    ])
    Effect.runSync(bills.savingsOf([...picture.batches.values()], { homes: 2, termsOf }))
    Effect.runSync(bills.billOf(1, { picture, termsOf }))
    expect(asked).toEqual([SLOT, SLOT + 1])
  })
})
