import registry from './models.json' with { type: 'json' }
import { type PointType, pointTypeWords } from './point-type.ts'

/** One point. `offset` counts words from where its group begins: the model's id (0), or the repetition's first word. */
export interface PointDefinition {
  readonly name: string
  readonly offset: number
  readonly size: number
  readonly type: PointType
  /** the point that holds this one's power of ten: of the same group, or of one around it */
  readonly scaleFactor: string | null
}

/** Points in register order, and the groups behind them, each behind the one before. */
export interface PointGroup {
  readonly points: readonly PointDefinition[]
  /** where the points end and the groups begin */
  readonly words: number
  readonly groups: readonly GroupDefinition[]
}

/** A group within another: there once, as often as the rest of the model holds it, or as often as a point says. */
export interface GroupDefinition extends PointGroup {
  readonly name: string
  readonly times: 'once' | 'rest' | { readonly point: string }
}

/** A model. Its points begin behind the two words of its header. */
export interface ModelDefinition extends PointGroup {
  readonly id: number
}

interface GroupText {
  readonly points: readonly string[]
  readonly groups?: readonly (GroupText & { readonly name: string; readonly times: string })[]
}
type ModelText = GroupText | { readonly like: string }

const HEADER_WORDS = 2
const texts = registry.models as Readonly<Record<string, ModelText>>

/** The model definitions that can be decoded, by id. Source and licence stand in models.json and NOTICE. */
export const modelDefinitions: ReadonlyMap<number, ModelDefinition> = new Map(
  Object.keys(texts).map((id) => [Number(id), { id: Number(id), ...groupOf(textOf(id), HEADER_WORDS) }]),
)

function textOf(id: string): GroupText {
  const text = texts[id]
  if (text === undefined) throw new Error(`models.json has no model ${id}`)
  return 'like' in text ? textOf(text.like) : text
}

function groupOf({ points, groups = [] }: GroupText, from: number): PointGroup {
  const placed: PointDefinition[] = []
  let offset = from
  for (const line of points.flatMap(numbered)) {
    const [name = '', spelled = '', scaleFactor = null] = line.split(' ')
    if (spelled === 'pad') offset++
    else {
      const [type, size] = typeOf(spelled)
      placed.push({ name, offset, size, type, scaleFactor })
      offset += size
    }
  }
  const behind = groups.map((group): GroupDefinition => {
    const times = group.times === 'once' || group.times === 'rest' ? group.times : { point: group.times }
    return { name: group.name, times, ...groupOf(group, 0) }
  })
  return { points: placed, words: offset, groups: behind }
}

/** `1-3: V# uint16, W# int16` stands for V1, W1, V2, W2, V3, W3. */
function numbered(line: string): readonly string[] {
  const [, first, last, pattern] = /^(\d+)-(\d+): (.*)$/.exec(line) ?? []
  if (pattern === undefined) return [line]
  const numbers = Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => Number(first) + i)
  return numbers.flatMap((number) => pattern.split(', ').map((point) => point.replace('#', String(number))))
}

function typeOf(spelled: string): readonly [PointType, number] {
  const words = /^string(\d+)$/.exec(spelled)?.[1]
  if (words !== undefined) return ['string', Number(words)]
  if (!Object.hasOwn(pointTypeWords, spelled)) throw new Error(`models.json: there is no type ${spelled}`)
  const type = spelled as keyof typeof pointTypeWords
  return [type, pointTypeWords[type]]
}
