import { Effect } from 'effect'
import { deviceReport, inverterModels } from '../device-snapshot.ts'
import type { Bus } from '../drivers/bus.ts'
import type { ModbusError } from '../drivers/modbus-error.ts'
import type { Witness } from '../witness.ts'
import { decodeModel } from './decode-model.ts'
import { modelDefinitions } from './models.ts'
import { type ModelPlace, readModel } from './read-model.ts'

/** A device's inverter: where its power stands, and what its nameplate allows, W. */
export interface Inverter {
  readonly places: readonly ModelPlace[]
  readonly nameplateW: number | null
}

/** Where an inverter says what it can: model 120 (WRtg), 702 (WMaxRtg), or as it is set, 121 (WMax). */
const NAMEPLATES: readonly (readonly [model: number, point: string])[] = [
  [120, 'WRtg'],
  [702, 'WMaxRtg'],
  [121, 'WMax'],
]
/** with one of these the inverter also gives what a battery gives */
const STORAGE_MODELS = [124, 713, 802]

/** Finds the inverter of a device whose power is the sun's alone; null if it has none. */
export const findInverter = (
  bus: Bus,
  unit: number,
  models: readonly ModelPlace[],
): Effect.Effect<Inverter | null, ModbusError> =>
  Effect.gen(function* () {
    const places = models.filter(({ id }) => inverterModels.includes(id))
    if (places.length === 0 || models.some(({ id }) => STORAGE_MODELS.includes(id))) return null
    for (const [id, point] of NAMEPLATES) {
      const place = models.find((model) => model.id === id)
      const definition = modelDefinitions.get(id)
      if (place === undefined || definition === undefined) continue
      const nameplateW = decodeModel(definition, yield* readModel(bus, unit, place))[point]
      if (typeof nameplateW === 'number' && nameplateW > 0) return { places, nameplateW }
    }
    return { places, nameplateW: null }
  })

/** Reads what an inverter makes. */
export const readProduction = (
  bus: Bus,
  unit: number,
  { places, nameplateW }: Inverter,
): Effect.Effect<Pick<Witness, 'production'>, ModbusError> =>
  Effect.gen(function* () {
    const models = yield* Effect.forEach(places, (place) =>
      Effect.map(readModel(bus, unit, place), (read) => {
        const definition = modelDefinitions.get(place.id)
        return { ...place, points: definition === undefined ? {} : decodeModel(definition, read) }
      }),
    )
    const powerW = deviceReport(0, models).measurements.pv?.powerW.value ?? null
    return powerW === null ? {} : { production: { powerW: -powerW, nameplateW } }
  })
