import type { Status } from '#protocol/messages.ts'
import type { Street } from '#protocol/street.ts'
import type { Link } from './store.ts'

/** What the page is to its viewer at this moment. */
export type PageState =
  | 'connecting'
  | 'nothing'
  | 'starting'
  | 'live'
  | 'stale'
  | 'disconnected'
  | 'catching-up'
  | 'unreadable'

/** The gateway speaks once a second: after two missed words what is shown is old. */
const STALE_AFTER_MS = 2_500
/** Further behind than a few frames can be. */
const BEHIND_EVENTS = 1_000

/** The state that follows from the connection and from what has arrived. `nowMs` is the wall clock of `link`. */
export function pageState(now: {
  readonly link: Link
  readonly street: Street
  readonly status: Status | null
  readonly nowMs: number
}): PageState {
  const { link, street } = now
  if (link.unreadable !== null) return 'unreadable'
  const seen = street.sequence > 0
  if (!link.connected) return seen ? 'disconnected' : 'connecting'
  if (now.nowMs - link.heardAtMs > STALE_AFTER_MS) return seen ? 'stale' : 'connecting'
  if (seen && (link.awaiting || eventsBehind(now) > BEHIND_EVENTS)) return 'catching-up'
  if (!seen) return link.awaiting && now.status?.sequence !== 0 ? 'connecting' : 'nothing'
  const spoken = street.homes.values().some((home) => home.readingSequence >= 0)
  return spoken && street.slots.size > 0 ? 'live' : 'starting'
}

/** How many events the gateway has that the page has not. */
export function eventsBehind(now: { readonly street: Street; readonly status: Status | null }): number {
  return Math.max(0, (now.status?.sequence ?? 0) - now.street.sequence)
}
