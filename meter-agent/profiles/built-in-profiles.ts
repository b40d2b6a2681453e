import { Effect } from 'effect'
import { builtInModbusProfiles, loadModbusProfile } from './load-modbus-profile.ts'
import { builtInMqttProfiles, loadMqttProfile } from './load-mqtt-profile.ts'
import type { ModbusProfile } from './modbus-profile.ts'
import type { MqttProfile } from './mqtt-profile.ts'
import { DEFAULT_OPCUA_PROFILE } from './opcua-profile.ts'

/** A profile that comes with the agent. */
export interface BuiltInProfile {
  readonly name: string
  /** maker and devices, as people call them */
  readonly title: string
  readonly speaks: 'modbus' | 'mqtt' | 'opcua'
  /** whether it counts at the grid connection in both directions, as a home's settlement needs */
  readonly settles: boolean
}

/** All profiles that come with the agent, by what their devices speak. */
export const builtInProfiles: Effect.Effect<readonly BuiltInProfile[]> = Effect.gen(function* () {
  const modbus = yield* Effect.forEach(builtInModbusProfiles(), (name) => Effect.orDie(loadModbusProfile(name)))
  const mqtt = yield* Effect.forEach(builtInMqttProfiles(), (name) => Effect.orDie(loadMqttProfile(name)))
  return [
    ...modbus.map((profile) => described(profile, 'modbus')),
    ...mqtt.map((profile) => described(profile, 'mqtt')),
    { name: DEFAULT_OPCUA_PROFILE, title: 'A home of Commonwatt (OPC UA)', speaks: 'opcua', settles: true },
  ]
})

const described = (
  { profile, title, grid }: ModbusProfile | MqttProfile,
  speaks: BuiltInProfile['speaks'],
): BuiltInProfile => ({
  name: profile,
  title,
  speaks,
  settles: grid?.importWh !== undefined && grid.exportWh !== undefined,
})
