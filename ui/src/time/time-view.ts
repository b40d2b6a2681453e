import type { Timeline } from '#protocol/picture/run.ts'
import { element } from '../dom.ts'
import type { Page } from '../page.ts'
import { words } from '../words/words.ts'
import { icon } from './icons.ts'
import { speedName, speeds } from './speeds.ts'
import { TimeBar, type TimeBarListener } from './time-bar.ts'

/** What the viewer does with time. */
export interface TimeListener extends TimeBarListener {
  readonly onToggle: () => void
  /** some events on, or back */
  readonly onStep: (events: number) => void
  readonly onSpeed: (speed: number) => void
  readonly onLive: () => void
}

/** The one control of time, for all of the page. */
export class TimeView {
  readonly #bar: TimeBar
  readonly #play: HTMLButtonElement
  readonly #speed = element('select', {
    class: 'time-speed',
    'aria-label': words.time.speed,
    'data-testid': 'time-speed',
  })
  readonly #live: HTMLButtonElement
  #shown: 'play' | 'pause' | null = null

  constructor(root: HTMLElement, listener: TimeListener) {
    this.#bar = new TimeBar(listener)
    const button = (name: string, label: string, act: () => void, ...content: (Node | string)[]) => {
      const made = element(
        'button',
        { type: 'button', class: 'time-button', 'data-testid': `time-${name}`, 'aria-label': label, title: label },
        ...content,
      )
      made.addEventListener('click', act)
      return made
    }
    this.#play = button('play', words.time.pause, listener.onToggle)
    this.#live = button('live', words.time.toLive, listener.onLive, words.time.live)
    this.#live.classList.add('time-live')
    this.#speed.append(...speeds.map((speed) => element('option', { value: String(speed) }, speedName(speed))))
    this.#speed.addEventListener('change', () => listener.onSpeed(Number(this.#speed.value)))
    root.setAttribute('aria-label', words.time.heading)
    root.append(
      element(
        'div',
        { class: 'time-buttons', role: 'group', 'aria-label': words.time.heading },
        button('back', words.time.back, () => listener.onStep(-1), icon('back')),
        this.#play,
        button('forward', words.time.forward, () => listener.onStep(1), icon('forward')),
        this.#speed,
      ),
      this.#bar.root,
      this.#live,
    )
  }

  set timeline(timeline: Timeline | null) {
    this.#bar.timeline = timeline
  }

  draw(page: Page, more: { readonly hasLive: boolean }): void {
    const shown = page.time.mode === 'paused' ? 'play' : 'pause'
    if (shown !== this.#shown) {
      this.#shown = shown
      this.#play.replaceChildren(icon(shown))
      this.#play.setAttribute('aria-label', words.time[shown])
      this.#play.title = words.time[shown]
    }
    const speed = String(page.time.speed)
    if (this.#speed.value !== speed) this.#speed.value = speed
    this.#live.hidden = !more.hasLive
    this.#live.setAttribute('aria-pressed', String(page.time.mode === 'live'))
    this.#bar.draw(page)
  }
}
