import { type BookEvent, type SlotMarket, TradingFloor } from '#matching-engine/index.ts'
import type { MarketNews, OrderAction, SlotNews } from '#meter-agent/index.ts'
import type { PhaseCause, SlotPhase } from '#protocol/market-event.ts'
import type { MarketRules } from '#protocol/market-rules.ts'
import type { Positions } from '#protocol/messages.ts'
import { tradeValueMicroEur } from '#protocol/units.ts'
import type { GridFees } from './grid-fees.ts'

type SlotPositions = Positions['slots'][number]
type OpenOrder = SlotPositions['openOrders'][number]

/** A match in a simulated market: homes by their place in the street, whole EUR/MWh and Wh. */
export interface SimulatedTrade {
  readonly slot: number
  readonly timeMs: number
  readonly buyer: number
  readonly seller: number
  readonly priceEurPerMWh: number
  readonly energyWh: number
}

/** Something that a market's time brought, in whatever slot. */
export type MarketMoment =
  | {
      readonly type: 'phase'
      readonly timeMs: number
      readonly slot: number
      readonly phase: SlotPhase
      readonly cause: PhaseCause
      /** when the clock ends it, Unix ms */
      readonly untilMs: number | null
    }
  | (SimulatedTrade & {
      readonly type: 'trade'
      /** counted from 1 in each slot */
      readonly number: number
      readonly makerSide: 'buy' | 'sell'
    })

/** What a slot's market came to. */
export interface SlotTrading {
  readonly trades: readonly SimulatedTrade[]
  /** new orders taken */
  readonly orders: number
  /** what nobody took of the orders that were open when the book closed, both sides, Wh */
  readonly unmatchedWh: number
}

/** What is known of a slot while it trades. */
interface SlotDesk {
  readonly slot: number
  phase: SlotPhase
  readonly boughtWh: Int32Array
  readonly soldWh: Int32Array
  /** by home: the one order it has in the book */
  readonly open: (WritableOrder | null)[]
  readonly trades: SimulatedTrade[]
  orders: number
  unmatchedWh: number
  lastPriceEurPerMWh: number | null
  /** what the book has shown to everybody, where anybody listens */
  readonly news: MarketNews[]
  /** by home: how much of that it has heard */
  readonly heard: Int32Array
}

type WritableOrder = { -readonly [K in keyof OpenOrder]: OpenOrder[K] }

/**
 * A neighbourhood's market without signatures, network and log: the sessions and books of the live one
 * (`TradingFloor`), told by homes that are known by their place in the street.
 */
export class SimulatedMarket {
  readonly #floor: TradingFloor
  readonly #homes: number
  readonly #listening: 'heard' | 'unheard'
  readonly #fees: GridFees | null
  readonly #desks = new Map<number, SlotDesk>()
  readonly #nonces: Int32Array
  #happened: MarketMoment[] = []

