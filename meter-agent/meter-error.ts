import { Data } from 'effect'
import type { ModbusError } from './drivers/modbus-error.ts'
import type { MqttError } from './drivers/mqtt-error.ts'
import type { OpcuaError } from './drivers/opcua-error.ts'
import type { P1Error } from './drivers/p1-error.ts'
import type { BadModbusUrl } from './modbus-url.ts'
import type { BadMqttMessage } from './mqtt/bad-message.ts'
import type { BadMqttUrl } from './mqtt-url.ts'
import type { BadOpcuaUrl } from './opcua-url.ts'
import type { BadTelegram } from './p1/bad-telegram.ts'
import type { BadP1Url } from './p1-url.ts'
import type { BadProfile } from './profiles/bad-profile.ts'
import type { NotSunspec } from './sunspec/not-sunspec.ts'

/** The device has no meter at the grid connection point, or another device answers where it was. */
export class NoGridMeter extends Data.TaggedError('NoGridMeter')<{
  /** `unit 1` of a Modbus line, or the address of an OPC UA server, a P1 port or an MQTT device */
  readonly device: string
  readonly detail: string
}> {
  override get message(): string {
    return `${this.device}: ${this.detail}`
  }
}

/** The device does not answer as a device of its profile does: it is another one, or behind another unit. */
export class OtherDevice extends Data.TaggedError('OtherDevice')<{
  readonly unit: number
  readonly profile: string
  readonly detail: string
}> {
  override get message(): string {
    return `unit ${this.unit} is no device of profile ${this.profile}: ${this.detail}`
  }
}

/** Why a device could not be read. */
export type MeterError =
  | BadModbusUrl
  | ModbusError
  | NotSunspec
  | BadOpcuaUrl
  | OpcuaError
  | BadProfile
  | BadP1Url
  | P1Error
  | BadMqttUrl
  | MqttError
  | BadMqttMessage
  | BadTelegram
  | NoGridMeter
  | OtherDevice
