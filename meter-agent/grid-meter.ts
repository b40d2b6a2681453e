import { Effect } from 'effect'
import { meterModels } from './device-snapshot.ts'
import type { Bus } from './drivers/bus.ts'
import type { ModbusError } from './drivers/modbus-error.ts'
import { NoGridMeter } from './meter-error.ts'
import { registersText, sampleOf, sunspecProfileHash, wordsText } from './registers.ts'
import type { MeterSample } from './settlement-meter.ts'
import { decodeModel } from './sunspec/decode-model.ts'
import { discover } from './sunspec/discover.ts'
import { type ModelDefinition, modelDefinitions } from './sunspec/models.ts'
import type { NotSunspec } from './sunspec/not-sunspec.ts'
import { findInverter, type Inverter, readProduction } from './sunspec/production.ts'
import { type ModelPlace, readModel } from './sunspec/read-model.ts'
import { sunspecWitness } from './sunspec/sunspec-witness.ts'
import type { Witness } from './witness.ts'

/** The settlement meter of a device, found once and then read with a single request, and its inverter if that is wanted. */
export interface GridMeter {
  readonly unit: number
  readonly place: ModelPlace
  readonly definition: ModelDefinition
  /** stands in every reading for the register map that it was decoded with */
  readonly profileHash: `0x${string}`
  readonly inverter: Inverter | null
}

/** Finds the first meter model (201–204, 211–214) of the device. */
export const findGridMeter = (
  bus: Bus,
  options: {
    readonly unit: number
    readonly bases?: readonly number[]
    readonly production?: 'wanted' | 'as it comes' | undefined
  },
): Effect.Effect<GridMeter, ModbusError | NotSunspec | NoGridMeter> =>
  Effect.gen(function* () {
    const { unit } = options
    const { models } = yield* discover(bus, options)
    const place = models.find(({ id }) => meterModels.includes(id))
    const definition = modelDefinitions.get(place?.id ?? 0)
    if (place === undefined || definition === undefined) {
      return yield* new NoGridMeter({
        device: `unit ${unit}`,
        detail: `no meter among its models ${models.map(({ id }) => id).join(', ')}; a home is settled by the meter at its connection`,
      })
    }
    const inverter = options.production === 'wanted' ? yield* findInverter(bus, unit, models) : null
    return { unit, place, definition, profileHash: sunspecProfileHash(definition), inverter }
  })

/** Reads the meter. Its header is read with it: after a firmware update another model may stand there. */
export const readGridMeter = (
  bus: Bus,
  meter: GridMeter,
): Effect.Effect<
  { readonly sample: MeterSample; readonly witness: Witness; readonly registers: string },
  ModbusError | NoGridMeter
> =>
  Effect.gen(function* () {
    const { unit, place, definition, inverter } = meter
    const read = yield* readModel(bus, unit, place)
    if (read.words[0] !== place.id || read.words[1] !== place.length) {
      const detail = `model ${place.id} has moved away from register ${place.address}`
      return yield* new NoGridMeter({ device: `unit ${unit}`, detail })
    }
    const { id: model, address } = place
    const registers = registersText({ protocol: 'modbus', unit, address, model, words: wordsText(read.words) })
    const production = inverter === null ? {} : yield* readProduction(bus, unit, inverter)
    const witness = { ...sunspecWitness(definition, decodeModel(definition, read)), ...production }
    return { sample: sampleOf(definition, read), witness, registers }
  })
