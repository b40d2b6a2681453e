import type { PictureSlot } from '#protocol/picture/picture.ts'
import { element, setText } from '../dom.ts'
import { centsPerKilowattHour, count, kilowattHours } from '../format.ts'
import type { Page } from '../page.ts'
import { PhaseMark } from '../price/phase-mark.ts'
import { slotSpan, timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import { DepthChart } from './depth-chart.ts'
import { type Ladder, ladderOf } from './ladder.ts'
import { LadderColumn } from './ladder-column.ts'
import { slotStatus } from './slot-status.ts'
import { Tape, type TradeOpener } from './tape.ts'

/** Levels a side: always so many rows, so that nothing below them moves. A low panel has room for fewer. */
const LEVELS = 6
const LEVELS_LOW = 4
const LOW_PX = 420

/** What the viewer asks of the market. */
export interface SlotChooser {
  /** a slot number, or null to follow the market again */
  readonly onSlot: (slot: number | null) => void
}

/** The market of one slot: its state, the ladder of its book, the tape of its trades, and the book's depth. */
export class MarketView {
  readonly #times = timesIn()
  readonly #span = element('h2', { 'data-testid': 'market-slot' })
  readonly #phase = new PhaseMark({ 'data-testid': 'market-phase' })
  readonly #status = element('p', { class: 'market-status', 'data-testid': 'market-status' })
  readonly #earlier = element('button', { type: 'button', 'aria-label': words.market.earlier }, '‹')
  readonly #later = element('button', { type: 'button', 'aria-label': words.market.later }, '›')
  readonly #follow = element(
    'button',
    { type: 'button', class: 'follow', title: words.market.followHint },
    words.market.follow,
  )
  readonly #bids = new LadderColumn('bid', LEVELS)
  readonly #asks = new LadderColumn('ask', LEVELS)
  readonly #ladder = element('div', { class: 'ladder', 'data-testid': 'ladder' }, this.#bids.root, this.#asks.root)
  readonly #noBooks = element('p', { class: 'no-books' }, words.market.noBooks)
  readonly #spread = element('p', { class: 'spread', 'data-testid': 'spread' })
  readonly #depth = new DepthChart()
  readonly #tape: Tape
  #levels = LEVELS
  #slot: number | null = null

  constructor(root: HTMLElement, options: SlotChooser & TradeOpener) {
    this.#tape = new Tape(options)
    this.#earlier.addEventListener('click', () => this.#slot !== null && options.onSlot(this.#slot - 1))
    this.#later.addEventListener('click', () => this.#slot !== null && options.onSlot(this.#slot + 1))
    this.#follow.addEventListener('click', () => options.onSlot(null))
    root.setAttribute('aria-label', words.market.heading)
    root.append(
      element(
        'header',
        { class: 'market-head' },
        element('div', { class: 'market-title' }, this.#span, this.#phase.root),
        element('div', { class: 'market-steps' }, this.#follow, this.#earlier, this.#later),
      ),
      this.#status,
      this.#ladder,
      this.#noBooks,
      this.#spread,
      this.#tape.root,
      this.#depth.root,
    )
    new ResizeObserver(() => {
      if (root.clientHeight >= LOW_PX) this.#levels = LEVELS
      else if (root.scrollHeight > root.clientHeight) this.#levels = LEVELS_LOW
    }).observe(root)
  }

  draw(page: Page): void {
    const { slots } = page.picture
    const slot = page.slot === null ? undefined : slots.get(page.slot)
    this.#slot = page.slot
    setText(
      this.#span,
      page.slot === null
        ? words.market.none
        : words.market.slot(slotSpan(this.#times, { slot: page.slot, slotMinutes: page.slotMinutes })),
    )
    this.#phase.draw(slot?.phase ?? null)
    this.#status.classList.toggle('alarm', page.picture.isStopped || slot?.phase === 'halted')
    setText(this.#status, slotStatus(page, slot, this.#times))
    this.#follow.setAttribute('aria-pressed', String(page.following))
    this.#earlier.disabled = page.slot === null || !slots.has(page.slot - 1)
    this.#later.disabled = page.slot === null || !slots.has(page.slot + 1)
    this.#drawBook(page, slot)
    this.#tape.draw(page, slot)
  }

  #drawBook(page: Page, slot: PictureSlot | undefined): void {
    const isKept = page.about?.books !== 'not-kept'
    this.#ladder.hidden = !isKept
    this.#noBooks.hidden = isKept
    const shown = ladderOf(page.book, this.#levels)
    const scale = { deepestWh: shown.deepestWh, rows: this.#levels }
    this.#bids.draw(shown.bids, scale)
    this.#asks.draw(shown.asks, scale)
    this.#drawSpread(shown, slot)
    this.#depth.draw(page, isKept ? ladderOf(page.book, Number.POSITIVE_INFINITY) : null)
  }

  #drawSpread({ spreadEurPerMWh }: Ladder, slot: PictureSlot | undefined): void {
    const last = slot?.lastEurPerMWh ?? null
    const { spread, last: lastName, price, shownTrades } = words.market
    const parts = [
      spreadEurPerMWh === null ? null : `${spread} ${centsPerKilowattHour(spreadEurPerMWh)} ${price}`,
      last === null ? null : `${lastName} ${centsPerKilowattHour(last)} ${price}`,
      slot === undefined ? null : shownTrades(count(slot.trades), `${kilowattHours(slot.tradedWh)} kWh`),
    ]
    setText(this.#spread, parts.filter((text) => text !== null).join('  ·  '))
  }
}
