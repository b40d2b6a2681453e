import { rowsOf } from '../columns.ts'
import { TAPE_LENGTH } from '../street.ts'
import { emptyPicture, newHome, type Picture, type PictureTrade } from './picture.ts'
import type { HomeRow, PictureFrame } from './picture-frame.ts'

/** What a frame brought that the sums alone do not show. */
export interface FrameNews {
  /** oldest first */
  readonly trades: readonly PictureTrade[]
  /** trades that happened as well and are told in sums only */
  readonly untoldTrades: number
}

/**
 * Takes a picture to the end of a frame, in place. The picture must stand between the frame's two sequences; a frame
 * from 0 takes the place of any picture. Throws a RangeError for a frame that begins beyond the picture.
 */
export function applyFrame(picture: Picture, frame: PictureFrame): FrameNews {
  if (frame.fromSequence > picture.sequence) {
    throw new RangeError(`a frame from ${frame.fromSequence} does not fit a picture at ${picture.sequence}`)
  }
  const isWhole = frame.fromSequence === 0
  if (isWhole) clear(picture)
  const { toSequence } = frame
  if (frame.opened !== undefined) Object.assign(picture, frame.opened, { openedAt: toSequence })
  applyHomes(picture, frame)
  for (const row of rowsOf(frame.slots))
    picture.slots.set(row.slot, { ...row, lossesWh: row.lossesWh ?? null, changedAt: toSequence })
  for (const slot of picture.slots.keys()) if (slot < frame.firstSlot) picture.slots.delete(slot)
  for (const batch of frame.batches) picture.batches.set(batch.number, { ...batch, changedAt: toSequence })
  for (const number of picture.batches.keys()) if (number < frame.firstBatch) picture.batches.delete(number)
  const trades = rowsOf<PictureTrade>(frame.trades).filter(({ sequence }) => sequence > picture.sequence)
  picture.tape.push(...trades)
  if (picture.tape.length > TAPE_LENGTH) picture.tape.splice(0, picture.tape.length - TAPE_LENGTH)
  const untoldTrades = isWhole ? 0 : frame.counts.trades - picture.counts.trades - trades.length
  Object.assign(picture.counts, frame.counts)
  picture.isStopped = frame.isStopped
  picture.timeMs = frame.timeMs
  picture.sequence = toSequence
  return { trades: isWhole ? [] : trades, untoldTrades }
}

function clear(picture: Picture): void {
  const { sequence, log, neighbourhood, rules, grid, openedAt } = emptyPicture()
  Object.assign(picture, { sequence, log, neighbourhood, rules, grid, openedAt })
  picture.homes.length = 0
  picture.slots.clear()
  picture.tape.length = 0
  picture.batches.clear()
}

function applyHomes(picture: Picture, { homeCount, joined, homes, toSequence }: PictureFrame): void {
  for (let home = picture.homes.length; home < homeCount; home++) {
    picture.homes.push(newHome({ home, name: joined?.names[home - joined.first] ?? '', joinedAt: toSequence }))
  }
  const length = homes.powerW?.length ?? 0
  const columns = homes as { readonly [K in keyof HomeRow]?: readonly HomeRow[K][] }
  for (let row = 0; row < length; row++) {
    const home = picture.homes[columns.home?.[row] ?? row]
    if (home === undefined) throw new RangeError(`a frame speaks of home ${columns.home?.[row]}, of ${homeCount}`)
    home.powerW = columns.powerW?.[row] ?? 0
    home.importWh = columns.importWh?.[row] ?? 0
    home.exportWh = columns.exportWh?.[row] ?? 0
    home.readingTimeMs = columns.readingTimeMs?.[row] ?? 0
    home.everyMs = columns.everyMs?.[row] ?? 0
    home.quality = columns.quality?.[row] ?? 0
    home.stored = columns.stored?.[row] ?? null
    home.changedAt = toSequence
  }
}
