import type { PriceStory, StoryOrder } from '#protocol/picture/run.ts'
import { element } from '../dom.ts'
import { centsPerKilowattHour, exactKilowattHours } from '../format.ts'
import { laterWords } from '../words/later-words.ts'
import type { Telling } from './story-sentences.ts'

/** The two orders of a trade: whose, since when, for how much, and what is left of them. */
export function storyOrders({ maker, taker }: PriceStory, { nameOf, times }: Telling): HTMLElement {
  const say = laterWords.story
  const heads = [say.home, say.role, say.limit, say.energy, say.openAfter, say.placed].map((text) =>
    element('th', { scope: 'col' }, text),
  )
  const row = (order: StoryOrder, role: string) => {
    const limit = order.priceEurPerMWh === null ? say.any : centsPerKilowattHour(order.priceEurPerMWh)
    const [energy, left] = [exactKilowattHours(order.energyWh), exactKilowattHours(order.openAfterWh)]
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, nameOf(order.home)),
      element('td', {}, `${say.wants[order.side]}, ${role}`),
      ...[limit, energy, left, times.clock(order.placedAtMs)].map((text) => element('td', { class: 'number' }, text)),
    )
  }
  return element(
    'table',
    { class: 'story-orders' },
    element('caption', {}, say.orders),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, row(maker, say.maker), row(taker, say.taker)),
  )
}
