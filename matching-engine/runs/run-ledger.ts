import { Effect } from 'effect'
import type { PictureTrade } from '#protocol/picture/picture.ts'
import type { PictureEvent, PictureMoment } from '#protocol/picture/picture-event.ts'
import { GrowingColumns } from './growing-columns.ts'

/** What is kept of each kind, at most: about 49 bytes a trade, 33 a statement and 32 a charge. */
const TRADES_MAX = 1_000_000
const STATEMENTS_MAX = 1_048_576
const CHARGES_MAX = STATEMENTS_MAX
/** What is looked at, and what of it is shown, before others of this process get their turns: some 5 ms. */
const PIECE_ROWS = 50_000
const PIECE_SHOWN = 2_000

/** What a home's meter has stated of a slot, Wh. */
export interface LedgerStatement {
  readonly home: number
  readonly slot: number
  readonly importWh: number
  readonly exportWh: number
  readonly by: 'meter' | 'estimate'
}

/** What a home pays for the wires in a slot, with the market and with the tariffs alone, µEUR. */
export type LedgerCharge = Omit<Extract<PictureEvent, { readonly type: 'charged' }>, 'type'>

/** Slots from one to another, both included, and nothing that happened after a sequence. */
export interface LedgerRange {
  readonly fromSlot: number
  readonly toSlot: number
  readonly upToSequence?: number
  /** of this home alone; left out: of all */
  readonly home?: number
}

/** All trades, statements and charges of a run in the order in which they came, the newest of them where they are too many. */
export class RunLedger {
  readonly #trades = new GrowingColumns(
    {
      sequence: 'double',
      timeMs: 'double',
      slot: 'int',
      number: 'int',
      seller: 'int',
      buyer: 'int',
      makerIsBuy: 'byte',
      priceEurPerMWh: 'double',
      energyWh: 'double',
    },
    TRADES_MAX,
  )
  readonly #statements = new GrowingColumns(
    { sequence: 'double', slot: 'int', home: 'int', importWh: 'double', exportWh: 'double', isEstimate: 'byte' },
    STATEMENTS_MAX,
  )
  readonly #charges = new GrowingColumns(
    { sequence: 'double', slot: 'int', home: 'int', costMicroEur: 'double', costWithoutMarketMicroEur: 'double' },
    CHARGES_MAX,
  )

  /** Takes what happened next, where it is one of the three. */
  take({ sequence, timeMs }: PictureMoment, event: PictureEvent): void {
    if (event.type === 'traded') {
      const { id, slot, seller, buyer, makerSide, priceEurPerMWh, energyWh } = event.trade
      const number = Number(id.slice(id.indexOf('.') + 1))
      const makerIsBuy = makerSide === 'buy' ? 1 : 0
      this.#trades.add({ sequence, timeMs, slot, number, seller, buyer, makerIsBuy, priceEurPerMWh, energyWh })
    } else if (event.type === 'stated') {
      const { slot, home, importWh, exportWh } = event
      this.#statements.add({ sequence, slot, home, importWh, exportWh, isEstimate: event.by === 'estimate' ? 1 : 0 })
    } else if (event.type === 'charged') {
      const { slot, home, costMicroEur, costWithoutMarketMicroEur } = event
      this.#charges.add({ sequence, slot, home, costMicroEur, costWithoutMarketMicroEur })
    }
  }

  /** The trade of an id; undefined where there is none, or it is kept no longer. */
  trade(id: string): PictureTrade | undefined {
    if (!/^\d+\.\d+$/.test(id)) return undefined
    const [slot, number] = id.split('.').map(Number)
    const trades = this.#trades
    for (let row = trades.rows - 1; row >= 0; row--) {
      if (trades.value('slot', row) === slot && trades.value('number', row) === number) return this.#trade(row)
    }
    return undefined
  }

  /** Shows the trades of some slots in the order in which they were made; others of this process get their turns. */
  eachTrade(range: LedgerRange, show: (trade: PictureTrade) => void): Effect.Effect<void> {
    const trades = this.#trades
    return inPieces(trades, range, (row) => {
      const { home } = range
      if (home !== undefined && trades.value('seller', row) !== home && trades.value('buyer', row) !== home)
        return false
      show(this.#trade(row))
      return true
    })
  }

  /** Shows what has been stated of some slots; others of this process get their turns. */
  eachStatement(range: LedgerRange, show: (statement: LedgerStatement) => void): Effect.Effect<void> {
    const kept = this.#statements
    return inPieces(kept, range, (row) => {
      const home = kept.value('home', row)
      if (range.home !== undefined && home !== range.home) return false
      show({
        home,
        slot: kept.value('slot', row),
        importWh: kept.value('importWh', row),
        exportWh: kept.value('exportWh', row),
        by: kept.value('isEstimate', row) === 1 ? 'estimate' : 'meter',
      })
      return true
    })
  }

  /** Shows what homes pay for the wires in some slots; others of this process get their turns. */
  eachCharge(range: LedgerRange, show: (charge: LedgerCharge) => void): Effect.Effect<void> {
    const kept = this.#charges
    return inPieces(kept, range, (row) => {
      show({
        home: kept.value('home', row),
        slot: kept.value('slot', row),
        costMicroEur: kept.value('costMicroEur', row),
        costWithoutMarketMicroEur: kept.value('costWithoutMarketMicroEur', row),
      })
      return true
    })
  }

  #trade(row: number): PictureTrade {
    const trades = this.#trades
    const slot = trades.value('slot', row)
    return {
      id: `${slot}.${trades.value('number', row)}`,
      slot,
      seller: trades.value('seller', row),
      buyer: trades.value('buyer', row),
      makerSide: trades.value('makerIsBuy', row) === 1 ? 'buy' : 'sell',
      priceEurPerMWh: trades.value('priceEurPerMWh', row),
      energyWh: trades.value('energyWh', row),
      timeMs: trades.value('timeMs', row),
      sequence: trades.value('sequence', row),
    }
  }
}

/**
 * Shows the rows that are there now and are of a range, piece by piece. Between two pieces rows may come, which are not
 * shown, and old ones may be forgotten.
 */
function inPieces(
  columns: Pick<GrowingColumns<'sequence' | 'slot'>, 'forgotten' | 'firstAbove' | 'value'>,
  { fromSlot, toSlot, upToSequence = Number.POSITIVE_INFINITY }: LedgerRange,
  show: (row: number) => boolean,
): Effect.Effect<void> {
  return Effect.gen(function* () {
    // Counted from the first row that ever was: where it is now changes when others are forgotten.
    const end = columns.forgotten + columns.firstAbove('sequence', upToSequence)
    for (let at = columns.forgotten; at < end; ) {
      at = Math.max(at, columns.forgotten)
      const pieceEnd = Math.min(end, at + PIECE_ROWS)
      for (let shown = 0; at < pieceEnd && shown < PIECE_SHOWN; at++) {
        const row = at - columns.forgotten
        const slot = columns.value('slot', row)
        if (slot >= fromSlot && slot <= toSlot && show(row)) shown++
      }
      if (at < end) yield* Effect.yieldNow
    }
  })
}
