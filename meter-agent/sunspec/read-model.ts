import { Effect } from 'effect'
import { type Bus, MAX_REGISTERS } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import type { ModelWords } from './decode-model.ts'
import { modelDefinitions } from './models.ts'
import { placedPoints, placeGroups } from './place-groups.ts'

/** Where a model stands: `address` is its id's register, `length` the words after the two header words. */
export interface ModelPlace {
  readonly id: number
  readonly address: number
  readonly length: number
}

/**
 * Reads a model whole. One of at most 125 words is one request. A longer one is several, cut between points, so that no
 * counter is put together of two; the words that hold its scale factors are read again at the end, and count as one
 * block with the rest only if they have not changed.
 */
export const readModel = (bus: Bus, unit: number, place: ModelPlace): Effect.Effect<ModelWords, ModbusError> =>
  Effect.gen(function* () {
    const total = place.length + 2
    const block = (first: number) =>
      bus.read({ unit, address: place.address + first, count: Math.min(MAX_REGISTERS, total - first) })
    const words: number[] = [...(yield* block(0))]
    if (words.length === total) return { words, blockOf: () => 0 }
    const head = [...words]
    const definition = modelDefinitions.get(place.id)
    const points = definition === undefined ? [] : [...placedPoints(placeGroups(definition, head, total))]
    const cuts = [0]
    while (words.length < total) {
      const split = points.find(({ point, at }) => at < words.length && at + point.size > words.length)
      const cut = split?.at ?? words.length
      words.splice(cut, words.length, ...(yield* block(cut)))
      cuts.push(cut)
    }
    const again = yield* block(0)
    const steady = points.every(({ point, at }) => point.type !== 'sunssf' || (head[at] ?? -1) === again[at])
    return { words, blockOf: (offset: number) => (steady ? 0 : cuts.findLastIndex((cut) => cut <= offset)) }
  })
