import type { BatchTotals, ChainPlace, PhaseCause, SlotPhase } from '../market-event.ts'
import type { MarketRules } from '../market-rules.ts'
import type { PictureGrid, PictureTrade } from './picture.ts'

/**
 * What happens in a neighbourhood as far as it can be seen: what a log's events come to without keys, signatures and
 * accounts, and what a simulated street tells of itself. Homes by number, energy in Wh, power in W, money in µEUR.
 */
export type PictureEvent =
  | {
      readonly type: 'opened'
      readonly log: string
      readonly neighbourhood: string
      readonly rules: MarketRules
      readonly grid: PictureGrid | null
    }
  /** the next home; its number is how many there were before */
  | { readonly type: 'joined'; readonly name: string }
  | {
      readonly type: 'read'
      readonly home: number
      readonly timeMs: number
      readonly powerW: number
      readonly importWh: number
      readonly exportWh: number
      readonly quality: number
      readonly stored?: number
    }
  | {
      readonly type: 'stated'
      /** −1: one that never joined */
      readonly home: number
      readonly slot: number
      readonly importWh: number
      readonly exportWh: number
      readonly by: 'meter' | 'estimate'
    }
  | {
      readonly type: 'phase'
      readonly slot: number
      readonly phase: SlotPhase
      readonly cause: PhaseCause | null
      readonly untilMs: number | null
    }
  | { readonly type: 'market'; readonly is: 'stopped' | 'started' }
  /** an order was taken, or one left the book: how many are open now */
  | { readonly type: 'ordered' | 'left'; readonly slot: number; readonly openOrders: number }
  /** an order ran out with so much still open */
  | { readonly type: 'unmatched'; readonly slot: number; readonly energyWh: number }
  /** so much energy became heat in the wires in a slot: only who simulates them knows */
  | { readonly type: 'lost'; readonly slot: number; readonly energyWh: number }
  /** homes were held back for the wires in a slot: their heat pumps and cars, or what their roofs might give */
  | { readonly type: 'dimmed' | 'curtailed'; readonly slot: number }
  /** what a home pays for the wires in a slot, which nobody nets from its trades and its meter; below 0 it is paid */
  | {
      readonly type: 'charged'
      readonly home: number
      readonly slot: number
      readonly costMicroEur: number
      readonly costWithoutMarketMicroEur: number
    }
  | { readonly type: 'traded'; readonly trade: Omit<PictureTrade, 'timeMs' | 'sequence'> }
  | { readonly type: 'funded'; readonly fundsMicroEur: number }
  | {
      readonly type: 'proposed'
      readonly number: number
      readonly firstSlot: number
      readonly lastSlot: number
      readonly totals: BatchTotals
      readonly place: ChainPlace | null
    }
  | {
      readonly type: 'disputed' | 'upheld' | 'final'
      readonly number: number
      readonly place: ChainPlace | null
    }

/** When and at which sequence of its log something happened. */
export interface PictureMoment {
  readonly sequence: number
  readonly timeMs: number
}
