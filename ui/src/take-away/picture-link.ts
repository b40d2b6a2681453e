import { linkOf } from '../link/link-of.ts'
import { placeName } from '../link/map-place.ts'
import type { MapPlace } from '../map/map-place.ts'
import type { Page } from '../page.ts'
import type { Choices } from '../selection.ts'

/** The whole address that brings the very picture of a page back. */
export function pictureLink(of: {
  readonly page: Page
  readonly choices: Choices
  /** where the map is looked at */
  readonly place: MapPlace
}): string {
  const { run, slot, time, picture } = of.page
  // What lives goes on: the very picture is one that stands.
  const mode = time.mode === 'live' ? 'paused' : time.mode
  const { speed } = time
  const hash = linkOf({ ...of.choices, zoom: placeName(of.place), slot, run, mode, speed, sequence: picture.sequence })
  return `${location.origin}${location.pathname}${location.search}${hash}`
}
