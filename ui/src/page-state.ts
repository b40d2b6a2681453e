import type { Status } from '#protocol/messages.ts'
import type { Picture } from '#protocol/picture/picture.ts'
import type { Motion, PageTime } from './page-time.ts'
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
  | 'halted'
  | 'chain-behind'
  | 'slow'
  | 'paused'
  | 'replaying'
  | 'unreadable'

/** The gateway speaks once a second: after two missed words what is shown is old. */
const STALE_AFTER_MS = 2_500
/** Further behind than a few frames can be. */
const BEHIND_EVENTS = 1_000
/** A transaction that fails once is sent again: that is no news. */
const CHAIN_PATIENCE_MS = 5_000

/** What the state follows from. `nowMs` is the wall clock of `link`; `slot` the one whose market is shown. */
export interface Circumstances {
  readonly time: Pick<PageTime, 'mode'>
  readonly link: Link
  readonly picture: Picture
  readonly status: Status | null
  readonly slot: number | null
  readonly motion: Motion
  readonly nowMs: number
}

/** The one state that matters most: first what hides the truth, then what ails the market, then our own troubles. */
export function pageState(now: Circumstances): PageState {
  const { link, picture } = now
  if (now.time.mode === 'paused') return 'paused'
  if (now.time.mode === 'playing') return 'replaying'
  if (link.unreadable !== null) return 'unreadable'
  const seen = picture.sequence > 0
  const isSilent = now.nowMs - link.heardAtMs > STALE_AFTER_MS
  if (!link.connected) {
    if (!seen) return 'connecting'
    // The first picture is here before the line that its news come by.
    return link.wasConnected || isSilent ? 'disconnected' : 'catching-up'
  }
  if (isSilent) return seen ? 'stale' : 'connecting'
  if (seen && (link.awaiting || eventsBehind(now) > BEHIND_EVENTS)) return 'catching-up'
  if (!seen) return link.awaiting && now.status?.sequence !== 0 ? 'connecting' : 'nothing'
  if (picture.isStopped || isHalted(now)) return 'halted'
  if (!picture.homes.some(({ readingTimeMs }) => readingTimeMs > 0) || picture.slots.size === 0) return 'starting'
  if ((now.status?.settlementFailingMs ?? 0) > CHAIN_PATIENCE_MS) return 'chain-behind'
  return now.motion === 'less' ? 'slow' : 'live'
}

/** How many events the gateway has that the page has not. */
export function eventsBehind(now: { readonly picture: Picture; readonly status: Status | null }): number {
  return Math.max(0, (now.status?.sequence ?? 0) - now.picture.sequence)
}

function isHalted({ picture, slot }: Pick<Circumstances, 'picture' | 'slot'>): boolean {
  return slot !== null && picture.slots.get(slot)?.phase === 'halted'
}
