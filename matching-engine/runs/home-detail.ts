import { Effect } from 'effect'
import type { PictureTrade } from '#protocol/picture/picture.ts'
import type { HomeDetail, HomeSlot } from '#protocol/picture/run.ts'
import { tradeValueMicroEur } from '#protocol/units.ts'
import type { RunFold } from './run-fold.ts'
import type { RunLedger } from './run-ledger.ts'

/** The newest trades of a home that its detail tells. */
const TRADES_TOLD = 500

type WritableSlot = { -readonly [K in keyof HomeSlot]: HomeSlot[K] }

/** One home as everybody may see it at the fold's sequence, without its bill; the fold may go on meanwhile. */
export const homeDetail: (
  home: number,
  of: { readonly fold: RunFold; readonly ledger: RunLedger },
) => Effect.Effect<Omit<HomeDetail, 'bill'>> = Effect.fnUntraced(function* (home, { fold, ledger }) {
  const { sequence } = fold
  const phases = new Map([...fold.picture.slots].map(([slot, { phase }]) => [slot, phase]))
  const slots = new Map<number, WritableSlot>()
  const slotOf = (slot: number): WritableSlot | undefined => {
    const phase = phases.get(slot)
    if (phase === undefined) return undefined
    const there = slots.get(slot) ?? emptySlot(slot, phase)
    slots.set(slot, there)
    return there
  }
  for (const order of fold.orders.values()) {
    if (order.home !== home) continue
    const slot = slotOf(order.slot)
    if (slot !== undefined) slot[order.side === 'buy' ? 'openBuyWh' : 'openSellWh'] += order.openWh
  }
  const range = { fromSlot: 0, toSlot: Number.POSITIVE_INFINITY, upToSequence: sequence, home }
  const trades: PictureTrade[] = []
  yield* ledger.eachTrade(range, (trade) => {
    trades.push(trade)
    const slot = slotOf(trade.slot)
    if (slot === undefined) return
    const valueMicroEur = tradeValueMicroEur(trade)
    if (trade.buyer === home) {
      slot.boughtWh += trade.energyWh
      slot.paidMicroEur += valueMicroEur
    }
    if (trade.seller === home) {
      slot.soldWh += trade.energyWh
      slot.receivedMicroEur += valueMicroEur
    }
  })
  yield* ledger.eachStatement(range, ({ slot: number, importWh, exportWh, by }) => {
    const slot = slotOf(number)
    if (slot !== undefined) Object.assign(slot, { importWh, exportWh, statedBy: by })
  })
  return {
    home,
    sequence,
    slots: [...slots.values()].sort((a, b) => a.slot - b.slot),
    trades: trades.slice(-TRADES_TOLD),
  }
})

const emptySlot = (slot: number, phase: HomeSlot['phase']): WritableSlot => ({
  slot,
  phase,
  boughtWh: 0,
  soldWh: 0,
  paidMicroEur: 0,
  receivedMicroEur: 0,
  openBuyWh: 0,
  openSellWh: 0,
  importWh: null,
  exportWh: null,
  statedBy: null,
})
