import type { Batch, ChainPlace, SlotPhase } from './market-event.ts'
import type { MarketRules } from './market-rules.ts'
import type { OpenOrders } from './open-orders.ts'
import type { Session } from './session.ts'
import type { Statement } from './statement.ts'
import type { Trade } from './trade.ts'
import type { SigningDomain } from './typed-data.ts'

type Hex = `0x${string}`

/** A home as its last reading shows it. Power in W, import positive; counters in Wh. */
export interface StreetHome {
  readonly home: string
  readonly account: Hex
  readonly deviceId: string
  readonly deviceSigner: Hex
  /** keys that may sign the device's readings, each for a time: the newest `SESSIONS_LENGTH`, the newest last */
  sessions: readonly StreetSession[]
  readingSequence: number
  readingHash: Hex
  readingTimeMs: number
  powerW: number
  importWh: number
  exportWh: number
}

/** A key that a device lets sign its readings, and for which time of theirs. */
type StreetSession = Pick<Session, 'sequence' | 'streamKey' | 'fromMs' | 'untilMs'>

/** What one account bought and sold in one slot, in Wh and µEUR, and what that reserves of its funds until it is settled. */
export interface Position {
  boughtWh: number
  soldWh: number
  paidMicroEur: number
  receivedMicroEur: number
  /** 0 in a market that asks for no collateral */
  reservedMicroEur: number
}

/** A slot from its opening until it is settled. */
export interface StreetSlot extends OpenOrders {
  readonly slot: number
  phase: SlotPhase
  /** when the opening call ends by the clock, Unix ms, also while that call is halted; null: there is none */
  callEndsMs: number | null
  /** when the halt that the price band began ends by the clock, Unix ms; null: there is none */
  haltEndsMs: number | null
  /** the operator has halted it, and not resumed it */
  isHeld: boolean
  trades: number
  tradedWh: number
  tradedMicroEur: number
  lastPriceEurPerMWh: number | null
  readonly positions: Map<Hex, Position>
  readonly statements: Map<Hex, Statement>
}

/** A batch on its way: proposed, and final once `final` is there. */
export interface StreetBatch {
  readonly batch: Batch
  readonly proposed: ChainPlace
  final: ChainPlace | null
}

/** Running totals since the neighbourhood opened. */
interface StreetCounts {
  readings: number
  statements: number
  orders: number
  trades: number
  tradedWh: number
  settledTrades: number
  settledWh: number
  chainBlock: number
}

/**
 * A neighbourhood at one sequence of its log: the fold of its events, the same for engine, page and audit.
 * Bounded: a home has its newest `SESSIONS_LENGTH` sessions, orders live until they close, positions and statements until their slot settles, the tape holds the
 * last `TAPE_LENGTH` trades, settled slots and final batches the last `HISTORY_LENGTH`.
 */
export interface Street {
  sequence: number
  timeMs: number
  neighbourhood: string
  rules: MarketRules | null
  domain: SigningDomain | null
  operator: Hex | null
  /** the operator has stopped the whole market, and not started it */
  isStopped: boolean
  /** the operator's last nonce */
  controlNonce: number
  readonly counts: StreetCounts
  readonly homes: Map<string, StreetHome>
  readonly homeOfAccount: Map<Hex, StreetHome>
  readonly homeOfDevice: Map<string, StreetHome>
  readonly slots: Map<number, StreetSlot>
  /** account → nonce → the slot it was used for; forgotten when that slot settles */
  readonly nonces: Map<Hex, Map<number, number>>
  readonly tape: { readonly trade: Trade; readonly timeMs: number; readonly sequence: number }[]
  readonly batches: Map<number, StreetBatch>
  /** account → free balance in the vault, µEUR, of the homes that were looked at, as of `fundsBlock` */
  readonly funds: Map<Hex, number>
  fundsBlock: number
  /** accounts of homes whose device the registry on chain has in service, as far as the log tells */
  readonly inService: Set<Hex>
}

export const TAPE_LENGTH = 500
export const SESSIONS_LENGTH = 8
export const HISTORY_LENGTH = 192

/** A neighbourhood before its first event. */
export function emptyStreet(): Street {
  return {
    sequence: 0,
    timeMs: 0,
    neighbourhood: '',
    rules: null,
    domain: null,
    operator: null,
    isStopped: false,
    controlNonce: 0,
    counts: {
      readings: 0,
      statements: 0,
      orders: 0,
      trades: 0,
      tradedWh: 0,
      settledTrades: 0,
      settledWh: 0,
      chainBlock: 0,
    },
    homes: new Map(),
    homeOfAccount: new Map(),
    homeOfDevice: new Map(),
    slots: new Map(),
    nonces: new Map(),
    tape: [],
    batches: new Map(),
    funds: new Map(),
    fundsBlock: 0,
    inService: new Set(),
  }
}
