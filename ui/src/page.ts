import type { Status } from '#protocol/messages.ts'
import type { Street } from '#protocol/street.ts'
import type { PageState } from './page-state.ts'
import type { Link } from './store.ts'

/** All that a picture is drawn from. Views read it and keep nothing of it. */
export interface Page {
  readonly street: Street
  readonly status: Status | null
  readonly link: Link
  readonly state: PageState
  /** the wall clock of `link`, ms */
  readonly wallMs: number
  /** the neighbourhood's clock, Unix ms */
  readonly clockMs: number
  readonly speed: number
  readonly slotMinutes: number
  /** the slot whose market is shown, or null before there is one */
  readonly slot: number | null
  /** whether that slot is chosen for the viewer as time goes on */
  readonly following: boolean
  readonly isOverdue: (home: string) => boolean
}
