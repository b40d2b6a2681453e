import type { PictureTrade } from '#protocol/picture/picture.ts'
import { element, setText } from '../dom.ts'
import { centsPerKilowattHour, count, exactKilowattHours } from '../format.ts'
import { slotSpan, timesIn } from '../times.ts'
import { laterWords } from '../words/later-words.ts'

/** More rows are no overview: the others come when they are asked for. */
const ROWS_FIRST = 12

/** Trades of one home, newest last. */
interface HomeTrades {
  readonly home: number
  readonly trades: readonly PictureTrade[]
  readonly slotMinutes: number
  readonly nameOf: (home: number) => string
}

/** A home's trades, newest first; each can be asked for its receipt and for the reason of its price. */
export class TradesSection {
  readonly #list = element('ol', { class: 'detail-trades' })
  readonly #none = element('p', { class: 'detail-more' }, laterWords.homePanel.noTrades)
  readonly #more = element('button', { class: 'detail-more', type: 'button' })
  readonly #rows = new Map<string, HTMLElement>()
  readonly #on: { readonly onReceipt: (trade: string) => void; readonly onStory: (trade: string) => void }
  readonly root: HTMLElement
  readonly #times = timesIn()
  #shows: 'first' | 'all' = 'first'
  #now: HomeTrades | null = null

  constructor(on: { readonly onReceipt: (trade: string) => void; readonly onStory: (trade: string) => void }) {
    this.#on = on
    this.root = element(
      'section',
      { 'aria-label': laterWords.homePanel.heading.trades },
      element('h3', {}, laterWords.homePanel.heading.trades),
      this.#list,
      this.#none,
      this.#more,
    )
    this.#more.addEventListener('click', () => {
      this.#shows = 'all'
      if (this.#now !== null) this.draw(this.#now)
    })
  }

  /** Another home begins with few rows again. */
  startOver(): void {
    this.#shows = 'first'
    this.#rows.clear()
  }

  draw(now: HomeTrades): void {
    this.#now = now
    const { trades } = now
    const shown = (this.#shows === 'all' ? [...trades] : trades.slice(-ROWS_FIRST)).reverse()
    const rows = shown.map((trade) => this.#rows.get(trade.id) ?? this.#row(trade, now))
    this.#rows.clear()
    for (const [i, { id }] of shown.entries()) this.#rows.set(id, rows[i] as HTMLElement)
    if (rows.length !== this.#list.children.length || rows.some((row, i) => row !== this.#list.children[i])) {
      // Moving a row takes the focus from it.
      const focused = document.activeElement
      this.#list.replaceChildren(...rows)
      if (focused instanceof HTMLElement && this.#list.contains(focused)) focused.focus({ preventScroll: true })
    }
    const left = trades.length - shown.length
    this.#none.hidden = trades.length > 0
    this.#more.hidden = left === 0
    setText(this.#more, laterWords.homePanel.earlierTrades(count(left)))
  }

  #row(trade: PictureTrade, now: HomeTrades): HTMLElement {
    const sold = trade.seller === now.home
    const other = now.nameOf(sold ? trade.buyer : trade.seller)
    const energy = `${exactKilowattHours(trade.energyWh)} kWh`
    const price = `${centsPerKilowattHour(trade.priceEurPerMWh)} ct/kWh`
    const told = sold ? laterWords.homePanel.soldTo(energy, other) : laterWords.homePanel.boughtFrom(energy, other)
    const button = (name: string, press: (trade: string) => void) => {
      const made = element('button', { type: 'button', 'aria-label': `${name}: ${told}` }, name)
      made.addEventListener('click', () => press(trade.id))
      return made
    }
    return element(
      'li',
      { 'data-trade': trade.id, 'data-side': sold ? 'sold' : 'bought' },
      element(
        'p',
        {},
        element('span', { class: 'detail-trade-what' }, told),
        element(
          'span',
          { class: 'detail-trade-when number' },
          `${this.#times.clock(trade.timeMs)} · ${laterWords.homePanel.forSlot(slotSpan(this.#times, { slot: trade.slot, slotMinutes: now.slotMinutes }))}`,
        ),
      ),
      element('span', { class: 'number' }, price),
      button(laterWords.homePanel.receipt, this.#on.onReceipt),
      button(laterWords.homePanel.why, this.#on.onStory),
    )
  }
}
