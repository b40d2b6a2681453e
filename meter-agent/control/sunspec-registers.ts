import { Effect } from 'effect'
import type { Bus, RegisterWrite } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import type { NumberCoding } from '../register-number.ts'
import { decodeModel, type ModelWords, type Points } from '../sunspec/decode-model.ts'
import { type ModelDefinition, modelDefinitions } from '../sunspec/models.ts'
import { placeGroups, pointIn } from '../sunspec/place-groups.ts'
import { rawValueOf } from '../sunspec/point-value.ts'
import { type ModelPlace, readModel } from '../sunspec/read-model.ts'

/** A model as it stands in a device now. */
export interface StandingModel {
  readonly place: ModelPlace
  readonly definition: ModelDefinition
  readonly read: ModelWords
  readonly points: Points
}

/** The models of a device, by id. */
export type Models = ReadonlyMap<number, StandingModel>

/** A point of a device that has it, and what its registers hold. */
export interface StandingPoint extends RegisterWrite {
  readonly coding: NumberCoding
}

const SCALE_FACTOR_LIMIT = 10

/** Reads the models of a chain that are asked for; the first of each id counts. */
export const standingModels = (
  bus: Bus,
  at: { readonly unit: number; readonly places: readonly ModelPlace[]; readonly ids: readonly number[] },
): Effect.Effect<Models, ModbusError> =>
  Effect.gen(function* () {
    const models = new Map<number, StandingModel>()
    for (const id of at.ids) {
      const place = at.places.find((one) => one.id === id)
      const definition = modelDefinitions.get(id)
      if (place === undefined || definition === undefined) continue
      const read = yield* readModel(bus, at.unit, place)
      models.set(id, { place, definition, read, points: decodeModel(definition, read) })
    }
    return models
  })

/** A point of a model; null where the device does not have it, or its scale factor is unusable. */
export function standingPoint(unit: number, model: StandingModel | undefined, name: string): StandingPoint | null {
  if (model === undefined) return null
  const { place, definition, read } = model
  const scope = [placeGroups(definition, read.words, read.words.length)]
  const wordsAt = (pointName: string) => {
    const found = pointIn(scope, pointName)
    if (found === null) return null
    const words = read.words.slice(found.at, found.at + found.point.size)
    const raw = words.length === found.point.size ? rawValueOf(found.point.type, words) : null
    return raw === null ? null : { ...found, words, raw }
  }
  const found = wordsAt(name)
  if (found === null) return null
  const { point, at, words } = found
  const power = point.scaleFactor === null ? 0 : wordsAt(point.scaleFactor)?.raw
  if (typeof power !== 'number' || Math.abs(power) > SCALE_FACTOR_LIMIT) return null
  const kind = point.type === 'int16' || point.type === 'int32' ? 'signed' : 'unsigned'
  const coding = {
    words: point.size === 2 ? 2 : 1,
    kind,
    scale: Number(`1e${power}`),
    wordOrder: 'high-first',
  } as const
  return { unit, address: place.address + at, words, coding }
}

/** A number of a model; null where the device has none. */
export function numberOf(model: StandingModel | undefined, ...names: readonly string[]): number | null {
  for (const name of names) {
    const value = model?.points[name]
    if (typeof value === 'number') return value
  }
  return null
}
