import type { PictureHome } from '#protocol/picture/picture.ts'

/** What a home does at its connection point: shape, fill and word all follow from this. */
export type HomeState = 'gives' | 'takes' | 'idle' | 'silent'

/** How a home is drawn: what it does, and whether its last word is old. */
export const kinds = ['takes', 'gives', 'takes-overdue', 'gives-overdue', 'rests'] as const

/** Less than this is a home at rest, W: a router and a fridge's clock. */
const IDLE_W = 25

/** A home's state by its last reading. */
export function homeState(home: Pick<PictureHome, 'powerW' | 'readingTimeMs'>): HomeState {
  if (home.readingTimeMs === 0) return 'silent'
  if (Math.abs(home.powerW) < IDLE_W) return 'idle'
  return home.powerW > 0 ? 'takes' : 'gives'
}

const rests = kinds.indexOf('rests')
const kindsOf = {
  takes: { fresh: kinds.indexOf('takes'), overdue: kinds.indexOf('takes-overdue') },
  gives: { fresh: kinds.indexOf('gives'), overdue: kinds.indexOf('gives-overdue') },
  idle: { fresh: rests, overdue: rests },
  silent: { fresh: rests, overdue: rests },
} as const

/** Index in `kinds`. */
export function kindOf(home: PictureHome, word: 'fresh' | 'overdue'): number {
  return kindsOf[homeState(home)][word]
}
