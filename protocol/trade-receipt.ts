import type { SignedEnrolment, SignedOrder, SignedReading, SignedSession, SignedStatement } from './envelope.ts'
import type { Hash32 } from './ids.ts'
import type { Batch, ChainPlace, SlotPhase } from './market-event.ts'
import type { Trade } from './trade.ts'

/** What the log holds of one side of a trade; null where it has not happened, or is not kept any more. */
export interface ReceiptParty {
  readonly home: string
  readonly enrolment: SignedEnrolment | null
  /** the order as it stood at the trade: placed, or last amended, so */
  readonly order: SignedOrder | null
  readonly statement: SignedStatement | null
  /** the last reading that the statement rests on: its chain head */
  readonly reading: { readonly reading: SignedReading; readonly hash: Hash32 } | null
  /** what lets the reading's signer sign for the device; null where that is the device's own key */
  readonly session: SignedSession | null
}

/**
 * Answer of `GET /api/v1/receipts/{trade}`: what the log holds of a trade, in signed originals. It proves nothing by
 * itself: `commonwatt verify receipt` recomputes each step. Where names are not told, homes and devices are called by
 * number, and what is signed under a name comes without its signature (`0x`).
 */
export interface TradeReceipt {
  readonly trade: Trade
  readonly sequence: number
  readonly timeMs: number
  readonly phase: SlotPhase
  readonly seller: ReceiptParty
  readonly buyer: ReceiptParty
  /** the batch that holds its slot; `final` is null while it can be disputed */
  readonly batch: { readonly batch: Batch; readonly proposed: ChainPlace; readonly final: ChainPlace | null } | null
}
