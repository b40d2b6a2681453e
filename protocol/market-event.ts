import type {
  SignedCancel,
  SignedControl,
  SignedEnrolment,
  SignedOrder,
  SignedReading,
  SignedSession,
  SignedStatement,
} from './envelope.ts'
import type { Hash32 } from './ids.ts'
import type { MarketRules } from './market-rules.ts'
import type { SetAside } from './set-aside.ts'
import type { Trade } from './trade.ts'
import type { SigningDomain } from './typed-data.ts'

/** The life of a slot (DOMAIN). */
export const slotPhases = [
  'scheduled',
  'call',
  'continuous',
  'halted',
  'closed',
  'delivering',
  'metering',
  'settling',
  'disputed',
  'settled',
] as const
export type SlotPhase = (typeof slotPhases)[number]

/** What moved a slot into a phase: time, a trade outside the price band, the operator, its last statement, its batch. */
export type PhaseCause = 'clock' | 'band' | 'operator' | 'statements' | 'batch'

/** What a batch adds up to, over all its slots. Money in µEUR, energy in Wh. */
export interface BatchTotals {
  readonly trades: number
  /** energy sold = energy bought */
  readonly tradedWh: number
  /** price × energy of the trades, paid by buyers = received by sellers */
  readonly tradedMicroEur: number
  /** network, levies and VAT still paid on locally bought energy */
  readonly localChargeMicroEur: number
  /** protocol fee paid on locally bought energy; left out where there is none */
  readonly feeMicroEur?: number
  /** metered import and export of all homes */
  readonly importWh: number
  readonly exportWh: number
  /** import that neighbours' export met in the same slot: Σ min(import, export) a slot */
  readonly coveredWh: number
  /** what all homes paid net (− received), with the market */
  readonly costMicroEur: number
  /** what the same metered energy would have cost them with the tariffs alone */
  readonly costWithoutMarketMicroEur: number
  /** energy credits earned: Σ min(sold, metered export) a home and slot; an estimate earns none */
  readonly creditsWh: number
}

/** A settlement batch as it was posted: strictly numbered from 1 in each neighbourhood, whole slots, in order. */
export interface Batch {
  readonly number: number
  readonly firstSlot: number
  readonly lastSlot: number
  readonly tradesRoot: Hash32
  readonly statementsRoot: Hash32
  readonly billsRoot: Hash32
  readonly creditsRoot: Hash32
  /** of what its bills follow */
  readonly termsHash: Hash32
  /** of the events that it was built from */
  readonly logHead: Hash32
  readonly archiveHash: Hash32
  readonly totals: BatchTotals
  /** of the log's records of its slots, what it was not built of; left out where there is none */
  readonly setAside?: SetAside
}

/** Where on chain something happened. */
export interface ChainPlace {
  readonly transaction: Hash32
  readonly block: number
}

/**
 * Everything that happens in a market, past tense, in the order of its log. State is a fold over these
 * (`street.ts`). `timeMs` is the log's clock when the command was taken.
 */
export type MarketEvent = { readonly timeMs: number } & (
  | {
      readonly type: 'NeighbourhoodOpened'
      readonly neighbourhood: string
      readonly rules: MarketRules
      readonly domain: SigningDomain
      /** signs estimates for missing statements, and what controls the market */
      readonly operator: `0x${string}`
    }
  | { readonly type: 'HomeEnrolled'; readonly enrolment: SignedEnrolment }
  | { readonly type: 'SessionAuthorised'; readonly session: SignedSession }
  | { readonly type: 'ReadingAccepted'; readonly reading: SignedReading; readonly hash: Hash32 }
  | { readonly type: 'StatementAccepted'; readonly statement: SignedStatement }
  | {
      readonly type: 'SlotPhaseChanged'
      readonly slot: number
      readonly phase: SlotPhase
      /** left out in logs from before it was kept */
      readonly cause?: PhaseCause
      /** when the clock will end the phase, Unix ms: there for a call and for a halt that the price band began */
      readonly untilMs?: number
    }
  | { readonly type: 'MarketControlled'; readonly control: SignedControl }
  | { readonly type: 'OrderPlaced'; readonly orderId: Hash32; readonly order: SignedOrder }
  | {
      /** `orderId` is the amended order's; it keeps its place in the queue only where `priority` says so */
      readonly type: 'OrderAmended'
      readonly orderId: Hash32
      readonly order: SignedOrder
      readonly priority: 'kept' | 'lost'
    }
  | { readonly type: 'OrderCancelled'; readonly orderId: Hash32; readonly cancel: SignedCancel }
  /** self-trade prevention shrank an order without a trade */
  | { readonly type: 'OrderReduced'; readonly orderId: Hash32; readonly slot: number; readonly openWh: number }
  /** an order left the book other than by its last fill */
  | {
      readonly type: 'OrderClosed'
      readonly orderId: Hash32
      readonly slot: number
      readonly status: 'cancelled' | 'expired'
    }
  | { readonly type: 'TradeMatched'; readonly trade: Trade }
  /** free balances in the vault, whose last change was in `block`, ascending by account; others are as they were */
  | {
      readonly type: 'FundsChanged'
      readonly block: number
      readonly funds: readonly { readonly account: `0x${string}`; readonly balanceMicroEur: number }[]
    }
  /** homes whose device the registry on chain has in service now, or not any more, as of `block`, ascending by account */
  | {
      readonly type: 'DevicesChanged'
      readonly block: number
      readonly devices: readonly { readonly account: `0x${string}`; readonly isInService: boolean }[]
    }
  | { readonly type: 'BatchProposed'; readonly batch: Batch; readonly place: ChainPlace }
  /** somebody disputes a batch on chain: it cannot become final before it is upheld */
  | { readonly type: 'BatchDisputed'; readonly number: number; readonly place: ChainPlace }
  | { readonly type: 'BatchUpheld'; readonly number: number; readonly place: ChainPlace }
  | { readonly type: 'BatchFinalized'; readonly number: number; readonly place: ChainPlace }
)
export type MarketEventType = MarketEvent['type']
export type MarketEventOf<T extends MarketEventType> = Extract<MarketEvent, { readonly type: T }>

/** An event in its place in a partition's log; sequences count from 1 without gaps. */
export interface LoggedEvent {
  readonly sequence: number
  readonly event: MarketEvent
}
