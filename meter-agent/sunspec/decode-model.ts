import type { ModelDefinition, PointDefinition } from './models.ts'
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

/** Decodes the points that lie inside the declared length; points beyond it are absent. */
export function decodeModel(model: ModelDefinition, read: ModelWords): Points {
  const points: Record<string, PointValue | Points | Points[]> = {}
  const declared = model.points.filter(({ offset, size }) => offset + size <= read.words.length)
  for (const point of declared) {
    const [group, name] = point.path.split(/\[?\]?\./)
    if (name === undefined || group === undefined) points[point.path] = pointValueOf(model, point, read)
    else if (point.path.includes('[]')) points[group] ??= []
    else points[group] = { ...(points[group] as Points | undefined), [name]: pointValueOf(model, point, read) }
  }
  if (model.repeatingWords > 0) decodeRepetitions(model, read, points)
  return points
}

function decodeRepetitions(
  model: ModelDefinition,
  read: ModelWords,
  points: Record<string, PointValue | Points | Points[]>,
): void {
  const repeating = model.points.filter(({ path }) => path.includes('[]'))
  const repetitions = Math.floor((read.words.length - model.repeatingOffset) / model.repeatingWords)
  for (let i = 0; i < repetitions; i++) {
    const repetition = repeating.map((point): [string, PointValue] => [
      point.path.slice(point.path.indexOf('].') + 2),
      pointValueOf(model, { ...point, offset: point.offset + i * model.repeatingWords }, read),
    ])
    const group = repeating[0]?.path.split('[')[0] ?? ''
    const list = points[group]
    if (Array.isArray(list)) list.push(Object.fromEntries(repetition))
  }
}

function pointValueOf(model: ModelDefinition, point: PointDefinition, read: ModelWords): PointValue {
  const raw = rawAt(point, read)
  if (raw === null || typeof raw === 'string') return raw
  if (point.scaleFactor === null) return Number(raw)
  const factor = model.points.find(({ path }) => path === point.scaleFactor)
  // A declared length that ends before the scale factor leaves the value unscaled, as other readers have it.
  if (factor === undefined || factor.offset >= read.words.length) return Number(raw)
  if (read.blockOf(factor.offset) !== read.blockOf(point.offset)) return null
  const power = rawAt(factor, read)
  if (typeof power !== 'number' || Math.abs(power) > SCALE_FACTOR_LIMIT) return null
  return scaled(raw, power)
}

function rawAt(point: PointDefinition, read: ModelWords): RawValue {
  const words = read.words.slice(point.offset, point.offset + point.size)
  return words.length === point.size ? rawValueOf(point.type, words) : null
}