  constructor(options: {
    readonly rules: MarketRules
    readonly homes: number
    /** whether anybody asks for news */
    readonly listening: 'heard' | 'unheard'
    /** what trades pay for the wires; nothing unless told */
    readonly fees?: GridFees | undefined
  }) {
    const { rules, homes, listening, fees = null } = options
    const sharesBp = rules.protocolFeeBp + (fees?.ofPriceBp ?? 0)
    this.#homes = homes
    this.#listening = listening
    this.#fees = fees
    this.#nonces = new Int32Array(homes)
    this.#floor = new TradingFloor({
      rules,
      isStopped: false,
      ...(fees === null ? {} : { neighbours: { gridFees: fees.bookFees(sharesBp), sources: [], premiums: [] } }),
      phaseEntered: ({ timeMs, slot, phase, cause, untilMs = null }) => {
        this.#deskOf(slot).phase = phase
        this.#happened.push({ type: 'phase', timeMs, slot, phase, cause, untilMs })
      },
      traded: (slot, events) => this.#take(slot, events),
      openOrderIds: (slot) => this.#deskOf(slot).open.flatMap((order) => (order === null ? [] : [order.orderId])),
      timePassed: () => {},
    })
  }

  /** Moves time (Unix ms): opens slots, uncrosses calls, closes gates. */
  moveTime(timeMs: number): void {
    this.#floor.moveTime(timeMs)
  }

  /** What has happened since it was asked last, in order. */
  takeHappened(): readonly MarketMoment[] {
    const happened = this.#happened
    this.#happened = []
    return happened
  }

  /** What a home has in the slots from `first` on, as many as are asked for and open. */
  positions(home: number, first: number, count: number): SlotPositions[] {
    const positions: SlotPositions[] = []
    for (let slot = first; slot < first + count; slot++) {
      const desk = this.#desks.get(slot)
      if (desk === undefined) continue
      const open = desk.open[home] ?? null
      positions.push({
        slot,
        phase: desk.phase,
        boughtWh: desk.boughtWh[home] ?? 0,
        soldWh: desk.soldWh[home] ?? 0,
        openOrders: open === null ? [] : [open],
      })
    }
    return positions
  }

  /** What a slot's book shows, and has shown since the home asked last. */
  news(home: number, slot: number): SlotNews {
    const desk = this.#deskOf(slot)
    const { book } = this.#floor.market(slot)
    const heard = desk.news.slice(desk.heard[home] ?? 0)
    desk.heard[home] = desk.news.length
    return { bestBidEurPerMWh: book.best('buy'), bestAskEurPerMWh: book.best('sell'), heard }
  }

  /** Carries out what a home wants of the book. What the book refuses (the slot has just been halted) is left. */
  act(home: number, action: OrderAction): void {
    if (action.type === 'cancel') {
      const { book } = this.#floor.market(action.slot)
      const outcome = book.cancel(action.orderId)
      if (outcome.accepted) this.#take(action.slot, outcome.events)
      return
    }
    const { slot } = action.quote
    const market = this.#floor.market(slot)
    const desk = this.#deskOf(slot)
    const { lastPriceEurPerMWh } = desk
    const { side, priceEurPerMWh } = action.quote
    const before = this.#listening === 'heard' ? market.book.best(side) : null
    const events = action.type === 'place' ? this.#place(home, market, action) : this.#amend(home, market, action)
    this.#take(slot, events)
    if (this.#listening === 'heard' && market.book.best(side) === priceEurPerMWh && before !== priceEurPerMWh) {
      desk.news.push({ side, priceEurPerMWh, happened: 'leads' })
    }
    this.#floor.holdBand(market, events, lastPriceEurPerMWh)
  }

  /** Ends a slot whose delivery is over: what it came to. It has no market any more. */
  settle(slot: number): SlotTrading {
    const desk = this.#desks.get(slot)
    if (desk === undefined) return { trades: [], orders: 0, unmatchedWh: 0 }
    this.#floor.move(this.#floor.market(slot), { type: 'StatementsCompleted' }, 'statements')
    this.#floor.settle(slot)
    this.#desks.delete(slot)
    return desk
  }

  #place(home: number, { slot, book }: SlotMarket, action: Extract<OrderAction, { type: 'place' }>) {
    const { side, priceEurPerMWh, energyWh } = action.quote
    const nonce = (this.#nonces[home] ?? 0) + 1
    const orderId: OpenOrder['orderId'] = `0x${home}.${nonce}`
    const desk = this.#deskOf(slot)
    // There before the book says what became of it: its trades are told by the same call.
    const before = desk.open[home] ?? null
    desk.open[home] = { orderId, nonce, side, priceEurPerMWh, energyWh, openWh: energyWh }
    const outcome = book.place({
      id: orderId,
      account: String(home),
      side,
      type: 'limit',
      priceEurPerMWh,
      energyWh,
      timeInForce: 'GTC',
      expiresAtMs: 0,
      postOnly: false,
      selfTradePrevention: 'cancel-maker',
      zone: this.#fees?.zoneOf(home) ?? 0,
    })
    if (!outcome.accepted) {
      desk.open[home] = before
      return []
    }
    this.#nonces[home] = nonce
    desk.orders++
    return outcome.events
  }

  #amend(home: number, { slot, book }: SlotMarket, action: Extract<OrderAction, { type: 'amend' }>) {
    const order = this.#deskOf(slot).open[home]
    if (order == null) return []
    const { priceEurPerMWh } = action.quote
    const outcome = book.amend({ id: order.orderId, priceEurPerMWh, energyWh: action.totalWh })
    return outcome.accepted ? outcome.events : []
  }

  #take(slot: number, events: readonly BookEvent[]): void {
    if (events.length === 0) return
    const desk = this.#deskOf(slot)
    for (const event of events) {
      switch (event.type) {
        case 'amended': {
          const order = known(desk, event.id)
          order.priceEurPerMWh = event.priceEurPerMWh
          order.energyWh = event.energyWh
          order.openWh = event.openWh
          break
        }
        case 'trade':
          this.#trade(desk, event)
          break
        case 'closed':
          if (event.status === 'expired') desk.unmatchedWh += event.cancelledWh
          if (isOpen(desk, event.id)) desk.open[homeOf(event.id)] = null
          break
      }
    }
  }

  #trade(desk: SlotDesk, event: Extract<BookEvent, { readonly type: 'trade' }>): void {
    const { maker, taker, makerSide, priceEurPerMWh, energyWh } = event
    const [buy, sell] = makerSide === 'buy' ? [maker, taker] : [taker, maker]
    const [buyer, seller] = [homeOf(buy.id), homeOf(sell.id)]
    const trade: SimulatedTrade = {
      slot: desk.slot,
      timeMs: this.#floor.nowMs,
      buyer,
      seller,
      priceEurPerMWh,
      energyWh,
    }
    desk.trades.push(trade)
    this.#happened.push({ type: 'trade', ...trade, number: desk.trades.length, makerSide })
    desk.lastPriceEurPerMWh = priceEurPerMWh
    if (this.#listening === 'heard') desk.news.push({ side: makerSide, priceEurPerMWh, happened: 'traded' })
    desk.boughtWh[buyer] = (desk.boughtWh[buyer] ?? 0) + energyWh
    desk.soldWh[seller] = (desk.soldWh[seller] ?? 0) + energyWh
    for (const { id, openWh } of [maker, taker]) {
      if (openWh === 0) desk.open[homeOf(id)] = null
      else known(desk, id).openWh = openWh
    }
  }

  /** The slot's records; a slot is introduced by its first phase. */
  #deskOf(slot: number): SlotDesk {
    let desk = this.#desks.get(slot)
    if (desk === undefined) {
      desk = {
        slot,
        phase: 'scheduled',
        boughtWh: new Int32Array(this.#homes),
        soldWh: new Int32Array(this.#homes),
        open: new Array<WritableOrder | null>(this.#homes).fill(null),
        trades: [],
        orders: 0,
        unmatchedWh: 0,
        lastPriceEurPerMWh: null,
        news: [],
        heard: new Int32Array(this.#listening === 'heard' ? this.#homes : 0),
      }
      this.#desks.set(slot, desk)
    }
    return desk
  }
}

/** The value of all trades in µEUR, and their energy in Wh. */
export function turnoverOf(trades: readonly SimulatedTrade[]): {
  readonly microEur: number
  readonly energyWh: number
} {
  let microEur = 0
  let energyWh = 0
  for (const trade of trades) {
    microEur += tradeValueMicroEur(trade)
    energyWh += trade.energyWh
  }
  return { microEur, energyWh }
}

/** Whose an order is: ids are `0x<home>.<nonce>`. */
function homeOf(orderId: string): number {
  return Number(orderId.slice(2, orderId.indexOf('.')))
}

function isOpen(desk: SlotDesk, orderId: string): boolean {
  return desk.open[homeOf(orderId)]?.orderId === orderId
}

function known(desk: SlotDesk, orderId: string): WritableOrder {
  const order = desk.open[homeOf(orderId)]
  if (order == null || order.orderId !== orderId) throw new Error(`order ${orderId} is not open in slot ${desk.slot}`)
  return order
}
