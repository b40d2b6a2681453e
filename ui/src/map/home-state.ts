import type { StreetHome } from '#protocol/street.ts'

/** What a home does at its connection point: shape, fill and word all follow from this. */
export type HomeState = 'gives' | 'takes' | 'idle' | 'silent'

/** Less than this is a home at rest, W: a router and a fridge's clock. */
const IDLE_W = 25

/** A home's state by its last reading. */
export function homeState(home: StreetHome): HomeState {
  if (home.readingSequence < 0) return 'silent'
  if (Math.abs(home.powerW) < IDLE_W) return 'idle'
  return home.powerW > 0 ? 'takes' : 'gives'
}
