import { Effect } from 'effect'
import type { Flows } from '#protocol/picture/run.ts'
import type { LedgerRange, RunLedger } from './run-ledger.ts'

/** The supplier, among homes by number. */
const SUPPLIER = -1
/** More streams than this nobody can tell apart: the smallest are told together. */
const FLOWS_MAX = 2_000

/**
 * Who sold how much to whom in some slots, the largest first. What a home metered beyond what it traded, it sold to the
 * supplier or bought there; of slots that it has not stated, nobody knows.
 */
export const runFlows: (ledger: RunLedger, range: LedgerRange) => Effect.Effect<Flows> = Effect.fnUntraced(
  function* (ledger, range) {
    const flows = new Map<number, Flow>()
    const add = (seller: number, buyer: number, energyWh: number) => {
      const flow = flows.get(pairOf(seller, buyer))
      if (flow === undefined) flows.set(pairOf(seller, buyer), { seller, buyer, energyWh })
      else flow.energyWh += energyWh
    }
    const netSoldWh = new Map<number, number>()
    const sold = (home: number, slot: number, energyWh: number) => {
      const key = pairOf(slot, home)
      netSoldWh.set(key, (netSoldWh.get(key) ?? 0) + energyWh)
    }
    yield* ledger.eachTrade(range, ({ slot, seller, buyer, energyWh }) => {
      add(seller, buyer, energyWh)
      sold(seller, slot, energyWh)
      sold(buyer, slot, -energyWh)
    })
    yield* ledger.eachStatement(range, ({ home, slot, importWh, exportWh }) => {
      const overWh = exportWh - importWh - (netSoldWh.get(pairOf(slot, home)) ?? 0)
      if (overWh > 0) add(home, SUPPLIER, overWh)
      else if (overWh < 0) add(SUPPLIER, home, -overWh)
    })
    const sorted = [...flows.values()].sort(
      (a, b) => b.energyWh - a.energyWh || a.seller - b.seller || a.buyer - b.buyer,
    )
    const told = sorted.slice(0, FLOWS_MAX)
    return {
      fromSlot: range.fromSlot,
      toSlot: range.toSlot,
      seller: told.map(({ seller }) => seller),
      buyer: told.map(({ buyer }) => buyer),
      energyWh: told.map(({ energyWh }) => energyWh),
      restWh: sorted.slice(FLOWS_MAX).reduce((sum, { energyWh }) => sum + energyWh, 0),
    }
  },
)

interface Flow {
  readonly seller: number
  readonly buyer: number
  energyWh: number
}

/** One number for two: a home's is above −2 and below 2²⁰. */
const pairOf = (first: number, home: number): number => (first + 1) * 2 ** 20 + home + 1
