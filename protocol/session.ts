import { Schema } from 'effect'
import { Count, Hash32, PositiveInt, Slug } from './ids.ts'

/** The longest time that one key may be authorised for. */
export const SESSION_MS_MAX = 366 * 24 * 60 * 60_000

/**
 * A device lets an Ed25519 key sign its stream of readings: those of a time from `fromMs` on and before `untilMs`, as
 * the readings tell it. Signed by the device's own key, which signs statements all the same. Each sequence is above the
 * one before.
 */
export const Session = Schema.Struct({
  neighbourhood: Slug,
  deviceId: Slug,
  streamKey: Hash32,
  fromMs: Count,
  untilMs: Count,
  sequence: PositiveInt,
})
export type Session = typeof Session.Type

/** Whether a session lets its key sign what was read at this time. */
export function isWithin({ fromMs, untilMs }: Pick<Session, 'fromMs' | 'untilMs'>, timeMs: number): boolean {
  return fromMs <= timeMs && timeMs < untilMs
}
