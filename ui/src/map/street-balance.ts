import type { PictureHome } from '#protocol/picture/picture.ts'
import { homeState } from './home-state.ts'

/** What all homes give and take at their connection points by their last readings, W, and how many do. */
export interface StreetBalance {
  readonly givenW: number
  readonly takenW: number
  readonly givers: number
  readonly takers: number
}

/** Sums up the homes. A home at rest counts with its few watts, and as neither. */
export function streetBalance(homes: readonly PictureHome[]): StreetBalance {
  const balance = { givenW: 0, takenW: 0, givers: 0, takers: 0 }
  for (const home of homes) {
    if (home.powerW > 0) balance.takenW += home.powerW
    else balance.givenW -= home.powerW
    const state = homeState(home)
    if (state === 'gives') balance.givers++
    else if (state === 'takes') balance.takers++
  }
  return balance
}
