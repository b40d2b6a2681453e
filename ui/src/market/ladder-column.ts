import { element, setText } from '../dom.ts'
import { centsPerKilowattHour, count, exactKilowattHours } from '../format.ts'
import { words } from '../words.ts'
import type { LadderSide } from './ladder.ts'

/** One side of the book: price towards the middle, a bar as long as the depth up to that price. */
export class LadderColumn {
  readonly root: HTMLElement
  readonly #rows: { row: HTMLElement; bar: HTMLElement; price: HTMLElement; energy: HTMLElement }[] = []
  readonly #foot = element('p', { class: 'ladder-foot' })
  readonly #nobody: string

  constructor(side: 'bid' | 'ask', levels: number) {
    this.#nobody = side === 'bid' ? words.market.noBids : words.market.noAsks
    const body = element('ol', {})
    for (let i = 0; i < levels; i++) {
      const parts = {
        bar: element('i', { class: 'ladder-bar', 'aria-hidden': 'true' }),
        energy: element('span', { class: 'number ladder-energy' }),
        price: element('span', { class: 'number ladder-price' }),
      }
      const row = element('li', { 'data-testid': `${side}-level` }, parts.bar, parts.energy, parts.price)
      this.#rows.push({ row, ...parts })
      body.append(row)
    }
    this.root = element(
      'div',
      { class: `ladder-side ladder-${side}` },
      element(
        'p',
        { class: 'ladder-head' },
        element('span', {}, words.market.energy),
        element('strong', {}, side === 'bid' ? words.market.bids : words.market.asks),
        element('span', {}, words.market.price),
      ),
      body,
      this.#foot,
    )
  }

  draw(side: LadderSide, deepestWh: number): void {
    this.#rows.forEach(({ row, bar, price, energy }, i) => {
      const level = side.levels[i]
      row.classList.toggle('empty', level === undefined)
      setText(price, level === undefined ? '' : centsPerKilowattHour(level.priceEurPerMWh))
      setText(energy, level === undefined ? '' : exactKilowattHours(level.energyWh))
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
