import type { BillTerms } from '#protocol/market-rules.ts'
import type { PriceStory } from '#protocol/picture/run.ts'
import { openDialog } from '../dialog.ts'
import { element } from '../dom.ts'
import { centsPerKilowattHour, count } from '../format.ts'
import type { Page } from '../page.ts'
import { timesIn } from '../times.ts'
import { laterWords } from '../words/later-words.ts'
import { words } from '../words/words.ts'
import { priceRail } from './price-rail.ts'
import { storyBook } from './story-book.ts'
import { storyOrders } from './story-orders.ts'
import { gainSentences, storySentences, type Telling } from './story-sentences.ts'

/** What a story is opened with: the trade, the page that gives run, names, rules, and what to do for its receipt. */
export interface StoryOptions {
  readonly trade: string
  readonly page: Pick<Page, 'run' | 'about' | 'picture' | 'nameOf' | 'slotMinutes'>
  readonly onReceipt: () => void
}

/** Opens why a trade has its price: told in sentences, with the book before and after. */
export function openStory({ trade, page, onReceipt }: StoryOptions): HTMLDialogElement {
  const address = `api/v1/runs/${page.run}/trades/${encodeURIComponent(trade)}`
  const note = element('p', { class: 'story-note', role: 'status' }, laterWords.story.loading)
  const body = element('div', { class: 'story-body', 'data-testid': 'story-body' })
  const facts = element('span', { class: 'story-facts' })
  const receipt = element('button', { type: 'button', class: 'link', 'data-testid': 'story-receipt' })
  receipt.append(laterWords.story.receipt)
  receipt.addEventListener('click', onReceipt)
  const raw = element('a', { href: address, target: '_blank', 'data-testid': 'story-raw' }, laterWords.story.raw)
  const content = [note, body, element('p', { class: 'dialog-links' }, receipt, raw, facts)]
  const told = page.picture.tape.find(({ id }) => id === trade)
  const heading =
    told === undefined ? laterWords.receipt.why : words.price.why(centsPerKilowattHour(told.priceEurPerMWh))
  const dialog = openDialog({ name: 'story', heading, content })
  void storyAt(address, page.about?.books).then((story) => {
    if (typeof story === 'string') {
      note.textContent = laterWords.story[story]
      raw.hidden = true
      return
    }
    const { nameOf, slotMinutes, picture } = page
    note.textContent = ''
    facts.textContent = laterWords.story.facts(count(story.commandSequence))
    body.replaceChildren(...storyParts(story, { nameOf, slotMinutes, times: timesIn() }, picture.rules))
  })
  return dialog
}

function storyParts(story: PriceStory, telling: Telling, rules: BillTerms | null): readonly HTMLElement[] {
  const told = storySentences(story, telling).map(({ text, role }) => element('li', { 'data-role': role }, text))
  const between =
    rules === null
      ? []
      : [
          element('h3', {}, laterWords.story.range),
          priceRail(story.trade.priceEurPerMWh, rules),
          ...gainSentences(story, rules).map((sentence) => element('p', { class: 'story-gain' }, sentence)),
        ]
  return [
    element('ol', { class: 'story-told', 'data-testid': 'story-told' }, ...told),
    ...between,
    storyBook(story),
    storyOrders(story, telling),
  ]
}

/** The story, or why there is none. */
async function storyAt(
  address: string,
  books: 'kept' | 'not-kept' | undefined,
): Promise<PriceStory | 'notKept' | 'notThere' | 'silent'> {
  if (books === 'not-kept') return 'notKept'
  try {
    const answer = await fetch(address)
    if (answer.ok) return (await answer.json()) as PriceStory
    return answer.status === 404 ? 'notThere' : 'silent'
  } catch {
    return 'silent'
  }
}
