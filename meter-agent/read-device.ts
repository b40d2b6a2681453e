import { Effect, type Scope } from 'effect'
import {
  DEFAULT_TIMEOUT_MS,
  type DeviceAddress,
  type ModbusDevice,
  type MqttDevice,
  type OpcuaDevice,
  type P1Device,
} from './device-address.ts'
import { type DeviceReport, deviceReport, type SunspecReport } from './device-snapshot.ts'
import type { Bus } from './drivers/bus.ts'
import type { ModbusError } from './drivers/modbus-error.ts'
import { openModbusLine } from './drivers/modbus-line.ts'
import type { MeterError } from './meter-error.ts'
import { modbusUrl } from './modbus-url.ts'
import { readMessages } from './mqtt/read-message.ts'
import { openMqttSource, unlessBad } from './mqtt-meter.ts'
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
import { turnedReport } from './turned-sample.ts'

/** Identifies a device and reads everything it shows, once. */
export const readDevice = (options: ReaderOptions): Effect.Effect<DeviceReport, MeterError> =>
  Effect.scoped(Effect.flatten(openDeviceReader(options)))

/**
 * Reads everything that a device shows as often as it is run, until the scope closes; turned where its address says so.
 * The device need not be there yet: a read connects, and identifies it where the connection is new.
 */
export const openDeviceReader = (options: ReaderOptions): Reader => {
  const { sign = 'as-is' } = options.device
  const reader = openAsIs(options)
  if (sign === 'as-is') return reader
  return Effect.map(reader, (read) => Effect.map(read, (report) => turnedReport(report, sign)))
}

interface ReaderOptions {
  readonly device: DeviceAddress
  readonly timeoutMs?: number
}

const openAsIs = (options: ReaderOptions): Reader => {
  const { device, timeoutMs = DEFAULT_TIMEOUT_MS } = options
  switch (device.type) {
    case 'modbus':
      return device.profile === undefined
        ? sunspecReader(device, timeoutMs)
        : profileReader(device, { profileName: device.profile, timeoutMs: options.timeoutMs })
    case 'opcua':
      return opcuaReader(device, timeoutMs)
    case 'p1':
      return p1Reader(device, timeoutMs)
    case 'mqtt':
      return mqttReader(device, timeoutMs)
  }
}

type Reader = Effect.Effect<Effect.Effect<DeviceReport, MeterError>, MeterError, Scope.Scope>

const sunspecReader = (device: ModbusDevice, timeoutMs: number): Reader =>
  Effect.gen(function* () {
    const { line, unit } = yield* modbusUrl(device.url)
    const bus = yield* openModbusLine({ line, timeoutMs })
    let chain: ModelChain | null = null
    return Effect.gen(function* () {
      yield* bus.connect
      chain ??= yield* discover(bus, { unit, bases: device.bases ?? [] })
      return yield* readChain(bus, { unit, chain })
    }).pipe(
      Effect.tapError(() =>
        Effect.sync(() => {
          chain = null // another device, or other firmware, may answer next
        }),
      ),
    )
  })

const profileReader = (
  device: ModbusDevice,
  { profileName, timeoutMs }: { readonly profileName: string; readonly timeoutMs: number | undefined },
): Reader =>
  Effect.gen(function* () {
    const profile = yield* loadModbusProfile(profileName)
    const { connect, read } = yield* openProfiledDevice(device, { profile, timeoutMs })
    return Effect.map(Effect.andThen(connect, read), ({ values }) => profileReport(profile, values))
  })

const opcuaReader = (device: OpcuaDevice, timeoutMs: number): Reader =>
  Effect.gen(function* () {
    const profile = yield* profileOf(device)
    let first: string | null = null // trusted as long as it is read
    const trust = {
      trusted: Effect.sync(() => first),
      trust: (shown: string) =>
        Effect.sync(() => {
          first = shown
        }),
    }
    const line = yield* openOpcuaLine(device, { timeoutMs, trust })
    const nodes = profileNodes(profile)
    const addresses = nodes.map(nodeAddress)
    return Effect.gen(function* () {
      const certificate = yield* line.connect
      const values = yield* line.read(addresses)
      const said = new Map(values.map((value, index) => [nodes[index] ?? '', value]))
      return opcuaReport({ profile, said, certificate })
    })
  })

const p1Reader = (device: P1Device, timeoutMs: number): Reader =>
  Effect.map(openP1Line(device, { timeoutMs }), (line) =>
    Effect.map(nextTelegram(line), ({ telegram }) => p1Report(telegram)),
  )

const mqttReader = (at: MqttDevice, timeoutMs: number): Reader =>
  Effect.map(openMqttSource(at, { timeoutMs }), ({ profile, device, next }) =>
    Effect.flatMap(next, ({ messages }) =>
      unlessBad(() => profileReport(profile, readMessages(profile, { device, messages }))),
    ),
  )

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
