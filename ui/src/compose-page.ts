import type { Run } from '#protocol/picture/run.ts'
import { count } from './format.ts'
import { isOverdue } from './is-overdue.ts'
import { slotToFollow } from './market/slots.ts'
import type { Page } from './page.ts'
import { pageState } from './page-state.ts'
import type { Motion } from './page-time.ts'
import type { Choices } from './selection.ts'
import type { StreetStore } from './store.ts'
import type { TimeControl } from './time/time-control.ts'
import { words } from './words/words.ts'

/** What a picture of the page is made of. */
export interface Parts {
  readonly store: StreetStore
  readonly control: Pick<TimeControl, 'picture' | 'clockMs' | 'time' | 'run' | 'book'>
  readonly choices: Choices
  readonly runs: readonly Run[]
  readonly motion: Motion
  readonly wallMs: number
}

/** The page of this moment. */
export function composePage({ store, control, choices, runs, motion, wallMs }: Parts): Page {
  const { status, link } = store
  const { picture, clockMs, time, run } = control
  const about = runs.find(({ log }) => log === run) ?? null
  const lives = about === null || about.kind === 'live'
  const speed = lives ? (status?.speed ?? 1) : 1
  // A slot that the street has forgotten, or does not know yet, cannot be shown.
  const chosen = choices.slot !== null && picture.slots.has(choices.slot) ? choices.slot : null
  const slot = chosen ?? slotToFollow(picture.slots)
  const clock = { nowMs: clockMs, speed }
  const isThere = (home: number | null) => (home !== null && home < picture.homes.length ? home : null)
  return {
    picture,
    status,
    link,
    state: pageState({ time, link, picture, status, slot, motion, nowMs: wallMs }),
    time,
    run,
    about,
    motion,
    wallMs,
    clockMs,
    speed,
    slotMinutes: picture.rules?.slotMinutes ?? 15,
    slot,
    following: chosen === null,
    book: control.book,
    home: isThere(choices.home),
    mine: isThere(choices.mine),
    isOverdue: (number) => {
      const home = picture.homes[number]
      return home !== undefined && isOverdue(home, clock)
    },
    nameOf: (home) => nameOf(picture.homes[home], home),
  }
}

function nameOf(home: { readonly name: string } | undefined, number: number): string {
  if (home === undefined) return words.stranger
  return home.name === '' ? words.home(count(number + 1)) : home.name
}
