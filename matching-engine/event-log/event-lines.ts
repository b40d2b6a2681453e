import { crc32, zstdDecompressSync } from 'node:zlib'
import type { LoggedEvent, MarketEvent } from '#protocol/market-event.ts'
import type { LogBatch } from './log-batch.ts'

/** Before the JSON of an event: its CRC-32 in hexadecimal digits, and a space. */
const PREFIX_LENGTH = 9

/** Events as lines of text: of each its CRC-32 and its JSON, so that of many the one with a changed byte is found. */
export function encodeEvents(events: readonly MarketEvent[]): Uint8Array {
  return encodeJson(events.map((event) => JSON.stringify(event)))
}

/** The same of events that are JSON already. */
export function encodeJson(events: readonly string[]): Uint8Array {
  return Buffer.from(events.map((json) => `${prefixOf(json)}${json}\n`).join(''))
}

/** The events of an intact batch. Throws if it holds commands. */
export function decodeEvents(batch: LogBatch): LoggedEvent[] {
  if (batch.encoding === 'commands') throw new Error(`${batch.partition} is a journal of commands, not of events`)
  const events: LoggedEvent[] = []
  for (const line of linesOf(batch)) {
    const event = JSON.parse(line.slice(PREFIX_LENGTH)) as MarketEvent
    events.push({ sequence: batch.firstSequence + events.length, event })
  }
  return events
}

/** The first event of a batch that does not fit its own checksum; null if all do, or none can be read. */
export function tornEvent(batch: LogBatch): number | null {
  try {
    const torn = linesOf(batch).findIndex((line) => !line.startsWith(prefixOf(line.slice(PREFIX_LENGTH))))
    return torn < 0 ? null : batch.firstSequence + torn
  } catch {
    return null
  }
}

function linesOf({ encoding, bytes }: LogBatch): string[] {
  const plain = encoding === 'events-zstd' ? zstdDecompressSync(bytes) : bytes
  const lines = Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}

function prefixOf(json: string): string {
  return `${crc32(json).toString(16).padStart(8, '0')} `
}
