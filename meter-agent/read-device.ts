import { Effect, type Scope } from 'effect'
import {
  DEFAULT_TIMEOUT_MS,
  type DeviceAddress,
  type ModbusDevice,
  type OpcuaDevice,
  type P1Device,
} from './device-address.ts'
import { type DeviceReport, deviceReport, type SunspecReport } from './device-snapshot.ts'
import type { Bus } from './drivers/bus.ts'
import type { ModbusError } from './drivers/modbus-error.ts'
import { openModbusLine } from './drivers/modbus-serial.ts'
import type { MeterError } from './meter-error.ts'
import { modbusUrl } from './modbus-url.ts'
import { openOpcuaLine, profileOf } from './opcua-meter.ts'
import { opcuaReport, profileNodes } from './opcua-report.ts'
import { nextTelegram, openP1Line } from './p1-meter.ts'
import { p1Report } from './p1-report.ts'
import { openProfiledDevice } from './profiled-device.ts'
import { loadModbusProfile } from './profiles/load-modbus-profile.ts'
import { nodeAddress } from './profiles/opcua-profile.ts'
import { profileReport } from './profiles/profile-report.ts'
import { decodeModel } from './sunspec/decode-model.ts'
import { discover, type ModelChain } from './sunspec/discover.ts'
import { modelDefinitions } from './sunspec/models.ts'
import { type ModelPlace, readModel } from './sunspec/read-model.ts'

/** Identifies a device and reads everything it shows, once. */
export const readDevice = (options: {
  readonly device: DeviceAddress
  readonly timeoutMs?: number
}): Effect.Effect<DeviceReport, MeterError> => Effect.scoped(readBy(options.device, options.timeoutMs))

const readBy = (
  device: DeviceAddress,
  given: number | undefined,
): Effect.Effect<DeviceReport, MeterError, Scope.Scope> => {
  const timeoutMs = given ?? DEFAULT_TIMEOUT_MS
  switch (device.type) {
    case 'modbus':
      return device.profile === undefined
        ? readSunspec(device, timeoutMs)
        : readProfiled(device, { profileName: device.profile, timeoutMs: given })
    case 'opcua':
      return readOpcua(device, timeoutMs)
    case 'p1':
      return readP1(device, timeoutMs)
  }
}

const readSunspec = (device: ModbusDevice, timeoutMs: number): Effect.Effect<DeviceReport, MeterError, Scope.Scope> =>
  Effect.gen(function* () {
    const { line, unit } = yield* modbusUrl(device.url)
    const bus = yield* openModbusLine({ line, timeoutMs })
    yield* bus.connect
    const chain = yield* discover(bus, { unit, bases: device.bases ?? [] })
    return yield* readChain(bus, { unit, chain })
  })

const readProfiled = (
  device: ModbusDevice,
  { profileName, timeoutMs }: { readonly profileName: string; readonly timeoutMs: number | undefined },
): Effect.Effect<DeviceReport, MeterError, Scope.Scope> =>
  Effect.gen(function* () {
    const profile = yield* loadModbusProfile(profileName)
    const { connect, read } = yield* openProfiledDevice(device, { profile, timeoutMs })
    yield* connect
    return profileReport(profile, (yield* read).values)
  })

const readOpcua = (device: OpcuaDevice, timeoutMs: number): Effect.Effect<DeviceReport, MeterError, Scope.Scope> =>
  Effect.gen(function* () {
    const profile = yield* profileOf(device)
    const trust = { trusted: Effect.succeed(null), trust: () => Effect.void } // read once, nothing to remember
    const line = yield* openOpcuaLine(device, { timeoutMs, trust })
    const certificate = yield* line.connect
    const nodes = profileNodes(profile)
    const values = yield* line.read(nodes.map(nodeAddress))
    const said = new Map(values.map((value, index) => [nodes[index] ?? '', value]))
    return opcuaReport({ profile, said, certificate })
  })

const readP1 = (device: P1Device, timeoutMs: number): Effect.Effect<DeviceReport, MeterError, Scope.Scope> =>
  Effect.gen(function* () {
    const line = yield* openP1Line(device, { timeoutMs })
    const { telegram } = yield* nextTelegram(line)
    return p1Report(telegram)
  })

/** Reads and decodes all models of a chain. Models that nobody defined, and those the device refuses, have no points. */
export const readChain = (
  bus: Bus,
  at: { readonly unit: number; readonly chain: ModelChain },
): Effect.Effect<SunspecReport, ModbusError> =>
  Effect.forEach(at.chain.models, (place) => readPoints(bus, at.unit, place)).pipe(
    Effect.map((models) => deviceReport(at.chain.base, models)),
  )

const readPoints = (bus: Bus, unit: number, place: ModelPlace) => {
  const definition = modelDefinitions.get(place.id)
  if (definition === undefined) return Effect.succeed({ ...place, points: {} })
  return readModel(bus, unit, place).pipe(
    Effect.map((words) => ({ ...place, points: decodeModel(definition, words) })),
    Effect.catchTag('ModbusException', () => Effect.succeed({ ...place, points: {} })),
  )
}
