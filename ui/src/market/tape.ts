import type { StreetSlot } from '#protocol/street.ts'
import { element, setAttributes, setText } from '../dom.ts'
import { centsPerKilowattHour, exactKilowattHours } from '../format.ts'
import type { Page } from '../page.ts'
import { timesIn } from '../times.ts'
import { words } from '../words.ts'

/** Rows there are; the style shows as many as the panel has room for. */
const ROWS = 24

interface Row {
  readonly row: HTMLElement
  /** opens the row's receipt from the keyboard; a pointer may take the whole row */
  readonly who: HTMLButtonElement
  readonly cells: readonly HTMLElement[]
}

/** The trades of a slot, newest first. */
export class Tape {
  readonly root: HTMLElement
  readonly #times = timesIn()
  readonly #empty = element('p', { class: 'tape-empty' }, words.market.noTrades)
  readonly #rows: Row[]

  /** `onReceipt` is given the id of a trade whose receipt is wanted. */
  constructor(onReceipt: (trade: string) => void) {
    this.#rows = Array.from({ length: ROWS }, () => {
      const cells = ['tape-time', 'tape-who', 'tape-energy', 'tape-price'].map((name) => element('td', { class: name }))
      const who = element('button', { type: 'button', class: 'tape-open' })
      cells[1]?.append(who)
      const row = element('tr', { 'data-testid': 'tape-row', hidden: '' }, ...cells)
      row.addEventListener('click', () => row.dataset.trade !== undefined && onReceipt(row.dataset.trade))
      return { row, who, cells }
    })
    const head = [words.market.time, words.market.sellerBuyer, words.market.energy, words.market.price]
    this.root = element(
      'div',
      { class: 'tape' },
      element(
        'table',
        { 'aria-label': words.market.tape },
        element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
        element('tbody', { 'data-testid': 'tape' }, ...this.#rows.map(({ row }) => row)),
      ),
      this.#empty,
    )
  }

  draw({ street }: Page, slot: StreetSlot | undefined): void {
    const kept = street.tape.filter(({ trade }) => trade.slot === slot?.slot)
    this.#empty.hidden = kept.length > 0
    const nameOf = (account: `0x${string}`) => street.homeOfAccount.get(account)?.home ?? words.market.outsider
    this.#rows.forEach(({ row, who, cells }, i) => {
      const print = kept[kept.length - 1 - i]
      row.hidden = print === undefined
      if (print === undefined) return
      const { trade, timeMs } = print
      const [time, , energy, price] = cells as readonly HTMLElement[]
      const pair = `${nameOf(trade.seller)} → ${nameOf(trade.buyer)}`
      row.dataset.trade = trade.id
      setText(time as HTMLElement, this.#times.clock(timeMs))
      setText(who, pair)
      setAttributes(who, { 'aria-label': words.market.receipt(pair) })
      setText(energy as HTMLElement, exactKilowattHours(trade.energyWh))
      setText(price as HTMLElement, centsPerKilowattHour(trade.priceEurPerMWh))
    })
  }
}
