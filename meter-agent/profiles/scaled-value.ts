import type { NodeValue } from '../drivers/opcua-line.ts'
import { type ProfilePoint, scaleOf } from './opcua-profile.ts'

/** Digits that a scaled number keeps: a double's, without the noise that 0.1 + 0.2 has. */
const DIGITS = 15

/** What a node said in the unit and with the sign of its role; null where it has no good number. */
export function scaledValue(point: ProfilePoint, { value }: NodeValue): number | null {
  if (typeof value !== 'number') return null
  const scale = scaleOf(point)
  if (scale === 1) return value
  return value === 0 ? 0 : Number((value * scale).toPrecision(DIGITS))
}

/** As `scaledValue`, of a counter: never below 0. */
export function countedValue(point: ProfilePoint, said: NodeValue): number | null {
  const value = scaledValue(point, said)
  return value !== null && value < 0 ? null : value
}
