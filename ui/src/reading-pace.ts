import type { MarketEventOf } from '#protocol/market-event.ts'
import type { Street, StreetHome } from '#protocol/street.ts'

/** Real time that a reading may spend on its way before it counts as missed, however fast the clock runs. */
const TRAVEL_MS = 3_000

/** How often each home's meter speaks, learned from its last two readings. Times in ms of the neighbourhood's clock. */
export class ReadingPace {
  readonly #everyMs = new Map<string, number>()

  /** Notes a reading; to be called before the street folds it. */
  take(street: Street, event: MarketEventOf<'ReadingAccepted'>): void {
    const home = street.homeOfDevice.get(event.reading.body.deviceId)
    if (home === undefined || home.readingSequence < 0) return
    this.#everyMs.set(home.home, event.reading.body.timeMs - home.readingTimeMs)
  }

  /** True once two readings have been missed. False while the pace is not known. */
  isOverdue(home: StreetHome, clock: { readonly nowMs: number; readonly speed: number }): boolean {
    const everyMs = this.#everyMs.get(home.home)
    if (everyMs === undefined) return false
    return clock.nowMs - home.readingTimeMs > 2 * everyMs + TRAVEL_MS * clock.speed
  }

  forget(): void {
    this.#everyMs.clear()
  }
}
