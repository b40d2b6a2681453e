import { Effect } from 'effect'
import { type Bus, MAX_REGISTERS } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import type { ModelWords } from './decode-model.ts'
import { modelDefinitions } from './models.ts'

/** Where a model stands: `address` is its id's register, `length` the words after the two header words. */
export interface ModelPlace {
  readonly id: number
  readonly address: number
  readonly length: number
}

/**
 * Reads a model whole. One of at most 125 words is one request. A longer one is several; the words that hold its
 * scale factors are read again at the end, and count as one block with the rest only if they have not changed.
 */
export const readModel = (bus: Bus, unit: number, place: ModelPlace): Effect.Effect<ModelWords, ModbusError> =>
  Effect.gen(function* () {
    const total = place.length + 2
    const block = (first: number) =>
      bus.read({ unit, address: place.address + first, count: Math.min(MAX_REGISTERS, total - first) })
    const words: number[] = [...(yield* block(0))]
    if (words.length === total) return { words, blockOf: () => 0 }
    const head = [...words]
    while (words.length < total) words.push(...(yield* block(words.length)))
    const again = yield* block(0)
    const factors = (modelDefinitions.get(place.id)?.points ?? []).filter(({ type }) => type === 'sunssf')
    const steady = factors.every(({ offset }) => offset < MAX_REGISTERS && head[offset] === again[offset])
    return { words, blockOf: (offset: number) => (steady ? 0 : Math.floor(offset / MAX_REGISTERS)) }
  })
