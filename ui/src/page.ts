import type { Status } from '#protocol/messages.ts'
import type { Picture } from '#protocol/picture/picture.ts'
import type { Run } from '#protocol/picture/run.ts'
import type { Book } from './book.ts'
import type { PageState } from './page-state.ts'
import type { Motion, PageTime } from './page-time.ts'
import type { Link } from './store.ts'

/** All that a picture is drawn from. Views read it and keep nothing of it. */
export interface Page {
  readonly picture: Picture
  readonly status: Status | null
  readonly link: Link
  readonly state: PageState
  readonly time: PageTime
  /** which run is shown, by its log: in the address of everything about it, under `api/v1/runs/` */
  readonly run: string
  /** what is known of that run; null before the gateway has told */
  readonly about: Run | null
  readonly motion: Motion
  /** the wall clock of `link`, ms */
  readonly wallMs: number
  /** the neighbourhood's clock, Unix ms */
  readonly clockMs: number
  /** of the neighbourhood's own clock: simulated seconds a second */
  readonly speed: number
  readonly slotMinutes: number
  /** the slot whose market is shown, or null before there is one */
  readonly slot: number | null
  /** whether that slot is chosen for the viewer as time goes on */
  readonly following: boolean
  /** the book of `slot`, as far as it has come */
  readonly book: Book | null
  /** the home whose details are open, and the viewer's own, by number */
  readonly home: number | null
  readonly mine: number | null
  readonly isOverdue: (home: number) => boolean
  /** what a home is called; −1 is somebody who never joined */
  readonly nameOf: (home: number) => string
}
