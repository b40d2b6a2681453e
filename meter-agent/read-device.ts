import { Effect } from 'effect'
import { type DeviceReport, deviceReport } from './device-snapshot.ts'
import type { Bus } from './drivers/bus.ts'
import type { ModbusError } from './drivers/modbus-error.ts'
import { openModbusTcp } from './drivers/modbus-serial.ts'
import type { MeterError } from './meter-error.ts'
import { BadModbusUrl, type ModbusUrl, parseModbusUrl } from './modbus-url.ts'
import { decodeModel } from './sunspec/decode-model.ts'
import { discover, type ModelChain } from './sunspec/discover.ts'
import { modelDefinitions } from './sunspec/models.ts'
import { type ModelPlace, readModel } from './sunspec/read-model.ts'

/** A Modbus request waits this long for its answer unless told otherwise. */
export const DEFAULT_TIMEOUT_MS = 2_000

/**
 * Identifies the device at `url` and reads everything it shows.
 * `bases` are further registers to look for the SunSpec mark at, after 40000, 50000 and 0.
 */
export const readDevice = (options: {
  readonly url: string
  readonly bases?: readonly number[]
  readonly timeoutMs?: number
}): Effect.Effect<DeviceReport, MeterError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { host, port, unit } = yield* modbusUrl(options.url)
      const bus = yield* openModbusTcp({ host, port, timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS })
      yield* bus.connect
      const chain = yield* discover(bus, { unit, bases: options.bases ?? [] })
      return yield* readChain(bus, { unit, chain })
    }),
  )

/** Reads and decodes all models of a chain. Models that nobody defined, and those the device refuses, have no points. */
export const readChain = (
  bus: Bus,
  at: { readonly unit: number; readonly chain: ModelChain },
): Effect.Effect<DeviceReport, ModbusError> =>
  Effect.forEach(at.chain.models, (place) => readPoints(bus, at.unit, place)).pipe(
    Effect.map((models) => deviceReport(at.chain.base, models)),
  )

/** Parses the address of a device, as an effect. */
export const modbusUrl = (url: string): Effect.Effect<ModbusUrl, BadModbusUrl> =>
  Effect.try({
    try: () => parseModbusUrl(url),
    catch: (cause) => {
      if (cause instanceof BadModbusUrl) return cause
      throw cause
    },
  })

const readPoints = (bus: Bus, unit: number, place: ModelPlace) => {
  const definition = modelDefinitions.get(place.id)
  if (definition === undefined) return Effect.succeed({ ...place, points: {} })
  return readModel(bus, unit, place).pipe(
    Effect.map((words) => ({ ...place, points: decodeModel(definition, words) })),
    Effect.catchTag('ModbusException', () => Effect.succeed({ ...place, points: {} })),
  )
}
