import type { SignedEnrolment, SignedOrder, SignedReading, SignedSession, SignedStatement } from '#protocol/envelope.ts'
import type { Hash32 } from '#protocol/ids.ts'
import type { LoggedEvent } from '#protocol/market-event.ts'
import { isWithin } from '#protocol/session.ts'
import { HISTORY_LENGTH, SESSIONS_LENGTH, type Street } from '#protocol/street.ts'
import type { Trade } from '#protocol/trade.ts'
import type { ReceiptParty, TradeReceipt } from '#protocol/trade-receipt.ts'
import type { NamePolicy } from '../picture/picture-events.ts'
import { homePseudonym } from './home-pseudonym.ts'
import { withoutNames } from './without-names.ts'

type Hex = `0x${string}`
type HashedReading = { readonly reading: SignedReading; readonly hash: Hash32 }

interface KeptTrade {
  readonly trade: Trade
  readonly sequence: number
  readonly timeMs: number
  readonly sellOrder: SignedOrder | null
  readonly buyOrder: SignedOrder | null
}

interface KeptStatement {
  readonly statement: SignedStatement
  /** the last reading that it rests on, and what lets that one's signer sign */
  readonly head: HashedReading | null
  readonly session: SignedSession | null
}

interface KeptSlot {
  readonly orders: Map<Hash32, SignedOrder>
  readonly trades: Map<string, KeptTrade>
  readonly statements: Map<Hex, KeptStatement>
}

/** Readings of a device that a statement may still name as its last. */
const READINGS_A_DEVICE = 64

/**
 * The signed originals behind each trade of the street's slots: a fold over the log. Bounded as the street is: orders
 * until their gate closes, the rest until their slot is `HISTORY_LENGTH` slots old.
 */
export class ReceiptBook {
  readonly #street: Street
  readonly #names: NamePolicy
  readonly #enrolments = new Map<Hex, SignedEnrolment>()
  readonly #readings = new Map<string, HashedReading[]>()
  readonly #sessions = new Map<string, SignedSession[]>()
  readonly #slots = new Map<number, KeptSlot>()

  constructor(street: Street, names: NamePolicy) {
    this.#street = street
    this.#names = names
  }

  /** Folds the next events in. */
  push(events: readonly LoggedEvent[]): void {
    for (const event of events) this.#fold(event)
  }

  /** What the log holds of a trade; undefined if it is not kept. */
  receiptOf(id: string): TradeReceipt | undefined {
    const slot = Number(id.split('.')[0])
    const kept = this.#slots.get(slot)
    const found = kept?.trades.get(id)
    if (kept === undefined || found === undefined) return undefined
    const { trade, sequence, timeMs, sellOrder, buyOrder } = found
    const batches = [...this.#street.batches.values()]
    return {
      trade,
      sequence,
      timeMs,
      phase: this.#street.slots.get(slot)?.phase ?? 'settled',
      seller: this.#party(trade.seller, sellOrder, kept),
      buyer: this.#party(trade.buyer, buyOrder, kept),
      batch: batches.find(({ batch }) => batch.firstSlot <= slot && slot <= batch.lastSlot) ?? null,
    }
  }

  #party(account: Hex, order: SignedOrder | null, { statements }: KeptSlot): ReceiptParty {
    const enrolment = this.#enrolments.get(account) ?? null
    const stated = statements.get(account)
    const { statement = null, head: reading = null, session = null } = stated ?? {}
    const party = { home: enrolment?.body.home ?? account, enrolment, order, statement, reading, session }
    if (this.#names === 'names' || enrolment === null) return party
    return withoutNames(party, homePseudonym([...this.#enrolments.keys()].indexOf(account)))
  }

  #fold({ sequence, event }: LoggedEvent): void {
    switch (event.type) {
      case 'HomeEnrolled':
        this.#enrolments.set(event.enrolment.body.account, event.enrolment)
        return
      case 'SessionAuthorised': {
        const { deviceId } = event.session.body
        const kept = [...(this.#sessions.get(deviceId) ?? []), event.session]
        this.#sessions.set(deviceId, kept.slice(-SESSIONS_LENGTH))
        return
      }
      case 'ReadingAccepted': {
        const { deviceId } = event.reading.body
        const kept = this.#readings.get(deviceId) ?? []
        kept.push({ reading: event.reading, hash: event.hash })
        this.#readings.set(deviceId, kept.slice(-READINGS_A_DEVICE))
        return
      }
      case 'StatementAccepted': {
        const { statement } = event
        const { deviceId, chainHead, account, slot } = statement.body
        const head = this.#readings.get(deviceId)?.find(({ hash }) => hash === chainHead) ?? null
        this.#slot(slot).statements.set(account, { statement, head, session: this.#sessionOf(head) })
        return
      }
      case 'OrderPlaced':
      case 'OrderAmended':
        this.#slot(event.order.body.slot).orders.set(event.orderId, event.order)
        return
      case 'TradeMatched': {
        const { trade } = event
        const { orders, trades } = this.#slot(trade.slot)
        const [sellOrder, buyOrder] = [trade.sellOrderId, trade.buyOrderId].map((id) => orders.get(id) ?? null)
        trades.set(trade.id, {
          trade,
          sequence,
          timeMs: event.timeMs,
          sellOrder: sellOrder ?? null,
          buyOrder: buyOrder ?? null,
        })
        return
      }
      case 'SlotPhaseChanged':
        if (event.phase === 'closed') this.#slot(event.slot).orders.clear()
        if (event.phase === 'settled') this.#slots.delete(event.slot - HISTORY_LENGTH)
        return
      default:
        return
    }
  }

  /** A key may be let sign for several times: the one that the reading is of. */
  #sessionOf(head: HashedReading | null): SignedSession | null {
    if (head === null) return null
    const { signer, body: reading } = head.reading
    const sessions = this.#sessions.get(reading.deviceId) ?? []
    return sessions.findLast(({ body }) => body.streamKey === signer && isWithin(body, reading.timeMs)) ?? null
  }

  #slot(slot: number): KeptSlot {
    const there = this.#slots.get(slot)
    if (there !== undefined) return there
    const added: KeptSlot = { orders: new Map(), trades: new Map(), statements: new Map() }
    this.#slots.set(slot, added)
    return added
  }
}
