import type { MeterSign } from '#protocol/meter-sign.ts'
import type { OpcuaLogin, OpcuaPolicy } from './drivers/opcua-line.ts'

/** A device on Modbus TCP: one that describes itself by SunSpec, or one of a profile. */
export interface ModbusDevice {
  readonly type: 'modbus'
  /** `tcp://host:port?unit=1` */
  readonly url: string
  /** registers to look for the SunSpec mark at, after 40000, 50000 and 0 */
  readonly bases?: readonly number[]
  /** name of a built-in profile or path of a JSON file; SunSpec if left out */
  readonly profile?: string
}

/** A device that is an OPC UA server. */
export interface OpcuaDevice {
  readonly type: 'opcua'
  /** `opc.tcp://host:port` */
  readonly url: string
  /** nobody if left out */
  readonly login?: OpcuaLogin
  /** how it is signed and encrypted (Basic256Sha256) */
  readonly policy?: OpcuaPolicy
  /** name of a built-in profile or path of a JSON file (commonwatt-home) */
  readonly profile?: string
  /** subscribes to the meter, which is looked at every so many ms of the server's; if left out it is asked each time */
  readonly subscribeMs?: number
  /** SHA-256 fingerprint of the one certificate to trust, hexadecimal; if left out the first one shown is kept */
  readonly certificate?: string
  /** PEM file of the agent's own key and certificate, made if it is not there; if left out a new one each time */
  readonly identityFile?: string
}

/** The P1 port of a smart meter, which sends telegrams by itself. */
export interface P1Device {
  readonly type: 'p1'
  /** `p1:tcp://host:port`, `p1:serial:PATH?baud=115200` or `p1:file:PATH` */
  readonly url: string
}

/** A device that publishes what it measures at an MQTT broker. */
export interface MqttDevice {
  readonly type: 'mqtt'
  /** `mqtt://host:port/topic?profile=NAME`, or `mqtts://…` */
  readonly url: string
  /** who we are to the broker; nobody if left out */
  readonly login?: { readonly user: string; readonly password: string }
}

/** Where a home's device answers, and what it asks to be told first. */
export type DeviceAddress = (ModbusDevice | OpcuaDevice | P1Device | MqttDevice) & {
  /** which way round the meter at its grid connection is taken (as it says) */
  readonly sign?: MeterSign
}

/** A request waits this long for its answer unless told otherwise. */
export const DEFAULT_TIMEOUT_MS = 2_000
