import type { PictureSlot } from '#protocol/picture/picture.ts'
import { slotStartMs } from '#protocol/slot.ts'
import { count, duration } from '../format.ts'
import type { Page } from '../page.ts'
import type { Times } from '../times.ts'
import { words } from '../words/words.ts'

/** What can be done in a slot now, why not, and until when: one sentence. */
export function slotStatus(
  { picture, clockMs, slotMinutes }: Pick<Page, 'picture' | 'clockMs' | 'slotMinutes'>,
  slot: PictureSlot | undefined,
  times: Times,
): string {
  const say = words.market.status
  if (picture.isStopped) return say.stopped
  if (slot === undefined) return say.none
  const startMs = slotStartMs({ slot: slot.slot, slotMinutes })
  const endMs = slotStartMs({ slot: slot.slot + 1, slotMinutes })
  const gateMs = startMs - (picture.rules?.gateBeforeDeliveryMs ?? 0)
  const at = (timeMs: number): [string, string] => [times.clock(timeMs), duration(timeMs - clockMs)]
  switch (slot.phase) {
    case 'scheduled':
      return say.scheduled
    case 'call':
      return slot.untilMs === null ? say.call : say.callUntil(...at(slot.untilMs))
    case 'continuous':
      return say.continuous(...at(gateMs))
    case 'halted': {
      const why =
        slot.cause === 'band' ? say.haltedByBand : slot.cause === 'operator' ? say.haltedByOperator : say.halted
      return slot.untilMs === null
        ? `${why} ${say.haltedUntilResumed}`
        : `${why} ${say.haltedUntil(...at(slot.untilMs))}`
    }
    case 'closed':
      return say.closed(...at(startMs))
    case 'delivering':
      return say.delivering(...at(endMs))
    case 'metering':
      return say.metering(count(slot.statements), count(picture.homes.length))
    case 'settling':
    case 'disputed':
      return say[slot.phase]
    case 'settled':
      return slot.estimates === 0 ? say.settled : say.settledWithEstimates(count(slot.estimates))
  }
}
