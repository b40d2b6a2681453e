import { Effect } from 'effect'
import type { BillTerms } from '#protocol/market-rules.ts'
import type { Picture, PictureBatch, PictureTrade } from '#protocol/picture/picture.ts'
import type { HomeDetail } from '#protocol/picture/run.ts'
import type { HomeCost, NetSlotPort } from './net-slot.ts'
import type { LedgerCharge, LedgerStatement, RunLedger } from './run-ledger.ts'

/** Batches whose bills are kept: as many as a picture has. */
const BATCHES_KEPT = 256

interface BatchBills {
  readonly slots: number
  /** by home number */
  readonly costs: ReadonlyMap<number, HomeCost>
}

/** What homes paid for final batches: netted again from what everybody may see, and told only where it adds up to the batch. */
export class HomeBills {
  readonly #ledger: RunLedger
  readonly #netSlot: NetSlotPort
  /** null: nobody can say, for the log alone does not come to what the batch says */
  readonly #batches = new Map<number, BatchBills | null>()

  constructor(options: { readonly ledger: RunLedger; readonly netSlot: NetSlotPort }) {
    this.#ledger = options.ledger
    this.#netSlot = options.netSlot
  }

  /** A home's bill over the final batches of a picture, of no slots where there is none; null where it cannot be said of one of them. */
  billOf(
    home: number,
    options: { readonly picture: Picture; readonly termsOf: (slot: number) => BillTerms },
  ): Effect.Effect<HomeDetail['bill']> {
    const final = [...options.picture.batches.values()].filter(({ finalAtMs }) => finalAtMs !== null)
    return Effect.map(this.#billsOf(final, options.termsOf), (bills) => {
      if (bills === null) return null
      let costMicroEur = 0
      let costWithoutMarketMicroEur = 0
      let slots = 0
      for (const batch of bills) {
        const cost = batch.costs.get(home)
        slots += batch.slots
        costMicroEur += cost?.costMicroEur ?? 0
        costWithoutMarketMicroEur += cost?.costWithoutMarketMicroEur ?? 0
      }
      return { costMicroEur, costWithoutMarketMicroEur, slots }
    })
  }

  /** What each home has saved in some final batches, µEUR, by home number; null where it cannot be said of one of them. */
  savingsOf(
    batches: readonly PictureBatch[],
    options: { readonly homes: number; readonly termsOf: (slot: number) => BillTerms },
  ): Effect.Effect<readonly number[] | null> {
    return Effect.map(this.#billsOf(batches, options.termsOf), (bills) => {
      if (bills === null) return null
      const savedMicroEur = new Array<number>(options.homes).fill(0)
      for (const { costs } of bills) {
        for (const { home, costMicroEur, costWithoutMarketMicroEur } of costs.values()) {
          // Somebody who never joined has no number of his own.
          if (home < 0) continue
          savedMicroEur[home] = (savedMicroEur[home] ?? 0) + costWithoutMarketMicroEur - costMicroEur
        }
      }
      return savedMicroEur
    })
  }

  /**
   * The bills of batches, those that are new netted in one walk through the ledger; null if one cannot be said. Others of
   * this process get their turns.
   */
  #billsOf(
    batches: readonly PictureBatch[],
    termsOf: (slot: number) => BillTerms,
  ): Effect.Effect<readonly BatchBills[] | null> {
    return Effect.gen({ self: this }, function* () {
      const unknown = batches.filter(({ number }) => !this.#batches.has(number))
      const known = new Map(batches.map(({ number }) => [number, this.#batches.get(number) ?? null]))
      if (unknown.length > 0) {
        const netted = yield* this.#slotsNetted(unknown, termsOf)
        for (const batch of unknown) {
          known.set(batch.number, billsOf(batch, netted))
          yield* Effect.yieldNow
        }
        for (const { number } of unknown) this.#batches.set(number, known.get(number) ?? null)
        for (const number of this.#batches.keys()) {
          if (this.#batches.size <= BATCHES_KEPT) break
          this.#batches.delete(number)
        }
      }
      const bills = [...known.values()]
      return bills.every((one) => one !== null) ? bills : null
    })
  }

  /** What nets each slot of some batches, and adds what homes pay for the wires. */
  #slotsNetted(
    batches: readonly PictureBatch[],
    termsOf: (slot: number) => BillTerms,
  ): Effect.Effect<(slot: number) => readonly HomeCost[] | null> {
    return Effect.gen({ self: this }, function* () {
      const range = {
        fromSlot: Math.min(...batches.map(({ firstSlot }) => firstSlot)),
        toSlot: Math.max(...batches.map(({ lastSlot }) => lastSlot)),
      }
      const trades = new Map<number, PictureTrade[]>()
      const statements = new Map<number, LedgerStatement[]>()
      yield* this.#ledger.eachTrade(range, (trade) => addTo(trades, trade))
      const charges = new Map<number, LedgerCharge[]>()
      yield* this.#ledger.eachStatement(range, (statement) => addTo(statements, statement))
      yield* this.#ledger.eachCharge(range, (charge) => addTo(charges, charge))
      return (slot) => {
        const netted = this.#netSlot({
          ...{ slot, terms: termsOf(slot) },
          ...{ trades: trades.get(slot) ?? [], statements: statements.get(slot) ?? [] },
        })
        return netted === null ? null : [...netted, ...(charges.get(slot) ?? [])]
      }
    })
  }
}

function addTo<Row extends { readonly slot: number }>(bySlot: Map<number, Row[]>, row: Row): void {
  const there = bySlot.get(row.slot)
  if (there === undefined) bySlot.set(row.slot, [row])
  else there.push(row)
}

/** What homes paid for a batch; null where its slots cannot be netted, or do not come to what the batch says. */
function billsOf(
  { firstSlot, lastSlot, totals }: PictureBatch,
  netted: (slot: number) => readonly HomeCost[] | null,
): BatchBills | null {
  const costs = new Map<number, HomeCost>()
  let costMicroEur = 0
  for (let slot = firstSlot; slot <= lastSlot; slot++) {
    const ofSlot = netted(slot)
    if (ofSlot === null) return null
    for (const cost of ofSlot) {
      const before = costs.get(cost.home)
      costMicroEur += cost.costMicroEur
      costs.set(cost.home, {
        home: cost.home,
        costMicroEur: cost.costMicroEur + (before?.costMicroEur ?? 0),
        costWithoutMarketMicroEur: cost.costWithoutMarketMicroEur + (before?.costWithoutMarketMicroEur ?? 0),
      })
    }
  }
  return costMicroEur === totals.costMicroEur ? { slots: lastSlot - firstSlot + 1, costs } : null
}
