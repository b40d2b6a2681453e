import type { Points } from './sunspec/decode-model.ts'

/** How far a value can be believed. A counter at 0 is new or not there: SunSpec spells both alike. */
export type Quality = 'good' | 'not-available' | 'zero-or-absent'

/** A value in the unit its name ends with; `null` exactly where the quality is `not-available`. */
export interface Measurement {
  readonly value: number | null
  readonly quality: Quality
}

/** A device's point as a measurement: as it stands, or with its sign turned. */
export function measured(points: Points, name: string, sign: 'as-is' | 'turned' = 'as-is'): Measurement {
  const value = points[name]
  if (typeof value !== 'number') return { value: null, quality: 'not-available' }
  return { value: sign === 'as-is' || value === 0 ? value : -value, quality: 'good' }
}

/** A value of a device that says by other means what is not there, so that a 0 is a 0. */
export function stated(value: number | null): Measurement {
  return value === null ? { value, quality: 'not-available' } : { value, quality: 'good' }
}

/** A counter as a measurement: never below 0. */
export function counted(points: Points, name: string): Measurement {
  const { value, quality } = measured(points, name)
  if (value === 0) return { value, quality: 'zero-or-absent' }
  return value !== null && value < 0 ? { value: null, quality: 'not-available' } : { value, quality }
}
