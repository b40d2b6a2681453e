import type { SlotPhase } from './market-event.ts'
import type { PictureFrame } from './picture/picture-frame.ts'
import type { RefusalCode } from './refusal.ts'
import type { Street } from './street.ts'

/** Answer of `GET /api/v1/status`. Energy in Wh. */
export interface Status {
  readonly homes: number
  readonly slot: number
  readonly speed: number
  readonly timeMs: number
  readonly readings: number
  readonly statements: number
  readonly orders: number
  readonly trades: number
  readonly tradedWh: number
  readonly batches: { readonly proposed: number; readonly final: number }
  readonly settledTrades: number
  readonly settledWh: number
  readonly chainBlock: number
  readonly sequence: number
  /** which log `sequence` is of (`Picture.log`); empty before its first event is read */
  readonly log: string
  /** for how long settlement has failed, wall ms: the chain is behind; null while it works, and left out where nobody looks */
  readonly settlementFailingMs?: number | null
}

/** The status of a street at a moment of its clock. */
export function statusOf(now: {
  readonly street: Street
  readonly slot: number
  readonly speed: number
  readonly timeMs: number
  readonly log: string
  readonly settlementFailingMs?: number | null
}): Status {
  const { counts, batches, homes, sequence } = now.street
  const final = [...batches.values()].filter((batch) => batch.final !== null)
  return {
    homes: homes.size,
    slot: now.slot,
    speed: now.speed,
    timeMs: now.timeMs,
    readings: counts.readings,
    statements: counts.statements,
    orders: counts.orders,
    trades: counts.trades,
    tradedWh: counts.tradedWh,
    batches: {
      proposed: Math.max(0, ...batches.keys()),
      final: Math.max(0, ...final.map((batch) => batch.batch.number)),
    },
    settledTrades: counts.settledTrades,
    settledWh: counts.settledWh,
    chainBlock: counts.chainBlock,
    sequence,
    log: now.log,
    settlementFailingMs: now.settlementFailingMs ?? null,
  }
}

/** What a door made of one signed message: taken (with the order's id for orders), or refused. */
export type Outcome =
  | { readonly accepted: true; readonly id: string }
  | { readonly accepted: false; readonly code: RefusalCode; readonly detail: string; readonly field?: string }

/** Answer of `GET /api/v1/homes/{home}/positions`: what the home has in the slots that are not settled. */
export interface Positions {
  readonly home: string
  readonly timeMs: number
  readonly slots: readonly {
    readonly slot: number
    readonly phase: SlotPhase
    readonly boughtWh: number
    readonly soldWh: number
    readonly openOrders: readonly {
      readonly orderId: `0x${string}`
      readonly nonce: number
      readonly side: 'buy' | 'sell'
      readonly priceEurPerMWh: number
      readonly energyWh: number
      readonly openWh: number
    }[]
  }[]
}

/** A price level: what is open there, and of how many orders. 0 orders: the level is gone. */
export type DepthRow = readonly [priceEurPerMWh: number, openWh: number, orders: number]

/**
 * A slot's book by price levels: those that changed after `fromSequence`, as they are at `toSequence`. From 0 it is all
 * of the book, best prices first, and takes the place of what was known. `phase` is null of a slot that is not held.
 */
export interface Depth {
  readonly slot: number
  readonly fromSequence: number
  readonly toSequence: number
  readonly phase: SlotPhase | null
  readonly bids: readonly DepthRow[]
  readonly asks: readonly DepthRow[]
  /** of the last trade */
  readonly lastEurPerMWh: number | null
  readonly lastWh: number | null
}

/** Answer of `GET /api/v1/market`: best prices and last trade of every open slot, a column a field. */
export interface Level1 {
  readonly sequence: number
  readonly slot: readonly number[]
  readonly phase: readonly SlotPhase[]
  readonly bidEurPerMWh: readonly (number | null)[]
  readonly bidWh: readonly (number | null)[]
  readonly askEurPerMWh: readonly (number | null)[]
  readonly askWh: readonly (number | null)[]
  readonly lastEurPerMWh: readonly (number | null)[]
  readonly lastWh: readonly (number | null)[]
}

/** Answer of `GET /api/v1/slots/{slot}/statistics`. Prices are null before the first trade. */
export interface Statistics {
  readonly sequence: number
  readonly slot: number
  readonly phase: SlotPhase
  readonly trades: number
  readonly openEurPerMWh: number | null
  readonly highEurPerMWh: number | null
  readonly lowEurPerMWh: number | null
  readonly lastEurPerMWh: number | null
  /** what the price band is around: the last price */
  readonly referenceEurPerMWh: number | null
  /** whole numbers of any size: Σ price × energy and Σ energy, whose quotient is the volume-weighted average price */
  readonly tradedMicroEur: string
  readonly tradedWh: string
}

/** Which slot's book a page wants to follow. */
interface Subscription {
  readonly slot: number
}

/**
 * socket.io, server to page: once it has asked to `resume`, a frame of what it lacks (all of it as a `snapshot` where it
 * has nothing, or of another log, or more than this log has), then at most 20 a second, and fewer where many pages
 * follow; a `depth` of all that is there for each slot that it subscribes to, then at most 20 a second of what has
 * changed. Who reads slowly gets fewer of both, and the latest state all the same.
 */
export interface ServerToClient {
  snapshot: (frame: PictureFrame) => void
  frame: (frame: PictureFrame) => void
  status: (status: Status) => void
  depth: (depth: Depth) => void
}

/**
 * socket.io, page to server. `resume` asks for everything after a sequence of a log (`Picture.log`; left out: of the
 * one that is here); 0 asks for a snapshot. `seen` says up to which sequence the page has taken what came: one that falls
 * behind is told less often, not more slowly.
 */
export interface ClientToServer {
  resume: (sequence: number, log?: string) => void
  seen: (sequence: number) => void
  subscribe: (subscription: Subscription) => void
  unsubscribe: (subscription: Subscription) => void
}
