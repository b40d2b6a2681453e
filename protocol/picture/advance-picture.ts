import { applyPictureEvent } from './apply-picture-event.ts'
import type { Picture } from './picture.ts'
import type { PictureEvent, PictureMoment } from './picture-event.ts'

/**
 * Takes a picture to the next sequence, in place, and to what that came to; often nothing that can be seen: also then the
 * picture says how far in the log it is.
 */
export function advancePicture(picture: Picture, moment: PictureMoment, events: readonly PictureEvent[]): void {
  for (const event of events) applyPictureEvent(picture, moment, event)
  picture.sequence = moment.sequence
  picture.timeMs = Math.max(picture.timeMs, moment.timeMs)
}
