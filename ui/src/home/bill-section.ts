import type { HomeDetail } from '#protocol/picture/run.ts'
import { element, setText } from '../dom.ts'
import { money } from '../format.ts'
import { laterWords } from '../words/later-words.ts'
import { billSentence } from './bill-sentence.ts'

type Line = 'without' | 'with'

/** A home's bill of its final slots: with the tariffs alone, with the market, and what lies between. */
export class BillSection {
  readonly #lines = new Map<
    Line,
    { readonly name: HTMLElement; readonly bar: HTMLElement; readonly value: HTMLElement }
  >()
  readonly #list: HTMLElement
  readonly #sum = element('p', { class: 'detail-saving' })
  readonly root: HTMLElement

  constructor() {
    this.#list = element('dl', {}, this.#line('without'), this.#line('with'))
    this.root = element(
      'section',
      { class: 'detail-bill', 'aria-label': laterWords.homePanel.heading.bill },
      element('h3', {}, laterWords.homePanel.heading.bill),
      this.#list,
      this.#sum,
    )
  }

  draw(bill: HomeDetail['bill']): void {
    this.#list.hidden = bill === null || bill.slots === 0
    setText(this.#sum, billSentence(bill))
    if (bill === null) return
    const costs = { without: bill.costWithoutMarketMicroEur, with: bill.costMicroEur }
    const most = Math.max(1, Math.abs(costs.without), Math.abs(costs.with))
    for (const [name, line] of this.#lines) {
      setText(line.name, costs[name] < 0 ? laterWords.homePanel.billEarned[name] : laterWords.homePanel.billPaid[name])
      setText(line.value, money(Math.abs(costs[name])))
      line.bar.style.setProperty('--part', String(Math.abs(costs[name]) / most))
      line.bar.dataset.is = costs[name] < 0 ? 'earned' : 'paid'
    }
  }

  #line(name: Line): HTMLElement {
    const line = {
      name: element('dt'),
      bar: element('i', { class: `bill-bar bill-${name}`, 'aria-hidden': 'true' }),
      value: element('span', { class: 'number' }),
    }
    this.#lines.set(name, line)
    return element('div', {}, line.name, element('dd', {}, line.bar, line.value))
  }
}
