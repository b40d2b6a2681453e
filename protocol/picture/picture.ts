import type { BatchTotals, ChainPlace, PhaseCause, SlotPhase } from '../market-event.ts'
import type { MarketRules } from '../market-rules.ts'

/** A home as everybody may see it. Power in W, import positive; counters in Wh. Homes are numbered from 0 as they join. */
export interface PictureHome {
  readonly home: number
  /** empty where names are not told: the page then calls it by its number */
  readonly name: string
  powerW: number
  importWh: number
  exportWh: number
  /** of the last reading, Unix ms; 0: none yet */
  readingTimeMs: number
  /** between the last two readings, ms; 0: not known */
  everyMs: number
  /** bits of `ReadingQuality` */
  quality: number
  /** what the battery holds, 0 … 1; null where there is none, or nobody says */
  stored: number | null
  readonly joinedAt: number
  /** the sequence that changed it last */
  changedAt: number
}

/** A slot as everybody may see it. Energy in Wh, money in µEUR, prices in EUR/MWh. */
export interface PictureSlot {
  readonly slot: number
  phase: SlotPhase
  cause: PhaseCause | null
  /** when the clock will end the phase, Unix ms */
  untilMs: number | null
  trades: number
  tradedWh: number
  tradedMicroEur: number
  openEurPerMWh: number | null
  highEurPerMWh: number | null
  lowEurPerMWh: number | null
  lastEurPerMWh: number | null
  openOrders: number
  /** what was still open on both sides when the book closed */
  unmatchedWh: number
  /** what the wires turned into heat; null where nobody knows */
  lossesWh: number | null
  /** stated by the homes’ meters, and how many have stated, estimates among them */
  importWh: number
  exportWh: number
  statements: number
  estimates: number
  changedAt: number
}

/** A match as everybody may see it: homes by their numbers; −1 is one that never joined. */
export interface PictureTrade {
  readonly id: string
  readonly slot: number
  readonly seller: number
  readonly buyer: number
  readonly makerSide: 'buy' | 'sell'
  readonly priceEurPerMWh: number
  readonly energyWh: number
  readonly timeMs: number
  readonly sequence: number
}

/** A settlement batch on its way: proposed, perhaps disputed, final once `final` is there. */
export interface PictureBatch {
  readonly number: number
  readonly firstSlot: number
  readonly lastSlot: number
  readonly totals: BatchTotals
  /** null: settled without a chain, as a simulated street is */
  readonly proposed: ChainPlace | null
  readonly proposedAtMs: number
  isDisputed: boolean
  final: ChainPlace | null
  finalAtMs: number | null
  changedAt: number
}

/** What the wires are, as a tree: branch `n` leads to bus `n` from `parents[n]`; bus 0 is the transformer’s low side. */
export interface PictureGrid {
  /** `parents[0]` is −1 */
  readonly parents: readonly number[]
  /** what each branch may carry, W; [0] is the transformer’s own; 0: no limit is known */
  readonly ratedW: readonly number[]
  /** by home number: its bus; homes beyond the end hang on the transformer */
  readonly busOfHome: readonly number[]
}

/** Running totals since the neighbourhood opened. */
interface PictureCounts {
  readings: number
  statements: number
  orders: number
  trades: number
  tradedWh: number
  tradedMicroEur: number
  settledTrades: number
  settledWh: number
  chainBlock: number
  /** what the homes have free in the vault together, µEUR; null: nobody has looked */
  fundsMicroEur: number | null
}

/**
 * What can be seen of a neighbourhood at one sequence of its log: no keys, no signatures, no accounts. The page draws it
 * and nothing else. Bounded as the street is (`street.ts`).
 */
export interface Picture {
  sequence: number
  timeMs: number
  /** which log it is of: what is told of another does not belong to it; empty before its first event */
  log: string
  neighbourhood: string
  rules: MarketRules | null
  grid: PictureGrid | null
  isStopped: boolean
  counts: PictureCounts
  readonly homes: PictureHome[]
  /** ascending */
  readonly slots: Map<number, PictureSlot>
  /** the last `TAPE_LENGTH`, oldest first */
  readonly tape: PictureTrade[]
  readonly batches: Map<number, PictureBatch>
  /** the sequence that changed what is said once (log, name, rules, wires) last */
  openedAt: number
}

/** A neighbourhood before its first event. */
export function emptyPicture(): Picture {
  return {
    sequence: 0,
    timeMs: 0,
    log: '',
    neighbourhood: '',
    rules: null,
    grid: null,
    isStopped: false,
    counts: {
      readings: 0,
      statements: 0,
      orders: 0,
      trades: 0,
      tradedWh: 0,
      tradedMicroEur: 0,
      settledTrades: 0,
      settledWh: 0,
      chainBlock: 0,
      fundsMicroEur: null,
    },
    homes: [],
    slots: new Map(),
    tape: [],
    batches: new Map(),
    openedAt: 0,
  }
}

/** A home that has joined at a sequence and was never read. */
export function newHome(joined: Pick<PictureHome, 'home' | 'name' | 'joinedAt'>): PictureHome {
  return {
    ...joined,
    powerW: 0,
    importWh: 0,
    exportWh: 0,
    readingTimeMs: 0,
    everyMs: 0,
    quality: 0,
    stored: null,
    changedAt: joined.joinedAt,
  }
}
