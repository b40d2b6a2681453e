import { count, duration } from './format.ts'
import type { Page } from './page.ts'
import { eventsBehind } from './page-state.ts'
import { speedName } from './time/speeds.ts'
import { slotSpan, timesIn } from './times.ts'
import { words } from './words/words.ts'

/** What is to be said beside the name of the page's state. */
export function stateDetail(page: Page): string {
  const age = duration(page.wallMs - page.link.heardAtMs)
  switch (page.state) {
    case 'live':
    case 'starting':
      // How fast its clock goes is known with the first status.
      if (page.status === null) return ''
      return page.speed === 1 ? words.realTime : words.simulated(count(page.speed))
    case 'stale':
      return words.detail.stale(age)
    case 'disconnected':
      return words.detail.disconnected(age)
    case 'catching-up': {
      const behind = eventsBehind(page)
      return behind === 0 ? '' : words.detail.catchingUp(count(behind))
    }
    case 'halted':
      return haltOf(page)
    case 'chain-behind':
      return words.detail.chainBehind
    case 'slow':
      return words.detail.slow
    case 'paused':
    case 'replaying': {
      const how = page.state === 'paused' ? words.detail.paused : words.detail.replaying(speedName(page.time.speed))
      return page.about === null || page.about.kind === 'live' ? how : `${page.about.name} · ${how}`
    }
    case 'unreadable':
      return page.link.unreadable ?? ''
    default:
      return ''
  }
}

function haltOf({ picture, slot: number, slotMinutes }: Page): string {
  if (picture.isStopped) return words.detail.stopped
  const slot = number === null ? undefined : picture.slots.get(number)
  if (slot === undefined) return ''
  const times = timesIn()
  const span = slotSpan(times, { slot: slot.slot, slotMinutes })
  return slot.untilMs === null ? words.detail.halted(span) : words.detail.haltedUntil(span, times.clock(slot.untilMs))
}
