import { element, setText } from './dom.ts'
import { count, duration } from './format.ts'
import type { Page } from './page.ts'
import { eventsBehind } from './page-state.ts'
import { isDark } from './theme.ts'
import { timesIn } from './times.ts'
import { words } from './words.ts'

/** The line on top: whose street, how we stand with it, what time it is there. */
export function createHeader(root: HTMLElement, onTheme: () => void): { readonly draw: (page: Page) => void } {
  const local = timesIn()
  const utc = timesIn('UTC')
  const street = element('p', { class: 'header-street' })
  const stateName = element('strong', { role: 'status' })
  const stateDetail = element('span', { class: 'header-detail' })
  const state = element(
    'p',
    { class: 'state', 'data-testid': 'connection', 'data-state': 'connecting' },
    element('i', { class: 'state-mark', 'aria-hidden': 'true' }),
    stateName,
    stateDetail,
  )
  const clock = element('time', { class: 'header-clock', 'data-testid': 'clock' })
  const date = element('span', { class: 'header-date' })
  const slot = element('span', { class: 'header-slot' })
  const theme = element('button', { class: 'theme', type: 'button' }, element('i', { 'aria-hidden': 'true' }))
  const nameTheme = () => {
    const label = isDark() ? words.toLight : words.toDark
    theme.setAttribute('aria-label', label)
    theme.title = label
  }
  theme.addEventListener('click', () => {
    onTheme()
    nameTheme()
  })
  nameTheme()
  root.append(
    element(
      'h1',
      { class: 'wordmark' },
      element('img', { src: './icon.svg', alt: '', width: '26', height: '26' }),
      words.title,
    ),
    street,
    state,
    element('p', { class: 'header-time' }, element('span', { class: 'header-day' }, date, slot), clock),
    theme,
  )

  return {
    draw(page) {
      const { street: now, clockMs } = page
      setText(street, now.neighbourhood === '' ? '' : `${now.neighbourhood} · ${words.homes(count(now.homes.size))}`)
      state.dataset.state = page.state
      document.body.dataset.state = page.state
      setText(stateName, words.state[page.state])
      setText(stateDetail, detailOf(page))
      if (now.rules === null || clockMs === 0) return
      const present = Math.floor(clockMs / (page.slotMinutes * 60_000))
      setText(clock, local.clock(clockMs))
      clock.dateTime = new Date(clockMs).toISOString()
      setText(date, `${local.date(clockMs)}, ${local.zone(clockMs)}`)
      setText(slot, words.utcSlot(count(present), utc.clock(present * page.slotMinutes * 60_000)))
    },
  }
}

function detailOf(page: Page): string {
  const age = duration(page.wallMs - page.link.heardAtMs)
  switch (page.state) {
    case 'live':
    case 'starting':
      return page.speed === 1 ? words.realTime : words.simulated(count(page.speed))
    case 'stale':
      return words.detail.stale(age)
    case 'disconnected':
      return words.detail.disconnected(age)
    case 'catching-up': {
      const behind = eventsBehind(page)
      return behind === 0 ? '' : words.detail.catchingUp(count(behind))
    }
    case 'unreadable':
      return page.link.unreadable ?? ''
    default:
      return ''
  }
}
