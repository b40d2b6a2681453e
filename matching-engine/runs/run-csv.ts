import { Effect } from 'effect'
import type { Picture } from '#protocol/picture/picture.ts'
import { slotStartMs } from '#protocol/slot.ts'
import { tradeValueMicroEur } from '#protocol/units.ts'
import type { LedgerRange, RunLedger } from './run-ledger.ts'

/** The trades of some slots as CSV (RFC 4180): units in the names of the columns, times in UTC. */
export const tradesCsv: (
  ledger: RunLedger,
  range: LedgerRange,
  names: Pick<Picture, 'homes'>,
) => Effect.Effect<string> = Effect.fnUntraced(function* (ledger, range, { homes }) {
  const lines = ['timestamp,slot,trade,seller,buyer,maker,price_eur_per_mwh,energy_wh']
  // Where names are not told, homes are counted from 1, as on the page.
  const nameOf = (home: number) => quoted(home < 0 ? 'unknown' : homes[home]?.name || String(home + 1))
  yield* ledger.eachTrade(range, (trade) => {
    const { timeMs, slot, id, seller, buyer, makerSide, priceEurPerMWh, energyWh } = trade
    const [sold, bought] = [nameOf(seller), nameOf(buyer)]
    lines.push([isoOf(timeMs), slot, id, sold, bought, makerSide, priceEurPerMWh, energyWh].join(','))
  })
  return `${lines.join('\n')}\n`
})

interface SlotSums {
  trades: number
  tradedWh: number
  tradedMicroEur: number
  lowest: number | null
  highest: number | null
  importWh: number
  exportWh: number
  statements: number
  estimates: number
}

/** What each slot traded and what its homes metered, as CSV; slots of which nothing is known are left out. */
export const slotsCsv: (
  ledger: RunLedger,
  range: LedgerRange,
  slots: { readonly slotMinutes: number },
) => Effect.Effect<string> = Effect.fnUntraced(function* (ledger, range, { slotMinutes }) {
  const sums = new Map<number, SlotSums>()
  const sumsOf = (slot: number) => {
    const there = sums.get(slot) ?? noSums()
    sums.set(slot, there)
    return there
  }
  yield* ledger.eachTrade(range, (trade) => {
    const slot = sumsOf(trade.slot)
    slot.trades++
    slot.tradedWh += trade.energyWh
    slot.tradedMicroEur += tradeValueMicroEur(trade)
    slot.lowest = Math.min(slot.lowest ?? trade.priceEurPerMWh, trade.priceEurPerMWh)
    slot.highest = Math.max(slot.highest ?? trade.priceEurPerMWh, trade.priceEurPerMWh)
  })
  yield* ledger.eachStatement(range, ({ slot: number, importWh, exportWh, by }) => {
    const slot = sumsOf(number)
    slot.importWh += importWh
    slot.exportWh += exportWh
    slot.statements++
    if (by === 'estimate') slot.estimates++
  })
  const lines = [
    'timestamp,slot,trades,traded_wh,traded_micro_eur,lowest_eur_per_mwh,highest_eur_per_mwh,import_wh,export_wh,statements,estimates',
  ]
  for (const [slot, of] of [...sums].sort(([a], [b]) => a - b)) {
    const start = isoOf(slotStartMs({ slot, slotMinutes }))
    const { trades, tradedWh, tradedMicroEur, lowest, highest, importWh, exportWh, statements, estimates } = of
    const prices = [lowest ?? '', highest ?? '']
    lines.push(
      [start, slot, trades, tradedWh, tradedMicroEur, ...prices, importWh, exportWh, statements, estimates].join(','),
    )
  }
  return `${lines.join('\n')}\n`
})

const noSums = (): SlotSums => ({
  trades: 0,
  tradedWh: 0,
  tradedMicroEur: 0,
  lowest: null,
  highest: null,
  importWh: 0,
  exportWh: 0,
  statements: 0,
  estimates: 0,
})

const isoOf = (timeMs: number) => new Date(timeMs).toISOString()

/** Also where a program would take the text for a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
