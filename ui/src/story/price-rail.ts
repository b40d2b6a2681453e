import type { BillTerms } from '#protocol/market-rules.ts'
import { element } from '../dom.ts'
import { centsPerKilowattHour, tariffCentsPerKilowattHour } from '../format.ts'
import { linearScale } from '../linear-scale.ts'
import { tariffLines } from '../price/price-scale.ts'
import { laterWords } from '../words/later-words.ts'
import { words } from '../words/words.ts'

/** Where a price (EUR/MWh) lies between the two tariffs: the seller's gain on one side of it, the buyer's on the other. */
export function priceRail(priceEurPerMWh: number, rules: BillTerms): HTMLElement {
  const lines = tariffLines(rules)
  const low = Math.min(lines.feedIn, priceEurPerMWh)
  const high = Math.max(lines.retail, lines.ceiling, priceEurPerMWh)
  const air = Math.max(1, (high - low) * 0.06)
  const share = linearScale([low - air, high + air], [0, 100])
  const rate = (eurPerMWh: number) => `${tariffCentsPerKilowattHour(Math.round(eurPerMWh * 1_000))} ${words.price.unit}`
  const span = (name: string, from: number, to: number) => {
    const part = element('i', { class: `rail-${name}` })
    part.style.insetInlineStart = `${share(Math.min(from, to))}%`
    part.style.inlineSize = `${Math.abs(share(to) - share(from))}%`
    return part
  }
  const mark = (name: string, at: number, value: string, label: string) => {
    const part = element('span', { class: `rail-mark rail-${name}` }, element('strong', {}, value), label)
    part.style.insetInlineStart = `${share(at)}%`
    return part
  }
  const price = `${centsPerKilowattHour(priceEurPerMWh)} ${words.price.unit}`
  const told = laterWords.story.rail(
    centsPerKilowattHour(priceEurPerMWh),
    tariffCentsPerKilowattHour(Math.round(lines.feedIn * 1_000)),
    centsPerKilowattHour(Math.floor(lines.ceiling)),
  )
  return element(
    'div',
    { class: 'rail', role: 'img', 'aria-label': told },
    element(
      'div',
      { class: 'rail-line' },
      span('seller', lines.feedIn, Math.min(Math.max(priceEurPerMWh, lines.feedIn), lines.ceiling)),
      span('buyer', Math.min(Math.max(priceEurPerMWh, lines.feedIn), lines.ceiling), lines.ceiling),
      span('charge', lines.ceiling, lines.retail),
    ),
    mark('feed-in', lines.feedIn, rate(lines.feedIn), words.price.feedIn),
    mark('ceiling', lines.ceiling, rate(lines.ceiling), words.price.ceiling),
    mark('retail', lines.retail, rate(lines.retail), words.price.retail),
    mark('price', priceEurPerMWh, price, ''),
  )
}
