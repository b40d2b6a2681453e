import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import type { Depth, Level1 } from '#protocol/messages.ts'
import { HISTORY_LENGTH } from '#protocol/street.ts'
import { SlotData, type SlotDataState } from './slot-data.ts'

/** What market data is, as plain data. */
export interface MarketDataState {
  readonly sequence: number
  readonly slots: readonly SlotDataState[]
}

/**
 * What a market looks like from outside: best prices, price levels and statistics of each slot, a fold over the log's
 * events that takes them a batch at a time. It keeps no list of what to tell whom: whoever asks names the sequence that
 * it has, and gets what has changed since, at the cost of what has changed.
 */
export class MarketData {
  sequence: number
  readonly #slots = new Map<number, SlotData>()

  /** The state belongs to the market data from now on. */
  constructor(state: MarketDataState = { sequence: 0, slots: [] }) {
    this.sequence = state.sequence
    for (const slot of state.slots) this.#slots.set(slot.slot, SlotData.from(slot))
  }

  /** All of it as of `sequence`, between two commands; it changes with the next. */
  get state(): MarketDataState {
    return { sequence: this.sequence, slots: [...this.#slots.values()].map((slot) => slot.state) }
  }

  /** The data of a slot; undefined if the market does not hold it. */
  slot(slot: number): SlotData | undefined {
    return this.#slots.get(slot)
  }

  /** Takes the log's next events; whole commands, if nobody is to see half of one. */
  push(events: readonly LoggedEvent[]): void {
    const touched = new Set<SlotData>()
    for (const { sequence, event } of events) {
      this.sequence = sequence
      const slot = slotOf(event)
      if (slot === null) continue
      const data = this.#slots.get(slot) ?? this.#added(slot)
      data.apply(event, sequence)
      touched.add(data)
      if (data.phase === 'settled') this.#slots.delete(slot - HISTORY_LENGTH)
    }
    for (const data of touched) data.settle(this.sequence)
  }

  /** The best prices of all slots that can be traded, or are halted. */
  level1(): Level1 {
    const open = [...this.#slots.values()].filter(({ phase }) => openPhases.has(phase))
    const bids = open.map(({ bids }) => bids.best)
    const asks = open.map(({ asks }) => asks.best)
    return {
      sequence: this.sequence,
      slot: open.map(({ slot }) => slot),
      phase: open.map(({ phase }) => phase),
      bidEurPerMWh: bids.map((best) => best?.[0] ?? null),
      bidWh: bids.map((best) => best?.[1] ?? null),
      askEurPerMWh: asks.map((best) => best?.[0] ?? null),
      askWh: asks.map((best) => best?.[1] ?? null),
      lastEurPerMWh: open.map(({ statistics }) => statistics.lastEurPerMWh),
      lastWh: open.map(({ statistics }) => statistics.lastWh),
    }
  }

  /** What has changed in a slot after a sequence, or all of it for null; of a slot that is not held, nothing. */
  depthAfter(slot: number, fromSequence: number | null): Depth {
    const data = this.#slots.get(slot)
    if (data !== undefined) return data.depthAfter(fromSequence, this.sequence)
    const nothing = { phase: null, bids: [], asks: [], lastEurPerMWh: null, lastWh: null }
    return { slot, fromSequence: 0, toSequence: this.sequence, ...nothing }
  }

  #added(slot: number): SlotData {
    const data = new SlotData(slot)
    this.#slots.set(slot, data)
    return data
  }
}

/** The slot whose data an event changes, or null. (A cancel is followed by the close of its order.) */
function slotOf(event: MarketEvent): number | null {
  switch (event.type) {
    case 'SlotPhaseChanged':
    case 'OrderReduced':
    case 'OrderClosed':
      return event.slot
    case 'OrderPlaced':
    case 'OrderAmended':
      return event.order.body.slot
    case 'TradeMatched':
      return event.trade.slot
    default:
      return null
  }
}

const openPhases: ReadonlySet<string> = new Set(['call', 'continuous', 'halted'])
