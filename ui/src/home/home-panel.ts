import type { HomeDetail } from '#protocol/picture/run.ts'
import { Asked, readJson } from '../asked.ts'
import { element, setText } from '../dom.ts'
import type { Page } from '../page.ts'
import { laterWords } from '../words/later-words.ts'
import { words } from '../words/words.ts'
import { BillSection } from './bill-section.ts'
import { MeterSection } from './meter-section.ts'
import { SlotsSection } from './slots-section.ts'
import { TradesSection } from './trades-section.ts'

/** What a viewer can do with a home. Trades by their id, homes by number. */
export interface HomeActions {
  readonly onClose: (by: 'key' | 'pointer') => void
  readonly onMine: (home: number | null) => void
  readonly onReceipt: (trade: string) => void
  readonly onStory: (trade: string) => void
}

/** One home in full, beside the street: its meter, its orders and slots, its bill, its trades. */
export class HomePanel {
  readonly root: HTMLElement
  readonly #name = element('h2', { id: 'home-name' })
  readonly #mine = element('button', { class: 'detail-mine', type: 'button' }, laterWords.homePanel.mine)
  readonly #note = element('p', { class: 'detail-note', role: 'status' })
  readonly #body = element('div', { class: 'detail-body' })
  readonly #meter = new MeterSection()
  readonly #bill = new BillSection()
  readonly #slots = new SlotsSection()
  readonly #trades: TradesSection
  readonly #details = new Asked<HomeDetail>({
    read: readJson<HomeDetail>,
    nowMs: () => performance.now(),
    changed: () => this.#page !== null && this.draw(this.#page),
  })
  #page: Page | null = null

  constructor(actions: HomeActions) {
    this.#trades = new TradesSection(actions)
    const close = element('button', { class: 'detail-close', type: 'button', 'aria-label': words.card.close }, '×')
    this.root = element(
      'aside',
      { class: 'detail-panel', 'data-testid': 'home-panel', 'aria-labelledby': 'home-name', hidden: '' },
      element('header', {}, this.#name, this.#mine, close),
      this.#body,
    )
    this.#body.append(this.#meter.root, this.#note, this.#bill.root, this.#slots.root, this.#trades.root)
    // A key presses a button without a pointer's clicks.
    close.addEventListener('click', ({ detail }) => actions.onClose(detail === 0 ? 'key' : 'pointer'))
    this.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      event.stopPropagation()
      actions.onClose('key')
    })
    this.#mine.addEventListener('click', () => {
      const page = this.#page
      if (page !== null) actions.onMine(page.home === page.mine ? null : page.home)
    })
  }

  draw(page: Page): void {
    const home = page.home === null ? undefined : page.picture.homes[page.home]
    this.root.hidden = home === undefined
    if (this.#page?.home !== page.home || this.#page?.run !== page.run) this.#startOver()
    this.#page = home === undefined ? null : page
    if (home === undefined) {
      this.#details.forget()
      return
    }
    setText(this.#name, page.nameOf(home.home))
    this.#mine.setAttribute('aria-pressed', String(page.mine === home.home))
    this.#meter.draw(page, home)
    const isLive = page.time.mode === 'live'
    const subject = `api/v1/runs/${page.run}/homes/${home.home}`
    const answer = this.#details.about({
      subject,
      address: isLive ? subject : `${subject}?sequence=${page.picture.sequence}`,
      time: isLive ? 'moving' : 'standing',
    })
    const detail = answer.is === 'there' ? answer.value : null
    const note = { asked: laterWords.homePanel.asked, 'not-there': laterWords.homePanel.notThere, there: '' }[answer.is]
    setText(this.#note, note)
    for (const { root } of [this.#bill, this.#slots, this.#trades]) root.hidden = detail === null
    if (detail === null) return
    this.#bill.draw(detail.bill)
    this.#slots.draw(detail.slots, page.slotMinutes)
    const { nameOf, slotMinutes } = page
    this.#trades.draw({ home: home.home, trades: detail.trades, slotMinutes, nameOf })
  }

  #startOver(): void {
    this.#slots.startOver()
    this.#trades.startOver()
    this.#body.scrollTop = 0
  }
}
