import { element, setText } from '../dom.ts'
import { centsPerKilowattHour, count, exactKilowattHours } from '../format.ts'
import { words } from '../words/words.ts'
import type { LadderSide } from './ladder.ts'

interface Row {
  readonly row: HTMLElement
  readonly bar: HTMLElement
  readonly orders: HTMLElement
  readonly energy: HTMLElement
  readonly price: HTMLElement
}

/** One side of the book: price towards the middle, a bar as long as the depth up to that price. */
export class LadderColumn {
  readonly root: HTMLElement
  readonly #rows: readonly Row[]
  readonly #foot = element('p', { class: 'ladder-foot' })
  readonly #nobody: string

  constructor(side: 'bid' | 'ask', levels: number) {
    this.#nobody = side === 'bid' ? words.market.noBids : words.market.noAsks
    const name = side === 'bid' ? words.market.bids : words.market.asks
    this.#rows = Array.from({ length: levels }, () => makeRow(side))
    const heads = [
      element('span', { class: 'ladder-orders' }, words.market.orders),
      element('span', { class: 'ladder-energy' }, words.market.energy),
      element('span', { class: 'ladder-price' }, words.market.price),
    ]
    this.root = element(
      'div',
      { class: `ladder-side ladder-${side}` },
      element('h3', {}, name),
      element('p', { class: 'ladder-head ladder-row' }, ...heads),
      element('ol', { 'aria-label': name }, ...this.#rows.map(({ row }) => row)),
      this.#foot,
    )
  }

  /** `rows` of those there are, and what a full bar stands for. */
  draw(side: LadderSide, { deepestWh, rows }: { readonly deepestWh: number; readonly rows: number }): void {
    this.#rows.forEach(({ row, bar, orders, energy, price }, i) => {
      const level = side.levels[i]
      row.hidden = i >= rows
      row.classList.toggle('empty', level === undefined)
      setText(orders, level === undefined ? '' : count(level.orders))
      setText(energy, level === undefined ? '' : exactKilowattHours(level.energyWh))
      setText(price, level === undefined ? '' : centsPerKilowattHour(level.priceEurPerMWh))
      bar.style.transform = `scaleX(${level === undefined || deepestWh === 0 ? 0 : level.depthWh / deepestWh})`
    })
    const { levels, energyWh } = side.beyond
    setText(
      this.#foot,
      side.levels.length === 0
        ? this.#nobody
        : levels === 0
          ? ''
          : words.market.more(count(levels), `${exactKilowattHours(energyWh)} kWh`),
    )
  }
}

function makeRow(side: 'bid' | 'ask'): Row {
  const bar = element('i', { class: 'ladder-bar', 'aria-hidden': 'true' })
  const orders = element('span', { class: 'number ladder-orders' })
  const energy = element('span', { class: 'number ladder-energy' })
  const price = element('span', { class: 'number ladder-price' })
  const row = element('li', { class: 'ladder-row', 'data-testid': `${side}-level` }, bar, orders, energy, price)
  return { row, bar, orders, energy, price }
}
