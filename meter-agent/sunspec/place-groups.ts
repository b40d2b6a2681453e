import type { GroupDefinition, ModelDefinition, PointDefinition, PointGroup } from './models.ts'
import { rawValueOf } from './point-value.ts'

/** One repetition of a group, or a model, where it stands: `start` and `end` in words from the model's id. */
export interface PlacedGroup {
  readonly start: number
  readonly end: number
  readonly points: readonly PointDefinition[]
  readonly groups: readonly {
    readonly name: string
    readonly times: GroupDefinition['times']
    readonly repetitions: readonly PlacedGroup[]
  }[]
}

/**
 * Finds where a model's groups stand. How often they come, points of the model say (`words`, from its id on, has to hold
 * those) or its declared end, `total` words from its id. Where they say more than the model holds, the device has
 * another layout in mind, and none of the repetitions can be believed.
 */
export function placeGroups(model: ModelDefinition, words: readonly number[], total: number): PlacedGroup {
  return placed(model, { start: 0, around: [], words, total })
}

/** Where something ends whose repetitions pass the model's end. */
const NOWHERE = Number.POSITIVE_INFINITY

interface Place {
  readonly start: number
  /** the groups that this one is in, from the inside out */
  readonly around: readonly PlacedGroup[]
  readonly words: readonly number[]
  readonly total: number
}

function placed(group: PointGroup, { start, around, words, total }: Place): PlacedGroup {
  const { points } = group
  if (group.groups.length === 0) return { start, end: start + group.words, points, groups: [] }
  let end = start + group.words
  const scope = [{ start, end, points, groups: [] }, ...around]
  const groups = group.groups.map((inner) => {
    const { name, times } = inner
    const most = times === 'once' ? 1 : times === 'rest' ? total : countIn(scope, times.point, words)
    const repetitions: PlacedGroup[] = []
    while (repetitions.length < most) {
      const repetition = placed(inner, { start: end, around: scope, words, total })
      if (times !== 'once' && repetition.end > total) {
        if (times === 'rest') break
        end = NOWHERE
        return { name, times, repetitions: [] }
      }
      repetitions.push(repetition)
      end = repetition.end
    }
    return { name, times, repetitions }
  })
  return { start, end, points, groups }
}

function countIn(scope: readonly PlacedGroup[], name: string, words: readonly number[]): number {
  const found = pointIn(scope, name)
  const value = found === null ? null : rawValueOf(found.point.type, words.slice(found.at, found.at + found.point.size))
  return Number(value ?? 0)
}

/** A point of the innermost group that has it, and the word at which it stands. */
export function pointIn(
  scope: readonly PlacedGroup[],
  name: string,
): { readonly point: PointDefinition; readonly at: number } | null {
  for (const { start, points } of scope) {
    const point = points.find((one) => one.name === name)
    if (point !== undefined) return { point, at: start + point.offset }
  }
  return null
}

/** All points of a placed group and of those in it, each with the word at which it stands, in register order. */
export function* placedPoints(group: PlacedGroup): Generator<{ readonly point: PointDefinition; readonly at: number }> {
  for (const point of group.points) yield { point, at: group.start + point.offset }
  for (const { repetitions } of group.groups) for (const repetition of repetitions) yield* placedPoints(repetition)
}
