import registry from './models.json' with { type: 'json' }

/** The register types of SunSpec. */
export type PointType =
  | 'int16'
  | 'uint16'
  | 'count'
  | 'enum16'
  | 'bitfield16'
  | 'sunssf'
  | 'int32'
  | 'uint32'
  | 'acc32'
  | 'enum32'
  | 'bitfield32'
  | 'float32'
  | 'int64'
  | 'uint64'
  | 'acc64'
  | 'string'

/** One point of a model. `offset` counts words from the model's id (0); `path` may name a group: `group.name`, `group[].name`. */
export interface PointDefinition {
  readonly path: string
  readonly offset: number
  readonly size: number
  readonly type: PointType
  /** the point that holds this one's power of ten */
  readonly scaleFactor: string | null
}

/** A model: its points in register order, and the words of one repetition of its repeating group (0: none). */
export interface ModelDefinition {
  readonly id: number
  readonly points: readonly PointDefinition[]
  readonly repeatingOffset: number
  readonly repeatingWords: number
}

type Row = readonly [path: string, offset: number, size: number, type: PointType, scaleFactor?: string]

/** The model definitions that can be decoded, by id. Source and licence stand in models.json and NOTICE. */
export const modelDefinitions: ReadonlyMap<number, ModelDefinition> = new Map(
  Object.entries(registry.models).map(([id, model]) => [Number(id), definitionOf(Number(id), model)]),
)

function definitionOf(id: number, model: { readonly words: number; readonly points: unknown }): ModelDefinition {
  const points = (model.points as readonly Row[]).map(([path, offset, size, type, scaleFactor]) => ({
    path,
    offset,
    size,
    type,
    scaleFactor: scaleFactor ?? null,
  }))
  const repeatingOffset = points.find(({ path }) => path.includes('[]'))?.offset ?? model.words
  return { id, points, repeatingOffset, repeatingWords: model.words - repeatingOffset }
}
