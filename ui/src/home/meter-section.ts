import type { PictureHome } from '#protocol/picture/picture.ts'
import { element, setText } from '../dom.ts'
import { count, duration, exactKilowattHours, fixed, percent } from '../format.ts'
import { homeState } from '../map/home-state.ts'
import type { Page } from '../page.ts'
import { laterWords } from '../words/later-words.ts'
import { words } from '../words/words.ts'
import { qualitySentence } from './quality-sentence.ts'

const registers = ['power', 'imported', 'exported', 'stored'] as const
type Register = (typeof registers)[number]

/** What a home's meter says: register, value, age; and why it is doubted, if it is. */
export class MeterSection {
  readonly #power = element('strong', { class: 'detail-power number' })
  readonly #state = element('span', { class: 'detail-state' })
  readonly #values = new Map<
    Register,
    { readonly row: HTMLElement; readonly value: HTMLElement; readonly age: HTMLElement }
  >()
  readonly #quality = element('p', { class: 'detail-quality' })
  readonly #fill = element('i', { class: 'battery-fill' })
  readonly root: HTMLElement

  constructor() {
    const { column, register } = laterWords.homePanel
    const head = element(
      'tr',
      {},
      ...[column.register, column.value, column.age].map((name) => element('th', { scope: 'col' }, name)),
    )
    this.root = element(
      'section',
      { class: 'detail-meter', 'aria-label': laterWords.homePanel.meter },
      element('p', { class: 'detail-now' }, this.#power, this.#state),
      element(
        'table',
        {},
        element('thead', {}, head),
        element('tbody', {}, ...registers.map((name) => this.#row(name, register[name]))),
      ),
      this.#quality,
    )
  }

  draw(page: Page, home: PictureHome): void {
    const state = homeState(home)
    const isSilent = state === 'silent'
    this.root.dataset.state = state
    setText(this.#power, isSilent ? '–' : `${count(Math.abs(home.powerW))} W`)
    setText(this.#state, isSilent ? words.homeState.silent : `${words.homeState[state]} ${words.card.now}`)
    const ago = duration(page.clockMs - home.readingTimeMs)
    const age = page.isOverdue(home.home) ? words.card.late(ago) : words.card.ago(ago)
    this.#show('power', isSilent ? null : `${fixed(home.powerW, 0)} W`, age)
    this.#show('imported', isSilent ? null : `${exactKilowattHours(home.importWh)} kWh`, age)
    this.#show('exported', isSilent ? null : `${exactKilowattHours(home.exportWh)} kWh`, age)
    this.#show('stored', home.stored === null ? null : percent(home.stored), age)
    this.#fill.style.setProperty('--stored', String(home.stored ?? 0))
    const battery = this.#values.get('stored')
    if (battery !== undefined) battery.row.hidden = home.stored === null
    setText(this.#quality, isSilent ? '' : qualitySentence(home.quality))
    this.#quality.dataset.doubt = home.quality === 0 ? 'none' : 'some'
  }

  #row(name: Register, label: string): HTMLElement {
    const text = element('span', { class: 'number' })
    const value = element(
      'td',
      {},
      ...(name === 'stored' ? [element('span', { class: 'battery' }, this.#fill)] : []),
      text,
    )
    const age = element('td')
    const row = element('tr', {}, element('th', { scope: 'row' }, label), value, age)
    this.#values.set(name, { row, value: text, age })
    return row
  }

  #show(name: Register, text: string | null, age: string): void {
    const shown = this.#values.get(name)
    if (shown === undefined) return
    setText(shown.value, text ?? '–')
    setText(shown.age, text === null ? words.card.never : age)
  }
}
