import { attachButton } from './attach/attach-button.ts'
import type { AttachPage } from './attach/attach-step.ts'
import { element, setText, svg } from './dom.ts'
import { count } from './format.ts'
import type { Page } from './page.ts'
import type { Theme } from './selection.ts'
import { stateDetail } from './state-detail.ts'
import { themeShown } from './theme.ts'
import { timesIn } from './times.ts'
import { words } from './words/words.ts'

/** What the viewer does on top of the page. */
export interface HeaderListener {
  readonly onTheme: (theme: Theme) => void
  readonly onTakeAway: () => void
  readonly onCompare: () => void
  readonly onKeys: () => void
  readonly attach: AttachPage
}

/** The line on top: whose street, how we stand with it, what time it is there. */
export class HeaderView {
  readonly #local = timesIn()
  readonly #utc = timesIn('UTC')
  readonly #street = element('p', { class: 'header-street' })
  readonly #name = element('strong')
  readonly #detail = element('span', { class: 'header-detail' })
  readonly #state = element(
    'p',
    { class: 'state', 'data-testid': 'connection', 'data-state': 'connecting' },
    element('i', { class: 'state-mark', 'aria-hidden': 'true' }),
    this.#name,
    this.#detail,
  )
  readonly #clock = element('time', { class: 'header-clock', 'data-testid': 'clock' })
  readonly #date = element('span', { class: 'header-date' })
  readonly #slot = element('span', { class: 'header-slot' })
  readonly #theme: HTMLButtonElement
  readonly #compare: HTMLButtonElement
  readonly #tools = element('div', { class: 'header-tools' })
  readonly #attach: AttachPage
  #offersAttach = false

  constructor(root: HTMLElement, listener: HeaderListener) {
    this.#attach = listener.attach
    this.#theme = button('theme', '', () => listener.onTheme(this.#next), element('i', { 'aria-hidden': 'true' }))
    this.#theme.classList.add('theme')
    this.#compare = button('compare', words.compare.open, listener.onCompare, drawing(compareSign))
    this.#compare.hidden = true
    this.#tools.append(
      this.#compare,
      button('take-away', words.takeAway.heading, listener.onTakeAway, drawing(takeAwaySign)),
      button('keys', words.keys.open, listener.onKeys, '?'),
      this.#theme,
    )
    root.append(
      element(
        'h1',
        { class: 'wordmark' },
        element('img', { src: './icon.svg', alt: '', width: '26', height: '26' }),
        words.title,
      ),
      this.#street,
      this.#state,
      element(
        'p',
        { class: 'header-time' },
        element('span', { class: 'header-day' }, this.#date, this.#slot),
        this.#clock,
      ),
      this.#tools,
    )
  }

  draw(
    page: Page,
    more: { readonly theme: Theme | null; readonly runs: number; readonly waitsFor: string | null },
  ): void {
    const { picture, clockMs } = page
    const { neighbourhood, homes } = picture
    setText(this.#street, neighbourhood === '' ? '' : `${neighbourhood} · ${words.homes(count(homes.length))}`)
    this.#state.dataset.state = page.state
    document.body.dataset.state = page.state
    setText(this.#name, words.state[page.state])
    setText(this.#detail, more.waitsFor ?? stateDetail(page))
    this.#nameTheme(themeShown(more.theme))
    this.#compare.hidden = more.runs < 2
    // Only where something lives is there anything to attach to.
    if (!this.#offersAttach && page.link.connected) {
      this.#offersAttach = true
      this.#tools.prepend(attachButton(this.#attach))
    }
    if (picture.rules === null || clockMs === 0) return
    const present = Math.floor(clockMs / (page.slotMinutes * 60_000))
    setText(this.#clock, this.#local.clock(clockMs))
    this.#clock.dateTime = new Date(clockMs).toISOString()
    setText(this.#date, `${this.#local.date(clockMs)}, ${this.#local.zone(clockMs)}`)
    setText(this.#slot, words.utcSlot(count(present), this.#utc.clock(present * page.slotMinutes * 60_000)))
  }

  #next: Theme = 'dark'

  #nameTheme(shown: Theme): void {
    this.#next = shown === 'dark' ? 'light' : 'dark'
    const label = shown === 'dark' ? words.toLight : words.toDark
    if (this.#theme.title === label) return
    this.#theme.setAttribute('aria-label', label)
    this.#theme.title = label
  }
}

const compareSign = 'M3 4h6v12H3zM11 4h6v12h-6z'
const takeAwaySign = 'M10 3v9m-4-4 4 4 4-4M4 16h12'

function drawing(d: string): SVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 20 20', width: 20, height: 20, class: 'sign', 'aria-hidden': 'true' },
    svg('path', { d }),
  )
}

function button(name: string, label: string, act: () => void, content: Node | string): HTMLButtonElement {
  const made = element(
    'button',
    { type: 'button', class: 'tool', 'data-testid': `open-${name}`, 'aria-label': label, title: label },
    content,
  )
  made.addEventListener('click', act)
  return made
}
