import type { Columns } from '../columns.ts'
import type { Picture, PictureBatch, PictureHome, PictureSlot, PictureTrade } from './picture.ts'

/** More trades than this in one frame are not told one by one: nobody could see them. The sums are always whole. */
export const FRAME_TRADES_MAX = 200

/**
 * What has changed in a picture after `fromSequence`, as it is at `toSequence`: absolute values, so that what happened
 * in between can be left out. From 0 it is all of the picture. Applied to any picture between the two it gives the one
 * at `toSequence`.
 */
export interface PictureFrame {
  readonly fromSequence: number
  readonly toSequence: number
  readonly timeMs: number
  readonly isStopped: boolean
  readonly counts: Picture['counts']
  readonly opened?: Pick<Picture, 'log' | 'neighbourhood' | 'rules' | 'grid'>
  readonly homeCount: number
  /** of the homes from `first` on; left out where nobody joined, or names are not told */
  readonly joined?: Joined
  /** without `home` these are all homes, in order */
  readonly homes: Columns<HomeRow>
  readonly slots: Columns<SlotRow>
  /** slots and batches below these are kept no longer */
  readonly firstSlot: number
  readonly firstBatch: number
  readonly batches: readonly BatchRow[]
  /** the newest, oldest first; more may have happened: `counts` says how many */
  readonly trades: Columns<PictureTrade>
}

export type HomeRow = Omit<PictureHome, 'name' | 'joinedAt' | 'changedAt'>
type SlotRow = Omit<PictureSlot, 'changedAt'>
type BatchRow = Omit<PictureBatch, 'changedAt'>

/** The names of homes that have joined, from number `first` on. */
export interface Joined {
  readonly first: number
  readonly names: readonly string[]
}
