import type { Street, StreetSlot } from '#protocol/street.ts'
import { element, setText } from '../dom.ts'
import { centsPerKilowattHour, count, kilowattHours } from '../format.ts'
import type { Page } from '../page.ts'
import { slotSpan, timesIn } from '../times.ts'
import { words } from '../words.ts'
import { ladderOf } from './ladder.ts'
import { LadderColumn } from './ladder-column.ts'
import { Tape } from './tape.ts'

/** Levels a side: always so many rows, so that nothing below them moves. */
const LEVELS = 7

/** What the viewer asks of the market. */
export interface SlotChooser {
  /** a slot number, or null to follow the market again */
  readonly onSlot: (slot: number | null) => void
}

/** … and of its trades. */
interface ReceiptOpener {
  readonly onReceipt: (trade: string) => void
}

/** The market of one slot: its state, the ladder of its book, the tape of its trades. */
export class MarketView {
  readonly #times = timesIn()
  readonly #span = element('h2', { 'data-testid': 'market-slot' })
  readonly #phase = element('span', { class: 'phase', 'data-testid': 'market-phase' })
  readonly #earlier = element('button', { type: 'button', 'aria-label': words.market.earlier }, '‹')
  readonly #later = element('button', { type: 'button', 'aria-label': words.market.later }, '›')
  readonly #follow = element('button', { type: 'button', class: 'follow' }, words.market.follow)
  readonly #bids = new LadderColumn('bid', LEVELS)
  readonly #asks = new LadderColumn('ask', LEVELS)
  readonly #spread = element('p', { class: 'spread', 'data-testid': 'spread' })
  readonly #tape: Tape
  #slot: number | null = null

  constructor(root: HTMLElement, chooser: SlotChooser & ReceiptOpener) {
    this.#tape = new Tape(chooser.onReceipt)
    this.#earlier.addEventListener('click', () => this.#slot !== null && chooser.onSlot(this.#slot - 1))
    this.#later.addEventListener('click', () => this.#slot !== null && chooser.onSlot(this.#slot + 1))
    this.#follow.addEventListener('click', () => chooser.onSlot(null))
    root.setAttribute('aria-label', words.market.heading)
    root.append(
      element(
        'header',
        { class: 'market-head' },
        element('div', { class: 'market-title' }, this.#span, this.#phase),
        element('div', { class: 'market-steps' }, this.#follow, this.#earlier, this.#later),
      ),
      element('div', { class: 'ladder', 'data-testid': 'ladder' }, this.#bids.root, this.#asks.root),
      this.#spread,
      this.#tape.root,
    )
  }

  draw(page: Page): void {
    const slot = page.slot === null ? undefined : page.street.slots.get(page.slot)
    this.#slot = page.slot
    setText(
      this.#span,
      page.slot === null
        ? words.market.none
        : words.market.slot(slotSpan(this.#times, { slot: page.slot, slotMinutes: page.slotMinutes })),
    )
    this.#phase.hidden = slot === undefined
    if (slot !== undefined) {
      this.#phase.dataset.phase = slot.phase
      setText(this.#phase, words.phase[slot.phase])
    }
    this.#follow.setAttribute('aria-pressed', String(page.following))
    this.#earlier.disabled = page.slot === null || !page.street.slots.has(page.slot - 1)
    this.#later.disabled = page.slot === null || !page.street.slots.has(page.slot + 1)
    this.#drawLadder(page.street, slot)
    this.#tape.draw(page, slot)
  }

  #drawLadder(street: Street, slot: StreetSlot | undefined): void {
    const ladder = ladderOf(slot?.openOrders.values() ?? [], LEVELS)
    this.#bids.draw(ladder.bids, ladder.deepestWh)
    this.#asks.draw(ladder.asks, ladder.deepestWh)
    const last = slot?.lastPriceEurPerMWh ?? null
    const parts = [
      ladder.spreadEurPerMWh === null
        ? null
        : `${words.market.spread} ${centsPerKilowattHour(ladder.spreadEurPerMWh)} ${words.market.price}`,
      last === null ? null : `${words.market.last} ${centsPerKilowattHour(last)} ${words.market.price}`,
      slot === undefined || street.sequence === 0
        ? null
        : words.market.shownTrades(count(slot.trades), `${kilowattHours(slot.tradedWh)} kWh`),
    ]
    setText(this.#spread, parts.filter((text) => text !== null).join('  ·  '))
  }
}
