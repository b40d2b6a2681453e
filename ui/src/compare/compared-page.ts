import { composePage, type Parts } from '../compose-page.ts'
import type { Page } from '../page.ts'
import type { Recording } from '../time/recording.ts'
import type { SharedClock } from './shared-clock.ts'

/** What the two pages of a comparison share with the page that they are opened from. */
export type SharedParts = Pick<Parts, 'store' | 'choices' | 'runs' | 'motion'>

/** The page of one of two runs that are compared: theirs is the time, and nothing is chosen in them. */
export function comparedPage(
  shared: SharedParts,
  of: { readonly clock: SharedClock; readonly at: number; readonly wallMs: number },
): Page {
  const { clock, at, wallMs } = of
  const { picture, run } = clock.recordings[at] as Recording
  const control = { picture, run, book: null, time: clock.time, clockMs: clock.timeOf(at) }
  const choices = { ...shared.choices, slot: null, home: null, mine: null }
  return composePage({ ...shared, control, choices, wallMs })
}
