import type { PriceStory } from '#protocol/picture/run.ts'
import { element } from '../dom.ts'
import { centsPerKilowattHour, count, exactKilowattHours } from '../format.ts'
import { laterWords } from '../words/later-words.ts'
import { bookChange, type LevelChange } from './book-change.ts'

/** Levels a side that did not change and are shown all the same. */
const KEPT = 3

/** The book before and after a trade side by side, a row for each price; what changed stands out and says how. */
export function storyBook(story: PriceStory): HTMLElement {
  const { levels, hidden } = bookChange(story, KEPT)
  const say = laterWords.story
  if (levels.length === 0) return element('p', { class: 'story-hidden' }, say.emptyBook)
  const heads = [say.side, say.price, say.before, say.after, say.change].map((text) =>
    element('th', { scope: 'col' }, text),
  )
  const table = element(
    'table',
    { class: 'story-book', 'data-testid': 'story-book' },
    element('caption', {}, say.book),
    element('thead', {}, element('tr', {}, ...heads)),
    element('tbody', {}, ...levels.map((level) => row(level, story.trade.priceEurPerMWh))),
  )
  if (hidden === 0) return table
  return element('div', {}, table, element('p', { class: 'story-hidden' }, say.hidden(count(hidden))))
}

const thePrice = (cents: string): readonly Node[] => [
  element('span', { class: 'set-price' }, cents),
  element('span', { class: 'unseen' }, ` ${laterWords.story.setPrice}`),
]

function row({ side, priceEurPerMWh, beforeWh, afterWh, change }: LevelChange, tradedEurPerMWh: number): HTMLElement {
  const say = laterWords.story
  const energy = (energyWh: number) => (energyWh === 0 ? say.none : exactKilowattHours(energyWh))
  const cents = centsPerKilowattHour(priceEurPerMWh)
  const isPrice = priceEurPerMWh === tradedEurPerMWh
  // The word says which way.
  const changed = change === 'same' ? '' : `${say.changes[change]} ${exactKilowattHours(Math.abs(afterWh - beforeWh))}`
  return element(
    'tr',
    { class: `story-${side}`, 'data-change': change, ...(isPrice ? { 'data-price': '' } : {}) },
    element('td', {}, say[side]),
    element('th', { scope: 'row' }, ...(isPrice ? thePrice(cents) : [cents])),
    element('td', { class: 'number' }, energy(beforeWh)),
    element('td', { class: 'number' }, energy(afterWh)),
    element('td', { class: 'number' }, changed),
  )
}
