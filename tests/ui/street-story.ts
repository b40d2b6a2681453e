import type { BatchTotals, SlotPhase } from '#protocol/market-event.ts'
import { defaultMarketRules } from '#protocol/market-rules.ts'
import { applyPictureEvent } from '#protocol/picture/apply-picture-event.ts'
import { emptyPicture, type Picture, type PictureGrid } from '#protocol/picture/picture.ts'
import type { PictureEvent } from '#protocol/picture/picture-event.ts'

export const slot = 1_982_000
export const startMs = slot * 15 * 60_000

/** A small street told event by event, and the picture that it comes to. */
export class StreetStory {
  readonly picture: Picture = emptyPicture()
  timeMs = startMs - 3_600_000
  #trades = 0

  constructor(options: { readonly grid?: PictureGrid; readonly log?: string } = {}) {
    const { grid = null, log = '1a' } = options
    this.tell({ type: 'opened', log, neighbourhood: 'linden-street', rules: defaultMarketRules, grid })
  }

  /** A street that trades: two homes with a reading each, and an open slot. */
  static trading(options: { readonly log?: string } = {}): StreetStory {
    const story = new StreetStory(options)
    story.join('home-1', 'home-2')
    story.read({ home: 0, powerW: -1_500 })
    story.read({ home: 1, powerW: 900 })
    story.phase('continuous')
    return story
  }

  tell(...events: readonly PictureEvent[]): void {
    const sequence = this.picture.sequence + 1
    for (const event of events) applyPictureEvent(this.picture, { sequence, timeMs: this.timeMs }, event)
  }

  join(...names: readonly string[]): void {
    for (const name of names) this.tell({ type: 'joined', name })
  }

  read(reading: { readonly home: number; readonly powerW: number; readonly quality?: number }): void {
    const { home, powerW, quality = 0 } = reading
    this.tell({ type: 'read', home, timeMs: this.timeMs, powerW, importWh: 10, exportWh: 20, quality })
  }

  phase(phase: SlotPhase, number: number = slot): void {
    this.tell({ type: 'phase', slot: number, phase, cause: 'clock', untilMs: null })
  }

  /** Home 0 sells to home 1. */
  trade(trade: { readonly price: number; readonly energyWh: number; readonly slot?: number }): void {
    const { price: priceEurPerMWh, energyWh, slot: of = slot } = trade
    const id = `${of}.${++this.#trades}`
    this.tell({
      type: 'traded',
      trade: { id, slot: of, seller: 0, buyer: 1, makerSide: 'sell', priceEurPerMWh, energyWh },
    })
  }

  propose(number: number, totals: Partial<BatchTotals> = {}): void {
    const of = slot + number - 1
    const place = { transaction: `0x${'1'.repeat(64)}`, block: number } as const
    this.tell({
      type: 'proposed',
      number,
      firstSlot: of,
      lastSlot: of,
      place,
      totals: { ...noTotals, ...totals },
    })
  }

  finish(number: number): void {
    this.tell({ type: 'final', number, place: { transaction: `0x${'2'.repeat(64)}`, block: 100 + number } })
  }
}

const noTotals: BatchTotals = {
  trades: 0,
  tradedWh: 0,
  tradedMicroEur: 0,
  localChargeMicroEur: 0,
  importWh: 0,
  exportWh: 0,
  coveredWh: 0,
  costMicroEur: 0,
  costWithoutMarketMicroEur: 0,
  creditsWh: 0,
}
