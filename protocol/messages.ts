import type { LoggedEvent, SlotPhase } from './market-event.ts'
import type { RefusalCode } from './refusal.ts'
import type { StreetSnapshot } from './snapshot.ts'
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
}

/** The status of a street at a moment of its clock. */
export function statusOf(now: {
  readonly street: Street
  readonly slot: number
  readonly speed: number
  readonly timeMs: number
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

/** What happened after `fromSequence`, up to and with `toSequence`. */
export interface Frame {
  readonly fromSequence: number
  readonly toSequence: number
  readonly events: readonly LoggedEvent[]
}

/** socket.io, server to page: a snapshot or frames on connection, then at most 20 frames a second. */
export interface ServerToClient {
  snapshot: (snapshot: StreetSnapshot) => void
  frame: (frame: Frame) => void
  status: (status: Status) => void
}

/** socket.io, page to server. `resume` asks for everything after a sequence; 0 asks for a snapshot. */
export interface ClientToServer {
  resume: (sequence: number) => void
}
