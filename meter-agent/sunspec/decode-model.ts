import type { ModelDefinition, PointDefinition } from './models.ts'
import { type PlacedGroup, placeGroups, pointIn } from './place-groups.ts'
import { type RawValue, rawValueOf, scaled } from './point-value.ts'

/** An engineering value; null where the device has none, or its scale factor is unusable. */
type PointValue = number | string | null

/** A model's points by name; groups nest as SunSpec nests them. */
export interface Points {
  readonly [name: string]: PointValue | Points | readonly Points[]
}

/**
 * A model as it was read. `words` starts at the model's id; `blockOf` tells in which request a word was read
 * (a scale factor that changed between two requests would turn 1 kW into 1 MW).
 */
export interface ModelWords {
  readonly words: readonly number[]
  readonly blockOf: (offset: number) => number
}

const SCALE_FACTOR_LIMIT = 10

/** Decodes the points that lie inside the declared length; points and repetitions beyond it are absent. */
export function decodeModel(model: ModelDefinition, read: ModelWords): Points {
  return pointsOf(placeGroups(model, read.words, read.words.length), [], read)
}

/** `around`: the groups that this one is in, from the inside out. */
function pointsOf(group: PlacedGroup, around: readonly PlacedGroup[], read: ModelWords): Points {
  const scope = [group, ...around]
  const points: Record<string, PointValue | Points | Points[]> = {}
  for (const point of group.points) {
    const at = group.start + point.offset
    if (at + point.size <= read.words.length) points[point.name] = pointValueOf(point, at, { scope, read })
  }
  for (const { name, times, repetitions } of group.groups) {
    const inner = repetitions.map((repetition) => pointsOf(repetition, scope, read))
    if (times !== 'once') points[name] = inner
    else if (inner[0] !== undefined && Object.keys(inner[0]).length > 0) points[name] = inner[0]
  }
  return points
}

function pointValueOf(
  point: PointDefinition,
  at: number,
  { scope, read }: { readonly scope: readonly PlacedGroup[]; readonly read: ModelWords },
): PointValue {
  const raw = rawAt(point, at, read)
  if (raw === null || typeof raw === 'string') return raw
  if (point.scaleFactor === null) return Number(raw)
  const factor = pointIn(scope, point.scaleFactor)
  // A declared length that ends before the scale factor leaves the value unscaled, as other readers have it.
  if (factor === null || factor.at >= read.words.length) return Number(raw)
  if (read.blockOf(factor.at) !== read.blockOf(at)) return null
  const power = rawAt(factor.point, factor.at, read)
  if (typeof power !== 'number' || Math.abs(power) > SCALE_FACTOR_LIMIT) return null
  return scaled(raw, power)
}

function rawAt(point: PointDefinition, at: number, read: ModelWords): RawValue {
  const words = read.words.slice(at, at + point.size)
  return words.length === point.size ? rawValueOf(point.type, words) : null
}
