import { columnsOf } from '../columns.ts'
import type { Picture, PictureHome, PictureSlot } from './picture.ts'
import { FRAME_TRADES_MAX, type HomeRow, type Joined, type PictureFrame } from './picture-frame.ts'

/** What somebody lacks who has the picture as it was at a sequence; 0: everything. Shares nothing that changes later. */
export function frameSince(picture: Picture, fromSequence: number): PictureFrame {
  const { homes, slots, batches, tape, counts, log, neighbourhood, rules, grid } = picture
  const isNew = ({ changedAt }: { readonly changedAt: number }) => changedAt > fromSequence
  const joined = joinedSince(homes, fromSequence)
  return {
    fromSequence,
    toSequence: picture.sequence,
    timeMs: picture.timeMs,
    isStopped: picture.isStopped,
    counts: { ...counts },
    ...(picture.openedAt > fromSequence ? { opened: { log, neighbourhood, rules, grid } } : {}),
    homeCount: homes.length,
    ...(joined === null ? {} : { joined }),
    homes: homeColumns(homes, fromSequence),
    slots: slotColumns([...slots.values()].filter(isNew)),
    firstSlot: leastOf(slots.keys()),
    firstBatch: leastOf(batches.keys()),
    batches: [...batches.values()].filter(isNew).map(({ changedAt: _, ...row }) => row),
    trades: columnsOf(tape.filter(({ sequence }) => sequence > fromSequence).slice(-FRAME_TRADES_MAX)),
  }
}

/** The least of some numbers; 0 of none. */
function leastOf(numbers: Iterable<number>): number {
  let least: number | null = null
  for (const number of numbers) if (least === null || number < least) least = number
  return least ?? 0
}

function joinedSince(homes: readonly PictureHome[], fromSequence: number): Joined | null {
  const first = homes.findIndex(({ joinedAt }) => joinedAt > fromSequence)
  if (first === -1) return null
  const names = homes.slice(first).map(({ name }) => name)
  return names.every((name) => name === '') ? null : { first, names }
}

/** Losses are left out where nobody knows them. */
function slotColumns(slots: readonly PictureSlot[]): PictureFrame['slots'] {
  const { lossesWh = [], ...columns } = columnsOf(slots.map(({ changedAt: _, ...row }) => row))
  return { ...columns, ...(lossesWh.some((energyWh) => energyWh !== null) ? { lossesWh } : {}) }
}

function homeColumns(homes: readonly PictureHome[], fromSequence: number): PictureFrame['homes'] {
  const rows: HomeRow[] = []
  for (const home of homes) {
    if (home.changedAt <= fromSequence) continue
    const { name: _, joinedAt: _j, changedAt: _c, ...row } = home
    rows.push(row)
  }
  // What says nothing is left out, and so is the number of each where it is its place.
  const { home: numbers = [], stored = [], quality = [], ...columns } = columnsOf(rows)
  return {
    ...(rows.length === homes.length ? {} : { home: numbers }),
    ...columns,
    ...(quality.some((bits) => bits !== 0) ? { quality } : {}),
    ...(stored.some((share) => share !== null) ? { stored } : {}),
  }
}
