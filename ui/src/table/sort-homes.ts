import type { PictureHome } from '#protocol/picture/picture.ts'
import { homeState } from '../map/home-state.ts'

export const homeColumns = ['name', 'state', 'power', 'age'] as const
export type HomeColumn = (typeof homeColumns)[number]

export interface HomeOrder {
  readonly by: HomeColumn
  readonly direction: 'ascending' | 'descending'
}

const stateRank = { gives: 0, takes: 1, idle: 2, silent: 3 } as const

/**
 * Homes in an order: by name as people count ("home 2" before "home 10"), by state (gives, takes, at rest, silent), by
 * power, or by the age of the last reading; equals by their number. A home that never spoke is last in power and age,
 * whichever way.
 */
export function sortHomes(
  homes: readonly PictureHome[],
  order: HomeOrder,
  names: { readonly nameOf: (home: number) => string; readonly locale: string },
): readonly PictureHome[] {
  const { by, direction } = order
  const turned = direction === 'ascending' ? 1 : -1
  const isSilent = ({ readingTimeMs }: PictureHome) => Number(readingTimeMs === 0)
  const silentLast = by === 'power' || by === 'age' ? isSilent : () => 0
  const compare = comparison(by, names)
  return [...homes].sort((a, b) => silentLast(a) - silentLast(b) || turned * compare(a, b) || a.home - b.home)
}

function comparison(
  by: HomeColumn,
  { nameOf, locale }: { readonly nameOf: (home: number) => string; readonly locale: string },
): (a: PictureHome, b: PictureHome) => number {
  if (by === 'power') return (a, b) => a.powerW - b.powerW
  // The older the reading, the greater its age.
  if (by === 'age') return (a, b) => b.readingTimeMs - a.readingTimeMs
  if (by === 'state') return (a, b) => stateRank[homeState(a)] - stateRank[homeState(b)]
  const { compare } = new Intl.Collator(locale, { numeric: true })
  return (a, b) => compare(nameOf(a.home), nameOf(b.home))
}
