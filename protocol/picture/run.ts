import type { SlotPhase } from '../market-event.ts'
import type { Depth, DepthRow } from '../messages.ts'
import type { PictureTrade } from './picture.ts'
import type { PictureFrame } from './picture-frame.ts'

/**
 * A neighbourhood that the page can go through: a street that lives, the log of one, or a simulated one. A row of
 * `GET /api/v1/runs`, an array. Only a living one is followed by socket.io; where run 0 is none, there is nothing to
 * connect to, and the page opens at `firstMs`.
 */
export interface Run {
  /** its place among the runs; 0 is the first, and the living one where there is one */
  readonly run: number
  /** which log it is (`Picture.log`): this, or its place, names it in the address of everything about it */
  readonly log: string
  readonly name: string
  readonly kind: 'live' | 'recorded' | 'simulated'
  readonly neighbourhood: string
  readonly homes: number
  readonly slotMinutes: number
  /** when all homes had been read, or one of them again; what happened before has no picture worth looking at */
  readonly firstMs: number
  readonly lastMs: number
  readonly lastSequence: number
  /** whether order books, and so the reasons of prices, can be shown */
  readonly books: 'kept' | 'not-kept'
}

/**
 * Something that a viewer may want to go to: `estimated` is the first estimate of a slot, `silence` the end of a time
 * longer than a slot in which nothing at all happened, `overloaded` when wires begin to carry more than they may, `dimmed`
 * and `curtailed` the first of the slots in a row in which homes were held back.
 */
export interface Incident {
  readonly kind:
    | 'halted'
    | 'stopped'
    | 'started'
    | 'disputed'
    | 'estimated'
    | 'silence'
    | 'overloaded'
    | 'dimmed'
    | 'curtailed'
  readonly sequence: number
  readonly timeMs: number
  readonly slot: number | null
}

/**
 * `GET /api/v1/runs/{run}/timeline`: what the time bar shows; a column a field, a row for each slot of time, in a long
 * run for two, four, eight … of them.
 */
export interface Timeline {
  readonly firstMs: number
  readonly lastMs: number
  readonly lastSequence: number
  readonly startMs: readonly number[]
  /** the last sequence before `startMs` */
  readonly sequence: readonly number[]
  readonly trades: readonly number[]
  readonly tradedWh: readonly number[]
  readonly incidents: readonly Incident[]
}

/**
 * A picture on its way: a frame, and the whole book (from 0) of the slot that was asked for with `slot`; null where none
 * was, or the run keeps no books. Answers of
 * - `GET /api/v1/runs/{run}/picture?sequence=|timeMs=[&slot=]`: one, its frame from 0. A time before the first event
 *   gives the empty picture, one after the last event the last picture.
 * - `GET /api/v1/runs/{run}/frames?from=&stepMs=&count=[&fromMs=][&slot=]`: an array, each a step of the log's time
 *   further, the first one step after `fromMs` (the time of event `from` if left out). A frame's `timeMs` is the end of
 *   its step, also where nothing happened in it: go on with the last frame's `toSequence` and `timeMs`. The array ends
 *   with the step that holds the run's last event, or earlier where it would be too much at once; it is empty only where
 *   nothing is left.
 * - `GET /api/v1/runs/{run}/frames?from=&events=n[&slot=]`: an array of one, n events further; below 0 n events back,
 *   as a frame from 0. Never beyond the run's ends.
 */
export interface PictureStep {
  readonly frame: PictureFrame
  readonly depth: Depth | null
}

/** An order as the reasons of a price show it: home by number, prices in EUR/MWh, energy in Wh. */
export interface StoryOrder {
  readonly home: number
  readonly side: 'buy' | 'sell'
  readonly type: string
  /** null: at any price */
  readonly priceEurPerMWh: number | null
  readonly energyWh: number
  readonly openBeforeWh: number
  readonly openAfterWh: number
  readonly placedAtMs: number
  readonly sequence: number
}

interface StoryBook {
  readonly bids: readonly DepthRow[]
  readonly asks: readonly DepthRow[]
}

/** `GET /api/v1/runs/{run}/trades/{trade}`: why a trade has its price, by the log folded again to that sequence. */
export interface PriceStory {
  readonly trade: PictureTrade
  /** the command that made it, and when */
  readonly commandSequence: number
  readonly phase: SlotPhase
  readonly before: StoryBook
  readonly after: StoryBook
  readonly maker: StoryOrder
  readonly taker: StoryOrder
  /** `maker`: continuous, the resting order's price; else the rule by which a call finds its one price */
  readonly rule: 'maker' | 'largest-volume' | 'highest-matched-ask' | 'last-matched-bid' | 'midpoint'
  /** trades that the same command made */
  readonly tradesOfCommand: number
}

/** What a home has in one slot. Wh, µEUR. */
export interface HomeSlot {
  readonly slot: number
  readonly phase: SlotPhase
  readonly boughtWh: number
  readonly soldWh: number
  readonly paidMicroEur: number
  readonly receivedMicroEur: number
  readonly openBuyWh: number
  readonly openSellWh: number
  /** null before the slot is stated */
  readonly importWh: number | null
  readonly exportWh: number | null
  readonly statedBy: 'meter' | 'estimate' | null
}

/** `GET /api/v1/runs/{run}/homes/{home}[?sequence=]`: one home as far as everybody may see it, at a sequence (the last). */
export interface HomeDetail {
  readonly home: number
  readonly sequence: number
  /** ascending: those that the street keeps and in which the home has something */
  readonly slots: readonly HomeSlot[]
  /** its newest 500, newest last */
  readonly trades: readonly PictureTrade[]
  /** of final batches: what it paid net with the market, and with the tariffs alone; null: nobody can say here */
  readonly bill: {
    readonly costMicroEur: number
    readonly costWithoutMarketMicroEur: number
    readonly slots: number
  } | null
}

/**
 * `GET /api/v1/runs/{run}/flows?fromSlot=&toSlot=`: who sold how much to whom in these slots, −1 the supplier, the
 * largest first. Wh. What the supplier sold or took is known of slots that are stated.
 */
export interface Flows {
  readonly fromSlot: number
  readonly toSlot: number
  readonly seller: readonly number[]
  readonly buyer: readonly number[]
  readonly energyWh: readonly number[]
  /** of those that are too many to be told one by one */
  readonly restWh: number
}

/** `GET /api/v1/runs/{run}/fairness?fromBatch=&toBatch=`: how evenly homes share what final batches saved them. */
export interface Fairness {
  readonly fromBatch: number
  readonly toBatch: number
  /** of what each home saved against the tariffs alone: 0 the same for all, 1 all for one; null: not known, or one lost */
  readonly giniOfSavings: number | null
  /** homes that the market cost more than it saved; null: nobody can say here what each home has paid */
  readonly homesThatLost: number | null
}
