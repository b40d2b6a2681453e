import type { PictureSlot, PictureTrade } from '#protocol/picture/picture.ts'
import { element, setAttributes, setText } from '../dom.ts'
import { centsPerKilowattHour, count, exactKilowattHours } from '../format.ts'
import type { Page } from '../page.ts'
import { timesIn } from '../times.ts'
import { words } from '../words/words.ts'
import { untoldTrades } from './untold-trades.ts'

/** Rows there are at most; the panel scrolls where it has no room for them. */
const ROWS = 24

interface Row {
  readonly row: HTMLElement
  readonly time: HTMLElement
  /** opens the row's receipt */
  readonly who: HTMLButtonElement
  readonly seller: HTMLElement
  readonly buyer: HTMLElement
  readonly energy: HTMLElement
  readonly price: HTMLElement
  /** explains the row's price */
  readonly why: HTMLButtonElement
}

/** What the viewer asks of a trade, by its id. */
export interface TradeOpener {
  readonly onReceipt: (trade: string) => void
  readonly onStory: (trade: string) => void
}

/** The trades of a slot, newest first. A row stays its trade's: what somebody's focus is on does not become another. */
export class Tape {
  readonly root: HTMLElement
  readonly #body = element('tbody', { 'data-testid': 'tape' })
  readonly #times = timesIn()
  readonly #empty = element('p', { class: 'tape-empty' }, words.market.noTrades)
  readonly #untold = element('p', { class: 'tape-untold', 'data-testid': 'tape-untold' })
  readonly #rows: readonly Row[]

  constructor(opener: TradeOpener) {
    this.#rows = Array.from({ length: ROWS }, () => makeRow(opener))
    const { time, sellerBuyer, energy, price } = words.market
    const heads = [time, sellerBuyer, energy, price].map((text) => element('th', { scope: 'col' }, text))
    const last = element('th', { scope: 'col' }, element('span', { class: 'unseen' }, words.market.why))
    this.#body.append(...this.#rows.map(({ row }) => row))
    this.root = element(
      'div',
      { class: 'tape', tabindex: '-1' },
      element(
        'div',
        { class: 'tape-rows' },
        element(
          'table',
          { 'aria-label': words.market.tape },
          element('thead', {}, element('tr', {}, ...heads, last)),
          this.#body,
        ),
      ),
      this.#untold,
      this.#empty,
    )
  }

  draw({ picture, nameOf }: Page, slot: PictureSlot | undefined): void {
    const kept = picture.tape.filter((trade) => trade.slot === slot?.slot)
    const untold = untoldTrades(slot, Math.min(kept.length, ROWS))
    this.#empty.hidden = kept.length + untold > 0
    this.#untold.hidden = untold === 0
    setText(this.#untold, words.market.untold(count(untold)))
    const placed = this.#place(kept)
    for (const { row, time, who, seller, buyer, energy, price, why } of this.#rows) {
      const trade = placed.get(row)
      row.hidden = trade === undefined
      if (trade === undefined) continue
      const names = [nameOf(trade.seller), nameOf(trade.buyer)] as const
      const pair = words.market.pair(...names)
      const cents = centsPerKilowattHour(trade.priceEurPerMWh)
      row.dataset.trade = trade.id
      setText(time, this.#times.clock(trade.timeMs))
      setText(seller, names[0])
      setText(buyer, names[1])
      setAttributes(who, { 'aria-label': words.market.receipt(pair) })
      setText(energy, exactKilowattHours(trade.energyWh))
      setText(price, cents)
      setAttributes(why, { 'aria-label': words.market.whyPrice(cents, pair) })
    }
  }

  /**
   * Which trade each row shows, and the rows in the order of their trades, newest first. The trade that has the focus keeps
   * its row, the last one if it must; its slot is shown no more: the focus goes to the tape.
   */
  #place(kept: readonly PictureTrade[]): ReadonlyMap<HTMLElement, PictureTrade> {
    const shown = kept.slice(-ROWS).reverse()
    const focused = this.#rows.find(({ row }) => row.contains(document.activeElement))?.row.dataset.trade
    const held = kept.find(({ id }) => id === focused)
    if (held !== undefined && !shown.includes(held)) shown[ROWS - 1] = held
    if (focused !== undefined && held === undefined) this.root.focus({ preventScroll: true })
    const ids = new Set(shown.map(({ id }) => id))
    const rowOf = new Map(this.#rows.map(({ row }) => [row.dataset.trade, row]))
    const spare = this.#rows.map(({ row }) => row).filter((row) => !ids.has(row.dataset.trade ?? ''))
    const placed = new Map(shown.map((trade) => [rowOf.get(trade.id) ?? (spare.pop() as HTMLElement), trade]))
    // A row that is moved loses the focus: only others are.
    let at = this.#body.firstElementChild
    for (const row of [...placed.keys(), ...spare]) {
      if (row === at) at = row.nextElementSibling
      else this.#body.insertBefore(row, at)
    }
    return placed
  }
}

function makeRow({ onReceipt, onStory }: TradeOpener): Row {
  const [time, energy, price] = ['tape-time', 'tape-energy', 'tape-price'].map((name) => element('td', { class: name }))
  const [seller, buyer] = [element('span'), element('span')]
  const who = element('button', { type: 'button', class: 'tape-open' }, seller, ' → ', buyer)
  const why = element('button', { type: 'button', class: 'tape-why', 'data-testid': 'tape-why' }, words.market.why)
  const cells = { time, energy, price } as { time: HTMLElement; energy: HTMLElement; price: HTMLElement }
  const row = element(
    'tr',
    { 'data-testid': 'tape-row', hidden: '' },
    cells.time,
    element('td', { class: 'tape-who' }, who),
    cells.energy,
    cells.price,
    element('td', {}, why),
  )
  // A pointer may take the whole row for its receipt.
  row.addEventListener('click', ({ target }) => {
    const { trade } = row.dataset
    if (trade !== undefined) (why.contains(target as Node) ? onStory : onReceipt)(trade)
  })
  return { row, who, seller, buyer, why, ...cells }
}
