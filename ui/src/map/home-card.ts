import { element, setText } from '../dom.ts'
import { count, duration, exactKilowattHours, kilowattHours } from '../format.ts'
import type { Page } from '../page.ts'
import { slotSpan, timesIn } from '../times.ts'
import { words } from '../words.ts'
import { homeState } from './home-state.ts'
import type { HomePlace } from './layout.ts'

const rows = ['imported', 'exported', 'reading', 'sold', 'bought', 'open', 'wanted'] as const
type Row = (typeof rows)[number]

/** The card of one home: what it does now, its counters, what it has in the slot shown. */
export class HomeCard {
  readonly root = element('aside', { class: 'card', 'data-testid': 'home-card', hidden: '' })
  readonly #times = timesIn()
  readonly #name = element('h3')
  readonly #power = element('strong', { class: 'card-power' })
  readonly #state = element('span', { class: 'card-state' })
  readonly #slot = element('h4')
  readonly #values = new Map<Row, HTMLElement>()

  constructor(onClose: () => void) {
    const close = element('button', { class: 'card-close', type: 'button', 'aria-label': words.card.close }, '×')
    close.addEventListener('click', onClose)
    const list = (names: readonly Row[]) =>
      element(
        'dl',
        {},
        ...names.map((name) => {
          const value = element('dd')
          this.#values.set(name, value)
          return element('div', {}, element('dt', {}, words.card[name]), value)
        }),
      )
    this.root.append(
      element('header', {}, this.#name, close),
      element('p', { class: 'card-now' }, this.#power, this.#state),
      list(rows.slice(0, 3)),
      this.#slot,
      list(rows.slice(3)),
    )
  }

  hide(): void {
    this.root.hidden = true
  }

  /** Shows a home beside its place, on the side where there is room. Returns false if there is no such home. */
  show(options: {
    readonly page: Page
    readonly home: string
    readonly place: HomePlace
    readonly box: { readonly width: number; readonly height: number }
    readonly chosen: boolean
  }): boolean {
    const { page, place, box } = options
    const home = page.street.homes.get(options.home)
    if (home === undefined) return false
    const state = homeState(home)
    this.root.hidden = false
    this.root.classList.toggle('chosen', options.chosen)
    this.root.dataset.state = state
    setText(this.#name, home.home)
    setText(this.#power, state === 'silent' ? '–' : `${count(Math.abs(home.powerW))} W`)
    setText(this.#state, state === 'silent' ? words.homeState.silent : `${words.homeState[state]} ${words.card.now}`)
    const age = duration(page.clockMs - home.readingTimeMs)
    this.#set('imported', `${kilowattHours(home.importWh)} kWh`)
    this.#set('exported', `${kilowattHours(home.exportWh)} kWh`)
    const spoken = page.isOverdue(home.home) ? words.card.late(age) : words.card.ago(age)
    this.#set('reading', state === 'silent' ? words.card.never : spoken)
    this.#showSlot(page, home.account)
    this.#place(place, box)
    return true
  }

  #showSlot(page: Page, account: `0x${string}`): void {
    const slot = page.slot === null ? undefined : page.street.slots.get(page.slot)
    const position = slot?.positions.get(account)
    const open = { buy: 0, sell: 0 }
    for (const order of slot?.openOrders.values() ?? []) {
      if (order.account === account) open[order.side] += order.openWh
    }
    setText(
      this.#slot,
      slot === undefined
        ? words.market.none
        : words.card.slot(slotSpan(this.#times, { slot: slot.slot, slotMinutes: page.slotMinutes })),
    )
    this.#set('sold', `${exactKilowattHours(position?.soldWh ?? 0)} kWh`)
    this.#set('bought', `${exactKilowattHours(position?.boughtWh ?? 0)} kWh`)
    this.#set('open', `${exactKilowattHours(open.sell)} kWh`)
    this.#set('wanted', `${exactKilowattHours(open.buy)} kWh`)
  }

  #place(place: HomePlace, box: { readonly width: number; readonly height: number }): void {
    const { offsetWidth: width, offsetHeight: height } = this.root
    const right = place.x + 56 + width < box.width - 8
    const x = right ? place.x + 56 : Math.max(8, place.x - 56 - width)
    const y = Math.min(Math.max(8, place.y - height / 2), Math.max(8, box.height - height - 8))
    this.root.style.setProperty('--card-x', `${Math.round(x)}px`)
    this.root.style.setProperty('--card-y', `${Math.round(y)}px`)
  }

  #set(row: Row, text: string): void {
    const value = this.#values.get(row)
    if (value !== undefined) setText(value, text)
  }
}
