import { tornEvent } from './event-lines.ts'
import { type LogBatch, lastSequenceOf } from './log-batch.ts'

/** What a log holds one of. */
export const recordWord = ({ encoding }: Pick<LogBatch, 'encoding'>): 'event' | 'command' =>
  encoding === 'commands' ? 'command' : 'event'

/** Says of a batch that does not fit its checksum where it is torn: the event, or else the range. */
export function tornDetail(batch: LogBatch): string {
  const { firstSequence, count } = batch
  const event = batch.encoding === 'commands' ? null : tornEvent(batch)
  if (event !== null) return `event ${event} is torn: it does not fit its checksum`
  const word = recordWord(batch)
  if (count === 1) return `${word} ${firstSequence} is torn: it does not fit its checksum`
  return `${word}s ${firstSequence} to ${lastSequenceOf(batch)} are torn: they do not fit their checksum`
}
